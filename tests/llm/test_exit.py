"""A program ends in silence, whatever it is asking of a model then; nothing new is started for that.

The host has a name, for looking one up is what starts threads.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.llm.forms import three
from tests.model_server import ChatServer

START = """
import atexit, sys, threading, time
from graphmem.llm import ChatModel
from tests.llm.forms import ASKED, Count

model = ChatModel("test-model", base_url=sys.argv[1])

def ask():
    print(model.reply(ASKED, Count, purpose="count"))

def ask_for_ever():
    while True:
        model.reply(ASKED, Count, purpose="count")

def ask_late():
    threading.main_thread().join()
    ask()

"""


def run(url: str, end: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", START + end, url.replace("127.0.0.1", "localhost")]
    return subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("ask()", "n=3\n"),
        ("threading.Thread(target=ask_late).start()", "n=3\n"),
        ("atexit.register(ask)", "n=3\n"),
        ("atexit.register(ask); ask()", "n=3\nn=3\n"),
        ("threading.Thread(target=ask_for_ever, daemon=True).start(); time.sleep(0.5)", ""),
        ("ask(); print([thread.name for thread in threading.enumerate()])", "n=3\n['MainThread', 'graphmem-llm']\n"),
    ],
    ids=["after a call", "a thread that outlives it", "at its end", "again at its end", "in the midst", "its threads"],
)
def test_a_program_ends_in_silence(end: str, said: str) -> None:
    with ChatServer(three) as server:
        done = run(server.url, end)
    assert (done.stdout, done.stderr, done.returncode) == (said, "", 0)
