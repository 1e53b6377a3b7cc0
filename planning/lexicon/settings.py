"""Places, in English."""

SETTINGS = {
    "mountains": """
        mountain, alps, alpine, peak, summit, ridge, ridgeline, mountainside, mountain range, mountain
        trail, mountain path, mountain pass, highland, foothill, himalaya, himalayas, dolomites,
        rockies, andes, cliff, crag, glacier, volcano, canyon, gorge, fjord; hiking, hike, hiker, climb,
        climber, climbing, trekking, trek, ski, skiing, slope, altitude, boulder, rock face, cabin,
        chalet, expedition, outdoors, adventure, wilderness, trail
    """,
    "forest": """
        forest, wood, woods, woodland, rainforest, jungle, grove, pine forest, forest trail, forest
        path, forest floor, black forest, redwood, treetop, canopy, among the trees; tree, pine, birch,
        oak, fir, moss, fern, leaf, leaves, camping, campfire, tent, bark, wild, organic, squirrel, fox,
        deer, owl, hedgehog, fairy tale, fairytale, enchanted, bear
    """,
    "sea": """
        sea, ocean, open water, open sea, high seas, wave, swell, bay, harbour, harbor, marina,
        atlantic, pacific, mediterranean, baltic, north sea, waterline, regatta, fishing village,
        lighthouse; sailing, sail, nautical, maritime, sailor, anchor, tide, salt, fisherman, seagull,
        gull, horizon line, cruise, shore
    """,
    "beach": """
        beach, shoreline, seaside, seashore, sandy shore, coast, coastline, coastal, dune by the sea,
        cove, tropical island, palm beach, boardwalk, lagoon; sand, surf, surfing, surfer, surfboard,
        palm tree, palm, tropical, island, holiday, vacation, sunscreen, bikini, sunbathing, shell,
        summer
    """,
    "desert": """
        desert, dune, sand dune, sahara, mojave, badlands, mesa, oasis, salt flat, outback; cactus,
        cacti, arid, camel, nomad, oriental, amber, sandstone, oud, scorching, mirage, western, cowboy
    """,
    "city": """
        city, skyline, downtown, metropolis, skyscraper, urban skyline, cityscape, rooftop, manhattan,
        tokyo, new york, london, paris, berlin, shanghai, hong kong, los angeles, chicago, seoul,
        metropolitan, high rise, city lights; urban, tower, subway, metro, fintech, startup, finance,
        banking, business, commute, commuter, town, bridge, app, nightlife, club
    """,
    "street": """
        street, alley, alleyway, avenue, boulevard, pavement, sidewalk, crosswalk, city street, side
        street, street corner, cobblestone, neighbourhood, neighborhood, storefront, shopfront, food
        truck, market square, street market, plaza, cobbled street; neon sign, neon, graffiti,
        streetwear, skate, skater, skatepark, bike lane, streetlight, busker, hip hop, hiphop, rap,
        taxi, traffic, sidewalk cafe
    """,
    "space": """
        outer space, space, orbit around the earth, galaxy, galaxies, cosmos, cosmic, nebula, milky way,
        planet, mars, moon, lunar, starfield, solar system, asteroid, interstellar, zero gravity,
        satellite, among the stars, low orbit, earth orbit; star, astronaut, universe, alien, rocket,
        spaceship, launch, stellar, sci fi, astronomy, constellation, mission
    """,
    "studio": """
        studio, photo studio, seamless backdrop, plinth, pedestal, cyclorama, podium, packshot, studio
        backdrop, clean backdrop, plain backdrop, product shot; minimal, minimalist, elegant, premium,
        skincare, cosmetics, cosmetic, beauty, serum, perfume, fragrance, luxury, jewellery, jewelry,
        white background, makeup
    """,
    "interior": """
        interior, room, living room, kitchen, bedroom, bathroom, cafe, café, coffee shop, coffee bar,
        office, restaurant, bakery, bistro, diner, loft, apartment, library, workshop, atelier, pub,
        hotel, spa, lounge, windowsill, cafe table, kitchen table, wooden table, bookshop, burger joint,
        pizzeria, roastery, fireplace, nursery, classroom, by the window, burger bar, salon, gym; shop,
        counter, house, home, desk, sofa, couch, barista, coffee, espresso, cozy, cosy, homemade,
        baking, chef, tea, candlelight, bedtime, window, indoor, indoors, furniture, cooking, recipe,
        dinner, breakfast
    """,
    "road": """
        road, highway, freeway, motorway, winding road, open road, country road, coastal road, coast
        road, mountain road, desert road, road trip, asphalt, autobahn, route 66, tarmac, race track,
        racetrack, night drive, lane, tunnel; drive, driving, driver, journey, cruise down, roadside,
        mile, speed, racing, cyclist, marathon, car, ev, motorcycle
    """,
    "underwater": """
        underwater, under water, beneath the waves, beneath the surface, under the sea, seabed, ocean
        floor, coral reef, coral, deep sea, undersea, submerged; diving, diver, scuba,
        snorkel, submarine, fish, whale, dolphin, jellyfish, mermaid, aquarium, reef, turtle, drowning,
        waterproof
    """,
    "meadow": """
        meadow, field, grassland, pasture, prairie, garden, park, orchard, vineyard, wheat field,
        lavender field, flower field, countryside, farm, farmland, rolling hills, hillside, hill, lawn,
        savannah, wildflower meadow; grass, wildflower, wheat, lavender, picnic, botanical, bee, honey,
        herb, herbal, vegan, natural, nature, spring, blossom, harvest, farmer, rural, village, dog,
        puppy, butterfly, eco, sustainable
    """,
    "stage": """
        stage, concert stage, concert, concert hall, arena, spotlight, festival, nightclub, dance floor,
        dancefloor, rave, warehouse party, live show, theatre, theater, gig, disco, opera house,
        ballroom; band, crowd, dj, audience, performance, techno, rock, punk, metal, singer, dancer,
        dancing, edm, encore, tour, laser, strobe, electronic, house music
    """,
    "sky": """
        sky, skies, cloud, above the clouds, cloudscape, aerial, sea of clouds, northern lights, aurora,
        starry sky, night sky, stratosphere, open sky; flight, fly, flying, airline, airplane, plane,
        wing, balloon, kite, bird, heaven, dream, dreamy, ethereal, float, floating, weightless, angel,
        airy, freedom
    """,
    "abstract": """
        abstract, abstract shapes, geometric, geometry, flowing shapes, fluid shapes, gradient,
        particles, fractal, kaleidoscope, light trails, waves of light, ink in water, motion graphics;
        software, algorithm, data, ai, cloud computing, saas, platform, digital, psychedelic, glitch,
        network, code, crypto, blockchain, artificial intelligence, synth, synthwave, ambient, electro,
        machine, cyber
    """,
}
