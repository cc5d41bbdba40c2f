"""The page's server: who may read the memory through it."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message

import pytest

from graphmem import Memory
from graphmem.errors import InputError
from graphmem.viewer.page import static
from graphmem.viewer.server import PageServer
from tests.images import RED


@pytest.fixture
def server(house: Memory) -> Iterator[PageServer]:
    with PageServer(house, "house.db") as serving:
        yield serving


def _get(url: str) -> tuple[int, Message, str]:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


def test_it_listens_on_the_loopback_interface_only(server: PageServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_the_page_may_run_no_script_but_its_own(server: PageServer) -> None:
    status, headers, text = _get(server.url)
    assert status == 200
    assert "<title>graphmem</title>" in text
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_an_image_is_served_by_its_hash_as_what_it_is(server: PageServer, house: Memory) -> None:
    episode = house.remember("The gate.", images=[RED]).episode
    told = json.loads(_get(f"{server.url}episode?id={episode.id}")[2])
    assert told["images"] == [episode.images[0].hash]
    with urllib.request.urlopen(f"{server.url}image/{told['images'][0]}") as answer:
        assert (answer.headers["Content-Type"], answer.read()) == ("image/png", RED)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "img-src 'self' data:" in _get(server.url)[1]["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["0" * 64, "..%2Fhouse.db", "../house.db", "%00", ""])
def test_no_other_file_is_served_as_an_image(server: PageServer, name: str) -> None:
    assert _get(f"{server.url}image/{name}")[0] == 404


def test_every_file_that_the_page_names_is_served(server: PageServer) -> None:
    for name in static():
        assert _get(server.url + name)[0] == 200
        assert name == "page.html" or f'"{name}"' in static()["page.html"]


@pytest.mark.parametrize("path", ["/", "/overview", "/wrong-secret/", "/wrong-secret/overview"])
def test_without_the_secret_nothing_is_told(server: PageServer, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port)
    connection.request("GET", path, headers={"Host": "elsewhere.example"})
    answer = connection.getresponse()
    assert (answer.status, b"apple" in answer.read()) == (404, False)
    connection.close()


@pytest.mark.parametrize("name", ["../server.py", "..%2fserver.py", "/etc/passwd", "nothing.js", "page.py"])
def test_no_other_file_is_served(server: PageServer, name: str) -> None:
    assert _get(server.url + name)[0] == 404


def test_the_memory_answers_as_json(server: PageServer) -> None:
    status, headers, text = _get(server.url + "recall?query=where+is+the+apple%3F&at=0")
    assert (status, headers.get_content_type()) == (200, "application/json")
    assert ["apple", "is on", "table"] in [row[1:4] for row in json.loads(text)["facts"]]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("recall?query=", "query"),
        ("recall?query=apple&at=-1", "step"),
        ("entity?name=+", "entity"),
        ("changes?settled=many", "many"),
    ],
)
def test_a_question_that_makes_no_sense_gets_an_error_that_names_it(server: PageServer, asked: str, told: str) -> None:
    status, _, text = _get(server.url + asked)
    assert status == 400
    assert told in json.loads(text)["error"]


def test_a_port_that_is_taken_is_named(server: PageServer, house: Memory) -> None:
    with pytest.raises(InputError, match=str(server.server_port)):
        PageServer(house, "house.db", server.server_port)
