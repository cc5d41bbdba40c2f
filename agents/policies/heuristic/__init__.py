"""A player that needs no model: rules of thumb for three kinds of tasks, over whatever it is given to read.

    player.py        HeuristicPlayer: the rules in order of urgency make the plan, the first that can act decides
    knowledge.py     what it knows at one step: places, things, states, commands
    observations.py  texts read into facts, where a memory holds nothing but texts
    option.py        what a rule proposes
    hunting.py       keys, lockers, notes, treasures
    cooking.py       recipes
    cleaning.py      things out of place; sense.py: what goes where
    errands.py       "put the apple on the bench"
    exploring.py     exits never taken

It knows the world only through the recollection, the observation, the inventory and the admissible commands.
"""

from agents.policies.heuristic.player import HeuristicPlayer

__all__ = ["HeuristicPlayer"]
