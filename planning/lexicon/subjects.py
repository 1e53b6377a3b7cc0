"""Things a scene can show, in English."""

SUBJECTS = {
    "sneaker": """
        sneaker, trainers, running shoe, trail shoe, shoe, hiking boot, boot, footwear, sports shoe,
        trail runner shoe, running shoes, high top, sandal, heel, loafer, walking boot, kicks; sole,
        lace, outsole, stride, midsole, cushioning
    """,
    "bottle": """
        bottle, water bottle, wine bottle, beer bottle, wine, beer, whisky, whiskey, gin, vodka, rum,
        champagne, sparkling wine, olive oil, lemonade, juice, orange juice, smoothie, mineral water,
        craft beer, lager, ale, kombucha, hot sauce, shampoo, flask, thermos, cider; drink, beverage,
        brewery, distillery, winery, vineyard, refreshing, hydration, liquor, spirits
    """,
    "cup": """
        cup, mug, coffee cup, tea cup, teacup, espresso, cappuccino, latte, flat white, coffee, tea, hot
        chocolate, cocoa, matcha, cup of coffee, cup of tea, green tea, iced coffee, cold brew, mocha;
        barista, roaster, roastery, coffee roaster, coffee bean, cafe, café, coffee shop, brew, roasted,
        arabica, caffeine
    """,
    "phone": """
        phone, smartphone, mobile phone, iphone, cell phone, handset, app, mobile app, phone screen,
        fintech; fintech app, banking, mobile, notification, swipe, ios, android, banking app, payment,
        messaging, social media, podcast, budgeting, dating, wallet
    """,
    "watch": """
        watch, wristwatch, smartwatch, timepiece, chronograph, pocket watch, clock, fitness tracker;
        wrist, horology, swiss made, watchmaker, luxury watch
    """,
    "headphones": """
        headphone, earbud, earphone, headset, noise cancelling headphones, earbuds, speaker, record
        player, turntable, vinyl; listening, audio, bass drop, noise cancelling, dj, techno, playlist,
        mixtape, hi fi, hifi, beat
    """,
    "car": """
        car, electric car, automobile, ev, suv, sports car, sedan, coupe, convertible, roadster,
        hatchback, electric vehicle, supercar, vintage car, night drive, taxi, limousine, vehicle;
        driving, driver, drive, horsepower, test drive, steering wheel, headlight, dashboard, motor,
        garage, windshield, tyre, tire, engine
    """,
    "book": """
        book, novel, children book, childrens book, picture book, paperback, storybook, notebook, diary,
        journal, comic, bedtime story, cookbook, magazine; author, reader, reading, chapter, publisher,
        library, story, bookshop, writer, tale, fairy tale, fairytale, poem, poetry
    """,
    "laptop": """
        laptop, computer, notebook computer, macbook, desktop, keyboard, monitor, screen, tablet,
        dashboard software; software, saas, coding, developer, website, startup, online course, web app,
        productivity, platform, spreadsheet, remote work, webinar, cloud computing, ai
    """,
    "perfume": """
        perfume, fragrance, eau de parfum, eau de toilette, cologne, scent bottle, perfume bottle,
        aftershave, parfum; scent, jasmine, oud, sandalwood, musk, bergamot, sillage, amber, aroma,
        vetiver, patchouli
    """,
    "guitar": """
        guitar, acoustic guitar, electric guitar, bass guitar, ukulele, banjo, mandolin, violin, cello,
        piano, instrument; folk, folk song, strum, chord, band, singer songwriter, country music, blues,
        rock, ballad, acoustic, busker, flamenco, indie folk
    """,
    "bicycle": """
        bicycle, bike, e bike, ebike, road bike, mountain bike, city bike, gravel bike, cargo bike,
        tandem; cycling, cyclist, pedal, handlebar, spoke, saddle, ride, commuter, bike lane
    """,
    "burger": """
        burger, hamburger, cheeseburger, smash burger, sandwich, hot dog, fries, burger joint, taco,
        kebab, steak; patty, grill, grilled, bbq, barbecue, fast food, food truck, brioche, diner,
        bacon, street food, restaurant, meal
    """,
    "plant": """
        plant, houseplant, potted plant, succulent, cactus, seedling, sprout, fern, bonsai, monstera,
        herb; botanical, greenhouse, gardening, gardener, leaf, leaves, vegan, grow, sapling, green
        thumb, compost, organic, eco, herbal
    """,
    "flower": """
        flower, bouquet, rose, tulip, sunflower, orchid, lily, peony, wildflower, daisy, cherry blossom,
        poppy, petal, bloom, lotus, blossom, lavender; florist, floral, wedding, spring, valentine,
        blooming
    """,
    "bag": """
        bag, handbag, backpack, tote, tote bag, suitcase, luggage, rucksack, leather bag, purse, duffel,
        briefcase, satchel, messenger bag; leather goods, travel gear, carry on, strap, fashion
    """,
    "camera": """
        film camera, digital camera, mirrorless camera, camera body, vintage camera, dslr, camcorder,
        polaroid, action camera, instant camera, camera lens; photographer, photography, lens, shutter,
        filmmaker, photo
    """,
    "lipstick": """
        lipstick, lip gloss, lip balm, mascara, nail polish, eyeliner, makeup, make up, blush; lip,
        cosmetics, cosmetic, beauty brand, beauty, glam
    """,
    "lamp": """
        lamp, desk lamp, floor lamp, lantern, lightbulb, light bulb, pendant lamp, chandelier, bedside
        lamp, table lamp; lighting, bulb, lampshade, smart home, energy, interior design
    """,
    "chair": """
        chair, armchair, sofa, couch, stool, rocking chair, office chair, lounge chair, bench, recliner;
        furniture, upholstery, seat, interior design, ergonomic, carpenter, joinery, furniture maker
    """,
    "rocket": """
        rocket, spaceship, spacecraft, space shuttle, starship, rocket launch, satellite, launch
        vehicle, space company, capsule in orbit; astronaut, liftoff, lift off, launch pad, payload,
        mission, space agency, space startup, aerospace, orbital
    """,
    "sailboat": """
        sailboat, sailing boat, yacht, boat, ship, sailing ship, schooner, catamaran, fishing boat,
        dinghy, ferry, vessel at sea; sailing, sailor, captain, crew, regatta, voyage, harbour, harbor,
        sea shanty, mast
    """,
    "runner": """
        runner, jogger, sprinter, athlete, marathon runner, marathon; running, run, jog, jogging,
        sprint, marathoner, race day, workout, training, fitness, sport, race
    """,
    "dog": """
        dog, puppy, puppies, golden retriever, labrador, hound, terrier, dog food, doggy, pooch, husky,
        fox, wolf, deer, bear; pet, pet food, leash, bark, paw, tail, kennel, fetch, treats
    """,
    "cat": "cat, kitten, kitty, tabby, feline, cat food, tomcat, black cat; purr, whiskers, meow, litter",
    "skateboard": """
        skateboard, longboard, skater, skateboarder, snowboard, surfboard, scooter; skate, skatepark,
        ollie, half pipe, kickflip, skateboarding, streetwear, skate deck
    """,
    "sunglasses": """
        sunglass, sunglasses, glasses, eyewear, shades, spectacles, ray bans; optician, frames,
        polarised, polarized, uv, vacation
    """,
    "candle": """
        candle, scented candle, soy candle, candlelight, candlestick, tealight, candle maker, incense,
        beeswax candle; wick, wax, hand poured, cosy evening, hygge, flame
    """,
    "jar": """
        jar, cream jar, honey, jam, jam jar, mason jar, marmalade, pickle, face cream, moisturizer,
        moisturiser, skin cream, serum, skincare, skin care, lotion, balm, honey jar, peanut butter,
        ointment, pot of cream, night cream, supplement; skin, beekeeper, vitamin, hyaluronic, cream,
        collagen, spice, glow, probiotic, spa, wellness
    """,
    "can": """
        a can, the can, cold can, can of soda, soda can, beer can, energy drink, soda, tin can, soft
        drink, cola, seltzer, tonic water, aluminium can, aluminum can, drinks can, canned, tin,
        beverage can; fizzy, carbonated, sparkling, fizz, caffeine free, electrolyte
    """,
    "pizza": """
        pizza, margherita, pepperoni, pizzeria, pizza slice, focaccia, flatbread, pasta; mozzarella,
        wood fired, dough, italian food, trattoria, neapolitan, delivery
    """,
    "cake": """
        cake, birthday cake, cupcake, pastry, croissant, bread, sourdough, cookie, brownie, chocolate,
        ice cream, donut, doughnut, muffin, dessert, tart, macaron, cheesecake, wedding cake,
        patisserie, granola; bakery, baker, birthday, sweet, frosting, icing, baking, bake, sugar
    """,
    "box": """
        box, gift box, parcel, package, cardboard box, subscription box, delivery box, crate, present,
        gift set, meal kit; gift, unboxing, shipping, delivery, subscription, logistics, packaging,
        courier, toy, board game
    """,
}
