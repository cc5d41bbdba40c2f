"""What somebody has to do or is going to do is told with its date, until it is done or need not be."""

from __future__ import annotations

import pytest

from graphmem.extraction.prose.extractor import ParseExtractor
from graphmem.records import Observation


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("I have to hand back the skis before Monday.", "Ana, has to, hand back skis before Monday"),
        ("I've got to pay the dentist by 4 June.", "Ana, has to, pay dentist by 4 June"),
        ("I gotta pay the dentist.", "Ana, has to, pay dentist"),
        ("We must clear the loft by Sunday.", "Ana, has to, clear loft by Sunday"),
        ("I need to order new blinds.", "Ana, needs to, order new blinds"),
        ("I'll have to repaint the hall.", "Ana, has to, repaint hall"),
        ("I have to be at the vet's by ten tomorrow.", "Ana, has to, be at vet's by ten tomorrow"),
        ("I'm going to prune the roses on Saturday.", "Ana, plans to, prune roses on Saturday"),
        ("I'm gonna prune the roses.", "Ana, plans to, prune roses"),
        ("Remember to feed the cat.", "Ana, has to, feed cat"),
        ("Please don't forget to lock the shed on Friday.", "Ana, has to, lock shed on Friday"),
        ("Can you remind me to call Gran on Sunday?", "Ana, has to, call Gran on Sunday"),
        ("Reminder: cancel the milk by Friday", "Ana, has to, cancel milk by Friday"),
        ("Need to fetch the cake before six.", "Ana, needs to, fetch cake before six"),
        ("Leo has to renew his visa before June.", "Leo, has to, renew visa before June"),
        ("The roof has to be mended by June.", "roof, has to, be mended by June"),
        ("I have to fix the gate because the dog ran off.", "Ana, has to, fix gate"),
        ("I plan to prune the roses in March.", "Ana, plans to, prune roses in March"),
        ("We're planning on buying a trailer.", "Ana, plans to, buy trailer"),
        ("Lea intends to sell the barn.", "Lea, plans to, sell barn"),
        ("I've decided to sell the barn.", "Ana, plans to, sell barn"),
        ("Lea has agreed to sell the barn.", "Lea, plans to, sell barn"),
        ("I've been meaning to mend the fence.", "Ana, plans to, mend fence"),
        ("I should probably mend the fence this weekend.", "Ana, should, mend fence this weekend"),
        ("I'd better renew my permit.", "Ana, should, renew permit"),
        ("We had better book the ferry.", "Ana, should, book ferry"),
        ("I ought to call Gran.", "Ana, should, call Gran"),
        ("I'm supposed to call the vet on Monday.", "Ana, should, call vet on Monday"),
    ],
)
def test_what_has_to_be_done_is_told_with_its_date(told, text, fact):
    assert fact in told(text, "Ana")


@pytest.mark.parametrize(
    "text",
    [
        "I have to say that I like it.",
        "I have to admit I miss the boat.",
        "I must admit defeat.",
        "I have to be honest.",
        "I have to go.",
        "I need to think.",
        "I need to tell you about the boat.",
        "I have to take this.",
        "I'm going to love it.",
        "It's going to rain.",
        "You have to turn the key.",
        "Users have to sign in first.",
        "Do I have to sell the boat?",
        "Maybe I have to sell the boat.",
        "If it rains I have to stay with Tom.",
        "Tom thinks I have to sell the boat.",
        "I have to call his doctor.",
        "It shows how much we need to help the farm.",
        "I don't have to sell the boat.",
        "I was going to sell the boat.",
        "I decided to sell the boat.",
        "I was supposed to sell the boat.",
        "I should not sell the boat.",
        "I should be glad of a boat.",
        "You should sell the boat.",
        "The boat should reach Bath by noon.",
        "Tom says I should sell the boat.",
        "I'm not planning to sell the boat.",
    ],
)
def test_mere_talk_and_what_may_or_need_not_be_done_is_not(told, text):
    assert told(text, "Ana") == set()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("I have to hand back the skis by Monday.", "I handed back the skis."),
        ("I have to hand back the skis by Monday.", "Handed back the skis!"),
        ("I need to pick the twins up at 3 pm.", "I picked up the twins."),
        ("I need to return the ladder to Leo.", "I gave the ladder back to Leo."),
        ("I have to renew my permit before May.", "My permit has been renewed."),
        ("The rent has to be paid by the 3rd.", "I paid the rent."),
        ("I have to call the bank.", "I don't have to call the bank any more."),
        ("I will mow the lawn on Friday.", "I mowed the lawn."),
        ("I should mow the lawn on Friday.", "I mowed the lawn."),
        ("I plan to sell the boat.", "I sold the boat."),
        ("I plan to sell the boat.", "I no longer plan to sell the boat."),
        ("To do:\n- mow the lawn\n- oil the gate", "I oiled the gate."),
        ("- [ ] mow the lawn", "- [x] mow the lawn"),
    ],
)
def test_what_is_done_or_need_not_be_is_ended(ended, before, after):
    assert ended(before, after, "Ana")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("I have to renew my permit.", "I haven't renewed my permit yet."),
        ("I have to renew my permit.", "I forgot to renew my permit."),
        ("I have to renew my permit.", "I will renew my permit."),
        ("I have to renew my permit.", "Leo renewed his permit."),
        ("I have to call Leo's sister.", "I called Leo."),
        ("I have to wash the car.", "I sold the car."),
        ("I need to turn off the boiler.", "I turned on the boiler."),
        ("I have to buy milk and eggs.", "I bought milk."),
        ("Mia has to feed the fish every day.", "Mia fed the fish."),
        ("Mia needs to bring her flute on Tuesdays.", "Mia brought her flute."),
    ],
)
def test_what_is_not_done_or_comes_again_is_not(ended, before, after):
    assert ended(before, after, "Ana") == {}


def test_what_is_joined_to_a_task_is_no_fact(told):
    assert told("I'm going to talk with the mayor, get support and gather ideas.", "Ana") == {
        "Ana, plans to, talk with mayor"
    }


def test_what_had_to_be_done_was_done(told, ended):
    assert told("I had to sell the boat.", "Ana") == {"Ana, had to sell, boat"}
    assert ended("I own a boat.", "I had to sell the boat.").keys() == {"I, owns, boat"}


def test_what_one_is_reminded_of_by_another_one_does_not_have_to_do_oneself():
    parser = ParseExtractor()
    said = Observation("Remember to bring the salad.", speaker="Ana", before=(Observation("Hi.", speaker="Leo"),))
    assert parser.extract(said, ()).triples == ()
    alone = Observation("Remember to bring the salad.", speaker="Ana")
    assert [str(it) for it in parser.extract(alone, ()).triples] == ["Ana, has to, bring salad"]
