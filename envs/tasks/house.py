"""The house of the Cleaning games: its rooms, their furniture, and what belongs there. Data, and nothing else.

No name may begin with a capital P or I (GameMaker renames such things), and no thing's words may all be another's too
(a game would ask which of the two is meant).
"""

from __future__ import annotations

from typing import NamedTuple


class Furniture(NamedTuple):
    """A piece of furniture and the things that are at home there."""

    name: str
    things: tuple[str, ...]
    closes: bool = False  # a container with a door or a lid; else things lie on it


# The first of these are in every house; a house of more rooms draws from the others.
ALWAYS = ("kitchen", "bathroom", "bedroom", "living room", "dining room")

HOUSE: dict[str, tuple[Furniture, ...]] = {
    "kitchen": (
        Furniture("refrigerator", ("milk carton", "beef steak", "egg carton"), closes=True),
        Furniture("dishwasher", ("dirty plate", "greasy saucepan"), closes=True),
        Furniture("kitchen counter", ("cutting board", "toaster", "frying pan", "spice jar")),
    ),
    "bathroom": (
        Furniture("bathroom sink", ("toothbrush", "shaving razor", "soap bar")),
        Furniture("towel rack", ("wet towel",)),
        Furniture("medicine cabinet", ("toothpaste tube", "shampoo bottle", "cough syrup"), closes=True),
    ),
    "bedroom": (
        Furniture("double bed", ("blanket", "sleeping mask")),
        Furniture("bedside table", ("alarm clock", "bed lamp")),
        Furniture("wardrobe", ("evening dress", "business suit", "silk pajamas"), closes=True),
    ),
    "living room": (
        Furniture("sofa", ("decorative cushion",)),
        Furniture("coffee table", ("TV remote", "gossip magazine")),
        Furniture("TV stand", ("game console", "television")),
    ),
    "dining room": (
        Furniture("dining table", ("table runner", "candelabra", "soup tureen")),
        Furniture("sideboard", ("gravy boat", "napkin ring", "porcelain tea set")),
    ),
    "kids room": (
        Furniture("bunk bed", ("teddy bear", "stuffed rabbit")),
        Furniture("toy chest", ("toy car", "toy sword", "rag doll"), closes=True),
        Furniture("play table", ("coloring book", "building block")),
    ),
    "library": (
        Furniture("bookcase", ("fantasy novel", "encyclopedia volume", "poetry anthology")),
        Furniture("reading table", ("world atlas", "bookmark", "dictionary")),
    ),
    "garage": (
        Furniture("workbench", ("wrench", "power drill", "hammer")),
        Furniture("garage shelf", ("car jack", "motor oil can", "spare tire", "jumper cable")),
    ),
    "pool": (
        Furniture("pool equipment rack", ("swimming fin", "swimming goggles", "life ring")),
        Furniture("deck chair", ("sunscreen bottle", "snorkel", "chlorine tablet")),
    ),
    "garden": (
        Furniture("garden bench", ("watering can", "garden gnome")),
        Furniture("potting table", ("flower pot", "seed packet", "pruning shears")),
    ),
    "gym": (
        Furniture("weight rack", ("dumbbell", "kettlebell")),
        Furniture("sports locker", ("yoga mat", "jump rope", "boxing glove"), closes=True),
    ),
    "laundry room": (
        Furniture("washing machine", ("dirty sock", "stained shirt"), closes=True),
        Furniture("laundry shelf", ("detergent box", "fabric softener", "clothespin", "steam iron")),
    ),
    "office": (
        Furniture("office desk", ("stapler", "hole punch", "computer keyboard")),
        Furniture("filing cabinet", ("tax form", "business contract"), closes=True),
    ),
    "music room": (
        Furniture("piano bench", ("metronome", "sheet music")),
        Furniture("instrument rack", ("violin", "trumpet", "acoustic guitar", "drumstick")),
    ),
    "wine cellar": (
        Furniture("wine rack", ("champagne bottle", "red wine bottle")),
        Furniture("oak barrel", ("corkscrew", "wine thermometer")),
    ),
    "hallway": (
        Furniture("coat rack", ("winter coat", "umbrella", "woolen scarf")),
        Furniture("shoe rack", ("rain boot", "leather shoe", "shoehorn")),
    ),
}

# Where else a thing belongs just as well.
ALSO_IN: dict[str, tuple[str, ...]] = {
    "wet towel": ("laundry room", "pool"),
    "evening dress": ("laundry room",),
    "business suit": ("laundry room",),
    "silk pajamas": ("laundry room",),
    "blanket": ("living room", "laundry room"),
    "decorative cushion": ("bedroom",),
    "gossip magazine": ("library",),
    "game console": ("kids room",),
    "television": ("bedroom",),
    "soup tureen": ("kitchen",),
    "gravy boat": ("kitchen",),
    "napkin ring": ("kitchen",),
    "porcelain tea set": ("kitchen",),
    "candelabra": ("living room",),
    "spice jar": ("dining room",),
    "coloring book": ("library",),
    "fantasy novel": ("office",),
    "encyclopedia volume": ("office",),
    "poetry anthology": ("office",),
    "world atlas": ("office",),
    "dictionary": ("office",),
    "bookmark": ("office",),
    "watering can": ("garage",),
    "flower pot": ("garage",),
    "pruning shears": ("garage",),
    "dirty sock": ("bathroom",),
    "stained shirt": ("bathroom",),
    "tax form": ("library",),
    "business contract": ("library",),
    "champagne bottle": ("kitchen", "dining room"),
    "red wine bottle": ("kitchen", "dining room"),
    "corkscrew": ("kitchen", "dining room"),
    "winter coat": ("bedroom",),
    "woolen scarf": ("bedroom",),
    "leather shoe": ("bedroom",),
}

# Where a thing does not belong, and yet nobody would wonder at it: never a thing's place at the start, for those out of
# place shall be seen to be.
PLAUSIBLE_IN: dict[str, tuple[str, ...]] = {
    "milk carton": ("dining room",),
    "beef steak": ("dining room",),
    "cutting board": ("dining room",),
    "frying pan": ("dining room",),
    "sleeping mask": ("living room",),
    "shoehorn": ("bedroom",),
    "dirty plate": ("dining room",),
    "toaster": ("dining room",),
    "soap bar": ("kitchen", "laundry room"),
    "cough syrup": ("bedroom", "kitchen"),
    "blanket": ("kids room",),
    "alarm clock": ("kids room", "office", "living room"),
    "bed lamp": ("library", "living room", "kids room", "office"),
    "decorative cushion": ("kids room", "library"),
    "gossip magazine": ("bedroom", "bathroom", "kitchen"),
    "game console": ("bedroom",),
    "television": ("kids room", "gym", "dining room"),
    "TV remote": ("bedroom",),
    "table runner": ("kitchen", "living room"),
    "candelabra": ("bedroom", "music room", "wine cellar"),
    "teddy bear": ("bedroom",),
    "stuffed rabbit": ("bedroom",),
    "toy car": ("living room",),
    "rag doll": ("living room", "bedroom"),
    "building block": ("living room", "bedroom"),
    "coloring book": ("living room",),
    "fantasy novel": ("bedroom", "living room", "kids room"),
    "poetry anthology": ("bedroom", "living room"),
    "encyclopedia volume": ("living room", "kids room"),
    "world atlas": ("living room", "kids room"),
    "dictionary": ("living room", "kids room", "bedroom"),
    "bookmark": ("bedroom", "living room", "kids room"),
    "hammer": ("garden",),
    "sunscreen bottle": ("bathroom", "garden"),
    "swimming goggles": ("bathroom",),
    "flower pot": ("living room", "kitchen", "dining room"),
    "garden gnome": ("pool",),
    "yoga mat": ("bedroom", "living room"),
    "jump rope": ("kids room",),
    "dirty sock": ("bedroom", "gym"),
    "stained shirt": ("bedroom",),
    "detergent box": ("kitchen", "bathroom"),
    "fabric softener": ("bathroom",),
    "clothespin": ("garden",),
    "steam iron": ("bedroom",),
    "stapler": ("library",),
    "hole punch": ("library",),
    "computer keyboard": ("library", "bedroom", "music room"),
    "sheet music": ("library", "living room"),
    "violin": ("living room", "bedroom"),
    "acoustic guitar": ("living room", "bedroom"),
    "metronome": ("living room",),
    "leather shoe": ("living room",),
    "umbrella": ("garden", "pool"),
}
