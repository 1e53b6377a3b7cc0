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
    "none": ("an empty frame", "a long, empty view", "an establishing view"),
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
    "mountains": ("on a mountain ridge", "below jagged peaks", "on a summit above the valleys"),
    "forest": ("in a pine forest", "on the forest floor between mossy roots", "in a deep woodland"),
    "sea": ("out on the open sea", "over the rolling ocean", "before a long ocean swell"),
    "beach": ("on a wide beach", "on the shoreline, foam sliding out", "by an empty coastline"),
    "desert": ("among desert dunes", "in the open desert", "on a ridge of sand dunes"),
    "city": ("before the city skyline", "above the city rooftops", "in front of downtown skyscrapers"),
    "street": ("on a city street", "in a narrow alley", "on a cobblestone pavement"),
    "space": ("in outer space", "before a turning galaxy", "high over a blue planet"),
    "studio": ("on a studio plinth", "on a seamless backdrop", "in a bare photo studio"),
    "interior": (
        "on a kitchen table by the window",
        "in a bare room with tall walls",
        "in a living room with one tall window",
    ),
    "road": ("on an open road", "on a winding road", "beside an empty highway"),
    "underwater": (
        "underwater, among drifting bubbles",
        "beneath the surface, over a coral reef",
        "deep underwater",
    ),
    "meadow": ("in a meadow of tall grass", "in a wildflower meadow", "among grassland and low hills"),
    "stage": ("on a concert stage", "in a single spotlight on stage", "on the stage of an empty arena"),
    "sky": ("high above the clouds", "against an open sky", "over a sea of clouds"),
    "abstract": (
        "among flowing abstract shapes",
        "among abstract particles",
        "inside an abstract gradient",
    ),
}

LIGHTS = {
    "dawn": ("first light breaking", "pale dawn light", "a low sunrise"),
    "day": ("clean daylight", "broad daylight", "full sun and short shadows"),
    "golden": ("warm golden light", "long shadows of the golden hour", "the amber light of sunset"),
    "dusk": ("violet dusk", "the last blue hour", "twilight settling in"),
    "night": ("deep night", "lit against the night", "midnight dark with points of light"),
}
LIGHTS_BY_SETTING = {
    "studio": {
        "day": ("even daylight from a large softbox",),
        "night": ("a single lamp-like beam in the night",),
    },
    "stage": {"night": ("beams cutting through the night",)},
    "street": {"night": ("neon glowing on stone at night", "neon signs at night")},
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

HOMES = {
    "sneaker": ("street", "studio", "city"),
    "bottle": ("studio", "interior", "meadow"),
    "cup": ("interior", "studio", "meadow"),
    "phone": ("studio", "interior", "city"),
    "watch": ("studio", "sea", "mountains"),
    "headphones": ("studio", "interior", "city"),
    "car": ("road", "city", "mountains"),
    "book": ("interior", "forest", "meadow"),
    "laptop": ("interior", "studio", "city"),
    "perfume": ("studio", "desert", "meadow"),
    "guitar": ("stage", "interior", "road"),
    "bicycle": ("street", "city", "road"),
    "burger": ("interior", "studio", "meadow"),
    "plant": ("interior", "forest", "meadow"),
    "flower": ("meadow", "studio", "interior"),
    "bag": ("studio", "interior", "city"),
    "camera": ("mountains", "studio", "forest"),
    "lipstick": ("studio", "interior", "abstract"),
    "lamp": ("interior", "studio", "forest"),
    "chair": ("interior", "studio", "meadow"),
    "rocket": ("space", "desert", "sky"),
    "sailboat": ("sea", "beach", "sky"),
    "runner": ("road", "city", "mountains"),
    "dog": ("meadow", "beach", "forest"),
    "cat": ("interior", "meadow", "street"),
    "skateboard": ("street", "city", "beach"),
    "sunglasses": ("beach", "studio", "desert"),
    "candle": ("interior", "studio", "forest"),
    "jar": ("studio", "meadow", "interior"),
    "can": ("studio", "beach", "meadow"),
    "pizza": ("interior", "studio", "meadow"),
    "cake": ("interior", "studio", "meadow"),
    "box": ("studio", "interior", "meadow"),
}
"""Where each subject is at home: the settings when the prompt names none or too few."""

HOMES_BY_MOOD = {
    "calm": ("meadow", "sea", "forest"),
    "energetic": ("city", "stage", "street"),
    "luxurious": ("studio", "city", "desert"),
    "playful": ("meadow", "street", "beach"),
    "dramatic": ("mountains", "sea", "sky"),
    "nostalgic": ("road", "meadow", "sea"),
    "futuristic": ("city", "abstract", "space"),
}

NEIGHBOURS = {
    "mountains": ("sky", "meadow", "forest", "road"),
    "forest": ("meadow", "mountains", "sky"),
    "sea": ("beach", "sky", "underwater"),
    "beach": ("sea", "sky", "road"),
    "desert": ("sky", "road", "mountains"),
    "city": ("street", "road", "sky"),
    "street": ("city", "interior", "road"),
    "space": ("sky", "abstract", "desert"),
    "studio": ("abstract", "interior", "city"),
    "interior": ("street", "meadow", "studio"),
    "road": ("mountains", "city", "sky"),
    "underwater": ("sea", "beach", "abstract"),
    "meadow": ("forest", "sky", "road"),
    "stage": ("city", "abstract", "street"),
    "sky": ("mountains", "sea", "space"),
    "abstract": ("space", "city", "stage"),
}

LIGHT_ARCS = {
    "dawn": ("dawn", "dawn", "day"),
    "day": ("day", "day", "golden"),
    "golden": ("golden", "golden", "dusk"),
    "dusk": ("dusk", "dusk", "night"),
    "night": ("dusk", "night", "night"),
}
"""The light from first to last scene, by the light that the prompt names."""

LIGHT_BY_MOOD = {
    "calm": "dawn",
    "energetic": "day",
    "luxurious": "golden",
    "playful": "day",
    "dramatic": "dusk",
    "nostalgic": "golden",
    "futuristic": "night",
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
