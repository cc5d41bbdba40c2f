"""Until 0.1 the home of the players, now in `agents.players`."""

import warnings

from agents.players import as_in_the_paper, language_model, rules_of_thumb

__all__ = ["as_in_the_paper", "language_model", "rules_of_thumb"]

warnings.warn("agents.minds is now agents.players", DeprecationWarning, stacklevel=2)
