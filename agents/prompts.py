"""What the agent asks of a model, each as a pure function from data to messages, with the form of its reply beside it.

What stays the same from call to call stands first, so that a provider's prompt cache can serve it; what grows (graph,
history) comes in already cut to a budget. Bounds on strings and lists keep small models from rambling. The prompt of
extraction in one call is the library's: `graphmem.prompts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, Field, create_model, model_validator

from graphmem.llm.fields import Line, Name, Numbers, Triples, cut, listed
from graphmem.prompts import asking
from graphmem.protocols import Message
from graphmem.records import Fact, Observation, Triple


class SubGoalReply(BaseModel):
    """One step of a plan; `about` names what is to be recalled for it."""

    goal: Line
    reason: Line = ""
    about: Annotated[list[Name], cut(4), Field(max_length=4), listed()] = []

    @model_validator(mode="before")
    @classmethod
    def _numbered(cls, given: Any) -> Any:
        """Takes AriGraph's own form too: {"sub_goal_2": ..., "reason": ...}; and the goal alone."""
        if isinstance(given, str):
            return {"goal": given}
        if isinstance(given, dict) and "goal" not in given:
            numbered = [value for key, value in given.items() if str(key).startswith("sub_goal")]
            return {**given, "goal": numbered[0]} if numbered else given
        return given


class PlanReply(BaseModel):
    """The paper's plan (section 3): the main goal, ordered sub-goals with reasons, whether to explore.

    AriGraph's own names of these are understood as well.
    """

    main_goal: Line = ""
    sub_goals: Annotated[
        list[SubGoalReply],
        cut(5),
        Field(min_length=1, max_length=5, validation_alias=AliasChoices("sub_goals", "plan_steps")),
        listed(),
    ]
    explore: bool = False


Reason = Annotated[Line, Field(validation_alias=AliasChoices("reason", "reason_for_action"))]
Action = Annotated[
    str, cut(120), Field(min_length=1, max_length=120, validation_alias=AliasChoices("action", "action_to_take"))
]


class ActionReply(BaseModel):
    """The paper's ReAct-style decision: reason first, then one action."""

    reason: Reason = ""
    action: Action


class PlanAndActionReply(PlanReply):
    """Plan and decision in one reply."""

    reason: Reason = ""
    action: Action


_READING = """You keep the knowledge graph of an agent that acts in a world it reads about. From each observation you \
extract what it says about the world, as triples [subject, relation, object], and you name the known facts that it \
makes untrue.

Triples:
- only what this observation says, each once; known facts are not said again. An action mostly gives one triple.
- subject and object are single things, places or names, as short as can be, without articles; one thing each. \
"apple and knife on table" is two triples.
- where a thing is: ["apple", "is on", "table"], ["key", "is in", "inventory"]; its state: ["door", "is", "closed"]; \
exits of a place: ["kitchen", "has exit", "east"].
- notes and recipes in full: ["key 2", "unlocks", "red locker"], ["recipe", "requires", "carrot"], \
["carrot", "must be", "sliced"].
- never where the agent itself is, and nothing about the score.
"""
"""What is read from an observation, and how; what to reply follows it."""

_GAME = (
    _READING
    + """
Outdated: the numbers of those known facts that the new triples replace: the same thing is now elsewhere or in another \
state. What is not mentioned stays, and exits stay. A new place makes nothing outdated.

Reply with JSON only: {"triples": [[subject, relation, object], ...], "outdated": [number, ...]}"""
)

_GAME_EXAMPLES: tuple[tuple[str, str], ...] = (
    (
        "Known facts:\n1. hall, is north of, cellar\n2. cellar, has exit, north\n\nObservation:\n> go north\n"
        "-= Hall =-\nYou've entered a hall. You can make out a closed chest. There is an old lamp on the floor. There "
        "is an exit to the east. You don't like doors? Why not try going south.",
        '{"triples": [["chest", "is in", "hall"], ["chest", "is", "closed"], ["old lamp", "is in", "hall"], '
        '["hall", "has exit", "east"], ["hall", "has exit", "south"]], "outdated": []}',
    ),
    (
        "Known facts:\n1. chest, is in, hall\n2. chest, contains, coin\n3. hall, has exit, east\n\nObservation:\n"
        "> take coin from chest\nYou take the coin from the chest.\n\nYour score has just gone up by one point.",
        '{"triples": [["coin", "is in", "inventory"]], "outdated": [2]}',
    ),
    (
        "Known facts:\n1. coin, is in, inventory\n2. box, is in, hall\n\nObservation:\n> insert coin into box\n"
        "You put the coin into the box.",
        '{"triples": [["coin", "is in", "box"]], "outdated": [1]}',
    ),
    (
        "Known facts:\n1. knife, is in, inventory\n2. carrot, must be, fried\n\nObservation:\n"
        "> slice carrot with knife\nYou slice the carrot.",
        '{"triples": [["carrot", "is", "sliced"]], "outdated": []}',
    ),
    (
        "Known facts:\n1. cookbook, is on, shelf\n\nObservation:\n> examine cookbook\nIngredients: onion, red apple. "
        "Directions: slice the onion, fry the onion, prepare meal.",
        '{"triples": [["recipe", "requires", "onion"], ["recipe", "requires", "red apple"], ["onion", "must be", '
        '"sliced"], ["onion", "must be", "fried"]], "outdated": []}',
    ),
    (
        "Known facts:\n1. fridge, is in, kitchen\n2. fridge, is, closed\n\nObservation:\n> open fridge\nYou open the "
        "fridge, revealing some milk and a raw egg.",
        '{"triples": [["fridge", "is", "open"], ["milk", "is in", "fridge"], ["egg", "is in", "fridge"], '
        '["egg", "is", "raw"]], "outdated": [2]}',
    ),
    (
        "Known facts:\n1. wooden door, is, closed\n2. old lamp, is in, hall\n\nObservation:\n> open wooden door\n"
        "You open the wooden door.",
        '{"triples": [["wooden door", "is", "open"]], "outdated": [1]}',
    ),
    (
        "Known facts:\n1. egg, is in, inventory\n2. table, is in, kitchen\n\nObservation:\n> take table\nThat's fixed "
        "in place. You are carrying too much already.",
        '{"triples": [], "outdated": []}',
    ),
    (
        "Known facts:\n1. letter, is in, inventory\n\nObservation:\n> examine letter\n"
        "The iron key unlocks the green box.",
        '{"triples": [["iron key", "unlocks", "green box"]], "outdated": []}',
    ),
)


def extract(observation: Observation, known: Sequence[Fact]) -> list[Message]:
    """Ask for the triples of an observation and what they make outdated, in one call. Reply: `ExtractionReply`.

    The rules are the paper's (appendix C): atomic triples, notes and recipes in full, no "you are in ...".
    """
    return asking(_GAME, _GAME_EXAMPLES, Observation(observation.text, like=observation.like), known)


_AGENT = """You play a text game as a careful agent: you read what the game answers, plan, and send one command at a \
time. What you have seen is kept in a memory graph.

You are told, in sections of which an empty one is left out:
- Task: what is to be done; it stays the same.
- Lessons of earlier attempts: what went wrong before, and what to do otherwise.
- Recent actions: your latest commands, each with the game's answer.
- Last action, Observation: the command that you have just sent, and the game's answer to it.
- Inventory, Place: what you carry, and where you are.
- Memory: what you know of earlier that bears on the plan and the observation. Facts are written "subject, relation, \
object" and hold until an observation says otherwise; episodes are earlier observations with their step. What the \
other sections tell is left out here.
- Plan: the main goal and the sub-goals of the step before, each with its reason.
- Unexplored exits: of known places, the exits that nobody has taken yet, the nearest place first.
- Actions: commands that the game understands now, and "go to" each known place, to which that one action walks.
- Now: what you are asked for. Reply with JSON only, in the form of that:
plan: {"main_goal": ..., "sub_goals": [{"goal": ..., "reason": ..., "about": [...]}, ...], "explore": true or false}
action: {"reason": ..., "action": ...}
plan and action: all of these in one object, as in the examples

The plan:
- main_goal: what the task asks for, in few words.
- sub_goals: the next steps in order, at most 5, each with its reason, and "about": the names of the things and places \
it concerns, as the game writes them (they are looked up in memory).
- Keep sub-goals of the old plan that are not done, with their reasons; drop those that are done; change only what the \
observation changes.
- A sub-goal is something that can be seen to be done: "take the brass key", not "make progress". What must come first \
stands first: a key before the lock, the knife before the cutting, the recipe before the ingredients.
- explore: true when something you need has not been found yet, so that unexplored exits should be tried; false when \
memory or observation tell where everything is that the next steps need.

The action:
- Copy one of the listed actions exactly.
- Serve the first sub-goal that can be served now: use what is here; go to the place of what is elsewhere; when that \
place is not known, take an unexplored exit.
- Take keys and tools, and read notes and recipes, when you see them. Drop nothing that is still needed. Do not eat or \
cook anything unless the plan says so. Do not repeat an action that has just failed.
- Of several unexplored exits take the nearest.
- reason: one short sentence, written before you choose.

Two examples, of other games, with plan and action.

Observation: "-= Hall =- You've entered a hall. You can make out an old lamp and a closed chest. There is an exit to \
the north." Inventory: nothing. Memory: "silver key, unlocks, chest". Unexplored exits: Hall: north. \
Actions: take old lamp; open chest; go north; look.
{"main_goal": "find the crown", "sub_goals": [{"goal": "find the silver key", "reason": "It unlocks the chest, where \
the crown may be.", "about": ["silver key", "chest"]}, {"goal": "open the chest in the hall", "reason": "The crown may \
be inside.", "about": ["chest", "hall"]}], "explore": true, \
"reason": "The silver key is not here, and north is unexplored.", "action": "go north"}

Observation: "> take silver key. You take the silver key from the shelf." Place: Study. Inventory: a silver key. \
Memory: "chest, is in, Hall", "silver key, unlocks, chest". Actions: go east; look; go to Hall; go to Cellar.
{"main_goal": "find the crown", "sub_goals": [{"goal": "open the chest in the hall", "reason": "The silver key unlocks \
it, and the crown may be inside.", "about": ["chest", "silver key", "hall"]}], "explore": false, \
"reason": "I have the key, and the chest is in the hall.", "action": "go to Hall"}"""
"""The same in every call that plans or acts, and with a task long enough for a provider's prompt cache."""


def plan(task: str, scene: Mapping[str, str]) -> list[Message]:
    """Ask for the plan. `scene` holds the sections of working memory, by heading, in order. Reply: `PlanReply`."""
    return _ask(task, scene, "Make or update the plan.")


def act(task: str, scene: Mapping[str, str]) -> list[Message]:
    """Ask for one action. Reply: `ActionReply`."""
    return _ask(task, scene, "Choose one action.")


def plan_and_act(task: str, scene: Mapping[str, str]) -> list[Message]:
    """Ask for plan and action in one call. Reply: `PlanAndActionReply`."""
    return _ask(task, scene, "Make or update the plan, then choose one action.")


def one_of(actions: Sequence[str]) -> type[ActionReply]:
    """`ActionReply` whose schema takes no other action. Another is no useless reply, where a server heeds no schema."""
    listed = Annotated[Action, Field(json_schema_extra={"enum": list(actions)})]
    return create_model("ActionReply", __base__=ActionReply, action=(listed, ...))


def act_again(messages: Sequence[Message], action: str, possible: Sequence[str]) -> list[Message]:
    """Ask once more after an action that is not possible. Reply: `one_of` those that are."""
    listed = "\n".join(f"- {each}" for each in possible)
    said = f'"{action}" is not possible now. Copy one of these exactly:\n{listed}'
    return [*messages, {"role": "assistant", "content": f'{{"action": "{_quoted(action)}"}}'}, _user(said)]


class ReflectionReply(BaseModel):
    """What went wrong, and what to do otherwise."""

    lesson: Annotated[str, cut(600), Field(min_length=1, max_length=600)]


_REFLECT = """You have just failed at a text game. Say in at most three sentences what went wrong and what to do \
otherwise next time, with the names of places and things. Reply with JSON only: {"lesson": ...}"""


def reflect(task: str, scene: Mapping[str, str]) -> list[Message]:
    """Ask for the lesson of a failed attempt (Reflexion, arXiv 2303.11366). Reply: `ReflectionReply`."""
    return [_system(_REFLECT), _user(_sections({"Task": task, **scene}))]


# AriGraph's own calls, one by one (appendix C of the paper); plan and action are as above.


class EntitiesReply(BaseModel):
    """Query entities, each with the depth to search from it."""

    entities: Annotated[list[Name], cut(12), Field(max_length=12)]
    depths: Annotated[list[Annotated[int, Field(ge=1, le=2)]], cut(12), Field(max_length=12)]


class TriplesReply(BaseModel):
    """New triples alone."""

    triples: Triples


class OutdatedReply(BaseModel):
    """The numbers of known facts that are true no more."""

    outdated: Numbers


class ExplorationReply(BaseModel):
    """Whether the plan needs exploration."""

    explore: bool


_ENTITIES = """Name the entities of the observation and the plan that are worth looking up in memory for what is to be \
done, the most important first, and for each a depth: 2 when it is at the heart of the plan, else 1. Reply with JSON \
only: {"entities": [name, ...], "depths": [1 or 2, ...]}"""

_TRIPLES = (
    _READING
    + """
Reply with JSON only: {"triples": [[subject, relation, object], ...]}"""
)

_OUTDATED = """You keep a knowledge graph. Given new triples, name the numbers of the known facts that they replace: \
the same thing is now elsewhere or in another state. What is merely different stays. Exits of places stay. Reply with \
JSON only: {"outdated": [number, ...]}"""

_EXPLORATION = """Does this plan need exploration: a search for something whose place is not known? Reply with JSON \
only: {"explore": true or false}"""


def query_entities(text: str, plan: str) -> list[Message]:
    """AriGraph's first call: what to look up. Reply: `EntitiesReply`."""
    return [_system(_ENTITIES), _user(f"Plan:\n{plan}\n\nObservation:\n{text}")]


def triples_alone(text: str) -> list[Message]:
    """AriGraph's extraction call. Reply: `TriplesReply`."""
    return [_system(_TRIPLES), _user(f"Observation:\n{text}")]


def outdated_alone(triples: Sequence[Triple], known: Sequence[Fact]) -> list[Message]:
    """AriGraph's call for outdated triplets. Reply: `OutdatedReply`."""
    facts = "\n".join(f"{number}. {_line(fact)}" for number, fact in enumerate(known, start=1))
    new = "\n".join(f"- {_line(triple)}" for triple in triples)
    return [_system(_OUTDATED), _user(f"Known facts:\n{facts}\n\nNew triples:\n{new}")]


def exploration(plan: str) -> list[Message]:
    """AriGraph's exploration check. Reply: `ExplorationReply`."""
    return [_system(_EXPLORATION), _user(f"Plan:\n{plan}")]


# What the hybrid player asks: to read what its rules do not understand, and to choose where they rank alike.


class LockReply(BaseModel):
    """Which key opens which lock."""

    key: Name
    opens: Name


class FoodReply(BaseModel):
    """A food of a recipe, how it is to be cut, and what it is to be heated on or in."""

    food: Name
    cut: Literal["none", "slice", "dice", "chop"] = "none"
    heat: Literal["none", "stove", "oven", "BBQ"] = "none"


class WrittenReply(BaseModel):
    """What a note, a sign or a recipe tells, as far as rules can use it."""

    locks: Annotated[list[LockReply], cut(8), Field(max_length=8)] = []
    foods: Annotated[list[FoodReply], cut(12), Field(max_length=12)] = []


class BringReply(BaseModel):
    """A thing, and what or where it is to be put."""

    thing: Name
    to: Name


class TaskReply(BaseModel):
    """What a task asks for, of what kind that is, what it wants, and which keys it tells of."""

    aim: Line = ""
    kind: Literal["search", "cook", "clean", "bring", "other"]
    wanted: Annotated[list[Name], cut(4), Field(max_length=4), listed()] = []
    bring: Annotated[list[BringReply], cut(8), Field(max_length=8)] = []
    locks: Annotated[list[LockReply], cut(8), Field(max_length=8)] = []


class ChoiceReply(BaseModel):
    """The number of a choice, from 1."""

    choice: Annotated[int, Field(ge=1, le=9)]


_WRITTEN = """You read what is written in a game: a note, a letter, a sign, a recipe. It may say it in any way: \
plainly, as a hint, a story, a list with arrows. You tell what it says, with names copied as they are written:
- locks: which key opens which lock (a door, a chest, a locker).
- foods: every food that a recipe needs, each once. cut: "slice" (slices, rounds, strips), "dice" (dice, cubes), \
"chop" (chopped, pieces), else "none". heat: "stove" (fried, in a pan), "oven" (roasted, baked), "BBQ" (grilled), else \
"none".
A list of which nothing is said stays empty.

Reply with JSON only: {"locks": [{"key": ..., "opens": ...}, ...], "foods": [{"food": ..., "cut": ..., "heat": ...}, \
...]}"""

_WRITTEN_EXAMPLES: tuple[tuple[str, str], ...] = (
    (
        "If ever you get hold of the silver key, walk to the oak chest with it: you will like what happens.",
        '{"locks": [{"key": "silver key", "opens": "oak chest"}], "foods": []}',
    ),
    (
        "Leek pot. Take leek, green apple, an egg and bacon. Leek in rounds, and into the frying pan with it. Cube the "
        "green apple. The bacon is baked.",
        '{"locks": [], "foods": [{"food": "leek", "cut": "slice", "heat": "stove"}, {"food": "green apple", "cut": '
        '"dice", "heat": "none"}, {"food": "egg", "cut": "none", "heat": "none"}, {"food": "bacon", "cut": "none", '
        '"heat": "oven"}]}',
    ),
    ("Nobody may enter the garden after dark!", '{"locks": [], "foods": []}'),
    (
        "Captain's log: at last we forced card 7 into the reader of the blue hatch, and it let us pass.",
        '{"locks": [{"key": "card 7", "opens": "blue hatch"}], "foods": []}',
    ),
    (
        "Lamb: pieces / grill. Onion: strips. Rice: as is.",
        '{"locks": [], "foods": [{"food": "lamb", "cut": "chop", "heat": "BBQ"}, {"food": "onion", "cut": '
        '"slice", "heat": "none"}, {"food": "rice", "cut": "none", "heat": "none"}]}',
    ),
)

_TASK = """You read the task of a text game, said in any way, and tell what it asks for, with names copied as they are \
written:
- aim: what is to be done, in few words.
- kind of the aim: "search" (something hidden is to be found or fetched), "cook" (a dish is to be made and eaten), \
"clean" (whatever lies in the wrong place is to be brought back), "bring" (a named thing is to be put in or on \
another), else "other".
- wanted: what is to be found in a search; else empty.
- bring: in a "bring", each thing and what it is put in or on; else empty.
- locks: which key opens which lock, as far as it says so.

Reply with JSON only: {"aim": ..., "kind": ..., "wanted": [...], "bring": [{"thing": ..., "to": ...}, ...], "locks": \
[{"key": ..., "opens": ...}, ...]}"""

_TASK_EXAMPLES: tuple[tuple[str, str], ...] = (
    (
        "My boy, the ring that I promised you lies in the silver casket. The silver key for it is shut away in another "
        "of my caskets, each of which has its own key. Go to the wooden casket first: card 1, on the shelf in the "
        "hall, will do for that. My slips of paper tell the rest.",
        '{"aim": "get the ring out of the silver casket", "kind": "search", "wanted": ["ring"], "bring": [], "locks": '
        '[{"key": "silver key", "opens": "silver casket"}, {"key": "card 1", "opens": "wooden casket"}]}',
    ),
    (
        "Tonight I want soup. The red folder in the galley says how: see what it needs, get that, do with each thing "
        "as it says, and have a plate yourself.",
        '{"aim": "make the soup as the folder says, and eat it", "kind": "cook", "wanted": [], "bring": [], "locks": '
        "[]}",
    ),
    (
        "Somebody turned the flat upside down: socks in the sink, pans on the bed. Carry each thing back where it is "
        "kept, and leave the rest as it is.",
        '{"aim": "put things back in their places", "kind": "clean", "wanted": [], "bring": [], "locks": []}',
    ),
    (
        "The lamp would look good on the desk.",
        '{"aim": "put the lamp on the desk", "kind": "bring", "wanted": [], "bring": [{"thing": "lamp", "to": '
        '"desk"}], "locks": []}',
    ),
)

_CHOICE = """You play a text game. Of a few things that can be done now, choose the one that is the likeliest to bring \
the task on. Reply with JSON only: {"choice": number}"""


def written(text: str) -> list[Message]:
    """Ask what a note or recipe tells. Reply: `WrittenReply`."""
    return _few_shots(_WRITTEN, _WRITTEN_EXAMPLES, text)


def read_task(task: str) -> list[Message]:
    """Ask what a task is. Reply: `TaskReply`."""
    return _few_shots(_TASK, _TASK_EXAMPLES, task)


def choose(task: str, known: str, choices: Sequence[str]) -> list[Message]:
    """Ask for one of a few `choices`. Reply: `ChoiceReply`."""
    listed = "\n".join(f"{number}. {choice}" for number, choice in enumerate(choices, start=1))
    return [_system(_CHOICE), _user(_sections({"Task": task, "Known": known, "Choices": listed}))]


def _few_shots(rules: str, examples: Sequence[tuple[str, str]], asked: str) -> list[Message]:
    """What to do, how it was done before, and what is asked now."""
    shown = [part for said, done in examples for part in (_user(said), _assistant(done))]
    return [_system(rules), *shown, _user(asked)]


# What the memories that need a model ask of it.


class SummaryReply(BaseModel):
    """The summary, written anew."""

    summary: Annotated[str, Field(max_length=40_000)]


class ImportanceReply(BaseModel):
    """1 (mundane) to 10 (of weight)."""

    rating: Annotated[int, Field(ge=1, le=10)]


_SUMMARY = """You keep the running summary of an agent that plays a text game. Write it anew: what it says, and what \
happened since. Keep what the agent may need later: places and the ways between them, where things are, their states, \
what notes and recipes say, what was tried in vain. Leave out what is true no more. At most {words} words.

Reply with JSON only: {{"summary": "..."}}"""

_IMPORTANCE = """You rate the memories of an agent that plays a text game. On a scale of 1 to 10, where 1 is mundane \
(walking through a room that was seen before) and 10 matters most (a note that says where the treasure is), how \
important will this observation be later?

Reply with JSON only: {"rating": number}"""

_WORDS_A_TOKEN = 0.7


def summary(before: str, happened: str, plan: str, room: int) -> list[Message]:
    """Ask for a summary of at most `room` tokens. Reply: `SummaryReply`."""
    asked = f"Summary so far:\n{before or '(none)'}\n\nWhat happened since:\n{happened}\n\nPlan:\n{plan or '(none)'}"
    system = _SUMMARY.format(words=int(room * _WORDS_A_TOKEN))
    return [_system(system), _user(asked)]


def importance(observation: str) -> list[Message]:
    """Ask how much an observation matters. Reply: `ImportanceReply`."""
    return [_system(_IMPORTANCE), _user(f"Observation:\n{observation}")]


def _ask(task: str, scene: Mapping[str, str], now: str) -> list[Message]:
    return [_system(_AGENT), _user(_sections({"Task": task, **scene, "Now": now}))]


def _sections(scene: Mapping[str, str]) -> str:
    return "\n\n".join(f"{heading}:\n{text}" for heading, text in scene.items() if text)


def _line(item: object) -> str:
    """One line, whatever line breaks a name holds."""
    return " ".join(str(item).split())


def _quoted(text: str) -> str:
    return _line(text).replace("\\", "\\\\").replace('"', '\\"')


def _system(text: str) -> Message:
    return {"role": "system", "content": text}


def _assistant(text: str) -> Message:
    return {"role": "assistant", "content": text}


def _user(text: str) -> Message:
    return {"role": "user", "content": text}
