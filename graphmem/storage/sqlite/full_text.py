"""Full text of an SQLite memory, at a bounded cost: rare words are scored by BM25, common ones tip the balance.

BM25 visits every match of every word it is given. In a large memory that is most of it for a common word, which tells
little; so the rarest words are taken first, up to a number of matches, and of the others only is asked whether they
occur in what those found. While a memory is small no word is common, and the order is that of plain BM25.
"""

from __future__ import annotations

import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graphmem.language.words import words as words_of
from graphmem.storage.sqlite.rows import HOLDING, IN, Indexed, all_rows, as_set, few_hold, held_rows

COMMON = 1000
"""A word with more matches is common."""

SCORED = 2000
"""Matches that BM25 scores at most, of all words of a query together."""

WORDS = 64
"""Different words of a query that are looked up; of a longer one, the first."""

TIPPING = 4
"""Common words that are looked at, the rarest."""

FEW = 300
"""While fewer facts hold, each is asked whether it has a word; else all that have the word whether they hold."""

INDEX: dict[Indexed, str] = {"fact": "fact_text", "episode": "episode_text", "passage": "passage_text"}


@dataclass(frozen=True)
class Scope:
    """What is searched: the kind in one namespace, as it stood at a step."""

    db: sqlite3.Connection
    namespace: int
    kind: Indexed
    at: int | None

    def matches(self, match: str, rest: str = "", parameters: Sequence[object] = ()) -> list[int]:
        """Row ids that match, of any namespace."""
        index = INDEX[self.kind]
        rows = all_rows(self.db, f"SELECT rowid FROM {index} WHERE {index} MATCH ? {rest}", [match, *parameters])
        return [row[0] for row in rows]

    def scored(self, match: str, limit: int) -> dict[int, float]:
        """The best matches of any namespace, by BM25."""
        index = INDEX[self.kind]
        return dict(
            all_rows(
                self.db,
                f"""SELECT rowid, -bm25({index}) AS score FROM {index} WHERE {index} MATCH ?
                ORDER BY score DESC, rowid DESC LIMIT ?""",
                [match, limit],
            )
        )

    def seen(self, seqs: Iterable[int]) -> dict[int, str]:
        """The ids of those of these rows that are of the namespace and hold."""
        table, held, values = held_rows(self.kind, self.at)
        return dict(
            all_rows(
                self.db,
                f"SELECT f.seq, f.id FROM {table} f WHERE f.seq {IN} AND +f.namespace = ? AND {held}",
                [as_set(seqs), self.namespace, *values],
            )
        )

    def newest(self, word: str, limit: int) -> list[int]:
        """The newest rows of the namespace that hold and match `word`, however many others match."""
        table, held, values = held_rows(self.kind, self.at)
        index = INDEX[self.kind]
        some = f"{index} CROSS JOIN {table} f ON f.seq = {index}.rowid"
        if few_hold(self.db, self.kind, self.at, FEW):
            some = f"{HOLDING} CROSS JOIN {index} ON f.seq = {index}.rowid"
        rows = all_rows(
            self.db,
            f"""SELECT f.seq FROM {some} WHERE {index} MATCH ? AND f.namespace = ? AND {held}
            ORDER BY {index}.rowid DESC LIMIT ?""",
            [f'"{word}"', self.namespace, *values, limit],
        )
        return [row[0] for row in rows]


def search(scope: Scope, query: str, limit: int) -> list[tuple[str, float]]:
    """At most `limit` (id, score), best first; of equals, the newer first."""
    words = words_of(query)  # words only, each quoted below: no query syntax from outside
    weights = _weights(scope, list(dict.fromkeys(words))[:WORDS])
    rare, common = _parted(words, weights)
    if rare and (found := _by_rare(scope, rare, common, limit)):
        return found
    return _by_common(scope, common, limit) if common else []


def _weights(scope: Scope, words: Iterable[str]) -> dict[str, tuple[int, float]]:
    """By word that occurs: its matches, counted up to `COMMON` + 1, and how much it tells (as BM25 weighs it).

    How many matches a common word has is guessed from how far apart the newest are.
    """
    (last,) = scope.db.execute(f"SELECT coalesce(max(rowid), 0) FROM {INDEX[scope.kind]}").fetchone()
    found = {}
    for word in words if last else ():
        newest = f"SELECT rowid FROM {INDEX[scope.kind]} WHERE {INDEX[scope.kind]} MATCH ?"
        count, first = scope.db.execute(
            f"SELECT count(*), min(rowid) FROM ({newest} ORDER BY rowid DESC LIMIT {COMMON + 1})", [f'"{word}"']
        ).fetchone()
        if count:
            frequency = count if count <= COMMON else count * last / (last - first + 1)
            found[word] = count, max(math.log((last - frequency + 0.5) / (frequency + 0.5)), 1e-6)
    return found


def _parted(words: Sequence[str], weights: dict[str, tuple[int, float]]) -> tuple[list[str], dict[str, float]]:
    """The words to be scored, in the order of the query; and the common ones that tell most, with what they tell."""
    left, rare = SCORED, set()
    times = Counter(words)
    for word, (count, _) in sorted(weights.items(), key=lambda item: item[1][0]):
        if count <= COMMON and count * times[word] <= left:
            left -= count * times[word]
            rare.add(word)
    common = sorted(((weight, word) for word, (_, weight) in weights.items() if word not in rare), reverse=True)
    return [word for word in words if word in rare], {word: weight for weight, word in common[:TIPPING]}


def _by_rare(scope: Scope, rare: Sequence[str], common: dict[str, float], limit: int) -> list[tuple[str, float]]:
    match = " OR ".join(f'"{word}"' for word in rare)
    for most in (max(100, 4 * limit), SCORED):
        scores = scope.scored(match, most)
        seen = scope.seen(scores)
        if len(seen) >= limit or len(scores) < most:
            break
    for word, weight in common.items():
        for seq in scope.matches(f'({match}) AND "{word}"'):
            if seq in seen:
                scores[seq] += weight
    return _best(scores, seen, limit)


def _by_common(scope: Scope, common: dict[str, float], limit: int) -> list[tuple[str, float]]:
    """Of the newest matches of each word, those that have most of the words."""
    scores: defaultdict[int, float] = defaultdict(float)
    for word, weight in common.items():
        for seq in scope.matches(f'"{word}"', "ORDER BY rowid DESC LIMIT ?", [COMMON]):
            scores[seq] += weight
    best = sorted(scores, key=lambda seq: (-scores[seq], -seq))[: max(100, 4 * limit)]
    seen = scope.seen(best)
    if len(seen) < limit:  # the newest are of another namespace, or of a later time
        seen |= scope.seen(seq for word in common for seq in scope.newest(word, limit))
    return _best(scores, seen, limit)


def _best(scores: Mapping[int, float], ids: Mapping[int, str], limit: int) -> list[tuple[str, float]]:
    best = sorted(ids, key=lambda seq: (-scores[seq], -seq))[:limit]
    return [(ids[seq], scores[seq]) for seq in best]
