"""A place on the shared server for each test of this folder."""

import uuid

import pytest


@pytest.fixture
def namespace() -> str:
    """One that no other test has."""
    return str(uuid.uuid4())
