"""How a shot is put into words. ``{s}`` is the subject; every wording reads back as its id."""

SUBJECT_WORDS = {
    "sneaker": "a pair of sneakers",
    "bottle": "a tall glass bottle",
    "cup": "a ceramic cup",
    "phone": "a smartphone",
    "watch": "a wristwatch",
    "headphones": "a pair of headphones",
    "car": "a low, clean-lined car",
    "book": "an open book",
    "laptop": "a slim laptop",
    "perfume": "a perfume bottle",
    "guitar": "a guitar",
    "bicycle": "a bicycle",
    "burger": "a stacked burger",
    "plant": "a potted plant",
    "flower": "a single flower",
    "bag": "a leather bag",
    "camera": "a film camera",
    "lipstick": "a lipstick",
    "lamp": "a lamp",
    "chair": "an armchair",
    "rocket": "a slender rocket",
    "sailboat": "a small sailboat",
    "runner": "a lone runner",
    "dog": "a dog",
    "cat": "a cat",
    "skateboard": "a skateboard",
    "sunglasses": "a pair of sunglasses",
    "candle": "a candle",
    "jar": "a glass cream jar",
    "can": "a cold drinks can",
    "pizza": "a pizza",
    "cake": "a cake",
    "box": "a gift box",
}

SIZES = {
    "wide": ("{s} small in the frame", "{s} seen from far off", "{s} alone in a wide frame"),
    "mid": ("{s} at eye level", "{s} standing out from the background", "{s} in the middle of the frame"),
    "close": ("{s} filling the frame", "{s} so near that the texture shows", "{s} in sharp detail"),
    "none": ("a wide view", "an unbroken view", "an establishing view", "a long view"),
}

CAMERA_MOVES = {
    "push_in": ("Slow push-in", "The camera creeps in", "Steady dolly in"),
    "pull_out": ("Slow pull-out", "The camera pulls back", "Long dolly out"),
    "pan_left": ("Smooth pan left", "The camera slides left", "Drifting pan to the left"),
    "pan_right": ("Smooth pan right", "The camera slides right", "Drifting pan to the right"),
    "rise": ("The camera rises", "Crane up", "Tilt up from below"),
    "orbit": ("Slow orbit", "The camera circles", "The camera arcs around"),
}

PLACES = {
    "mountains": {
        "any": ("on a mountain ridge", "below jagged peaks", "on a summit above the valleys"),
        "tabletop": ("on a boulder below jagged peaks", "on bare rock on a mountain ridge"),
        "ground": ("below jagged peaks", "on a mountain pass"),
    },
    "forest": {
        "any": ("in a pine forest", "in a deep woodland", "in a forest clearing"),
        "tabletop": ("on the forest floor between mossy roots", "on a fallen trunk in a pine forest"),
    },
    "sea": {
        "any": ("out on the open sea", "over the rolling ocean", "before a long ocean swell"),
        "tabletop": ("on a wet rock above the open sea", "on dark stone before the rolling ocean"),
        "ground": ("before the open sea", "before a long ocean swell"),
    },
    "beach": {
        "any": ("on a wide beach", "by an empty coastline"),
        "tabletop": ("at the edge of a wide beach", "on the shoreline, foam sliding out"),
    },
    "desert": {"any": ("among desert dunes", "in the open desert", "on a ridge of sand dunes")},
    "city": {
        "any": ("before the city skyline", "in front of downtown skyscrapers"),
        "tabletop": ("on a ledge above the city skyline", "before the city skyline"),
    },
    "street": {"any": ("on a city street", "on a cobblestone pavement", "on a broad avenue")},
    "space": {
        "any": ("in outer space", "before a wheeling galaxy", "high over a turning planet"),
        "tabletop": ("weightless in outer space", "before a turning galaxy"),
    },
    "studio": {
        "any": ("on a seamless backdrop", "in a bare photo studio"),
        "tabletop": ("on a studio plinth", "on a seamless backdrop", "on a low studio pedestal"),
    },
    "interior": {
        "any": ("in a bare room with tall walls", "in a living room with one tall window"),
        "tabletop": (
            "on a kitchen table by the window",
            "on a wooden table in a plain room",
            "on a long wooden counter in a kitchen",
        ),
    },
    "road": {"any": ("on an open road", "on a winding road", "on an empty highway")},
    "underwater": {
        "any": ("underwater, among drifting bubbles", "beneath the surface, over a coral reef"),
    },
    "meadow": {
        "any": ("in a meadow of tall grass", "in a wildflower meadow", "among grassland and low hills"),
        "tabletop": ("on a flat stone in a wildflower meadow", "in a meadow of tall grass"),
    },
    "stage": {
        "any": ("on a concert stage", "in a single spotlight on stage", "on the stage of an empty arena"),
    },
    "sky": {
        "any": ("high above the clouds", "against an open sky", "over a sea of clouds"),
        "tabletop": ("against an open sky", "over a sea of clouds"),
        "ground": ("against an open sky",),
    },
    "abstract": {
        "any": (
            "among flowing abstract shapes",
            "among abstract particles",
            "inside an abstract gradient",
        ),
    },
}
"""Where in a setting a subject is: things that stand on a table need something to stand on, too."""

ON_THE_GROUND = frozenset(
    ["car", "bicycle", "runner", "dog", "cat", "skateboard", "chair", "guitar", "plant"]
)
IN_THE_OPEN = frozenset(["rocket", "sailboat"])
"""What does not stand on a table: the rest does."""

LIGHTS = {
    "dawn": ("first light breaking", "pale dawn light", "a low sunrise"),
    "day": ("clean daylight", "broad daylight", "full sun and short shadows"),
    "golden": ("warm golden light", "long shadows of the golden hour", "the amber light of sunset"),
    "dusk": ("deepening dusk", "the last blue hour", "twilight settling in"),
    "night": ("deep night", "lit against the night", "midnight dark with points of light"),
}
LIGHTS_BY_SETTING = {
    "studio": {
        "dawn": ("pale dawn light from one side", "a cool gradient like first light"),
        "day": ("even daylight from a large softbox", "clean daylight"),
        "golden": ("warm golden light from one side", "a slanting beam of golden light"),
        "dusk": ("dusk light from behind", "twilight, with one rim of light"),
        "night": ("midnight dark with one hard edge of light", "lit against the night"),
    },
    "interior": {
        "dawn": ("first light through the window", "pale dawn light"),
        "day": ("clean daylight through the window",),
        "golden": ("warm golden light through the window", "the amber light of sunset on the wall"),
        "dusk": ("deepening dusk outside", "twilight settling in"),
        "night": ("deep night outside", "lit against the night"),
    },
    "space": {
        "dawn": ("a sunrise on the curve below",),
        "day": ("full sun and hard shadows",),
        "golden": ("warm golden light on one side",),
        "dusk": ("twilight on the curve below",),
        "night": ("deep night", "midnight dark with points of light"),
    },
    "stage": {"night": ("beams cutting through the night", "deep night")},
    "street": {"night": ("neon signs at night", "lit against the night")},
}

AIRS = {
    "clear": ("clear air", "a cloudless horizon", "under clear skies"),
    "rain": ("rain falling through the light", "fine rain in the air", "raindrops on every surface"),
    "snow": ("snow drifting down", "snowflakes turning in the air", "a light snowfall"),
    "mist": ("mist hanging low", "a veil of fog", "mist curling through the frame"),
}

FEELINGS = {
    "calm": ("calm and unhurried", "serene", "a hush over everything"),
    "energetic": ("energetic", "charged and dynamic", "restless, vibrant motion"),
    "luxurious": ("elegant and slow to reveal itself", "luxurious restraint", "opulent and precise"),
    "playful": ("playful", "cheerful and quick", "whimsical"),
    "dramatic": ("dramatic", "epic in scale", "brooding and majestic"),
    "nostalgic": ("nostalgic", "wistful, like an old photograph", "a bittersweet stillness"),
    "futuristic": ("futuristic", "sleek and futuristic", "visionary and exact"),
}

PALETTES = {
    "calm": ("#e8e4da", "#9caf88", "#6d8a96", "#d9c2a0", "#2f3e46"),
    "energetic": ("#ff5a1f", "#14213d", "#ffd23f", "#2d5bff", "#f7f7f5"),
    "luxurious": ("#1a1a1d", "#c9a45c", "#5a3a22", "#e8dcc6", "#7a2e3a"),
    "playful": ("#ff6b6b", "#ffd93d", "#3fc1c9", "#7b5ea7", "#fff6e5"),
    "dramatic": ("#10151f", "#c8553d", "#4a6274", "#e0b884", "#233044"),
    "nostalgic": ("#e3b778", "#a85d43", "#6b7f5a", "#f1e3c6", "#3f3a4a"),
    "futuristic": ("#0b1030", "#19c6e6", "#d6249f", "#6c5ce7", "#e6f1ff"),
}
