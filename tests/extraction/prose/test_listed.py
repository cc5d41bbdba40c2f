"""What stands without a verb below a heading or after a label is told by it, or not at all."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Packing:\n- tent\n- wool socks", {"Packing, includes, tent", "Packing, includes, wool socks"}),
        ("# Groceries\n\n- leeks", {"Groceries, includes, leeks"}),
        ("Allergies: - latex - mustard", {"Allergies, includes, latex", "Allergies, includes, mustard"}),
        ("Allergies: latex, mustard", {"Allergies, includes, latex", "Allergies, includes, mustard"}),
        ("Present: Ida, Leo. Apologies: Uli.", {
            "Present, includes, Ida", "Present, includes, Leo", "Apologies, includes, Uli"}),
        ("Gran: 01632 960123", {"Gran, has number, 01632 960123"}),
        ("Contacts\n- Dr Moss: 01632 960555", {"Dr Moss, has number, 01632 960555"}),
        ("Wifi: badger77", {"Wifi, is, badger77"}),
        ("Wifi password: badger", {"Wifi password, is, badger"}),
        ("Shed code: 4411#", {"Shed code, is, 4411#"}),
        ("Blood type: B positive", {"Blood type, is, B positive"}),
        ("Bins: Tuesday", {"Bins, is on, Tuesday"}),
        ("Allergies\n- Ida: mustard\n- Leo: none", {"Ida, has allergy, mustard"}),
        ("## Router\n- IP: 10.0.0.7", {"Router, has IP, 10.0.0.7"}),
        ("My shoe size: 39", {"Ana, has shoe size, 39"}),
        ("I'm allergic to:\n- latex\n- mustard", {"Ana, is allergic to, latex", "Ana, is allergic to, mustard"}),
        ("We need to buy:\n- leeks", {"Ana, needs to, buy leeks"}),
        ("Errands\n- post the parcel", {"Ana, has to, post parcel"}),
    ],
)  # fmt: skip
def test_a_list_is_told_by_its_heading(told, text, facts):
    assert told(text, "Ana") == facts


@pytest.mark.parametrize(
    "text",
    [
        "Notes:\n- good talk\n- nice room",
        "Leo: Friday",
        "Gran: 40 euros",
        "Leo: tea, cake",
        "Leo\n- skis\n- boots",
        "Question: why?",
        "PS: thanks, Leo",
        "Status: open",
        "ERROR: disk full",
        "Flight: XY 2490, 7:40",
        "Here's what I need:\n- leeks",
        "Einkaufen: Milch, Brot",
        "host: 10.0.0.7\nreplicas: 3",
        "Reminder: dentist on Friday",
    ],
)
def test_what_its_heading_does_not_tell_is_no_fact(told, text):
    assert told(text, "Ana") == set()


def test_what_follows_a_label_and_has_a_verb_is_read_as_what_it_says(told):
    assert told("Car: the tax runs out on 2 June, that is all", "Ana") == {"tax, runs out on, 2 June"}


def test_a_newer_value_after_a_label_takes_the_place_of_the_older(ended):
    assert list(ended("Wifi: badger77", "Wifi: heron88")) == ["Wifi, is, badger77"]
