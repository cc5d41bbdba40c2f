"""The recollection as prompt text, cut to a token budget."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from graphmem.language.dates import with_dates
from graphmem.language.names import heading
from graphmem.language.speakers import speaker_of
from graphmem.language.words import stems
from graphmem.passages import Span, Unit
from graphmem.records import Episode, Fact, Recollection, Why, is_dated, told_at, when
from graphmem.retrieval.excerpts import LEAST_WORTH, Piece, joined, pieces

T = TypeVar("T")

FACTS_HEADING = "Facts I know:"
EPISODES_HEADING = "Episodes I remember:"
NOTHING = "Nothing known."

_TOKEN = re.compile(r"[A-Za-z]{1,6}|[0-9]|[^\sA-Za-z0-9]")

EPISODES_SHARE = 0.95
"""The part of the room that episodes may fill, whatever the facts need: what was said holds more than was
read in it."""

LONGEST, SHORTEST = 400, 25
"""A piece of an episode has so many characters at most; when there is no room for any, they are made smaller."""

LEAST = 50
"""The smallest budget: room for the headings, and for the line that says what was left out."""


def count_tokens(text: str) -> int:
    """An estimate, rather too high than too low, of the tokens that a language model reads in `text`.

    One for six letters of a word or part of them, one for every digit, mark or letter outside the Latin alphabet.
    """
    return len(_TOKEN.findall(text))


def fact_line(fact: Fact) -> str:
    """The fact with the dates of which it speaks, and when it ended, if it has."""
    ended = "" if fact.until is None else f" (until {when(fact.until)})"
    return f"- {' '.join(_dated(str(fact), fact.since).split())}{ended}"


def chain_line(chain: Sequence[Fact]) -> str:
    """A chain as one line, its end first: "- Oslo: Emma, has author, Ann -> lives in, Oslo"."""
    steps = [str(chain[0]), *(f"{fact.relation}, {fact.object}" for fact in chain[1:])]
    return "- " + " ".join(f"{chain[-1].object}: {' -> '.join(steps)}".split())


def episode_lines(episode: Episode) -> str:
    """The episode with its date, or its step, and who said it.

    All lines but the first are indented, so that none can pass for a line of ours.
    """
    text = "\n  ".join(line for line in (raw.strip() for raw in episode.text.splitlines()) if line)
    said = f"{' '.join(episode.speaker.split())}: " if episode.speaker and not speaker_of(episode.text) else ""
    return f"[{told_at(episode)}] {said}{text}"


def _dated(text: str, step: int) -> str:
    """The text with the dates that "yesterday" and the like mean at the step, if that is a moment."""
    return with_dates(text, datetime.fromtimestamp(step / 1000)) if is_dated(step) else text


def recollect(
    facts: Sequence[Fact],
    episodes: Sequence[Episode],
    *,
    budget: int,
    conflicts: Sequence[tuple[Fact, Fact]] = (),
    why: Mapping[str, Why] | None = None,
    chains: Sequence[tuple[Fact, ...]] = (),
    question: str = "",
) -> Recollection:
    """Cut ranked `facts` and `episodes` (most relevant first) to `budget` tokens (`LEAST` or more), and print them.

    Of facts that read the same the first is told. One that ends one of the `chains` is told with all of the chain, in
    one line. Episodes may fill most of the budget, or what the facts leave; of long ones the sentences are told that
    bear on the `question`. When room is short, a fact that a told episode says is not told again. Facts are printed by
    rank, one of `conflicts` with what denies it; episodes in order of time.
    """
    facts = list({fact_line(fact): fact for fact in reversed(facts)}.values())[::-1]
    lines = {fact.id: fact_line(fact) + _denial(fact, conflicts) for fact in facts}
    headings = [FACTS_HEADING] * bool(facts) + [EPISODES_HEADING] * bool(episodes)
    room = budget - sum(map(count_tokens, [*headings, _left_out(len(facts), len(episodes))]))
    lines |= _chained(chains, room // 2)
    dated = [replace(each, text=_dated(each.text, each.step)) if each.time else each for each in episodes]
    told, tellable = _shared(facts, lines, dated, question, room)
    kept_facts = _fit(tellable, [lines[fact.id] for fact in tellable], room - _cost(told))
    omitted = len(facts) - len(kept_facts), len(episodes) - len(told)
    text = _render([lines[fact.id] for fact in kept_facts if lines[fact.id]], told, *omitted)
    told_ids = {episode.id for episode in told}
    kept_episodes = [episode for episode in episodes if episode.id in told_ids]
    kept_ids = told_ids | {fact.id for fact in kept_facts}
    reasons = {id_: reason for id_, reason in (why or {}).items() if id_ in kept_ids}
    disputed = tuple(pair for pair in conflicts if pair[0] in kept_facts)
    return Recollection(
        tuple(kept_facts),
        tuple(kept_episodes),
        text,
        *omitted,
        conflicts=disputed,
        why=reasons,
        chains=tuple(chain for chain in chains if kept_ids.issuperset(fact.id for fact in chain)),
    )


def _chained(chains: Iterable[tuple[Fact, ...]], room: int) -> dict[str, str]:
    """By id, the line of each fact that ends a chain; its other facts need none. A chain too long is told in parts."""
    lines: dict[str, str] = {}
    for chain in chains:
        if len(chain) > 1 and chain[-1].id not in lines and count_tokens(chain_line(chain)) <= room:
            room -= count_tokens(chain_line(chain))
            lines |= {fact.id: "" for fact in chain if fact.id not in lines} | {chain[-1].id: chain_line(chain)}
    return lines


def _shared(
    facts: Sequence[Fact], lines: Mapping[str, str], episodes: Sequence[Episode], question: str, room: int
) -> tuple[list[Episode], list[Fact]]:
    """The episodes to tell, each with the text that is told of it, and the facts of which those to tell are taken."""
    left = room - sum(map(count_tokens, lines.values()))
    told = _told(episodes, question, max(int(EPISODES_SHARE * room), left))
    if _cost(told) <= left:
        return told, list(facts)
    said = [stems(episode.text) for episode in told]
    new = [fact for fact in facts if lines[fact.id] != fact_line(fact) or not _is_said(fact, said)]
    left = room - sum(count_tokens(lines[fact.id]) for fact in new)
    return _told(episodes, question, left) if left > _cost(told) else told, new


def _cost(episodes: Iterable[Episode]) -> int:
    return sum(count_tokens(episode_lines(episode)) for episode in episodes)


def _told(episodes: Sequence[Episode], question: str, room: int, size: int = LONGEST) -> list[Episode]:
    """The episodes of which there is room to tell anything, with the text that is told; best first.

    Without a `question` each is told whole or not at all. With one, pieces of `size` characters are told, or of fewer
    when there is no room for the best.
    """
    if not question or not episodes:
        return _fit(episodes, [episode_lines(episode) for episode in episodes], room)
    texts = [episode.text for episode in episodes]
    choice = sorted(pieces(texts, question, size=size), key=lambda piece: -piece.worth)
    picked = _picked(episodes, choice, room)
    if size > SHORTEST and choice and not _is_picked(choice[0], picked):
        return _told(episodes, question, room, size * 3 // 4)
    return [replace(episodes[place], text=joined(texts[place], picked[place])) for place in sorted(picked)]


def _picked(episodes: Sequence[Episode], choice: Iterable[Piece], room: int) -> dict[int, list[Unit]]:
    """By place, the units that are told of an episode: the worthiest for which there is room."""
    picked: dict[int, list[Unit]] = {}
    told: set[tuple[int, Span]] = set()
    for piece in choice:
        if piece.worth <= LEAST_WORTH:
            break
        place, unit, text = piece.place, piece.unit, episodes[piece.place].text
        frame = 0 if place in picked else count_tokens(episode_lines(replace(episodes[place], text="")))
        new, cost = _new(text, unit, {span for at, span in told if at == place})
        if not picked and frame + cost > room:  # rather a whole sentence below its title alone than a half one
            unit = replace(unit, under=unit.under[:1] if heading(text) else ())
            new, cost = _new(text, unit, set())
        cost += frame
        if cost <= room:
            room -= cost
            told.update((place, span) for span in new)
            picked.setdefault(place, []).append(unit)
    return picked


def _new(text: str, unit: Unit, told: Collection[Span]) -> tuple[list[Span], int]:
    """What a unit adds to what is told of a text, and its tokens, with those of the marks of elision."""
    new = [span for span in (*unit.under, (unit.start, unit.end)) if span not in told]
    elided = len(new) + (not told) if text[: unit.start].strip() or text[unit.end :].strip() else 0
    return new, elided + sum(count_tokens(text[start:end]) for start, end in new)


def _is_picked(piece: Piece, picked: Mapping[int, Sequence[Unit]]) -> bool:
    return piece.unit.start in (unit.start for unit in picked.get(piece.place, ()))


def _is_said(fact: Fact, texts: Sequence[frozenset[str]]) -> bool:
    """Whether one of the texts, by their stems, names both ends of the fact."""
    ends = stems(f"{fact.subject} {fact.object}")
    return any(ends <= text for text in texts)


def _denial(fact: Fact, conflicts: Sequence[tuple[Fact, Fact]]) -> str:
    """What was seen at the same step and cannot be true as well."""
    denials = [" ".join(str(other).split()) for one, other in conflicts if one.id == fact.id]
    return f" (but also seen at {when(fact.since)}: {'; '.join(denials)})" if denials else ""


def _fit(items: Sequence[T], lines: Sequence[str], room: int) -> list[T]:
    """The items, in rank order, whose lines fit; a long one does not keep a shorter one out."""
    kept = []
    for item, line in zip(items, lines, strict=True):
        cost = count_tokens(line)
        if cost <= room:
            kept.append(item)
            room -= cost
    return kept


def _render(facts: Sequence[str], episodes: Sequence[Episode], omitted_facts: int, omitted_episodes: int) -> str:
    parts = []
    if facts:
        parts += [FACTS_HEADING, *facts]
    if episodes:
        parts += [EPISODES_HEADING, *map(episode_lines, sorted(episodes, key=lambda episode: episode.step))]
    if omitted_facts or omitted_episodes:
        parts.append(_left_out(omitted_facts, omitted_episodes))
    return "\n".join(parts) or NOTHING


def _left_out(facts: int, episodes: int) -> str:
    omitted = [_count(facts, "fact"), _count(episodes, "episode")]
    return f"(left out for want of room: {' and '.join(filter(None, omitted))})"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}" if number else ""
