"""Who may import whom, and what is public."""

import ast
import importlib
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SEAMS = {"graphmem.records", "graphmem.errors", "graphmem.protocols", "graphmem.prompts", "graphmem.validation"}
SEAMS |= {"graphmem.passages"}  # a text and its parts: read when it is stored, embedded, searched and told
SEAMS |= {"graphmem.images"}  # images, likewise
SEAMS |= {"graphmem.files"}  # how a file is written whole
ROOMS = ("extraction", "embedding", "graph", "language", "llm", "retrieval", "storage")


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: a relative import"
            yield node.module


def _package(name: str, own: str) -> set[str]:
    """What the modules of a package import of the three packages, without the package itself."""
    paths = set((ROOT / name).rglob("*.py")) - {ROOT / "graphmem/integrations/openai_agents.py"}  # the SDK's `agents`
    found = {module for path in paths for module in _imports(path)}
    return {module for module in found if module.split(".")[0] in ("graphmem", "agents", "envs")} - {
        module for module in found if module == own or module.startswith(f"{own}.")
    }


def test_the_library_knows_neither_agents_nor_environments() -> None:
    assert _package("graphmem", "graphmem") == set()


def test_environments_know_neither_of_the_others() -> None:
    assert _package("envs", "envs") == set()


def test_records_and_errors_import_nothing_of_ours() -> None:
    for name in ("records", "errors"):
        assert not [module for module in _imports(ROOT / f"graphmem/{name}.py") if module.startswith("graphmem")]


def test_protocols_import_only_those() -> None:
    found = {module for module in _imports(ROOT / "graphmem/protocols.py") if module.startswith("graphmem")}
    assert found <= {"graphmem.records", "graphmem.errors"}


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_stands_on_the_seams_alone(room: str) -> None:
    found = _package(f"graphmem/{room}", f"graphmem.{room}") - {"graphmem"}
    assert {module for module in found if not module.startswith("graphmem.language")} <= SEAMS


@pytest.mark.parametrize("name", ["graphmem", "graphmem.extraction", "graphmem.embedding", "graphmem.llm", "envs"])
def test_what_a_package_exports_is_there_and_sorted(name: str) -> None:
    package = importlib.import_module(name)
    assert list(package.__all__) == sorted(package.__all__)
    assert all(hasattr(package, exported) for exported in package.__all__)


def test_no_text_from_outside_becomes_code() -> None:
    for path in [*(ROOT / "graphmem").rglob("*.py"), *(ROOT / "agents").rglob("*.py"), *(ROOT / "envs").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec"), f"{path}:{node.lineno}"
        assert not {"pickle", "marshal", "shelve"} & set(_imports(path)), path


GAME_ROOM = ROOT / "graphmem/extraction/textworld"
PLAIN_ENGLISH = ROOT / "graphmem/extraction/prose"
"""Where "north of Leeds" and "exit 12" are read as anybody writes them."""
NAMES_THE_ROOM = {"extraction/__init__.py", "extraction/english.py", "viewer/kinds.py"}
LIBRARY = sorted(
    path
    for ending in ("py", "js", "css", "html")
    for path in (ROOT / "graphmem").rglob(f"*.{ending}")
    if not {GAME_ROOM, PLAIN_ENGLISH} & set(path.parents)
)
OF_A_GAME = re.compile(
    r"\b(?:inventor(?:y|ies)|players?|exits?(?! code)|(?:north|south)(?:-?(?:east|west))?|east|west|compass(?:es)?"
    r"|cookbooks?|walkthroughs?|quests?|dungeons?)\b|[\"']location[\"']"
)


def _game_words(path: Path, text: str) -> list[str]:
    """The words of a game in a file, each with its line; of Python's own names `exit` is none."""
    if path.suffix != ".py":
        return [f"{number}: {word}" for number, line in enumerate(text.splitlines(), 1) for word in _found(line)]
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    own = {"east_asian_width", "exit", "__exit__", "__aexit__", "ExitStack", "AsyncExitStack", "Exit"}
    return [f"{token.start[0]}: {word}" for token in tokens if token.string not in own for word in _found(token.string)]


def _found(text: str) -> list[str]:
    """Words of a game, also within `has_exit` and `isPlayer`."""
    return OF_A_GAME.findall(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).replace("_", " ").casefold())


@pytest.mark.parametrize("path", sorted(PLAIN_ENGLISH.rglob("*.py")), ids=lambda path: path.name)
def test_a_reader_of_plain_english_knows_no_player(path: Path) -> None:
    words = _game_words(path, path.read_text(encoding="utf-8"))
    assert not [word for word in words if word.endswith(("player", "inventory", "location", "quest"))]


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_word_of_a_game_stands_outside_its_room(path: Path) -> None:
    assert not _game_words(path, path.read_text(encoding="utf-8"))


def test_textworld_is_named_only_where_its_room_is_called() -> None:
    found = {path for path in LIBRARY if "textworld" in path.read_text(encoding="utf-8").casefold()}
    assert {str(path.relative_to(ROOT / "graphmem")) for path in found} == NAMES_THE_ROOM


@pytest.mark.parametrize(
    "source",
    [
        "INVENTORY = 1\n",
        "def of_player(): ...\n",
        "class PlayerNames: ...\n",
        '"""Exits of a place."""\n',
        "# what the player holds\n",
        "found = f'{thing} is north of it'\n",
        "relation = 'has exit'\n",
        'slot = "location"\n',
        "def has_exit(): ...\n",
    ],
)
def test_a_word_of_a_game_is_seen(source: str) -> None:
    assert _game_words(Path("a.py"), source)


@pytest.mark.parametrize(
    "source",
    [
        "sys.exit(2)\n",
        "def __exit__(self): ...\n",
        '"""Ends with exit code 2."""\n',
        "def at(location: str): ...\n",
        "replayer, eastern = question, request\n",
    ],
)
def test_other_words_are_none(source: str) -> None:
    assert not _game_words(Path("a.py"), source)
