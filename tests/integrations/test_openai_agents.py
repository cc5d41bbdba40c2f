"""The tests in `agents_sdk`, away from this checkout: its folder `agents` has the name that the SDK is imported by."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from graphmem.errors import MissingExtra


def test_the_session_and_the_tools_do_what_they_should(tmp_path: Path) -> None:
    try:
        version("openai-agents")
    except PackageNotFoundError:
        pytest.skip("the OpenAI Agents SDK is not installed")
    checks = Path(__file__).with_name("agents_sdk.py")
    options = ["-q", "-c", "/dev/null", "--rootdir", str(tmp_path), "-p", "no:cacheprovider", "--import-mode=importlib"]
    command = [sys.executable, "-P", "-m", "pytest", *options, str(checks)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_in_this_checkout_the_error_says_which_agents_was_found() -> None:
    with pytest.raises(MissingExtra, match=r"agents.*graphmem\[openai-agents\]"):
        import graphmem.integrations.openai_agents  # noqa: F401
