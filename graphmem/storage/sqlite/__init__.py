"""A memory in one SQLite file.

store          the `Store`: a write, an observation, what a decision asks for
reading        what can be asked of it
writing        carrying out a `Change`
rows           rows <-> records
schema         the tables, as numbered migrations
connection     opening a file, transactions, SQLite's errors told as ours
full_text      full text at a bounded cost
images         images, and which episodes have them
nearest        nearest vectors: exactly (vector_index) while few, beyond by signs (rough_index)
"""

from graphmem.storage.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
