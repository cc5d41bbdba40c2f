"""Word lists, written as running text."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text that is a list.

    >>> sorted(words("tea coffee"))
    ['coffee', 'tea']
    """
    return frozenset(text.split())
