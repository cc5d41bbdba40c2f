"""The recollection as prompt text, cut to a token budget."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from graphmem.language.speakers import speaker_of
from graphmem.language.words import stems
from graphmem.records import Episode, Fact, Recollection, Why, when

T = TypeVar("T")

FACTS_HEADING = "Facts I know:"
EPISODES_HEADING = "Episodes I remember:"
NOTHING = "Nothing known."

_PIECE = re.compile(r"[A-Za-z]+|[0-9]|[^\sA-Za-z0-9]")
_LETTERS_A_TOKEN = 6

EPISODES_SHARE = 0.75
"""The part of the room that episodes may fill, whatever the facts need: what was said holds more than was
read in it."""

LEAST = 50
"""The smallest budget: room for the headings, and for the line that says what was left out."""


def count_tokens(text: str) -> int:
    """An estimate, rather too high than too low, of the tokens that a language model reads in `text`.

    One for six letters of a word or part of them, one for every digit, mark or letter outside the Latin alphabet.
    """
    return sum(math.ceil(len(piece) / _LETTERS_A_TOKEN) for piece in _PIECE.findall(text))


def fact_line(fact: Fact) -> str:
    """The fact, and when it ended, if it has."""
    ended = "" if fact.until is None else f" (until {when(fact.until)})"
    return f"- {' '.join(str(fact).split())}{ended}"


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
    return f"[{when(episode.step)}] {said}{text}"


def recollect(
    facts: Sequence[Fact],
    episodes: Sequence[Episode],
    *,
    budget: int,
    conflicts: Sequence[tuple[Fact, Fact]] = (),
    why: Mapping[str, Why] | None = None,
    chains: Sequence[tuple[Fact, ...]] = (),
) -> Recollection:
    """Cut ranked `facts` and `episodes` (most relevant first) to `budget` tokens (`LEAST` or more), and print them.

    Of facts that read the same the first is told. One that ends one of the `chains` is told with all of the chain, in
    one line. Episodes may fill most of the budget, or what the facts leave; when room is short, a fact that a told
    episode says is not told again. Facts are printed by rank, one of `conflicts` with what denies it; episodes in
    order of time.
    """
    facts = list({fact_line(fact): fact for fact in reversed(facts)}.values())[::-1]
    lines = {fact.id: fact_line(fact) + _denial(fact, conflicts) for fact in facts}
    framing = (FACTS_HEADING, EPISODES_HEADING, _left_out(len(facts), len(episodes)))
    room = budget - sum(map(count_tokens, framing))
    lines |= _chained(chains, room // 2)
    kept_episodes, tellable = _shared(facts, lines, episodes, room)
    used = sum(count_tokens(episode_lines(episode)) for episode in kept_episodes)
    kept_facts = _fit(tellable, [lines[fact.id] for fact in tellable], room - used)
    omitted = len(facts) - len(kept_facts), len(episodes) - len(kept_episodes)
    text = _render([lines[fact.id] for fact in kept_facts if lines[fact.id]], kept_episodes, *omitted)
    kept_ids = {fact.id for fact in kept_facts} | {episode.id for episode in kept_episodes}
    reasons = {id_: reason for id_, reason in (why or {}).items() if id_ in kept_ids}
    told = tuple(pair for pair in conflicts if pair[0] in kept_facts)
    return Recollection(
        tuple(kept_facts),
        tuple(kept_episodes),
        text,
        *omitted,
        conflicts=told,
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
    facts: Sequence[Fact], lines: Mapping[str, str], episodes: Sequence[Episode], room: int
) -> tuple[list[Episode], list[Fact]]:
    """The episodes to tell, and the facts of which those to tell are taken."""
    printed = [episode_lines(episode) for episode in episodes]
    left = room - sum(map(count_tokens, lines.values()))
    if left >= sum(map(count_tokens, printed)):
        return list(episodes), list(facts)
    share = int(EPISODES_SHARE * room)
    said = [stems(episode.text) for episode in _fit(episodes, printed, max(share, left))]
    new = [fact for fact in facts if lines[fact.id] != fact_line(fact) or not _is_said(fact, said)]
    left = room - sum(count_tokens(lines[fact.id]) for fact in new)
    return _fit(episodes, printed, max(share, left)), new


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
