"""Our graph beside AriGraph's after each turn, and why they differ."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from agents.worldmap import RELATIONS
from benchmarks.traces.record import Key
from benchmarks.traces.replay import ONE_SLOT, After, Replay

ONLY_OURS, ONLY_THEIRS = "only ours", "only theirs"

MAP_OURS = "map: read by our rules, not said by the model"
MAP_THEIRS = "map: added by AriGraph's code, not said by the model"
NOT_SHOWN = "called outdated, but not among the facts that our prompt shows"
EXIT = "called outdated, but an exit: kept"
SAID_AGAIN = "called outdated and said again in one reply: kept"
HELD_AGAIN = "deleted by AriGraph, then said again"
DROPPED = "triple of the reply dropped: "
UNSAID = "triple of the reply not held: "
BY_RULE = "retired by rule, the model did not call it outdated: "
ADDED_AGAIN = "called outdated; retired here, deleted and at once added again by AriGraph"
MISSED = "called outdated; retired here, missed by AriGraph's exact string"
OTHER = "not explained"


@dataclass
class Comparison:
    """Sums over the turns where AriGraph's graph was logged; `why` counts facts a turn, `facts` holds each fact once.

    `equal` counts turns without any difference, `nearly` those without one but for the map.
    """

    turns: int = 0
    both: int = 0
    only_ours: int = 0
    only_theirs: int = 0
    equal: int = 0
    nearly: int = 0
    why: Counter[tuple[str, str]] = field(default_factory=Counter)
    facts: defaultdict[tuple[str, str], dict[tuple[str, Key], None]] = field(default_factory=lambda: defaultdict(dict))

    def __add__(self, other: Comparison) -> Comparison:
        added = Comparison(
            self.turns + other.turns,
            self.both + other.both,
            self.only_ours + other.only_ours,
            self.only_theirs + other.only_theirs,
            self.equal + other.equal,
            self.nearly + other.nearly,
            self.why + other.why,
        )
        for each in (self, other):
            for why, facts in each.facts.items():
                added.facts[why] |= facts
        return added


def compare(replay: Replay) -> Comparison:
    found = Comparison()
    past = _Past()
    for after in replay.after:
        past.note(after)
        if after.turn.graph is not None:
            _add(found, past, after, after.turn.graph, replay.run.name)
    return found


def _add(found: Comparison, past: _Past, after: After, theirs: frozenset[Key], run: str) -> None:
    differing = [(ONLY_OURS, fact, past.why_only_ours(fact)) for fact in after.facts - theirs]
    differing += [(ONLY_THEIRS, fact, past.why_only_theirs(fact)) for fact in theirs - after.facts]
    found.turns += 1
    found.both += len(after.facts & theirs)
    found.only_ours += len(after.facts - theirs)
    found.only_theirs += len(theirs - after.facts)
    found.equal += not differing
    found.nearly += all(why in (MAP_OURS, MAP_THEIRS) for _, _, why in differing)
    for side, fact, why in sorted(differing):
        found.why[side, why] += 1
        found.facts[side, why][run, fact] = None


class _Past:
    """What has happened so far to each fact on either side."""

    def __init__(self) -> None:
        self._theirs: frozenset[Key] = frozenset()
        self._ours: frozenset[Key] = frozenset()
        self._deleted: dict[Key, str] = {}
        self._gone: dict[Key, str] = {}

    def note(self, after: After) -> None:
        """Take one turn in: why we kept what AriGraph deleted, and why we do not hold what it does."""
        theirs = after.turn.graph if after.turn.graph is not None else self._theirs
        for fact in self._theirs - theirs:
            self._deleted[fact] = self._why_kept(fact, after)
        for fact, fault in after.dropped.items():
            self._gone[fact] = f"{UNSAID if fault == ONE_SLOT else DROPPED}{fault}"
        for fact, slot in after.retired.items():
            self._gone[fact] = BY_RULE + slot if slot else self._why_named(fact, theirs)
        self._theirs, self._ours = theirs, after.facts

    def _why_kept(self, fact: Key, after: After) -> str:
        if fact in after.unshown:
            return NOT_SHOWN
        if fact not in self._ours:
            return HELD_AGAIN
        return EXIT if fact[1] == "has exit" or fact[1] in RELATIONS else SAID_AGAIN

    def _why_named(self, fact: Key, theirs: frozenset[Key]) -> str:
        return ADDED_AGAIN if fact in self._theirs and fact in theirs else MISSED

    def why_only_ours(self, fact: Key) -> str:
        drawn = fact[1] in RELATIONS or fact[:2] == ("player", "is in")
        return self._deleted.get(fact, MAP_OURS if drawn else OTHER)

    def why_only_theirs(self, fact: Key) -> str:
        drawn = fact[1] in RELATIONS and fact[1] != "has exit"
        return self._gone.get(fact, MAP_THEIRS if drawn else OTHER)


def called_outdated(replay: Replay) -> Iterator[tuple[str, int]]:
    """What became of the old facts that the model's replies name, in numbers."""
    named = [(fact, after) for after in replay.after for fact in after.named]
    before = {after.turn.number: held for after, held in zip(replay.after, _held(replay), strict=True)}
    unshown = [(fact, after) for fact, after in named if fact in after.unshown]
    held = [fact for fact, after in unshown if fact in before[after.turn.number]]
    yield "old facts named by the model", len(named)
    yield "shown in our prompt, so numbered", len(named) - len(unshown)
    yield "held, but not shown in our prompt", len(held)
    yield "not held by our graph", len(unshown) - len(held)
    ruled = [fact for after in replay.after for fact, slot in after.retired.items() if slot and fact[0] != "player"]
    yield "retired by rule alone, the agent's own place aside", len(ruled)


def _held(replay: Replay) -> Iterator[frozenset[Key]]:
    held: frozenset[Key] = frozenset()
    for after in replay.after:
        yield held
        held = after.facts
