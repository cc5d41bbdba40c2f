"""How good is the graph? Precision and recall of its facts against TextWorld's own state.

    state.py      the game's own state, in the words of facts: what is true, and what a text shows of it
    measure.py    facts asserted and retired, step by step, held against that state
    walks.py      an extractor that reads along while a game is walked through
    recorded.py   recorded runs of AriGraph's agent, played again for the state at each of their steps
    command.py    `python -m agents graph-quality`

Nothing else in the project reads what a game keeps of itself.
"""
