"""What a memory is made of: plain frozen data, no behaviour with side effects.

The words are AriGraph's (arXiv 2407.04363, section 2): a semantic vertex is an `Entity`, a semantic edge a `Fact`, an
episodic vertex an `Episode`, and an episodic edge is `Episode.facts`, from one sighting to every fact it taught.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
"""One unit vector of shape (dimension,), or a batch of shape (n, dimension).

Cosines are taken by `np.vecdot`, row by row, never by `@`: BLAS would spread that over its threads, which gains nothing
and keeps cores busy that others want.
"""

MOST = 2**62
"""No step, and no number asked for, is larger."""

MOST_COUNTED = 1000
"""An entity's facts, and its episodes, are counted no further: beyond, it is a hub."""

NEXT = -1
"""The step of an episode that the store is to number: its time, or one more than the last."""

TOGETHER = 1000
"""Observations whose times are not further apart, in milliseconds, come one after the other as they arrive."""


FIRST_DATED, LAST_DATED = 10**10, 253_402_214_400_000
"""From here on a step is a moment (of 1970, until 9999): nobody counts so many."""


def step_of(moment: datetime) -> int:
    """The step of a moment: milliseconds since 1970, so that what was seen earlier has the smaller step.

    A moment without a time zone is one of this machine's.
    """
    if moment.year < 1970:
        return 0  # nor do all machines know the moment of a date so old
    return max(int(moment.timestamp() * 1000), 0)


def is_dated(step: int) -> bool:
    """Whether a step is a moment, and no count."""
    return FIRST_DATED <= step < LAST_DATED


def when(step: int) -> str:
    """A step as it is told: its date, where it has one.

    >>> when(7), when(step_of(datetime(2024, 5, 3, 10, 12)))
    ('step 7', '2024-05-03 10:12')
    """
    return f"{datetime.fromtimestamp(step / 1000):%Y-%m-%d %H:%M}" if is_dated(step) else f"step {step}"


def told_at(episode: Episode) -> str:
    """When an episode was told; "after" the date of the one before, when it came without a time of its own."""
    after = "after " if episode.time is None and is_dated(episode.step) else ""
    return f"{after}{when(episode.step)}"


def step_after(last: int, time: datetime | None) -> int:
    """The step of what is observed at `time`, when `last` is the last one: late or not, time decides what is newest."""
    at = last + 1 if time is None else step_of(time)
    return last + 1 if 0 <= last - at < TOGETHER else at


ARTICLES = ("a", "an", "the", "some")
AROUND = " .,;:!?\"'`"
"""What is no part of a name beside it."""

_STARTS = tuple(f"{article} " for article in ARTICLES)
_ARTICLES = re.compile(rf"^(?:(?:{'|'.join(ARTICLES)})\s+)+(?=\S)")


@lru_cache(maxsize=65536)  # asked for the same few thousand names at every recall
def entity_key(name: str) -> str:
    """The identity of an entity's name: case, leading articles, outer punctuation and spacing do not count.

    >>> entity_key("The  Red Apple.") == entity_key("a red apple")
    True
    """
    return spelled(" ".join(name.casefold().split())) or name


def spelled(words: str) -> str:
    """The same of a name in small letters, one space between its words; nothing of one that is punctuation."""
    key = words.strip(AROUND)
    return (_ARTICLES.sub("", key) if key.startswith(_STARTS) else key) or key


@lru_cache(maxsize=32768)
def _triple_key(subject: str, relation: str, object_: str) -> tuple[str, str, str]:
    return entity_key(subject), " ".join(relation.casefold().split()), entity_key(object_)


@dataclass(frozen=True, slots=True)
class Triple:
    """A fact not yet in the graph: `subject`, `relation`, `object`, each atomic text."""

    subject: str
    relation: str
    object: str

    def __str__(self) -> str:
        return f"{self.subject}, {self.relation}, {self.object}"

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two triples the same: entities by `entity_key`, the relation by its words."""
        return _triple_key(self.subject, self.relation, self.object)

    @property
    def text(self) -> str:
        """The text by which the fact is embedded and searched: the same for every spelling of it."""
        return ", ".join(self.key)


@dataclass(frozen=True, slots=True)
class Entity:
    """A semantic vertex: the name it was first seen under, and other names that mean it."""

    name: str
    aliases: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return entity_key(self.name)


@dataclass(frozen=True, slots=True)
class Fact:
    """A semantic edge, with its life: asserted by one episode, supported by others, retired by one or by none.

    `reason` says why it was retired ("another location", "no longer"). `support` counts the episodes that taught it;
    which they are stands in their `Episode.facts`.

    `since` and `until` are the steps of `asserted_by` and `retired_by`: the fact holds at a step `s` when
    `since <= s` and `until` is None or greater than `s`. `slot` names what the fact gives the one value of (a person
    has one "birthday"); None when many such facts may hold at once.
    """

    id: str
    subject: str
    relation: str
    object: str
    asserted_by: str
    since: int
    slot: str | None = None
    retired_by: str | None = None
    until: int | None = None
    support: int = 1
    reason: str | None = None

    def __str__(self) -> str:
        return f"{self.subject}, {self.relation}, {self.object}"

    @property
    def triple(self) -> Triple:
        return Triple(self.subject, self.relation, self.object)

    @property
    def key(self) -> tuple[str, str, str]:
        """The key of its triple."""
        return _triple_key(self.subject, self.relation, self.object)

    @property
    def current(self) -> bool:
        return self.retired_by is None

    def as_of(self, step: int | None) -> Fact:
        """The fact as it was known after `step` (None: now): a later retirement is not yet seen."""
        if step is None or self.until is None or self.until <= step:
            return self
        return replace(self, retired_by=None, until=None, reason=None)

    def holds_at(self, step: int | None) -> bool:
        """Whether the fact is true at `step`; None asks about now."""
        if step is None:
            return self.retired_by is None
        return self.since <= step and (self.until is None or self.until > step)


@dataclass(frozen=True, slots=True)
class Image:
    """An image that was observed, by the SHA-256 of its bytes in hexadecimal digits, which `memory.image` takes.

    `media_type` is as "image/png". `description` is what a model has seen in it, with that episode; None until then.
    """

    hash: str
    media_type: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """An episodic vertex: the raw observation, as it came, and who said it.

    `facts` are the ids of every fact it taught (asserted or supported): AriGraph's episodic edge. `mentions` are the
    names of the entities it speaks of. `pending` is true until its facts have been extracted; `error` says why not.
    A `step` of `NEXT` is for the store to replace. The text may be empty beside `images`.
    """

    id: str
    text: str
    step: int
    time: datetime | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    pending: bool = True
    error: str | None = None
    facts: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    speaker: str | None = None
    images: tuple[Image, ...] = ()

    @property
    def told(self) -> str:
        """The text, and after it each image, with what a model has seen in it."""
        return with_images(self.text, self.images)

    @property
    def content(self) -> tuple[str, ...]:
        """What tells one observation from another: the text, and the hashes of the images."""
        return (self.text, *(image.hash for image in self.images))


def with_images(text: str, images: Collection[Image]) -> str:
    """A text, and after it each image.

    >>> with_images("The garden.", [Image("0a", "image/png", "A red gate."), Image("0b", "image/png")])
    'The garden. [image: A red gate.] [image]'
    """
    if not images:
        return text
    seen = (f"[image: {image.description}]" if image.description else "[image]" for image in images)
    return ("\n" if "\n" in text else " ").join(filter(None, (text, *seen)))


def at_its_step(episode: Episode, last: int) -> Episode:
    """The episode, a step of `NEXT` replaced by that of its time, when `last` is the last one."""
    return replace(episode, step=step_after(last, episode.time)) if episode.step == NEXT else episode


@dataclass(frozen=True, slots=True)
class Observation:
    """What is observed: the text, who says it and when, and whatever the caller knows of it.

    `images` come with it: paths, bytes or "data:" URLs from a caller, bytes to an extractor. With `triples` no
    extractor reads it. An extractor is given it with what was observed just `before`, oldest first,
    and, when it asks for that, with `like` ones and what was read of them, the nearest first.
    """

    text: str
    triples: tuple[Triple, ...] | None = None
    step: int | None = None
    time: datetime | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    speaker: str | None = None
    before: tuple[Observation, ...] = ()
    like: tuple[tuple[str, tuple[Triple, ...]], ...] = ()
    images: tuple[str | PathLike[str] | bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """What an extractor read in one observation.

    `outdated` holds indices into the known facts that the extractor was shown, never their text, and `reasons` says by
    index why ("no longer", "moved to"). `slots`, where given, runs beside `triples`: what each gives the one value of
    (a person has one "birthday"), or None where many such facts may hold at once. `dropped` are triples that were said
    and are not taken, each with the reason. `descriptions` say of each image, in their order, what is seen in it.
    """

    triples: tuple[Triple, ...] = ()
    outdated: tuple[int, ...] = ()
    mentions: tuple[str, ...] = ()
    slots: tuple[str | None, ...] = ()
    reasons: Mapping[int, str] = field(default_factory=dict)
    dropped: tuple[tuple[Triple, str], ...] = ()
    descriptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one stored episode teaches the graph; the episode comes with the descriptions that its images got.

    `slots` runs beside `triples`; `outdated` are fact ids, and `reasons` says by id why; `vectors` holds the unit
    vector of each text that is new to the store (facts and entities as text, and the episode's own). Of an episode that
    is pending no more it is learned only when it is `more` than that has taught. `renews` is the id of the episode that
    it is a new version of: what only versions have taught ends with it.
    """

    episode: Episode
    triples: tuple[Triple, ...] = ()
    slots: tuple[str | None, ...] = ()
    outdated: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    vectors: Mapping[str, Vector] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    more: bool = False
    dropped: tuple[tuple[Triple, str], ...] = ()
    renews: str | None = None

    def ending(self, outdated: Mapping[str, str]) -> Lesson:
        """The same lesson; it ends these facts too, given by id with the reason."""
        ended = (*outdated, *self.outdated)
        return replace(self, outdated=ended, reasons={**self.reasons, **outdated})


@dataclass(frozen=True, slots=True)
class Learned:
    """What `remember` did: the episode, and the facts it asserted, supported again, and retired.

    `repeated` says that the key was used before: then the episode is the one that was stored by it, perhaps of another
    text, and the facts are all that it has taught. `dropped` are the triples that the extractor said and that were not
    taken, each with the reason ("ungrounded").
    """

    episode: Episode
    asserted: tuple[Fact, ...] = ()
    supported: tuple[Fact, ...] = ()
    retired: tuple[Fact, ...] = ()
    repeated: bool = False
    dropped: tuple[tuple[Triple, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Observed:
    """An episode as stored, the entities known by the names that were asked for, and what is known of these.

    `before` are the last few episodes that came before it, oldest first; `like` are texts of other episodes, with what
    was read of them. `images` are the bytes of its images.
    """

    episode: Episode
    entities: tuple[Entity, ...] = ()
    known: tuple[Fact, ...] = ()
    before: tuple[Episode, ...] = ()
    like: tuple[tuple[str, tuple[Triple, ...]], ...] = ()
    images: tuple[bytes, ...] = ()


Teaching = tuple[int, str, str]
"""A step, the episode of that step, and the id of a fact that it taught."""

Place = tuple[str, str, str, str]
"""Where only one fact holds: (subject, relation, object, slot or ""), as keys: that triple, or the subject's slot."""


@dataclass(frozen=True, slots=True)
class Sightings:
    """Some facts, and who taught them, in order of step and of arrival."""

    facts: tuple[Fact, ...] = ()
    taught: tuple[Teaching, ...] = ()


@dataclass(frozen=True, slots=True)
class Merge:
    """What is kept of a merge of two entities, to undo it.

    `before` is every fact of each place that `gone` had a part in, `after` what became of them. `mentions` are the
    episodes that mentioned `gone`; those among them that did not mention `keep` too are `moved`.
    """

    keep: str
    gone: Entity
    mentions: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    before: Sightings = field(default_factory=Sightings)
    after: Sightings = field(default_factory=Sightings)

    @property
    def names(self) -> tuple[str, ...]:
        """The names that `keep` gains."""
        return tuple(name for name in (self.gone.name, *self.gone.aliases) if entity_key(name) != entity_key(self.keep))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a decision must see of the graph before it is taken; each part may be empty.

    Episodes by `episodes` (ids) and `keys`. Entities called any of `names` (by `entity_key`); with `newest`, so many
    facts that hold of each of these, the newest. Facts by `facts` (ids); of `places`, those that hold at step `holding`
    or later (None: all, retired ones too); those that the episodes `taught_by` taught or retired; all `about` these
    entities. Of all these facts, who taught them after step `teachers` (None: nobody is asked for, -1: all). Episodes
    that mention the entities `mentioning`. All `merges`. `subjects` are the entities whose facts are to be decided on:
    no other process decides about these until the write ends. `numbered`: a step will be given, one more than the last.
    """

    episodes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    holding: int | None = None
    taught_by: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    teachers: int | None = None
    mentioning: tuple[str, ...] = ()
    merges: bool = False
    newest: int = 0
    subjects: tuple[str, ...] = ()
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What a store gives of what is `Wanted`, facts in order of assertion and merges in order of time.

    `taught` are (step, arrival, episode, fact), by ids: of the episodes of one step, `arrival` tells which came first.
    `mentions` pairs an entity's name with the id of an episode.
    """

    episodes: tuple[Episode, ...] = ()
    entities: tuple[Entity, ...] = ()
    facts: tuple[Fact, ...] = ()
    taught: tuple[tuple[int, int, str, str], ...] = ()
    mentions: tuple[tuple[str, str], ...] = ()
    merges: tuple[Merge, ...] = ()
    last_step: int = -1
    embedder: str | None = None

    def placed(self, episode: Episode) -> Episode:
        """The episode as it is stored under its id or key; else as given, a step of `NEXT` by its time."""
        for stored in self.episodes:
            if stored.id == episode.id or (episode.key is not None and stored.key == episode.key):
                return stored
        return at_its_step(episode, self.last_step)


@dataclass(frozen=True, slots=True)
class Change:
    """All that one write does to the graph; a store carries it out in one transaction, in this order.

    `images` are the bytes, by hash, of those that episodes bring; one that no episode has any more goes.

    `embedder` names whose vectors these are; the first one claims the graph. `vectors` are those of texts, by text;
    with `vectors_replaced` all others go. `episodes` and `facts` are new, or come in their new state: an episode may be
    pending no more, or have another key; a fact may have other ends. Entities that a record names are made when they
    are missing; `entities` come with just these names and aliases. `taught` and `untaught` pair episode ids with fact
    ids, `mentioned` and `unmentioned` with the names of
    entities. With a fact or an episode that goes, go its teachings and mentions. Of `loose` entities those go that no
    fact and no episode names any more; of the vectors of `loose_texts`, those of a text that no record has.
    """

    embedder: str | None = None
    vectors: Mapping[str, Vector] = field(default_factory=dict)
    vectors_replaced: bool = False
    entities: tuple[Entity, ...] = ()
    gone_entities: tuple[str, ...] = ()
    episodes: tuple[Episode, ...] = ()
    gone_facts: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    untaught: tuple[tuple[str, str], ...] = ()
    taught: tuple[tuple[str, str], ...] = ()
    unmentioned: tuple[tuple[str, str], ...] = ()
    mentioned: tuple[tuple[str, str], ...] = ()
    gone_episodes: tuple[str, ...] = ()
    gone_merges: tuple[Merge, ...] = ()
    merges: tuple[Merge, ...] = ()
    loose: tuple[str, ...] = ()
    loose_texts: tuple[str, ...] = ()
    images: Mapping[str, bytes] = field(default_factory=dict)


Hits = tuple[tuple[str, float], ...]
"""Ids with their score, best first."""


@dataclass(frozen=True, slots=True)
class Part:
    """A passage of a long episode: from `start` to `end` of its text, under a `heading` ("Notes > Monday", or "").

    Of an image that came with the episode, and of what is seen in it, both are 0.
    """

    episode: str
    start: int
    end: int
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Seeds:
    """Where a search may start: entities by name, and facts and episodes by vector (`near`) and full text (`matching`).

    `facts` holds the facts of both kinds of hits. A long episode is hit by any of its passages: `passages` are those
    that were, the best first.
    """

    entities: tuple[Entity, ...] = ()
    facts: tuple[Fact, ...] = ()
    near_facts: Hits = ()
    matching_facts: Hits = ()
    near_episodes: Hits = ()
    matching_episodes: Hits = ()
    passages: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Around:
    """What lies one hop from some entities and episodes.

    `facts` are the newest of each entity, and what each episode taught: `taught` pairs an episode's id with a fact's.
    `mentions` pairs an entity's name with an episode's id, for the newest episodes of each entity and for all entities
    of each episode. `degrees` counts, by name, the facts that hold and the episodes of each entity, both up to
    `MOST_COUNTED`. `disputed` are facts about those entities that an episode of the same step denied: they were
    asserted and retired at one step. `follows` pairs each episode with the one just after it, and the one before with
    it.
    """

    facts: tuple[Fact, ...] = ()
    taught: tuple[tuple[str, str], ...] = ()
    mentions: tuple[tuple[str, str], ...] = ()
    follows: tuple[tuple[str, str], ...] = ()
    disputed: tuple[Fact, ...] = ()
    degrees: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Why:
    """Why a fact or an episode was recalled: its score, the seeds that lead to it, and the way from the best of them.

    `path` names what lies between, from seed to find: entities by name, facts as text, episodes by id.
    """

    score: float
    seeds: tuple[str, ...]
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What `forget` removed, in numbers."""

    episodes: int
    facts: int
    entities: int


@dataclass(frozen=True, slots=True)
class Stats:
    """The size of a memory: numbers of records, and the last step (-1 when there is none)."""

    episodes: int
    pending: int
    entities: int
    facts: int
    current_facts: int
    last_step: int


@dataclass(frozen=True, slots=True)
class Recollection:
    """What was recalled: facts and episodes, the most relevant first, and how many the budget left out.

    `text` is the prompt text; `str(recollection)` gives it. `conflicts` pairs a recalled fact with one that an episode
    of the same step asserts in its place. `why` explains each find by its id, when that was asked for. `chains` lead
    from what the question names to what it asks, best first: the last fact of each is the answer's. `excerpts` gives,
    by its id, what is told of an episode too long to be told whole.
    """

    facts: tuple[Fact, ...]
    episodes: tuple[Episode, ...]
    text: str
    omitted_facts: int = 0
    omitted_episodes: int = 0
    conflicts: tuple[tuple[Fact, Fact], ...] = ()
    why: Mapping[str, Why] = field(default_factory=dict)
    chains: tuple[tuple[Fact, ...], ...] = ()
    excerpts: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text
