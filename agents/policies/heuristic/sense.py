"""What goes where in a house: common sense in words, weighed by an embedder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from graphmem.protocols import Embedder
from graphmem.records import entity_key

ROOMS = {
    "kitchen": "cooking, food, groceries, milk, eggs, meat, vegetables, spices, pots, pans, dirty dishes, cutlery, "
    "chopping, fridge, oven, kitchen appliances",
    "bathroom": "washing, personal hygiene, teeth, shaving, hair, shampoo, soap, towels, medicine, syrup, cosmetics",
    "bedroom": "sleeping, bed, bedding, pillows, nightwear, pajamas, clothes, suits, dresses, alarm, wardrobe",
    "living room": "relaxing on the sofa, television, remote control, cushions, magazines, video games",
    "dining room": "serving dinner, tablecloth, candles, fine china, porcelain, sauce boats, serving dishes, napkins",
    "kids room": "children, playing, toys, dolls, plush animals, building bricks, crayons, picture books",
    "library": "reading, books, novels, dictionaries, encyclopedias, atlases, poems, bookshelves",
    "garage": "car parts, tires, engine oil, battery cables, hand tools, power tools, repair",
    "pool": "swimming, goggles, fins, life jacket, floats, diving, sunscreen, pool chemicals",
    "garden": "gardening, plants, seeds, flowers, watering, pruning, lawn, gnomes",
    "gym": "exercise, weights, fitness, yoga, skipping, boxing, sports training",
    "laundry room": "dirty laundry, washing clothes, detergent, fabric softener, ironing, clothes pegs",
    "office": "paperwork, desk, documents, contracts, taxes, computer, stationery, staples, paper clips",
    "music room": "music, musical instruments, notes, tempo, guitar, drums",
    "wine cellar": "wine, wine bottles, champagne, opening wine, barrels",
    "hallway": "coming home, outerwear, coats, shoes, boots, scarves, umbrellas",
    "pantry": "stored food, cans, flour, rice, jam, preserves",
    "attic": "old things, boxes, Christmas decorations, souvenirs",
    "basement": "storage, boiler, fuse box, old furniture",
    "bar": "drinks, liquor, cocktails, beer, glasses",
    "backyard": "barbecue, lawn chairs, patio, outdoor games",
    "study": "paperwork, desk, documents, computer, stationery, books",
}
"""What one finds, and does, in each kind of room."""

_LIKE = {"children's room": "kids room", "nursery": "kids room", "playroom": "kids room", "lounge": "living room"}


class Sense:
    """How well a thing suits a room. `embedder` judges what the words do not settle."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._embed = lru_cache(4096)(lambda text: embedder.embed([text])[0])

    def suits(self, thing: str, rooms: Sequence[str]) -> NDArray[np.float32]:
        """For each room, how well `thing` suits it: about -0.2 (not at all) to 1.5 (just so), shape (len(rooms),)."""
        vector = self._embed(entity_key(thing))
        return np.array([self._suit(vector, entity_key(room)) for room in rooms], np.float32)

    def _suit(self, thing: NDArray[np.float32], room: str) -> float:
        """The two nearest of the room's own words, and the room as a whole."""
        room = _LIKE.get(room, room)
        words = ROOMS.get(room, room).split(", ")
        nearest = np.sort([float(thing @ self._embed(word)) for word in words])[-2:]
        whole = float(thing @ self._embed(f"{room}: {', '.join(words)}"))
        return float(nearest.mean()) + 0.5 * whole + 0.3 * float(thing @ self._embed(room))
