"""Five ways to say what the tasks, notes and recipes of made games say: `envs.reworded` tells them so.

None of it is in words that the rules of thumb, or the rules that read TextWorld's English, know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a recipe is told: an opening that lists the {foods}, what is done to each {food}, and the end.

    `steps` says each step; `of_food` puts the {steps} of one food together.
    """

    opening: str
    of_food: str
    steps: Mapping[str, str]
    end: str
    between: str = " "


@dataclass(frozen=True, slots=True)
class Wording:
    """The tasks by family; notes that say which {key} is for which {lock}, one of which is drawn; recipes."""

    tasks: Mapping[str, str]
    notes: tuple[str, ...]
    recipe: Recipe


_LETTER = Wording(
    tasks={
        "treasure-hunt": "Dear niece, I am too old for stairs, so what I put away in the Golden locker shall be yours: "
        "bring me that treasure. Only the Golden key turns in its lock, and I laid that one into another of my "
        "lockers, each of which has a key of its own. Begin with the White locker: Key 1, which you will see lying in "
        "Room A, is for that. I wrote myself little notes about the others, so do look at them. Your uncle",
        "cooking": "Dear niece, I come home hungry tonight. Grandmother's book, which is in the kitchen, says how my "
        "favourite dish is made, so look into it first and keep in mind what it says. Fetch whatever it names, treat "
        "each thing as it says (the pan belongs on the stove, the rest into the oven or over the BBQ), then put the "
        "dish together in the kitchen and help yourself to it. Your uncle",
        "cleaning": "Dear niece, the children have carried things all over the place. Please walk through the rooms, "
        "and whatever is in a room where nobody would look for it, bring it to the room where one would. What lies "
        "where one expects it, let it lie. Your uncle",
    },
    notes=(
        "My dear finder, do not throw {key} away: it was cut for the {lock}, and it turns in no other. The old keeper",
        "Dear friend, when you come to stand before the {lock}, remember {key}. I had the two made together. Yours, E.",
    ),
    recipe=Recipe(
        "My dear, for this you need {foods}, and nothing else.",
        "As for the {food}, {steps}.",
        {
            "slice": "cut it into thin slices",
            "dice": "cut it into little dice",
            "chop": "have it chopped up",
            "fry": "let it sizzle in a pan on the stove",
            "roast": "leave it in the oven until it is brown",
            "grill": "turn it on the BBQ until it smells good",
        },
        "Then bring it all together, and think of me. Your grandmother",
    ),
)

_CHAT = Wording(
    tasks={
        "treasure-hunt": "hey, up for some fun? theres a treasure in the Golden locker and its yours if you get there "
        ":) u need the Golden key for that one, but thats in one of the other lockers lol. every locker has its own "
        "key. key 1 is lying around in room A btw, use it on the White locker. and look at my notes if u see any!!",
        "cooking": "hey can u make dinner? the book in the kitchen says what goes in and what to do with it, so have a "
        "look n keep it in mind. oh and: stove = frying, oven = roasting, BBQ = grilling. once everything is done put "
        "it together in the kitchen and dig in :)",
        "cleaning": "omg the house is a mess, stuff is lying in all the wrong rooms. can u go around and bring "
        "everything back to the room it should be in? dont touch what is fine where it is tho. thx!!",
    },
    notes=(
        "psst - got {key}? yeah, thats the one u want for the {lock} ;)",
        "so i tried {key} everywhere lol... finally the {lock} gave way!!",
    ),
    recipe=Recipe(
        "ok so u want {foods}, thats it!",
        "{food}: {steps} :)",
        {
            "slice": "gets sliced",
            "dice": "gets diced",
            "chop": "gets chopped",
            "fry": "goes in the pan on the stove, so its fried",
            "roast": "goes in the oven, so its roasted",
            "grill": "goes on the bbq, so its grilled",
        },
        "then throw it all together n enjoy!!",
    ),
)

_TERSE = Wording(
    tasks={
        "treasure-hunt": "GOAL: treasure (in Golden locker). Golden locker <- Golden key. Golden key: in some other "
        "locker. One key per locker. White locker <- Key 1 (Room A). Notes: more of the same.",
        "cooking": "GOAL: dinner, eaten. HOW: see book, kitchen. FIRST get all that it lists; cut; heat (pan: stove; "
        "roast: oven; grill: BBQ). LAST, in kitchen: put together, eat.",
        "cleaning": "GOAL: each thing in the room it is for. NOW: some are in wrong rooms. DO: take those, put them "
        "into their own rooms. LEAVE all others.",
    },
    notes=("{key} -> {lock}", "{lock} <- {key}"),
    recipe=Recipe(
        "WANTED: {foods}.",
        "{food} = {steps}",
        {
            "slice": "slices",
            "dice": "dice",
            "chop": "chopped",
            "fry": "pan on stove",
            "roast": "oven",
            "grill": "BBQ",
        },
        "LAST: join all.",
        between="\n",
    ),
)

_STORY = Wording(
    tasks={
        "treasure-hunt": "Once a miser hid his treasure in the Golden locker, whose lock yielded to the Golden key "
        "alone. That key he hid in another locker, for he had many, and no two of them shared a key. But he grew "
        "forgetful. So he dropped Key 1 in Room A, with which he could always get into the White locker, and left "
        "himself notes about the rest. The miser is long gone. You have come for what he hid.",
        "cooking": "The guests had gone, and you had not had a bite all day. In the kitchen there was an old book, and "
        "in it the dish that you loved. You would read what it wanted, gather that from all over the house, cut it, "
        "and give it to the pan on the stove, the oven or the BBQ as the book would have it. Then, back in the "
        "kitchen, all would become one dish, and you would have it to yourself.",
        "cleaning": "After the feast nothing was where it had been: things from one room had wandered into another. "
        "You went from room to room, picked up what had strayed, and carried it home to its own room. What had stayed "
        "at home you left in peace.",
    },
    notes=(
        "The old woman felt for {key} in her apron, walked up to the {lock}, turned her wrist once and heard the bolt "
        "slide back.",
        "For years nobody knew what was in the {lock}, until a child tried {key} on it and the lid sprang up.",
    ),
    recipe=Recipe(
        "On the table before her lay all that the dish would be made of: {foods}.",
        "She took the {food} and {steps}.",
        {
            "slice": "sliced it as thin as paper",
            "dice": "diced it with care",
            "chop": "chopped it quickly",
            "fry": "fried it in her pan on the stove",
            "roast": "roasted it in the oven",
            "grill": "grilled it on the BBQ",
        },
        "In the end it all came together on one plate.",
    ),
)

_FORMAL = Wording(
    tasks={
        "treasure-hunt": "Assignment. The treasure is deposited in the Golden locker and is to be recovered. Access to "
        "the Golden locker is by the Golden key only, which is deposited in another locker. Every locker is secured "
        "and is assigned one key. Key 1, deposited in Room A, is assigned to the White locker. Further assignments are "
        "stated in the notes on site.",
        "cooking": "Assignment. A dinner is to be produced and consumed. The specification is in the book held in the "
        "kitchen and is to be consulted first. All items specified are to be procured and processed as specified; the "
        "stove serves for frying, the oven for roasting, the BBQ for grilling. The dinner is to be assembled in the "
        "kitchen, after all items have been processed, and consumed thereupon.",
        "cleaning": "Assignment. Several articles are currently kept in rooms to which they do not pertain. They are "
        "to be identified, collected and transferred to the rooms to which they pertain. Articles kept in the right "
        "room are not to be moved.",
    },
    notes=(
        "Notice: access to the {lock} is granted solely to the bearer of {key}.",
        "It is hereby recorded that {key} has been assigned to the {lock}.",
    ),
    recipe=Recipe(
        "The following items are required in the present dish: {foods}.",
        "The {food} shall be {steps}.",
        {
            "slice": "presented in slices",
            "dice": "presented in dice",
            "chop": "presented in chopped form",
            "fry": "subjected to frying on the stove",
            "roast": "subjected to roasting in the oven",
            "grill": "subjected to grilling on the BBQ",
        },
        "Upon completion, all items shall be united.",
    ),
)

WORDINGS: Mapping[str, Wording] = {
    "letter": _LETTER,
    "chat": _CHAT,
    "terse": _TERSE,
    "story": _STORY,
    "formal": _FORMAL,
}
