"""The rules of MiniWorld: where things are, how that reads, and what each command does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

_INTRO = {
    "bedroom": "You arrive in a bedroom. A standard kind of place.",
    "kitchen": "You find yourself in a kitchen. An usual one.",
    "pantry": "You've entered a pantry.",
    "garden": "You are in a garden. A typical kind of place.",
}
_FURNITURE = {"bedroom": "chest", "kitchen": "table", "pantry": "shelf", "garden": "bench"}
_EXITS: dict[str, dict[str, tuple[str, str | None]]] = {  # room -> direction -> (room, door)
    "bedroom": {"east": ("kitchen", None)},
    "kitchen": {"west": ("bedroom", None), "east": ("pantry", "wooden door"), "north": ("garden", "steel door")},
    "pantry": {"west": ("kitchen", "wooden door")},
    "garden": {"south": ("kitchen", "steel door")},
}
KEY, APPLE, CARRIED, _EATEN = "brass key", "red apple", "you", "nowhere"
_DESCRIPTIONS = {KEY: "The metal of the brass key is antiqued.", APPLE: "The red apple looks delicious."}


@dataclass
class House:
    """Where everything is. A thing's place is a room (its floor), a piece of furniture, "you" or "nowhere"."""

    room: str = "bedroom"
    places: dict[str, str] = field(default_factory=lambda: {KEY: "chest", APPLE: "table"})
    states: dict[str, str] = field(
        default_factory=lambda: {"chest": "closed", "wooden door": "open", "steel door": "locked"}
    )
    earned: set[str] = field(default_factory=set)

    @property
    def furniture(self) -> str:
        return _FURNITURE[self.room]

    def at(self, place: str) -> list[str]:
        """The things there."""
        return [thing for thing, where in self.places.items() if where == place]

    def within_reach(self) -> list[str]:
        """Everything a player could name here: things, furniture, doors."""
        doors = [door for _, door in _EXITS[self.room].values() if door]
        return [*self.at(CARRIED), *self.at(self.room), *self._shown(), self.furniture, *doors]

    def _shown(self) -> list[str]:
        return [] if self.states.get(self.furniture) == "closed" else self.at(self.furniture)

    @property
    def won(self) -> bool:
        return self.places[APPLE] == "bench"

    @property
    def lost(self) -> bool:
        return self.places[APPLE] == _EATEN


# --- what the player reads ---------------------------------------------------------------------------------------


def _a(thing: str) -> str:
    return f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}"


def _list(things: list[str]) -> str:
    """The things in one phrase: "a brass key and a red apple"."""
    names = [_a(thing) for thing in things]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def inventory(world: House) -> str:
    carried = world.at(CARRIED)
    return f"You are carrying: {_list(carried)}." if carried else "You are carrying nothing."


def look(world: House) -> str:
    parts = [f"-= {world.room.title()} =-\n{_INTRO[world.room]}", _describe_furniture(world), _describe_exits(world)]
    floor = world.at(world.room)
    if floor:
        parts.append(f"There {'is' if len(floor) == 1 else 'are'} {_list(floor)} on the floor.")
    return "\n\n".join(parts)


def _describe_furniture(world: House) -> str:
    name, things = world.furniture, world.at(world.furniture)
    state = world.states.get(name)
    if state == "closed":
        return f"You see {_a(f'{state} {name}')}."
    if state == "open":
        inside = f"The {name} contains {_list(things)}." if things else f"The {name} is empty, what a horrible day!"
        return f"You see an opened {name}. {inside}"
    upon = f"On the {name} you see {_list(things)}." if things else "But there isn't a thing on it."
    return f"You can make out {_a(name)}. {upon}"


def _describe_exits(world: House) -> str:
    sentences = []
    for direction, (_, door) in _EXITS[world.room].items():
        if door is None:
            sentences.append(f"There is an exit to the {direction}. Don't worry, there is no door.")
        else:
            state = "open" if world.states[door] == "open" else "closed"
            sentences.append(f"There is {_a(f'{state} {door}')} leading {direction}.")
    return " ".join(sentences)


# --- what the player does ----------------------------------------------------------------------------------------


def admissible(world: House) -> list[str]:
    if world.won or world.lost:
        return []
    commands = ["inventory", "look", *(f"examine {name}" for name in world.within_reach())]
    for direction, (_, door) in _EXITS[world.room].items():
        if door is None or world.states[door] == "open":
            commands.append(f"go {direction}")
    for name in (name for name in world.within_reach() if name in world.states):
        commands += _lock_commands(world, name)
    commands += [f"take {thing}" for thing in world.at(world.room)]
    if world.states.get(world.furniture) != "closed":
        commands += [f"take {thing} from {world.furniture}" for thing in world.at(world.furniture)]
    for thing in world.at(CARRIED):
        commands += _carried_commands(world, thing)
    return sorted(commands)


def _lock_commands(world: House, name: str) -> list[str]:
    keyed = name == "steel door" and world.places[KEY] == CARRIED
    if world.states[name] == "locked":
        return [f"unlock {name} with {KEY}"] if keyed else []
    if world.states[name] == "open":
        return [f"close {name}"]
    return [f"open {name}"] + ([f"lock {name} with {KEY}"] if keyed else [])


def _carried_commands(world: House, thing: str) -> list[str]:
    commands = [f"drop {thing}"] + ([f"eat {thing}"] if thing == APPLE else [])
    state = world.states.get(world.furniture)
    if state is None:
        return [*commands, f"put {thing} on {world.furniture}"]
    return [*commands, f"insert {thing} into {world.furniture}"] if state == "open" else commands


def obey(world: House, command: str) -> str:
    for pattern, act in _COMMANDS:
        match = pattern.fullmatch(command)
        if match:
            names = [name.lower() for name in match.groups() if name is not None]
            unseen = pattern is not _GO and any(name not in world.within_reach() for name in names)
            return "You can't see any such thing." if unseen else act(world, *names)
    return "That's not a verb I recognise."


def _go(world: House, direction: str) -> str:
    room, door = _EXITS[world.room].get(direction, (None, None))
    if room is None:
        return "You can't go that way."
    if door is not None and world.states[door] != "open":
        return f"You have to open the {door} first."
    world.room = room
    return look(world)


def _examine(world: House, name: str) -> str:
    if name in _DESCRIPTIONS:
        return _DESCRIPTIONS[name]
    if name in world.states:
        return f"The {name} looks strong, and impossible to break. It is {world.states[name]}."
    return f"The {name} is solid. {_describe_furniture(world).split('. ', 1)[-1]}"


def _take(world: House, thing: str, place: str | None = None) -> str:
    where = world.places.get(thing)
    if where is None:
        return "That's fixed in place."
    if where == CARRIED:
        return "You already have that."
    if place is not None and place != where:
        return f"But the {thing} isn't there now."
    world.places[thing] = CARRIED
    return (
        f"You pick up the {thing} from the ground."
        if where == world.room
        else f"You take the {thing} from the {where}."
    )


def _drop(world: House, thing: str) -> str:
    return _leave(world, thing, world.room, f"You drop the {thing} on the ground.")


def _put(world: House, thing: str, place: str) -> str:
    if place != world.furniture or place in world.states:
        return f"Putting things on the {place} would achieve nothing."
    return _leave(world, thing, place, f"You put the {thing} on the {place}.")


def _insert(world: House, thing: str, place: str) -> str:
    if place != "chest":
        return "That can't contain things."
    if world.states[place] != "open":
        return f"The {place} is closed."
    return _leave(world, thing, place, f"You put the {thing} into the {place}.")


def _leave(world: House, thing: str, place: str, report: str) -> str:
    if world.places.get(thing) != CARRIED:
        return "You haven't got that."
    world.places[thing] = place
    return report


def _eat(world: House, thing: str) -> str:
    if thing != APPLE:
        return "That's plainly inedible."
    return _leave(world, thing, _EATEN, f"You eat the {thing}. Not bad.")


def _open(world: House, name: str) -> str:
    state = world.states.get(name)
    if state == "locked":
        return f"You have to unlock the {name} with the {KEY} first."
    if state != "closed":
        return "That's already open." if state else "It isn't something you can open."
    world.states[name] = "open"
    inside = world.at(name)
    return f"You open the {name}, revealing {_list(inside)}." if inside else f"You open the {name}."


def _close(world: House, name: str) -> str:
    if world.states.get(name) != "open":
        return "That's already closed." if name in world.states else "It isn't something you can close."
    world.states[name] = "closed"
    return f"You close the {name}."


def _turn_key(world: House, name: str, key: str, before: str, after: str, verb: str) -> str:
    if name != "steel door" or key != KEY:
        return "That doesn't seem to fit the lock." if name in world.states else "That doesn't have a lock."
    if world.places[KEY] != CARRIED:
        return "You haven't got that."
    if world.states[name] != before:
        return f"You can't {verb} it now."
    world.states[name] = after
    return f"You {verb} the {name}."


def _unlock(world: House, name: str, key: str) -> str:
    return _turn_key(world, name, key, "locked", "closed", "unlock")


def _lock(world: House, name: str, key: str) -> str:
    return _turn_key(world, name, key, "closed", "locked", "lock")


def _command(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_GO = _command(r"(?:go |walk )?(north|south|east|west|up|down)")
_COMMANDS: list[tuple[re.Pattern[str], Callable[..., str]]] = [
    (_command("look|l"), look),
    (_command("inventory|i"), inventory),
    (_GO, _go),
    (_command(r"(?:examine|x|read) (.+)"), _examine),
    (_command(r"(?:take|get) (.+?)(?: from (.+))?"), _take),
    (_command(r"drop (.+)"), _drop),
    (_command(r"put (.+?) on (.+)"), _put),
    (_command(r"(?:insert|put) (.+?) (?:into|in) (.+)"), _insert),
    (_command(r"eat (.+)"), _eat),
    (_command(r"open (.+)"), _open),
    (_command(r"close (.+)"), _close),
    (_command(r"unlock (.+?) with (.+)"), _unlock),
    (_command(r"lock (.+?) with (.+)"), _lock),
]
