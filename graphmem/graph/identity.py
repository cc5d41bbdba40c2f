"""Which entity a name means: by its own name, an alias, or as one of many of it.

What makes two spellings one name is `records.entity_key`; making two entities one is `merging`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from graphmem.language.plurals import other_number
from graphmem.records import Entity, Triple, entity_key


def keys(names: Iterable[str]) -> tuple[str, ...]:
    """The keys of names, each once."""
    return tuple(dict.fromkeys(map(entity_key, names)))


def ends(triples: Iterable[Triple]) -> list[str]:
    """The names at the ends of triples, each once."""
    return list(dict.fromkeys(name for triple in triples for name in (triple.subject, triple.object)))


def numbered(names: Iterable[str]) -> set[str]:
    """What these may be called as one, or as many."""
    return set().union(*map(other_number, names))


def meant(told: Iterable[str], entities: Sequence[Entity]) -> dict[str, str]:
    """By key, the name of the entity that each name in `told` means, and of all `entities`.

    A name that is no entity's means one that is called so in another number, if that is no proper name.
    """
    names = _by_key(entities)
    other = {entity_key(form): key for name in told if (key := entity_key(name)) not in names
             for form in other_number(name)}  # fmt: skip
    others = {other[it.key]: it.name for it in entities if it.key in other and it.name.split()[-1].islower()}
    return others | names


def _by_key(entities: Sequence[Entity]) -> dict[str, str]:
    """The name of each entity, by the key of every name it has; its own name is nobody else's."""
    aliases = {entity_key(alias): entity.name for entity in entities for alias in entity.aliases}
    return aliases | {entity.key: entity.name for entity in entities}


def linked(triple: Triple, names: Mapping[str, str]) -> Triple:
    """The triple with the names of the entities that it means."""
    subject, object_ = (names.get(entity_key(name), name) for name in (triple.subject, triple.object))
    return Triple(subject, triple.relation, object_)
