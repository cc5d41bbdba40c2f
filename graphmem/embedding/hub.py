"""A model's name on the Hugging Face hub -> the folder of its files in the hub's cache.

What is cached is used as it is, with no request. A hub that does not answer is given up after a few seconds in all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from threading import Thread
from typing import Any

from graphmem.embedding.onnx import POOLING, TOKENIZERS, find_model, first_line, preferred
from graphmem.errors import ModelUnavailable

PATIENCE = 5.0  # seconds


def fetch(repo: str, patience: float = PATIENCE) -> Path:
    """The folder with the ONNX model `repo` ("org/model"), downloaded unless it is cached.

    Raises `ModelUnavailable`: within `patience` seconds when the hub does not answer, or when it has no such model.
    """
    try:
        import huggingface_hub as hf
    except ImportError as error:
        raise ModelUnavailable(f"{repo}: {error}; pip install huggingface_hub, or name a local folder") from error
    if folder := _cached(hf, repo):
        return folder
    try:
        info = _within(patience, lambda: hf.HfApi().model_info(repo, timeout=patience))
        wanted = _wanted([file.rfilename for file in info.siblings or ()])
        paths = [hf.hf_hub_download(repo, name, etag_timeout=patience) for name in wanted]
    except Exception as error:  # what the hub's client and its HTTP library raise has no common root
        raise ModelUnavailable(
            f"{repo}: no folder of that name, and no model from the hub {hf.constants.ENDPOINT} "
            f"({first_line(error)}); check the name and the network, or download it elsewhere and name its folder"
        ) from error
    return Path(paths[0]).parent


def _cached(hf: Any, repo: str) -> Path | None:
    """The cached folder of `repo`, when model and tokenizer are both there."""
    for name in TOKENIZERS:
        found = hf.try_to_load_from_cache(repo, name)
        if isinstance(found, str) and find_model(folder := Path(found).parent):
            return folder
    return None


def _wanted(names: Sequence[str]) -> list[str]:
    """Of a repository's files those to download: the tokenizer first, and the model last, so that its presence in the
    cache means that nothing is missing."""
    model = preferred(PurePosixPath(name) for name in names)
    tokenizer = next((name for name in TOKENIZERS if name in names), None)
    if model is None or tokenizer is None:
        raise ModelUnavailable("the repository has no ONNX model with a tokenizer")
    weights = [name for name in names if name.startswith(f"{model}") and name != str(model)]
    return [tokenizer, *(name for name in names if name == POOLING), *weights, str(model)]


def _within(seconds: float, call: Callable[[], Any]) -> Any:
    """What `call` returns, or a TimeoutError after `seconds`.

    The client's own time-outs are for each connection attempt and each read, and looking up a name has none.
    """
    outcome: list[tuple[Any, Exception | None]] = []

    def run() -> None:
        try:
            outcome.append((call(), None))
        except Exception as error:
            outcome.append((None, error))

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise TimeoutError(f"no answer in {seconds:g} s")
    result, error = outcome[0]
    if error is not None:
        raise error
    return result
