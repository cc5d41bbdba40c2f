"""The time that a question asks about, and which episodes are of it.

    "what happened in May?"      a period, as it is at the newest moment of the memory
    "what broke since we moved?" an event: its episode is found first, then what came before or after it

Nothing is left out that the question asks for by more than its time: what is of the time is favoured. Only a question
that asks for nothing else ("what did Ana say last week?") gets what is of the time alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from graphmem.language.dates import dates_in, period_of, without_dates
from graphmem.language.names import heading
from graphmem.language.phrases import kinds_in
from graphmem.language.speakers import speaker_of
from graphmem.language.times import Beside, beside_event, subject
from graphmem.language.words import stems, words
from graphmem.records import Episode, is_dated, step_of
from graphmem.retrieval import weights
from graphmem.retrieval.search import Snapshot


@dataclass(frozen=True, slots=True)
class Time:
    """From step `since` until step `until`, which is not in it; None is open. `rest` is what else is asked.

    Those nearer to the step `near` count more. `event` is the id of what tells of the event, which the asker knows.
    """

    since: int | None
    until: int | None
    rest: str
    near: int | None = None
    event: str | None = None

    def holds(self, step: float) -> bool:
        return (self.since is None or step >= self.since) and (self.until is None or step < self.until)


@dataclass(frozen=True, slots=True)
class Then:
    """What was told of the time of a question; nothing, when it asks of none.

    `fits` says by id how well each episode fits the time, from 0 to 1 (less than 0: the event that the asker knows);
    `taught` are the ids of the facts these taught. `only` is all of it, when nothing else is asked about.
    """

    time: Time | None = None
    fits: Mapping[str, float] = field(default_factory=dict)
    taught: frozenset[str] = frozenset()
    only: Sequence[Episode] = ()


def at_end(time: Time | None, snapshot: Snapshot) -> Snapshot:
    """The graph as it stood at the end of the time, if that is past and anything was known then."""
    if time is None or time.until is None:
        return snapshot
    last = max(time.until - 1, 0)
    known = last < _now(snapshot) and snapshot.store.episodes(newest=1, at=last)
    return replace(snapshot, at=last) if known else snapshot


def time_asked(question: str, snapshot: Snapshot, find: Callable[[str], Sequence[Episode]]) -> Time | None:
    """The time that a question asks about; None when it asks of none, or of an event of which nothing is known.

    Words of time are meant as at the newest moment of the memory, or as at the moment at which it is seen. `find` gives
    the episode that tells of an event.
    """
    now = _now(snapshot) if kinds_in(question) else 0
    if is_dated(now) and (period := period_of(question, _date(now))):
        since, until = (None if each is None else step_of(each) for each in period)
        return Time(since, until, without_dates(question, _date(now)), near=until if since is None else None)
    if (beside := beside_event(question)) and (event := _telling(beside.event, find(beside.event), snapshot)):
        return _beside(beside, event)
    return None


def _now(snapshot: Snapshot) -> int:
    if snapshot.at is not None:
        return snapshot.at
    return next((each.step for each in snapshot.store.episodes(newest=1)), 0)


def _date(step: int) -> datetime:
    return datetime.fromtimestamp(step / 1000)


def _telling(event: str, found: Sequence[Episode], snapshot: Snapshot) -> Episode | None:
    """Of what was found the episode that tells of the event; none is, when all are just the nearest that do not.

    A document stands for no moment.
    """
    sought = stems(" ".join(subject(event)))
    found = [each for each in found if not heading(each.text)]
    best = max(found, key=lambda each: len(sought & stems(each.text)), default=None)
    if best is None or sought & stems(best.text):
        return best
    one, other = snapshot.vectors([event, best.text])
    return best if float(one @ other) >= weights.NEAR_THING else None


def _beside(asked: Beside, event: Episode) -> Time:
    """Before or after an event: of the moment when it is told, or of the day when it is told to be."""
    since, until = _said(event) or (event.step, event.step + 1)
    if asked.unit and is_dated(event.step):
        from graphmem.language.periods import moved  # with its library: only for a text that has a date

        if asked.side == "before":
            return Time(step_of(moved(_date(since), asked.unit, -1)), since, asked.rest, event=event.id)
        return Time(until, step_of(moved(_date(until), asked.unit, 1)), asked.rest, event=event.id)
    if asked.side in ("before", "until"):
        return Time(None, since, asked.rest, since, event.id)
    return Time(until, None, asked.rest, until if asked.side == "after" else None, event.id)


def _said(event: Episode) -> tuple[int, int] | None:
    """The one time of which an episode speaks, unless it is told at that time."""
    spans = list(_spans(event))
    return spans[0] if len(spans) == 1 and not spans[0][0] <= event.step < spans[0][1] else None


def _spans(episode: Episode) -> Iterator[tuple[int, int]]:
    """The times of which an episode speaks, as steps."""
    if is_dated(episode.step):
        for each in dates_in(episode.text, _date(episode.step)):
            yield step_of(each.since), step_of(each.until)


def told_then(time: Time, texts: Sequence[str], snapshot: Snapshot) -> list[Episode]:
    """Of the newest that are of the time, told in it or soon after: the nearest in meaning, those near to `near`."""
    at = snapshot.at
    if time.until is not None:
        last = time.until + (weights.AFTERWARDS if is_dated(time.until) else 0) - 1
        at = last if at is None else min(at, last)
    told = [each for each in replace(snapshot, at=at).episodes(newest=weights.OF_A_TIME) if _is_then(time, each)]
    if len(told) <= weights.NEAREST_THEN:
        return told
    near, asked, stored = time.near, snapshot.ask(texts), snapshot.store.vectors([each.text for each in told])
    closest = sorted(told, key=lambda each: abs(each.step - near))[: weights.MOST_EPISODES] if near is not None else []
    told.sort(key=lambda each: -float((asked @ stored[each.text]).max()) if each.text in stored else 0.0)
    return [*closest, *told[: weights.NEAREST_THEN]]


def then_of(time: Time | None, episodes: Iterable[Episode]) -> Then:
    """What of the episodes is of the time."""
    fitting = [each for each in episodes if time and _is_then(time, each)]
    if time is None or not fitting:
        return Then(time)
    taught = frozenset(fact for each in fitting for fact in each.facts)
    return Then(time, _fits(time, fitting), taught, _alone(time, fitting))


def _fits(time: Time, episodes: Sequence[Episode]) -> Mapping[str, float]:
    known = {time.event: -weights.KNOWN} if time.event else {}
    if (near := time.near) is None:
        return dict.fromkeys((each.id for each in episodes), 1.0) | known
    by_distance = sorted(episodes, key=lambda each: abs(each.step - near))
    return {each.id: 1.0 / (1.0 + place / weights.SOON) for place, each in enumerate(by_distance)} | known


def _is_then(time: Time, episode: Episode) -> bool:
    """Whether it is told at the time, or speaks of it; before and after an event only what was told counts."""
    if time.event is not None:
        return time.holds(episode.step) and episode.id != time.event
    return time.holds(episode.step) or any(_is_within(span, time) for span in _spans(episode))


def _is_within(span: tuple[int, int], time: Time) -> bool:
    """Whether most of what a text speaks of is in the time; a year is in none of its months."""
    since, until = span
    long = time.since is not None and time.until is not None and until - since > time.until - time.since
    return not long and time.holds((since + until) / 2)


def _alone(time: Time, episodes: Sequence[Episode]) -> Sequence[Episode]:
    """All of the episodes, or those of the speakers named, when nothing but their time is asked about; else none."""
    asked = subject(time.rest)
    by = [set(words(each.speaker or speaker_of(each.text) or "")) for each in episodes]
    if not asked <= set().union(*by):
        return ()
    return [each for each, names in zip(episodes, by, strict=True) if not asked or asked & names]
