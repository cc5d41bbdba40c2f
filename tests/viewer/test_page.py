"""The page in a real browser: headless Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from graphmem import Memory, View
from graphmem.embedding.lexical import LexicalEmbedder
from graphmem.storage import open_store
from graphmem.testing import HashEmbedder
from graphmem.viewer.page import export
from graphmem.viewer.server import PageServer
from tests.images import RED

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright, of the extra dev")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")

PATIENCE_MS = 90_000
"""What a page may take on a busy machine."""

HOSTILE = ("<img src=x onerror=\"document.title='ran'\">", "</script><script>document.title='ran'</script>")

_READY = "page.ready.then(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))))"
_INK = """() => {
    const { width, height } = page.picture.canvas;
    const pixels = page.picture.context.getImageData(0, 0, width, height).data;
    let inked = 0;
    for (let i = 3; i < pixels.length; i += 4) inked += pixels[i] > 0 ? 1 : 0;
    return inked;
}"""
_SHOWN = "[...page.picture.scene.facts].map((fact) => `${fact.subject}, ${fact.relation}, ${fact.object}`).sort()"
_HOLDING = _SHOWN.replace(".map", ".filter((fact) => page.picture.scene.holds(fact)).map")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright.expect.set_options(timeout=PATIENCE_MS)
    with playwright.sync_playwright() as player:
        launched = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@contextmanager
def _page(browser: Browser, url: str, **options: object) -> Iterator[Page]:
    """The page at `url`, its picture at rest; an error in one of its scripts fails the test."""
    context = browser.new_context(reduced_motion="reduce", **options)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(url)
    page.evaluate(_READY)
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def page(browser: Browser, house: Memory) -> Iterator[Page]:
    with PageServer(house, "house.db") as server, _page(browser, server.url) as opened:
        yield opened


def test_it_draws_the_graph(page: Page) -> None:
    assert page.evaluate(_INK) > 1000
    assert page.locator("canvas").get_attribute("aria-label") == "The graph at step 2: 6 entities, 4 facts"
    assert page.title() == "house.db · graphmem"


def test_the_slider_shows_the_memory_as_it_stood(page: Page) -> None:
    page.locator("#time").focus()
    page.keyboard.press("Home")
    assert page.evaluate(_SHOWN) == ["apple, is on, table", "player, is in, kitchen", "table, is in, kitchen"]
    before = page.evaluate(_INK)
    page.keyboard.press("ArrowRight")
    assert "apple, is in, inventory" in page.evaluate(_HOLDING)
    assert "apple, is on, table" not in page.evaluate(_HOLDING)
    page.wait_for_function(f"(before) => ({_INK})() !== before", arg=before)
    assert page.locator("#time").get_attribute("aria-valuetext") == "Step 1: 1 learned, 1 retired"
    assert "You take the apple." in page.locator("#caption").inner_text()


def test_dates_are_told_as_dates(browser: Browser, tmp_path: Path) -> None:
    with Memory(tmp_path / "dated.db", embedder=HashEmbedder()) as memory:
        memory.remember("The lamp is lit.", time="2024-05-03T10:12", triples=[("lamp", "is", "lit")])
        with PageServer(memory, "dated.db") as server, _page(browser, server.url) as opened:
            assert "2024-05-03 10:12" in opened.locator("#step").inner_text()
            assert "2024-05-03 10:12" in (opened.locator("canvas").get_attribute("aria-label") or "")


def test_a_retired_fact_fades(page: Page) -> None:
    seen = []
    for step in range(3):
        page.evaluate("(step) => page.goTo(step)", step)
        seen.append(page.evaluate("page.picture.scene.presence([...page.graph.facts.values()][1])"))
    assert 1 == seen[0] > seen[1] > seen[2] > 0


def test_play_replays_every_step(page: Page) -> None:
    page.get_by_role("button", name="Replay step by step").click()
    assert page.locator("#step").inner_text().startswith("Step 0")
    playwright.expect(page.locator("#step")).to_contain_text("Step 2")
    playwright.expect(page.get_by_role("button", name="Replay step by step")).to_be_visible()


def test_search_highlights_what_is_recalled_and_lists_it(page: Page, house: Memory) -> None:
    found = house.recall("where is the apple?")
    page.get_by_role("searchbox").fill("where is the apple?")
    page.keyboard.press("Enter")
    panel = page.locator("#side")
    playwright.expect(panel).to_contain_text("apple is in chest")
    for episode in found.episodes:
        playwright.expect(panel).to_contain_text(episode.text)
    assert page.evaluate("page.picture.lights().facts.size") > 0
    reasons = panel.locator(".why").all_inner_texts()
    assert len(reasons) == len(found.facts) + len(found.episodes) == panel.locator(".fact, .episode").count()
    assert all(reason.startswith(("found by the question", "by way of")) for reason in reasons)
    assert "Facts I know:" in panel.locator("pre").text_content()


def test_search_recalls_as_of_the_step_that_is_shown(page: Page) -> None:
    page.evaluate("page.goTo(0)")
    page.get_by_role("searchbox").fill("apple")
    page.get_by_role("button", name="Recall").click()
    playwright.expect(page.locator("#side")).to_contain_text("apple is on table")
    assert "chest" not in page.locator("#side").inner_text()


def _click_on(page: Page, name: str) -> None:
    place = page.evaluate("(name) => page.picture.toScreen(page.graph.node(name))", name)
    page.locator("canvas").click(position=place)


def test_a_click_on_an_entity_tells_its_facts_history_and_episodes(page: Page) -> None:
    _click_on(page, "apple")
    panel = page.locator("#side")
    playwright.expect(panel.locator("h2")).to_have_text("apple")
    rows = panel.locator(".fact").all_inner_texts()
    assert [row.splitlines()[0] for row in rows] == ["apple is in chest", "apple is in inventory", "apple is on table"]
    assert panel.locator(".fact.retired").count() == 2
    assert panel.locator(".episode").count() == 3


def test_a_click_on_an_episode_tells_its_text_and_what_it_taught(page: Page) -> None:
    _click_on(page, "apple")
    page.locator(".episode", has_text="You take the apple.").get_by_role("button").click()
    panel = page.locator("#side")
    playwright.expect(panel.locator("blockquote")).to_have_text("You take the apple.")
    assert "What it taught" in panel.locator("h3").first.text_content()
    assert [row.splitlines()[0] for row in panel.locator(".fact").all_inner_texts()] == [
        "apple is in inventory",
        "apple is on table",
    ]
    page.get_by_role("button", name="Show the memory as of this step").click()
    assert page.locator("#step").inner_text().startswith("Step 1")


def test_it_follows_a_run_in_progress(page: Page, house: Memory) -> None:
    house.remember("You close the chest.", triples=[("chest", "is", "closed")])
    playwright.expect(page.locator("#step")).to_contain_text("Step 3")
    assert "chest, is, closed" in page.evaluate(_HOLDING)
    house.forget(house.episodes()[1])
    playwright.expect(page.locator("#size")).to_contain_text("6 facts")
    assert page.evaluate("page.live.agrees()")


def test_entities_that_become_one_are_drawn_as_one(page: Page, house: Memory) -> None:
    house.merge("table", "chest")
    playwright.expect(page.locator("#size")).to_contain_text("6 entities")
    assert "apple, is in, table" in page.evaluate(_HOLDING)


def test_who_looks_at_the_past_is_left_there_while_a_run_goes_on(page: Page, house: Memory) -> None:
    page.evaluate("page.goTo(0)")
    house.remember("You close the chest.", triples=[("chest", "is", "closed")])
    playwright.expect(page.locator("#time")).to_have_attribute("max", "3")
    assert page.locator("#step").inner_text().startswith("Step 0")


def test_it_is_walked_by_keyboard_alone(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("che")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("page.picture.pointed.name") == "chest"
    page.keyboard.press("Enter")
    heading = page.locator("#side h2")
    playwright.expect(heading).to_have_text("chest")
    playwright.expect(heading).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    playwright.expect(heading).to_have_text("apple")
    page.keyboard.press("Escape")
    playwright.expect(heading).to_have_text("chest")
    page.keyboard.press("Escape")
    playwright.expect(heading).to_have_text("Entities")


def test_every_control_has_a_name(page: Page) -> None:
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, input, canvas, [role]')].filter((it) => !it.getAttribute('aria-label')"
        " && !it.textContent.trim() && it.id !== 'status' && it.id !== 'caption').map((it) => it.outerHTML)"
    )
    assert nameless == []


def test_a_kind_can_be_hidden(page: Page) -> None:
    page.get_by_role("button", name="value", exact=True).click()
    assert "chest, is, open" not in page.evaluate(_SHOWN)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_it_is_dark_or_light_as_the_reader_likes(browser: Browser, house: Memory, scheme: str) -> None:
    with PageServer(house, "house.db") as server, _page(browser, server.url, color_scheme=scheme) as page:
        back = "getComputedStyle(document.body).backgroundColor"
        first = page.evaluate(back)
        assert (int(first.removeprefix("rgb(").split(",")[0]) < 128) == (scheme == "dark")
        page.locator("#theme").click()
        assert page.evaluate(back) != first


@pytest.mark.parametrize("width", [320, 375])
def test_a_phone_shows_it_without_scrolling_sideways(browser: Browser, house: Memory, width: int) -> None:
    house.remember("seen", triples=[("a" * 90, "knows", "a long name " * 9)])
    options = {"viewport": {"width": width, "height": 700}, "is_mobile": True, "has_touch": True}
    with PageServer(house, "house.db") as server, _page(browser, server.url, **options) as page:
        for name in (None, "a" * 90):
            if name:
                page.evaluate("(name) => page.openEntity(name)", name)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate("document.querySelector('canvas').clientHeight") > 200


def test_it_asks_nothing_of_anybody_else(browser: Browser, house: Memory) -> None:
    with PageServer(house, "house.db") as server:
        context = browser.new_context()
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(server.url)
        page.evaluate("page.ready")
        page.evaluate("page.recall('apple')")
        context.close()
    assert asked
    assert all(url.startswith((server.url, "data:")) for url in asked)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("door", ["served", "exported"])
def test_a_hostile_name_is_text(browser: Browser, house: Memory, tmp_path: Path, name: str, door: str) -> None:
    house.remember(f"You see {name}.", triples=[(name, name, "kitchen"), ("box", "is", name)])
    with PageServer(house, name) as server:
        export(house, name, tmp_path / "page.html")
        url = server.url if door == "served" else (tmp_path / "page.html").as_uri()
        with _page(browser, url) as page:
            for act in ("openEntity(name)", "recall(name)", "openEpisode(page.graph.byStep.get(3)[0].id)"):
                page.evaluate(f"(name) => page.{act}", name)
                playwright.expect(page.locator("#side")).to_contain_text(name)
            assert page.locator("#name").inner_text() == name
            assert page.locator("img").count() == 0
            assert page.title() == f"{name} · graphmem"


def test_an_exported_page_needs_no_memory_behind_it(browser: Browser, house: Memory, tmp_path: Path) -> None:
    assert export(house, "house.db", tmp_path / "page.html") == 6
    house.close()
    with _page(browser, (tmp_path / "page.html").as_uri()) as page:
        assert page.evaluate(_INK) > 1000
        page.get_by_role("searchbox").fill("chest")
        page.keyboard.press("Enter")
        playwright.expect(page.locator("#side .fact").first).to_contain_text("apple is in chest")
        page.locator("#side .episode").first.get_by_role("button").click()
        playwright.expect(page.locator("blockquote")).to_have_text("You put it into the chest.")
        assert page.locator("#live").is_hidden()


def test_an_exported_page_lets_no_other_script_run(browser: Browser, house: Memory, tmp_path: Path) -> None:
    export(house, "house.db", tmp_path / "page.html")
    context = browser.new_context()
    page = context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")
    assert page.evaluate("window.ran") is None
    context.close()


def test_a_memory_of_20_000_facts_is_shown_in_part_and_answers(browser: Browser) -> None:
    from benchmarks.page import town

    with PageServer(View(town(20_000), HashEmbedder), "town") as server, _page(browser, server.url) as page:
        assert page.evaluate(_INK) > 1000
        assert 100 < page.evaluate("page.picture.scene.facts.size") <= 2_000
        assert "of 20,000 facts are drawn" in page.locator("#notice").inner_text()
        name = page.evaluate("page.picture.named()[0].name")
        _click_on(page, name)
        playwright.expect(page.locator("#side h2")).to_have_text(name)
        assert "around" in page.locator("#notice").inner_text()
        page.locator("#time").focus()
        page.keyboard.press("PageDown")
        assert "of 999" in page.locator("#step").inner_text()


def test_an_empty_memory_says_so(browser: Browser, tmp_path: Path) -> None:
    memory = Memory(tmp_path / "new.db", embedder=HashEmbedder())
    with memory, PageServer(memory, "new.db") as server, _page(browser, server.url) as page:
        assert page.locator("#notice").inner_text() == "This memory holds no facts yet"
        memory.remember("seen", triples=[("apple", "is in", "box")])
        playwright.expect(page.locator("#notice")).to_be_hidden(timeout=10_000)
        assert page.evaluate(_SHOWN) == ["apple, is in, box"]


def test_a_server_that_has_gone_is_told(browser: Browser, house: Memory) -> None:
    with PageServer(house, "house.db") as server:
        context = browser.new_context()
        page = context.new_page()
        page.goto(server.url)
        page.evaluate("page.ready")
    playwright.expect(page.locator("#live")).to_have_text("ended")
    page.evaluate("page.recall('apple')")
    playwright.expect(page.locator("#side")).to_contain_text("has ended")
    context.close()


def test_the_view_is_moved_and_zoomed_and_fits_again(page: Page) -> None:
    camera = "({ ...page.picture.camera })"
    whole = page.evaluate(camera)
    page.mouse.move(20, 120)
    page.mouse.down()
    page.mouse.move(120, 180, steps=4)
    page.mouse.up()
    assert page.evaluate(camera)["x"] < whole["x"]
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(200)
    assert page.evaluate(camera)["scale"] > whole["scale"]
    page.get_by_role("button", name="Fit all in").click()
    page.evaluate(_READY)
    assert page.evaluate(camera) == pytest.approx(whole)


def test_a_search_that_cannot_be_made_says_what_to_do(browser: Browser, house: Memory, tmp_path: Path) -> None:
    house.close()
    store = open_store(tmp_path / "house.db")
    with PageServer(View(store, LexicalEmbedder), "house.db") as server:
        context = browser.new_context()
        page = context.new_page()
        page.goto(server.url)
        page.evaluate("page.ready")
        page.evaluate("page.recall('apple')")
        playwright.expect(page.locator("#side")).to_contain_text("graphmem re-embed")
        context.close()
    store.close()


def test_an_episode_shows_its_image_where_the_memory_is_served(browser: Browser, house: Memory, tmp_path: Path) -> None:
    id_ = house.remember("The gate.", images=[RED]).episode.id
    with PageServer(house, "house.db") as server, _page(browser, server.url) as page:
        page.evaluate("(id) => page.openEpisode(id)", id_)
        image = page.locator("img.seen")
        playwright.expect(image).to_be_visible()
        assert image.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") == 4
    export(house, "house.db", tmp_path / "house.html")
    with _page(browser, (tmp_path / "house.html").as_uri()) as page:
        page.evaluate("(id) => page.openEpisode(id)", id_)
        playwright.expect(page.locator("blockquote")).to_have_text("The gate. [image]")
        playwright.expect(page.locator("img.seen")).to_have_count(0)
