"""A player that needs no model: rules of thumb for three kinds of tasks, over whatever it is given to read.

    player.py     HeuristicPlayer: the rules in order of urgency make the plan, the first that can act decides
    world.py      what the texts of a situation say: places, things, states, commands
    option.py     what a rule proposes
    hunting.py    keys, lockers, notes, treasures
    cooking.py    recipes
    cleaning.py   things out of place; sense.py: what goes where
    errands.py    "put the apple on the bench"
    exploring.py  exits never taken

It knows the world only through the recollection, the observation, the inventory, the admissible commands, the map and
its own plan of the step before.
"""

from agents.policies.heuristic.player import HeuristicPlayer

__all__ = ["HeuristicPlayer"]
