"""A model's name on the Hugging Face hub -> the folder of its files in the hub's cache.

What is cached is used as it is, with no request. A hub that does not answer is given up after a few seconds in all,
and a download that has come to a stand after a minute.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from threading import Thread
from typing import Any

from graphmem.embedding import settings
from graphmem.embedding.onnx import TOKENIZERS, find_model, first_line, preferred
from graphmem.errors import ModelUnavailable

PATIENCE = 5.0  # seconds for the hub to say what it has
STALL = 60.0  # seconds without one byte more of a download


def fetch(repo: str) -> Path:
    """The folder with the ONNX model `repo` ("org/model"), downloaded unless it is cached.

    Raises `ModelUnavailable`: within `PATIENCE` when the hub does not answer, or when it has no such model.
    """
    try:
        import huggingface_hub as hf
    except ImportError as error:
        raise ModelUnavailable(f"{repo}: {error}; pip install 'graphmem[hub]', or name a local folder") from error
    if folder := _cached(hf, repo):
        return folder
    try:
        info = _within(PATIENCE, lambda: hf.HfApi().model_info(repo, timeout=PATIENCE))
        wanted = _wanted([file.rfilename for file in info.siblings or ()])
        blobs = Path(hf.constants.HF_HUB_CACHE, f"models--{repo.replace('/', '--')}", "blobs")
        paths = _within(STALL, lambda: [hf.hf_hub_download(repo, name) for name in wanted], lambda: _bytes_in(blobs))
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
    return [tokenizer, *(name for name in names if name in settings.FILES), *weights, str(model)]


def _within(seconds: float, call: Callable[[], Any], progress: Callable[[], int] = lambda: 0) -> Any:
    """What `call` returns, or a TimeoutError when in `seconds` it neither ended nor made any `progress`.

    The client's own time-outs hold for one read or one of many attempts, and looking up a host's name has none.
    """
    outcome: list[tuple[Any, Exception | None]] = []

    def run() -> None:
        try:
            outcome.append((call(), None))
        except Exception as error:
            outcome.append((None, error))

    thread = Thread(target=run, daemon=True)  # one that hangs is left behind, and does not keep the process alive
    thread.start()
    while not outcome:
        before = progress()
        thread.join(seconds)
        if not outcome and progress() == before:
            raise TimeoutError(f"no answer in {seconds:g} s")
    result, error = outcome[0]
    if error is not None:
        raise error
    return result


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.glob("*"):
        with suppress(OSError):  # a finished file changes its name
            total += path.stat().st_size
    return total
