"""A checker for one's own environment, after Gymnasium's `check_env`."""

from __future__ import annotations

from typing import Any, get_type_hints

from envs.errors import BrokenContract, EpisodeOver
from envs.protocol import Environment, Info

_STEPS = 8
_NONSENSE = "xyzzy the frobnicator"


def check_environment(env: Environment) -> None:
    """Play a few steps of `env` and raise `BrokenContract`, which says what is wrong, if it breaks the protocol.

    Checked: the shapes and types of what `reset` and `step` return, that rewards add up to the score, that moves are
    counted, that nonsense is answered and not raised, that a reset begins the same game again, and that a step after
    the end is refused. Leaves the environment open, at a fresh reset.
    """
    _demand(isinstance(env.task, str), f"task must be a str, not {type(env.task).__name__}")
    first = _play(env)
    second = _play(env)
    for step, (one, other) in enumerate(zip(first, second, strict=True)):
        _demand(one == other, f"two games of the same seed and actions differ at step {step}: {one!r} and {other!r}")
    observation, info = env.reset(seed=0)
    _check_observation(observation, "reset")
    before = info["score"]
    observation, reward, terminated, truncated, info = env.step(_NONSENSE)
    _check_step(observation, reward, terminated, truncated, info, before, moves=1)
    _demand(reward <= 0, f"nonsense was rewarded with {reward}")
    env.reset(seed=0)


def _play(env: Environment) -> list[str]:
    """Play the first admissible command that was not played yet, for a few steps; return the observations."""
    observation, info = env.reset(seed=0)
    _check_observation(observation, "reset")
    _check_info(info, moves=0)
    _demand(not (info["won"] or info["lost"]), "the game is over at its reset")
    observations, played = [observation], set[str]()
    for moves in range(1, _STEPS + 1):
        _demand(bool(info["admissible_commands"]), "there are no admissible commands, though the game is not over")
        commands = info["admissible_commands"]
        action = next((command for command in commands if command not in played), commands[0])
        played.add(action)
        before = info["score"]
        observation, reward, terminated, truncated, info = env.step(action)
        _check_step(observation, reward, terminated, truncated, info, before, moves)
        observations.append(observation)
        if terminated or truncated:
            _check_refusal(env)
            break
    return observations


def _check_step(
    observation: object, reward: float, terminated: bool, truncated: bool, info: Info, before: float, moves: int
) -> None:
    _check_observation(observation, "step")
    _demand(_is_number(reward), f"reward must be a number, not {reward!r}")
    for name, value in (("terminated", terminated), ("truncated", truncated)):
        _demand(isinstance(value, bool), f"{name} must be a bool, not {value!r}")
    _check_info(info, moves)
    gained = info["score"] - before
    _demand(abs(gained - reward) < 1e-9, f"the reward is {reward}, but the score changed by {gained}")
    over = info["won"] or info["lost"]
    _demand(over == terminated, f"terminated is {terminated}, but won is {info['won']} and lost is {info['lost']}")


def _check_observation(observation: object, where: str) -> None:
    _demand(isinstance(observation, str), f"{where} must return a str first, not {type(observation).__name__}")


def _check_info(info: Info, moves: int) -> None:
    _demand(isinstance(info, dict), f"info must be a dict, not {type(info).__name__}")
    for name, hint in get_type_hints(Info).items():
        _demand(name in info, f"info lacks {name!r}")
        value: Any = info.get(name)
        right = _is_number(value) if hint is float else isinstance(value, getattr(hint, "__origin__", hint))
        _demand(right, f"info[{name!r}] must be {hint}, not {value!r}")
    unexpected = sorted(set(info) - set(get_type_hints(Info)))
    _demand(not unexpected, f"info holds what no player should be told: {', '.join(unexpected)}")
    _demand(all(isinstance(c, str) for c in info["admissible_commands"]), "admissible commands must be strings")
    _demand(info["score"] <= info["max_score"], f"score {info['score']} is above max_score {info['max_score']}")
    _demand(info["moves"] == moves, f"moves is {info['moves']} after {moves} commands")


def _check_refusal(env: Environment) -> None:
    try:
        env.step("look")
    except EpisodeOver:
        return
    _demand(False, "a step after the end must raise EpisodeOver")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _demand(condition: bool, fault: str) -> None:
    if not condition:
        raise BrokenContract(f"{fault}. See envs.protocol.Environment for what is promised.")
