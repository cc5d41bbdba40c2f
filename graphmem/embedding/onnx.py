"""Any sentence-embedding model as ONNX: a model file and its tokenizer, run by ONNX Runtime on the CPU.

Texts are cut at as many tokens as the model takes, run in batches of similar length, pooled over their tokens and
scaled to unit length.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from importlib import import_module
from pathlib import Path, PurePath
from threading import Lock, main_thread
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from graphmem.embedding.settings import PLAIN, Pooling, Settings, settings_of
from graphmem.embedding.wordpiece import import_for_good, open_wordpiece
from graphmem.errors import ModelUnavailable
from graphmem.records import Vector

BATCH = 16  # on two cores the most texts a second, short or long; larger batches fall out of the cache
TOKENS = 1024  # of a batch of long texts: more take more room, and no less time
PADDING = 16  # so many tokens of padding take as long as one batch more
THREADS = 4  # short texts give no work for more
TOKENIZERS = ("tokenizer.json", "vocab.txt")

AnyPath = TypeVar("AnyPath", bound=PurePath)
_MODEL = re.compile(r"model\.onnx|onnx/model[^/]*\.onnx")
_Loaded = tuple[Any, Callable[[str], list[int]]]  # the runtime's session; text -> token ids


class OnnxEmbedder:
    """Text -> unit vectors by an ONNX `model` and its `tokenizer` (a `tokenizer.json`, or a lower-case `vocab.txt`).

    The model is loaded at the first `embed`, once for all threads. With a model that quantises its activations, a
    vector may depend a little on what it was batched with; int8 weights alone (such as the default's) have no such
    effect.
    """

    def __init__(
        self, model: Path, tokenizer: Path, *, name: str, settings: Settings = PLAIN, dimension: int | None = None
    ) -> None:
        for path in (model, tokenizer):
            if not path.is_file():
                raise ModelUnavailable(f"{path}: no such file; put the model's file there, or name another embedder")
        self.name = f"{name}@{file_hash(model)[:12]}{settings.mark}"
        self._model, self._tokenizer, self._settings, self._dimension = model, tokenizer, settings, dimension
        self._lock = Lock()
        self._ready: _Loaded | None = None

    @cached_property
    def dimension(self) -> int:
        """Length of a vector. Loads the model when its maker did not say."""
        return self._dimension or int(self.embed([""]).shape[1])

    def embed(self, texts: Sequence[str]) -> Vector:
        """Unit vectors of shape (len(texts), dimension), float32, in the order of `texts`. Empty text has one too."""
        return self._embed(self._settings.passage, texts)

    def embed_queries(self, texts: Sequence[str]) -> Vector:
        """The same of questions, each after the model's prompt for them."""
        return self._embed(self._settings.query, texts)

    def _embed(self, prompt: str, texts: Sequence[str]) -> Vector:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        session, encode = self._load()
        # One at a time: the tokenizer's own threads gain nothing here, and warn after a fork. Some tokenizers find no
        # token in an empty text, which the model could not take.
        tokens = [encode(encodable(prompt + text)) or [0] for text in texts]
        batches = batches_of([len(each) for each in tokens])
        by_length = np.concatenate(_each(lambda batch: self._run(session, [tokens[i] for i in batch]), batches))
        vectors = np.empty_like(by_length)
        vectors[[i for batch in batches for i in batch]] = by_length
        return vectors

    def _load(self) -> _Loaded:
        with self._lock:
            if self._ready is None:
                self._ready = (
                    open_session(self._model, threads=1),
                    open_encoder(self._tokenizer, self._settings.tokens),
                )
            return self._ready

    def _run(self, session: Any, tokens: list[list[int]]) -> Vector:
        """Token ids, one list a text -> unit vectors of shape (len(tokens), dimension)."""
        output = run(session, _output(session), tokens)
        return _unit(_pool(output, [len(text) for text in tokens], self._settings.pooling))


def open_folder(folder: Path, name: str | None = None) -> OnnxEmbedder:
    """The model in `folder`: `model.onnx` or `onnx/model*.onnx`, with `tokenizer.json` or `vocab.txt`.

    Prompts, pooling and length are those of its files or its family (`settings`). Raises `ModelUnavailable`.
    """
    model, tokenizer = files_of(folder)
    name = name or folder.resolve().name
    return OnnxEmbedder(model, tokenizer, name=name, settings=settings_of(folder, name))


def files_of(folder: Path) -> tuple[Path, Path]:
    """The ONNX file and the tokenizer's in `folder`. Raises `ModelUnavailable`."""
    model, tokenizer = find_model(folder), find_tokenizer(folder)
    if model is None:
        raise ModelUnavailable(f"{folder}: no model.onnx and no onnx/model*.onnx; export the model to ONNX first")
    if tokenizer is None:
        raise ModelUnavailable(f"{folder}: no tokenizer.json and no vocab.txt; copy the model's own there")
    return model, tokenizer


def find_model(folder: Path) -> Path | None:
    """The ONNX file of `folder`."""
    files = [*folder.glob("*.onnx"), *folder.glob("onnx/*.onnx")]
    found = preferred(path.relative_to(folder) for path in files)
    return found and folder / found


def find_tokenizer(folder: Path) -> Path | None:
    """The tokenizer's file of `folder`."""
    return next((path for name in TOKENIZERS if (path := folder / name).is_file()), None)


def preferred(paths: Iterable[AnyPath]) -> AnyPath | None:
    """Of the relative `paths` the model to use: the plain `model.onnx` before `onnx/model*.onnx`, those by name."""
    found = [path for path in paths if _MODEL.fullmatch(path.as_posix())]
    return min(found, key=lambda path: (path.name != "model.onnx", len(path.parts), path.name), default=None)


def file_hash(model: Path) -> str:
    """SHA-256 of a model file, in hex; with weights in files beside it (`model.onnx_data`), of all of them in order."""
    files = [model, *sorted(path for path in model.parent.glob(f"{model.name}?*") if path.is_file())]
    return _hash(tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files))


@lru_cache
def _hash(files: tuple[tuple[str, int, int], ...]) -> str:
    """SHA-256 of the files; size and time of change are only there to make the cache notice a new file."""
    digest = hashlib.sha256()
    for path, _, _ in files:
        with open(path, "rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def batches_of(lengths: Sequence[int]) -> list[list[int]]:
    """Indices of texts in order of `lengths` (in tokens), in batches that waste little work on padding.

    >>> batches_of([60, 5, 7])
    [[1, 2], [0]]
    """
    batches: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        last = batches[-1] if batches else []
        padding = len(last) * (lengths[i] - lengths[last[-1]]) if last else 0
        full = len(last) == BATCH or (len(last) + 1) * lengths[i] > TOKENS
        if not last or full or padding > PADDING:
            batches.append([])
        batches[-1].append(i)
    return batches


def _each(run: Callable[[list[int]], Vector], batches: Sequence[list[int]]) -> list[Vector]:
    """`run` of each batch, in their order: one after the other, or several at once, each in one thread.

    A question and its words are few. A second thread for it wins 2 ms on an idle machine, and loses more on a busy one.
    """
    few = sum(map(len, batches)) <= BATCH
    if few or len(batches) == 1 or not main_thread().is_alive():  # as a program ends, no pool takes work
        return list(map(run, batches))
    with ThreadPoolExecutor(min(THREADS, _cores(), len(batches))) as pool:
        return list(pool.map(run, batches))


def open_session(model: Path, threads: int = 0) -> Any:
    """The runtime's session for a model, whose runs take so many threads; as many as gain something, unless told."""
    runtime = _import("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads or min(THREADS, _cores())
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # it keeps room for each length of text that there was, and gains nothing
    options.log_severity_level = 3  # errors only
    # Idle threads that spin win 1 ms a call and burn 10 ms of a core that the agent has other work for.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime has a dozen kinds, with no root of their own
        raise ModelUnavailable(f"{model}: no model that ONNX Runtime can load ({first_line(error)})") from error
    if "input_ids" not in {each.name for each in session.get_inputs()}:
        raise ModelUnavailable(f"{model}: takes no input_ids, so it is no text embedding model")
    return session


def open_encoder(path: Path, tokens: int) -> Callable[[str], list[int]]:
    """Text -> the ids of its tokens, at most so many."""
    if path.suffix == ".json":
        tokenizer = open_tokenizer(path, tokens)
        return lambda text: list(tokenizer.encode(text).ids)
    import_for_good()
    _import("kitoken")
    try:
        return open_wordpiece(path, tokens)
    except (LookupError, ValueError) as error:
        raise ModelUnavailable(f"{path}: no usable tokenizer ({first_line(error)}); copy the model's own") from error


def open_tokenizer(path: Path, tokens: int) -> Any:
    """The tokenizer of any model, for a text or for two."""
    tokenizers = _import("tokenizers", "hub")
    try:
        if path.suffix == ".json":
            tokenizer = tokenizers.Tokenizer.from_file(str(path))
        else:
            tokenizer = tokenizers.BertWordPieceTokenizer(str(path), lowercase=True)
    except Exception as error:  # the library raises plain Exception
        raise ModelUnavailable(f"{path}: no usable tokenizer ({first_line(error)}); copy the model's own") from error
    tokenizer.enable_truncation(tokens)
    tokenizer.no_padding()
    return tokenizer


def _import(package: str, extra: str = "minilm") -> Any:
    try:
        return import_module(package)
    except ImportError as error:
        raise ModelUnavailable(f"{package} cannot be imported ({error}); pip install 'graphmem[{extra}]'") from error


def _output(session: Any) -> str:
    """The name of the output to read: ready sentence vectors where the model has them, else its tokens' vectors."""
    names = [each.name for each in session.get_outputs()]
    return next((name for name in ("sentence_embedding", "last_hidden_state") if name in names), names[0])


def run(
    session: Any, output: str, tokens: Sequence[Sequence[int]], kinds: Sequence[Sequence[int]] = ()
) -> NDArray[np.float32]:
    """The `output` of the model for lists of token ids, padded to one length; `kinds` are the tokens' types, else 0."""
    ids = np.zeros((len(tokens), max(map(len, tokens))), np.int64)
    mask, types = np.zeros((2, *ids.shape), np.int64)
    for row, text in enumerate(tokens):
        ids[row, : len(text)] = text
        mask[row, : len(text)] = 1
        types[row, : len(text)] = kinds[row] if kinds else 0
    feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
    wanted = {each.name for each in session.get_inputs()}
    (found,) = session.run([output], {name: value for name, value in feed.items() if name in wanted})
    return np.asarray(found, np.float32)


def _pool(output: NDArray[np.float32], lengths: Sequence[int], pooling: Pooling) -> NDArray[np.float32]:
    """Token vectors (n, tokens, dimension) -> text vectors (n, dimension); padding does not count."""
    if output.ndim == 2:  # the model has pooled already
        return output
    if pooling == "cls":
        return output[:, 0]
    own = np.array(lengths, np.float32)[:, None]
    weights = (np.arange(output.shape[1]) < own).astype(np.float32)
    mean: NDArray[np.float32] = np.einsum("ntd,nt->nd", output, weights) / own
    return mean


def _unit(vectors: NDArray[np.float32]) -> Vector:
    unit: Vector = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return unit


def encodable(text: str) -> str:
    """`text` with lone surrogates, which no tokenizer takes, replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _cores() -> int:
    """Cores that this process may use, which in a container are fewer than the machine's."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def first_line(error: Exception) -> str:
    """An error in one line."""
    return (str(error).splitlines() or [type(error).__name__])[0]
