"""What a subject may be called in a description: the prompt's own noun, where it is a thing one can film."""

from planning.lexicon.speech import word_set

PAIRED = frozenset(["sneaker", "headphones", "sunglasses"])
"""Subjects that come as "a pair of"."""

COUNTED = {
    "sneaker": """
        trainers, running shoes, trail shoes, shoes, hiking boots, boots, walking boots, high tops, sandals,
        heels, loafers
    """,
    "bottle": "water bottle, wine bottle, beer bottle, flask, thermos",
    "cup": "mug, coffee cup, tea cup, teacup, espresso, cappuccino, latte, flat white",
    "phone": "phone, mobile phone",
    "watch": "smartwatch, timepiece, chronograph, pocket watch, clock, fitness tracker",
    "headphones": "earbuds, earphones",
    "car": "electric car, suv, sports car, coupe, convertible, roadster, supercar, vintage car, taxi",
    "book": "novel, picture book, storybook, notebook, diary, cookbook",
    "laptop": "notebook computer",
    "guitar": "acoustic guitar, electric guitar, bass guitar",
    "bicycle": "bike, city bike, e bike, road bike, mountain bike, cargo bike, gravel bike",
    "burger": "cheeseburger, hamburger, smash burger",
    "plant": "houseplant, succulent, cactus, fern, bonsai, monstera",
    "flower": "bouquet, rose, tulip, sunflower, orchid, lily, peony",
    "bag": "handbag, backpack, tote bag, suitcase, rucksack, leather bag, duffel, briefcase, messenger bag",
    "camera": "polaroid, digital camera, mirrorless camera, vintage camera, instant camera",
    "lamp": "desk lamp, floor lamp, lantern, pendant lamp, table lamp",
    "chair": "armchair, sofa, rocking chair, office chair, lounge chair",
    "rocket": "spaceship, spacecraft, starship",
    "sailboat": "yacht, boat, ship, schooner, catamaran, fishing boat",
    "runner": "athlete, marathon runner, jogger",
    "dog": "puppy, golden retriever, labrador, terrier, husky",
    "cat": "kitten, tabby",
    "skateboard": "longboard, snowboard, surfboard, scooter",
    "sunglasses": "glasses, spectacles",
    "candle": "scented candle, soy candle, beeswax candle",
    "jar": "honey jar, mason jar",
    "can": "soda can, beer can",
    "cake": "birthday cake, cupcake, croissant, donut, doughnut, muffin, cheesecake, wedding cake",
    "box": "parcel, subscription box, delivery box, gift set",
}
"""Nouns with an article (or, in pairs, as plurals)."""

POURED = {
    "bottle": (
        "a bottle of {n}",
        """
        wine, beer, whisky, whiskey, gin, vodka, rum, champagne, sparkling wine, olive oil, lemonade, juice,
        orange juice, mineral water, craft beer, lager, ale, kombucha, hot sauce, shampoo, cider
        """,
    ),
    "cup": (
        "a cup of {n}",
        "coffee, tea, hot chocolate, cocoa, matcha, green tea, iced coffee, cold brew",
    ),
    "jar": (
        "a jar of {n}",
        """
        honey, jam, marmalade, face cream, moisturizer, moisturiser, skin cream, serum, lotion, balm,
        peanut butter, night cream
        """,
    ),
    "can": ("a can of {n}", "soda, cola, tonic water"),
    "cake": ("fresh {n}", "bread, sourdough, chocolate, ice cream, pastry"),
}
"""Nouns without a count, in what holds them."""

UNCOLOURED = frozenset(["burger", "pizza", "cake", "plant", "dog", "cat", "runner"])
"""Subjects that have the colour they have."""

AMBIGUOUS_COLOURS = word_set(
    "sand slate rust plum peach salmon amber cream coral chestnut walnut mint lime sage gold silver bronze "
    "copper honey champagne charcoal graphite"
)
"""Colour words that name a material, too: a bag "in sand" would lie in it."""
