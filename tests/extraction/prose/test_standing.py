"""What is denied, doubted, reported, asked, wished, ordered or supposed is no fact."""

from __future__ import annotations

import pytest

NO_FACTS = {
    "denied": "The guard did not see the thief.",
    "denied of nobody": "Nobody saw the thief.",
    "denied of two": "Neither the cellar nor the loft is in use.",
    "asked": "Is Tom in Paris?",
    "possible": "Tom might be in Rome.",
    "hedged": "Perhaps the kiosk is in the station.",
    "condition": "If it rains, Tom stays at home.",
    "unless": "Unless the lift works, the piano is in the hall.",
    "whenever": "When I am in Lyon, I stay with Paul.",
    "order": "Read the notes that you find.",
    "two orders": "Open the gate and feed the geese.",
    "thought": "Rob thinks the ring is in the lake.",
    "said": "Rob says that the ring is in the lake.",
    "lied": "Rob lied that the ring is in the lake.",
    "said with a colon": "Rob said: the ring is in the lake.",
    "rumour": "The rumour that the bank is broke is wrong.",
    "false": "It is false that the gate is open.",
    "supposed": "Suppose the vault is in the cellar.",
    "pretended": "Pretend the rug is a river.",
    "wished": "I would like to live in Porto.",
    "wanted": "Ann wants to buy a house.",
    "planned": "Lea plans to sell the barn.",
    "story": "In the novel, the queen lives in a tower.",
    "quoted": '"The king is dead," shouted the guard.',
    "according to": "According to Gus, the well is dry.",
    "whether": "Whether the road is open is unclear.",
    "generic you": "You need a permit to fish in the lake.",
}


@pytest.mark.parametrize("sentence", NO_FACTS.values(), ids=NO_FACTS)
def test_no_fact_is_told(told, sentence):
    assert told(sentence) == set()


def test_a_reason_is_told(told):
    assert told("We left early because Rita has a cold.") == {"Rita, has, cold"}


def test_what_somebody_knows_is_so(told):
    assert "ring, is in, lake" in told("Rob knows that the ring is in the lake.")


def test_what_is_begun_happens(told):
    assert told("Lea started to learn Dutch.") == {"Lea, started to learn, Dutch"}
