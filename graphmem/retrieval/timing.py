"""The time that a question asks about, and which episodes are of it.

    "what happened in May?"      a period, as it is at the newest moment of the memory
    "what broke since we moved?" an event: its episode is found first, then what came before or after it

Nothing is left out that the question asks for by more than its time: what is of the time is favoured. Only a question
that asks for nothing else ("what did Ana say last week?") gets what is of the time alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from graphmem.language.dates import dates_in, period_of, without_dates
from graphmem.language.names import heading
from graphmem.language.phrases import kinds_in
from graphmem.language.speakers import speaker_of
from graphmem.language.times import Beside, beside_event, subject
from graphmem.language.words import stems, words
from graphmem.records import FIRST_DATED, Episode, step_of
from graphmem.retrieval import weights
from graphmem.retrieval.search import Snapshot


@dataclass(frozen=True, slots=True)
class Time:
    """From step `since` until step `until`, which is not in it; None is open. `rest` is what else is asked.

    `near` is the step from which those count more that are nearer to it, `event` the id of the episode that tells of the
    event, which the asker knows.
    """

    since: int | None
    until: int | None
    rest: str
    near: int | None = None
    event: str | None = None

    def holds(self, step: float) -> bool:
        return (self.since is None or step >= self.since) and (self.until is None or step < self.until)


def time_asked(question: str, snapshot: Snapshot, find: Callable[[str], Episode | None]) -> Time | None:
    """The time that a question asks about; None when it asks of none, or of an event of which nothing is known.

    Words of time are meant as at the newest moment of the memory, or as at the moment at which it is seen. `find` gives
    the episode that tells of an event.
    """
    now = (snapshot.at if snapshot.at is not None else _newest(snapshot)) if kinds_in(question) else 0
    if now >= FIRST_DATED and (period := period_of(question, _date(now))):
        since, until = (None if each is None else step_of(each) for each in period)
        return Time(since, until, without_dates(question, _date(now)), near=until if since is None else None)
    if (beside := beside_event(question)) and (event := find(beside.event)) and _tells_of(beside.event, event, snapshot):
        return _beside(beside, event)
    return None


def _newest(snapshot: Snapshot) -> int:
    return next((each.step for each in snapshot.store.episodes(newest=1)), 0)


def _date(step: int) -> datetime:
    return datetime.fromtimestamp(step / 1000)


def _tells_of(event: str, episode: Episode, snapshot: Snapshot) -> bool:
    """Whether the episode tells of the event, and is not just the nearest of all that do not."""
    if heading(episode.text):  # a document stands for no moment
        return False
    if stems(episode.text) & stems(" ".join(subject(event))):
        return True
    one, other = snapshot.vectors([event, episode.text])
    return float(one @ other) >= weights.NEAR_THING


def _beside(asked: Beside, event: Episode) -> Time:
    """Before or after an event: of the moment when it is told, or of the day when it is told to be."""
    since, until = _said(event) or (event.step, event.step + 1)
    if asked.unit and event.step >= FIRST_DATED:
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
    if episode.step >= FIRST_DATED:
        for each in dates_in(episode.text, _date(episode.step)):
            yield step_of(each.since), step_of(each.until)


def told_then(time: Time, texts: Sequence[str], snapshot: Snapshot) -> list[Episode]:
    """Episodes of the time, told in it or soon after: of the newest, the nearest to what is asked."""
    at = snapshot.at
    if time.until is not None:
        last = time.until + (weights.AFTERWARDS if time.until >= FIRST_DATED else 0) - 1
        at = last if at is None else min(at, last)
    told = [each for each in replace(snapshot, at=at).episodes(newest=weights.OF_A_TIME) if _is_then(time, each)]
    stored = snapshot.store.vectors([each.text for each in told]) if len(told) > weights.NEAREST_THEN else {}
    asked = snapshot.embed(texts)
    told.sort(key=lambda each: -float((asked @ stored[each.text]).max()) if each.text in stored else 0.0)
    return told[: weights.NEAREST_THEN]


def timely(time: Time | None, episodes: Iterable[Episode]) -> Mapping[str, float]:
    """By id, how well each episode of the time fits it, from 0 to 1; less than 0 for the event that the asker knows."""
    fitting = [each for each in episodes if time and each.id != time.event and _is_then(time, each)]
    if time is None or not fitting:
        return {}
    known = {time.event: -weights.KNOWN} if time.event else {}
    if (near := time.near) is None:
        return dict.fromkeys((each.id for each in fitting), 1.0) | known
    fitting.sort(key=lambda each: abs(each.step - near))
    return {each.id: 1.0 / (1.0 + place / weights.SOON) for place, each in enumerate(fitting)} | known


def _is_then(time: Time, episode: Episode) -> bool:
    return time.holds(episode.step) or any(_is_within(span, time) for span in _spans(episode))


def _is_within(span: tuple[int, int], time: Time) -> bool:
    """Whether most of what a text speaks of is in the time; a year is in none of its months."""
    since, until = span
    long = time.since is not None and time.until is not None and until - since > time.until - time.since
    return not long and time.holds((since + until) / 2)


def alone(time: Time, episodes: Sequence[Episode]) -> Sequence[Episode]:
    """All of the episodes, or those of the speakers named, when nothing but their time is asked about; else none."""
    asked = subject(time.rest)
    by = [set(words(each.speaker or speaker_of(each.text) or "")) for each in episodes]
    if not asked <= set().union(*by):
        return []
    return [each for each, names in zip(episodes, by, strict=True) if not asked or asked & names]
