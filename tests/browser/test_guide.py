"""The guide and the style that Neo4j Browser is given, and how they are served to it."""

import html
import re
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from graphmem.browser.guide import guide
from graphmem.browser.queries import QUERIES
from graphmem.browser.server import GuideServer
from graphmem.browser.style import label, style
from graphmem.viewer.kinds import COLOURS

STYLE = "http://localhost:1/style.grass"


@pytest.fixture
def served() -> Iterator[GuideServer]:
    with GuideServer({"/guide.html": lambda: guide("default", STYLE), "/style.grass": style}) as server:
        yield server


def _runnable(page: str) -> list[str]:
    """What a click puts into the editor."""
    return [html.unescape(text) for text in re.findall(r"<pre[^>]*runnable[^>]*>(.*?)</pre>", page, re.DOTALL)]


def test_the_guide_has_the_style_and_every_query() -> None:
    first, *queries = _runnable(guide("default", STYLE))
    assert first == f":style {STYLE}"
    assert queries == [query.cypher.replace("$namespace", '"default"') for query in QUERIES]


def test_a_namespace_is_a_text_in_the_guide_and_nothing_else() -> None:
    page = guide('"}) DETACH DELETE n //</pre><script>', STYLE)
    assert "<script>" not in page
    assert r'f.namespace = "\"}) DETACH DELETE n //</pre><script>"' in _runnable(page)[1]


def test_the_style_colours_every_kind_and_names_what_it_draws() -> None:
    sheet = style()
    for kind, colour in COLOURS.items():
        assert re.search(rf'node\.{label(kind)} {{[^}}]*color: {colour};[^}}]*caption: "{{name}}"', sheet)
    assert re.search(r'relationship\.FACT {[^}]*caption: "{relation}"', sheet)
    assert re.search(r'node\.Fact {[^}]*caption: "{relation}"', sheet)


@pytest.mark.parametrize(("path", "kind"), [("/guide.html", "text/html"), ("/style.grass", "text/plain")])
def test_pages_are_served_to_a_page_from_elsewhere(served: GuideServer, path: str, kind: str) -> None:
    with urllib.request.urlopen(served.url(path)) as answer:
        assert answer.headers.get_content_type() == kind
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.read().decode() == served.pages[path]()


def test_a_browser_that_asks_beforehand_is_let_in(served: GuideServer) -> None:
    request = urllib.request.Request(served.url("/guide.html"), method="OPTIONS")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 204
        assert "GET" in answer.headers["Access-Control-Allow-Methods"]
        assert answer.headers["Access-Control-Allow-Headers"] == "*"
        assert answer.read() == b""


def test_nothing_else_is_served_and_to_nobody_else(served: GuideServer) -> None:
    assert served.server_address[0] == "127.0.0.1"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(served.url("/../pyproject.toml"))
