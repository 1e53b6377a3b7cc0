"""Light, weather, camera moves and moods, in English."""

LIGHT = {
    "dawn": """
        dawn, sunrise, daybreak, first light, early morning, break of day, morning light, before
        sunrise, blue hour before sunrise; morning, wake up, waking, awakening, early, new day,
        breakfast, fresh start
    """,
    "day": """
        daylight, midday, noon, bright day, broad daylight, afternoon, sunlit, full sun, clear daylight,
        sunny, sunshine, high sun, bright daylight; day, summer, bright, sun, daytime, lunch, everyday
    """,
    "golden": """
        golden hour, golden light, warm golden light, sunset, magic hour, late afternoon, evening sun,
        low sun, amber light, last light of the day, sundown, golden glow, warm light, setting sun;
        golden, warm, autumn, honeyed, amber, candlelight, fireplace, nostalgic, whisky
    """,
    "dusk": """
        dusk, twilight, nightfall, blue hour, after sunset, gloaming, evening light, violet light;
        evening, purple sky, lavender sky, neon, moody
    """,
    "night": """
        night, nighttime, midnight, after dark, moonlight, moonlit, nocturnal, at night, city lights,
        neon lights, starlight, starry, night drive, night sky, neon sign, late night, under the stars,
        northern lights, aurora, dark night, nightclub, rave, milky way; dark, neon, moon, club, star,
        party, darkness, bedtime, lullaby, techno, synthwave
    """,
}

WEATHER = {
    "clear": """
        clear sky, clear skies, clear air, cloudless, blue sky, blue skies, crisp air; sunny, sunshine,
        crisp, clear
    """,
    "rain": """
        rain, rainy, raining, raindrop, drizzle, downpour, storm, thunderstorm, wet street, wet
        pavement, rain soaked, puddle, rainfall, umbrella, monsoon, stormy; wet, thunder, lightning,
        waterproof, melancholy, storm proof
    """,
    "snow": """
        snow, snowy, snowfall, snowflake, blizzard, snowing, snow covered, falling snow, snow capped,
        powder snow, first snow; winter, frost, ice, icy, frozen, christmas, ski, skiing, arctic,
        glacier
    """,
    "mist": """
        mist, misty, fog, foggy, haze, hazy, smoke, smoky, smog, steam rising in the air, drifting mist,
        morning fog, dew; steam, steaming, ghostly, ethereal, mysterious, soft focus, humid, vapour,
        vapor
    """,
}

CAMERA = {
    "push_in": """
        push in, slow push in, pushes in, pushing in, push toward, push towards, dolly in, zoom in,
        zooms in, move in close, moves in close, creeps in, creep in, tracks in, track in, moving
        closer, closing in; close up, closer, toward, towards, into, macro
    """,
    "pull_out": """
        pull out, slow pull out, pulls out, pull back, pulls back, pulling back, dolly out,
        zoom out, zooms out, move
        back, moves back, backs away, widening, widens; reveal, reveals, wide shot, further away
    """,
    "pan_left": """
        pan left, pans left, panning left, pan to the left, track left, tracks left, slide left, slides
        left, tracking left, moves left, from right to left, drifts left; leftward, to the left
    """,
    "pan_right": """
        pan right, pans right, panning right, pan to the right, track right, tracks right, slide right,
        slides right, tracking right, moves right, from left to right, drifts right, pan, pans, panning;
        tracking shot, rightward, to the right, panorama
    """,
    "rise": """
        rise, rises, rising camera, crane up, cranes up, crane shot, drone rise, tilt up, tilts up,
        lifts up, camera lifts, ascends, ascending, jib up, boom up, pedestal up, camera rises, drone
        shot, lifting; rising, upward, upwards, drone, soaring, soar, climbs
    """,
    "orbit": """
        orbit shot, orbits, orbiting, circle around, circles around, circling, circling around, arc
        around, arcs around, revolve around, revolving, 360, rotates around, camera circles, slow orbit,
        half circle; around, rotate, rotating, spin, spinning, turntable
    """,
}

MOODS = {
    "calm": """
        calm, peaceful, serene, quiet, gentle, tranquil, relaxing, soothing, relaxed, mindful,
        meditative, soft, slow, unhurried, slow living, still, zen, restful, hush, hushed; simple,
        natural, pure, tea, ambient, lullaby, sleep, skincare, meditation, wellness, spa, yoga, minimal,
        minimalist, breathe, honest, organic, chill, cosy, cozy, comfort, tender, acoustic, folk,
        harmony, nature, hygge, bedtime
    """,
    "energetic": """
        energetic, energy, dynamic, fast, powerful, high energy, upbeat, explosive, punchy, adrenaline,
        vibrant, pumping, fast paced, driving beat, hard hitting, bold, intense; run, running, sport,
        sneaker, fitness, workout, power, speed, race, marathon, techno, rave, edm, dance, drum,
        festival, city, street, beat, move, ride, skate, hip hop, rap, push, faster, rush, electric,
        strong, loud, unstoppable, performance, athlete, house music, drum and bass, workout
    """,
    "luxurious": """
        luxurious, luxury, elegant, premium, sophisticated, opulent, refined, exclusive, timeless, haute
        couture, sensual, glamorous, couture, seductive, indulgent; silk, gold, velvet, perfume,
        fragrance, diamond, champagne, craftsmanship, leather, finest, prestige, satin, watchmaker,
        marble, jewellery, jewelry, rich, bespoke, noir, parisian, chic, amber, sillage, collector
    """,
    "playful": """
        playful, fun, cheerful, happy, quirky, whimsical, cute, funny, bubbly, joyful, silly, cheeky,
        light hearted, lighthearted, colourful, colorful, mischievous, joy; kid, children, child, candy,
        puppy, kitten, burger, pizza, birthday, smile, laugh, toy, party, friends, picture book, ice
        cream, cartoon, family, juicy, funky, pop, summer, hungry, squirrel, fox, friendly, bubblegum, donut,
        game, snack, messy, sweet, delicious
    """,
    "dramatic": """
        dramatic, epic, cinematic, breathtaking, mysterious, suspenseful, thunderous, majestic, dark and
        moody, brooding, haunting, gripping, monumental, fearless, heroic; storm, wild, adventure,
        expedition, mountain, summit, legend, battle, fight, ancient, conquer, survive, volcano, hero,
        shadow, thriller, blood, fire, peak, alps, orchestral, moody, dark, melancholic, melancholy,
        heartbreak, heartbroken, extreme, danger, gothic
    """,
    "nostalgic": """
        nostalgic, nostalgia, vintage, retro, childhood, memories, memory, old fashioned, throwback,
        sentimental, wistful, bittersweet, longing; tradition, traditional, grandmother, grandma,
        grandfather, since 19, heritage, family recipe, analogue, analog, polaroid, film grain, 80s,
        90s, 70s, remember, vinyl, love song, homesick, handmade, hand poured, craft, old, lost love,
        letter, summer love, home, ballad, folk song, classic, eighties, nineties, yesterday, goodbye,
        faded, small batch, family run, generations
    """,
    "futuristic": """
        futuristic, future, high tech, hi tech, cutting edge, next generation, innovative, cyberpunk,
        sci fi, science fiction, next gen, state of the art, tomorrow, visionary, revolutionary,
        synthwave; technology, tech, ai, electric car, ev, robot, digital, space, smart, innovation,
        startup, fintech, app, software, data, crypto, autonomous, rocket, algorithm, neon, quantum,
        electric vehicle, mars, synth, spaceship, machine, satellite, instant, orbit, blockchain,
        electronic
    """,
}
