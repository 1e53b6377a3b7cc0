"""Where a film plays and by what light: settings by subject and mood, and which of them belong together."""

SHOWCASES = {
    "bicycle": "street",
    "car": "road",
    "runner": "road",
    "dog": "meadow",
    "cat": "interior",
    "skateboard": "street",
    "rocket": "space",
    "sailboat": "sea",
    "book": "interior",
    "guitar": "stage",
}
"""The most flattering place for a subject; what is not listed looks best in the studio."""

WORLDS = {
    "sneaker": ("street", "city", "road"),
    "bottle": ("interior", "meadow", "beach"),
    "cup": ("interior",),
    "phone": ("interior", "abstract"),
    "watch": ("interior", "sea", "mountains"),
    "headphones": ("interior", "abstract"),
    "car": ("city", "road", "mountains"),
    "book": ("interior", "meadow", "forest"),
    "laptop": ("interior", "abstract"),
    "perfume": ("interior", "meadow", "desert", "sea"),
    "guitar": ("interior", "stage", "meadow"),
    "bicycle": ("city", "street", "road"),
    "burger": ("interior",),
    "plant": ("interior", "meadow", "forest"),
    "flower": ("meadow", "interior"),
    "bag": ("interior", "beach", "mountains"),
    "camera": ("mountains", "forest", "beach"),
    "lipstick": ("interior", "abstract"),
    "lamp": ("interior",),
    "chair": ("interior", "meadow"),
    "rocket": ("sky",),
    "sailboat": ("sea",),
    "runner": ("city", "road", "mountains"),
    "dog": ("meadow", "beach", "forest"),
    "cat": ("interior", "meadow"),
    "skateboard": ("city", "street", "beach"),
    "sunglasses": ("beach", "desert", "sea"),
    "candle": ("interior", "forest"),
    "jar": ("interior", "meadow"),
    "can": ("beach", "meadow", "interior"),
    "pizza": ("interior",),
    "cake": ("interior", "meadow"),
    "box": ("interior", "abstract"),
}
"""Where each subject may be filmed when the prompt names no place."""

WORLDS_BY_MOOD = {
    "calm": ("meadow", "sea", "forest"),
    "energetic": ("city", "street", "stage"),
    "luxurious": ("desert", "sky", "sea"),
    "playful": ("meadow", "beach", "sky"),
    "dramatic": ("mountains", "sea", "sky"),
    "nostalgic": ("road", "meadow", "sea"),
    "futuristic": ("abstract", "space", "city"),
}
"""Where a film without a subject plays."""

NEIGHBOURS = {
    "mountains": ("meadow", "forest", "road", "sky", "interior"),
    "forest": ("meadow", "mountains", "interior"),
    "sea": ("beach", "sky", "underwater"),
    "beach": ("sea", "sky", "meadow", "road", "interior"),
    "desert": ("road", "sky", "mountains"),
    "city": ("street", "road", "sky", "interior", "abstract"),
    "street": ("city", "road", "interior", "stage"),
    "space": ("abstract",),
    "studio": ("abstract", "interior"),
    "interior": ("studio", "meadow", "forest", "abstract"),
    "road": ("city", "street", "mountains", "meadow", "sky"),
    "underwater": ("sea", "beach"),
    "meadow": ("forest", "mountains", "sky", "interior"),
    "stage": ("abstract", "city", "street"),
    "sky": ("mountains", "sea", "space"),
    "abstract": ("space", "studio", "stage", "city"),
}
"""Settings that can lie next to each other in one film."""

TRAVELLERS = {
    "bicycle": ("city", "street", "road", "mountains", "meadow", "beach", "forest"),
    "car": ("city", "road", "mountains", "street", "beach", "desert"),
    "runner": ("city", "road", "mountains", "street", "beach", "forest", "meadow"),
    "dog": ("meadow", "beach", "forest", "mountains"),
    "skateboard": ("city", "street", "beach", "road"),
    "rocket": ("sky", "space"),
    "sailboat": ("sea", "beach"),
}
"""Subjects whose film is a journey, moving on from place to place, and where it may lead them."""

COMPANIONS = {
    "sea": "sailboat",
    "beach": "sailboat",
    "road": "car",
    "city": "car",
    "street": "bicycle",
    "space": "rocket",
    "mountains": "runner",
    "forest": "runner",
    "meadow": "dog",
}
"""Who or what appears now and then in a music video whose prompt names no subject, by its chief setting."""

OUTDOORS = frozenset(
    ["mountains", "forest", "sea", "beach", "desert", "city", "street", "road", "meadow", "sky"]
)
"""Settings that have weather."""

LIGHT_ARCS = {
    "dawn": ("dawn", "dawn", "day"),
    "day": ("day", "day", "golden"),
    "golden": ("golden", "golden", "dusk"),
    "dusk": ("golden", "dusk", "dusk"),
    "night": ("dusk", "night", "night"),
}
"""How the light opens, holds and closes, by the light that the film is about. Time only moves on."""

LIGHT_BY_MOOD = {
    "calm": "dawn",
    "energetic": "day",
    "luxurious": "golden",
    "playful": "day",
    "dramatic": "dusk",
    "nostalgic": "golden",
    "futuristic": "night",
}

MOODS_BY_SUBJECT = {
    "sneaker": ("energetic", "dramatic"),
    "perfume": ("luxurious",),
    "burger": ("playful", "energetic"),
    "pizza": ("playful", "nostalgic"),
    "lipstick": ("luxurious", "energetic"),
    "chair": ("calm", "nostalgic"),
    "rocket": ("futuristic", "dramatic"),
    "runner": ("energetic", "dramatic"),
    "skateboard": ("energetic", "playful"),
    "bottle": ("luxurious", "calm"),
    "cup": ("calm", "nostalgic"),
    "watch": ("luxurious", "dramatic"),
    "car": ("dramatic", "futuristic"),
    "book": ("playful", "nostalgic"),
    "laptop": ("futuristic",),
    "phone": ("futuristic",),
    "headphones": ("energetic", "futuristic"),
    "guitar": ("nostalgic",),
    "bicycle": ("energetic",),
    "plant": ("calm",),
    "flower": ("calm", "nostalgic"),
    "bag": ("luxurious", "dramatic"),
    "camera": ("nostalgic", "dramatic"),
    "lamp": ("calm", "luxurious"),
    "sailboat": ("calm", "dramatic"),
    "dog": ("playful",),
    "cat": ("playful", "calm"),
    "sunglasses": ("playful", "energetic"),
    "candle": ("calm", "nostalgic"),
    "jar": ("calm", "luxurious"),
    "can": ("playful", "energetic"),
    "cake": ("playful", "nostalgic"),
    "box": ("playful",),
}
"""Moods that become a subject when the prompt speaks of none."""
