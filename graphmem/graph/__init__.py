"""What a memory does to its graph: select what is known, decide, and hand the store one `Change` to carry out.

draft       the part of the graph that a decision looks at, as it is changed
learning    what a lesson asserts, supports and retires
merging     making two entities one, and parting them again
forgetting  what is left without some episodes
copying     putting records into a graph: an import, a copy that is kept up, another embedder's vectors
sync        from one store to another
export      a memory as a file
auditing    what may be wrong
"""
