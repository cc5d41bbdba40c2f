"""What goes where in a house: common sense in words, weighed by an embedder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from graphmem.protocols import Embedder
from graphmem.records import entity_key

ROOMS = {
    "kitchen": (
        "cooking, baking, preparing food, washing dishes, fridge, freezer, oven, stove, microwave, sink, cupboard, "
        "pot, pan, knife, spoon, fork, spatula, ladle, grater, peeler, mixing bowl, chopping board, baking tray, "
        "dough, measuring cup, plate, mug, drinking glass, tea towel, apron, coffee maker, blender, electric kitchen "
        "appliance, can opener, dish soap, aluminum foil, lunch box, milk, butter, cheese, yogurt, eggs, bread, raw "
        "meat, sausage, fish, fruit, apple, vegetable, carrot, lettuce, salt, pepper, herbs and spices, sugar, "
        "cooking oil, sauce, coffee, tea, juice, frozen food, leftovers, sandwich, cake, garbage bag"
    ),
    "bathroom": (
        "washing, bathing, brushing teeth, personal hygiene, bathtub, shower, toilet, washbasin, medicine cabinet, "
        "towel, soap, shampoo, conditioner, shower gel, sponge, bath toy, toothbrush, toothpaste, shaving cream, "
        "aftershave, hairbrush, comb, curling iron, hair gel, hairspray, deodorant, perfume, makeup, lipstick, "
        "mascara, nail polish, nail clippers, tweezers, face cream, body lotion, cotton balls, tissues, toilet paper, "
        "plunger, bathroom scale, shower curtain, bath rug, tampons, contact lens solution, first aid kit, plaster, "
        "ointment, medicine, pills, painkiller, cough syrup, vitamins"
    ),
    "bedroom": (
        "sleeping, dreaming, getting dressed, bed, mattress, nightstand, wardrobe, dresser, closet, pillow, "
        "pillowcase, blanket, quilt, bed sheet, bedspread, bed linen, alarm clock, bedside lamp, pajamas, dressing "
        "gown, house shoes, underwear, bra, socks, stockings, shirt, blouse, t-shirt, sweater, trousers, jeans, "
        "skirt, dress, suit, tie, belt, clean clothes, clothes hanger, jewelry, necklace, earrings, wristwatch, "
        "earplugs, diary, full-length mirror"
    ),
    "living room": (
        "relaxing, watching television, company of friends, sofa, couch, armchair, coffee table, fireplace, rug, "
        "cushion, throw, television, remote control, video game, game controller, movie, DVD player, loudspeaker, "
        "stereo, radio, magazine, daily newspaper, board game, playing cards, picture frame, painting, photo album, "
        "vase, houseplant, floor lamp, curtains, ornament, figurine, aquarium, wall clock, firewood, scented candle, "
        "ashtray"
    ),
    "dining room": (
        "eating together, dinner party, setting the table, dining table, dining chair, sideboard, china cabinet, "
        "tablecloth, table runner, cloth napkin, napkin ring, candlestick, chandelier, fine china, porcelain, dinner "
        "plate, soup bowl, serving dish, platter, sauce jug, salad bowl, silverware, table knife, tablespoon, crystal "
        "glass, wine glass, water jug, teapot, tea set, sugar bowl, salt shaker, coaster, trivet, bread basket, "
        "centerpiece"
    ),
    "kids room": (
        "children, playing, baby, crib, bunk bed, toy box, toy, toy car, toy train, toy animal, doll, stuffed animal, "
        "plush bear, action figure, toy robot, building bricks, marbles, spinning top, yo-yo, puzzle, children's "
        "game, picture book, fairy tale, comic, crayons, finger paint, modeling clay, stickers, balloon, kite, "
        "costume, mask, diaper, baby bottle, bib, baby clothes, baby blanket, night light, school bag, tricycle, "
        "scooter"
    ),
    "library": (
        "reading, literature, bookshelf, reading chair, book, novel, paperback, crime novel, classic literature, "
        "poetry, short stories, plays, biography, history book, science book, travel guide, cookbook, philosophy, "
        "dictionary, encyclopedia, atlas, map, globe, reference book, manuscript, old letters, journal, periodical, "
        "reading lamp, magnifying glass, ladder for shelves"
    ),
    "office": (
        "working, paperwork, writing, desk, office chair, filing cabinet, computer, laptop, monitor, keyboard, "
        "computer mouse, printer, scanner, printer paper, toner, USB stick, cable, telephone, headset, pen, pencil, "
        "eraser, highlighter, marker, ruler, scissors, tape, glue, staples, paper clip, rubber band, sticky notes, "
        "notebook, notepad, planner, calendar, folder, file, document, contract, invoice, bill, receipt, tax form, "
        "bank statement, letter, stamps, passport, briefcase, paperweight, shredder, wastepaper"
    ),
    "garage": (
        "repairing, car, motorcycle, bicycle, car parts, workbench, tool chest, tool, hammer, screwdriver, pliers, "
        "spanner, hand saw, drill, power tool, electric sander, chisel, file, clamp, vise, tape measure, spirit "
        "level, nails, screws, nuts and bolts, duct tape, super glue, paint can, paintbrush, wood, tire, wheel, car "
        "battery, engine oil, antifreeze, gasoline can, brake fluid, brake pads, air filter, headlight bulb, "
        "windshield wiper, car wax, tow rope, tire pump, bike helmet, bike chain, extension cord, work gloves, "
        "ladder, snow shovel"
    ),
    "garden": (
        "gardening, growing plants, lawn, flower bed, greenhouse, shed, plants, flowers, rose, seeds, bulbs, "
        "seedling, shrub, tree, flower pot, soil, compost, mulch, fertilizer, weed killer, insect spray, watering "
        "can, hose, sprinkler, lawn mower, hedge trimmer, garden shears, spade, shovel, hoe, garden fork, hand tools "
        "for planting, leaf blower, leaves, gardening gloves, straw hat, bird bath, birdhouse, garden statue, "
        "trellis, beehive, scarecrow"
    ),
    "backyard": (
        "outdoors, grilling, playing outside, patio, terrace, lawn, barbecue grill, charcoal, barbecue tongs, "
        "skewers, garden furniture, lawn chair, picnic table, picnic basket, parasol, swing, sandbox, trampoline, "
        "frisbee, soccer ball, badminton racket, outdoor game, lawn game, water gun, tent, cooler, fire pit, outdoor "
        "lantern, torch, dog house, dog leash, bug repellent, tree house"
    ),
    "gym": (
        "exercise, fitness, working out, weight lifting, weights, barbell, weight plate, weight bench, exercise "
        "machine, exercise bike, rowing machine, running machine, pull-up bar, yoga mat, exercise ball, medicine "
        "ball, skipping rope, boxing gloves, boxing bag, stretching, elastic exercise band, massage roller, ankle "
        "weights, gymnastics, wrestling mat, basketball, tennis racket, sneakers, sportswear, sweatband, gym bag, "
        "water bottle, stopwatch, protein powder, energy bar, dartboard"
    ),
    "laundry room": (
        "doing the laundry, washing clothes, drying clothes, ironing, washing machine, tumble dryer, laundry basket, "
        "laundry hamper, clothesline, drying rack, detergent, washing powder, fabric softener, bleach, starch, spot "
        "cleaner for clothes, steam iron, iron, clothes pegs, dirty clothes, dirty shirt, dirty linen, stained "
        "tablecloth, wet towel, lint brush, sewing kit, mop, bucket, broom, vacuum cleaner, dustpan, cleaning rag"
    ),
    "hallway": (
        "coming home, going out, front door, coat rack, shoe rack, key hook, hall mirror, coat, jacket, winter coat, "
        "rain jacket, hat, cap, scarf, gloves, mittens, umbrella, walking stick, shoes, boots, rubber boots, sandals, "
        "shoe polish, shoe brush, house keys, purse, handbag, backpack, mail, doorbell, welcome mat"
    ),
    "music room": (
        "making music, practicing an instrument, concert, orchestra, musical instrument, piano, keyboard synthesizer, "
        "guitar, electric bass, string instrument, cello, violin bow, rosin, harp, wind instrument, flute, clarinet, "
        "saxophone, brass instrument, tuba, harmonica, accordion, percussion, drum, cymbals, tambourine, xylophone, "
        "song book, musical notes, music stand, tuning fork, tuner, guitar strings, reed, plectrum, amplifier, "
        "microphone, headphones, vinyl record, record player, conductor's baton"
    ),
    "wine cellar": (
        "storing wine, wine tasting, wine rack, wine barrel, cask, wine, red wine, white wine, rose wine, bottle of "
        "wine, vintage wine, bordeaux, chardonnay, riesling, sparkling wine, champagne, port, sherry, wine opener, "
        "cork, bottle stopper, wine carafe, wine cooler, crate of bottles, grapes"
    ),
    "pantry": (
        "storing food, dry goods, groceries, shelves of jars, canned food, canned soup, canned fish, tinned tomatoes, "
        "canned corn, pasta, noodles, rice, flour, sugar, oats, cereal, lentils, dried beans, nuts, raisins, jam, "
        "honey, peanut butter, syrup, pickled vegetables, preserves, vinegar, olive oil, ketchup, baking powder, "
        "yeast, crackers, cookies, chips, chocolate, snacks, potatoes, onions, bottled water, pet food"
    ),
    "attic": (
        "storing old things, roof, dust, memories, cardboard box, trunk, suitcase, travel bag, old clothes, old toys, "
        "old photographs, old letters, souvenir, heirloom, antique, Christmas decorations, fairy lights, artificial "
        "Christmas tree, Halloween decorations, Easter decorations, wedding dress, cradle, broken chair, old mirror, "
        "insulation"
    ),
    "basement": (
        "storage, cellar, heating, plumbing, boiler, furnace, water tank, water meter, fuse box, electric fuses, "
        "light bulb, pipe, water pump, sump pump, mousetrap, air humidity, old furniture, camping gear, sleeping bag, "
        "skis, sled, ice skates, fishing rod, flashlight, batteries, storage bin, coal, generator"
    ),
    "bar": (
        "drinking, mixing drinks, party, bar counter, bar stool, liquor cabinet, liquor, spirits, vodka, gin, rum, "
        "tequila, whisky, brandy, liqueur, vermouth, beer, beer bottle, beer glass, cocktail, cocktail glass, martini "
        "glass, tumbler, mixer, tonic water, soda, ice bucket, ice cubes, drinking straw, bottle opener, jigger, "
        "muddler, cocktail umbrella, olives, peanuts, pool table"
    ),
    "pool": (
        "swimming, diving, sunbathing, water, pool ladder, deck chair, swimming goggles, swimming cap, swimsuit, "
        "swimming shorts, beach towel, flip-flops, diving mask, fins, scuba gear, float, air mattress, inflatable "
        "toy, rubber ring, swim board, water wings, life jacket, lifebuoy, water ball, pool noodle, sunscreen, "
        "sunglasses, pool chemicals, chlorine, pool net, pool filter, water thermometer"
    ),
    "study": (
        "studying, paperwork, desk, office chair, bookcase, desk lamp, computer, laptop, printer, paper, pen, pencil, "
        "notebook, folder, document, contract, letter, calendar, paper clip, stationery, textbook, nonfiction book, "
        "research, globe, chess set"
    ),
}
"""What one does, and finds, in each kind of room: pastimes, furniture, and things by kind."""

_LIKE = {
    "galley": "kitchen",
    "kitchenette": "kitchen",
    "washroom": "bathroom",
    "restroom": "bathroom",
    "guest room": "bedroom",
    "lounge": "living room",
    "family room": "living room",
    "sitting room": "living room",
    "parlor": "living room",
    "den": "living room",
    "children's room": "kids room",
    "nursery": "kids room",
    "playroom": "kids room",
    "reading room": "library",
    "workshop": "garage",
    "carport": "garage",
    "shed": "garage",
    "greenhouse": "garden",
    "patio": "backyard",
    "terrace": "backyard",
    "yard": "backyard",
    "fitness room": "gym",
    "utility room": "laundry room",
    "workroom": "office",
    "corridor": "hallway",
    "entrance": "hallway",
    "entrance hall": "hallway",
    "entryway": "hallway",
    "foyer": "hallway",
    "mudroom": "hallway",
    "larder": "pantry",
    "loft": "attic",
    "cellar": "basement",
}
"""Other names of these kinds."""

NEAREST = 3  # one near word may be chance, three are a kind of thing
_Vector = NDArray[np.float32]


class Sense:
    """How well a thing suits a room. `embedder` judges what the words do not settle."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._embed = lru_cache(4096)(lambda text: embedder.embed([text])[0])
        self._words: dict[str, _Vector] = {}
        self._drawn = lru_cache(256)(self._draw)
        self._suited = lru_cache(65_536)(self._suit)

    def suits(self, thing: str, rooms: Sequence[str]) -> NDArray[np.float32]:
        """For each room, how well `thing` suits it: about -0.2 (not at all) to 1.5 (just so), shape (len(rooms),).

        A room of a strange name is taken for the kind that the name ends with ("guest bedroom"), or else for the one
        whose name is nearest. Where no name is a room's (a shelf, a drawer), the names alone count.
        """
        names = [entity_key(room) for room in rooms]
        strange = not any(name in ROOMS or name in _LIKE for name in names)
        kinds = [name if strange else ROOMS[self._kind(name)] for name in names]
        self._learn([*names, *(word for kind in dict.fromkeys(kinds) for word in kind.split(", "))])
        return np.array([self._suited(entity_key(thing), *each) for each in zip(names, kinds, strict=True)], np.float32)

    def _suit(self, thing: str, room: str, kind: str) -> float:
        """The nearest of the kind's words, their common drift, and a little of the room's name."""
        words, drift = self._drawn(kind)
        vector = self._embed(thing)
        nearest = np.sort(words @ vector)[-NEAREST:].mean()
        return float(nearest + 0.5 * (drift @ vector) + 0.15 * (self._words[room] @ vector))

    def _draw(self, kind: str) -> tuple[_Vector, _Vector]:
        """The words of a kind, and where they point together."""
        words = np.stack([self._words[word] for word in kind.split(", ")])
        drift = words.mean(0)
        return words, drift / max(float(np.linalg.norm(drift)), 1e-6)

    def _kind(self, room: str) -> str:
        for kind in (*ROOMS, *_LIKE):
            if f" {room}".endswith(f" {kind}"):
                return _LIKE.get(kind, kind)
        self._learn([room, *ROOMS])
        return max(ROOMS, key=lambda kind: float(self._words[kind] @ self._words[room]))

    def _learn(self, words: Sequence[str]) -> None:
        """Embed what is new, all at once."""
        new = [word for word in dict.fromkeys(words) if word not in self._words]
        if new:
            self._words.update(zip(new, self._embedder.embed(new), strict=True))
