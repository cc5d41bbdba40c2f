"""What a text ends of what was known, and what it leaves."""

from __future__ import annotations

import pytest

from graphmem.extraction.prose.extractor import ParseExtractor
from graphmem.extraction.prose.learned import RECENT
from graphmem.records import Fact, Observation

ENDS = [
    ("Ida works at Acme.", "Ida works at Bolt now.", {"Ida, works at, Acme": "now"}),
    ("Ida works at Acme.", "Ida left Acme.", {"Ida, works at, Acme": "left"}),
    ("Ida lives in Bonn.", "Ida moved to Trier.", {"Ida, lives in, Bonn": "moved to"}),
    ("We drink tea.", "We no longer drink tea.", {"I, drinks, tea": "no longer"}),
    ("I'm a vegetarian.", "I'm not a vegetarian any more.", {"I, is, vegetarian": "not any more"}),
    ("Rob smokes cigars.", "Rob stopped smoking cigars.", {"Rob, smokes, cigars": "stopped"}),
    ("I own a kayak.", "I sold my kayak.", {"I, owns, kayak": "sold"}),
    ("Eva is married to Jan.", "Eva divorced Jan.", {"Eva, is married to, Jan": "divorced"}),
    ("The van is on level 2.", "Moved the van: it is now on level 5.", {"van, is on, level 2": "now"}),
    (
        "The talk is on Tuesday.",
        "Correction: the talk is on Friday, not Tuesday.",
        {"talk, is on, Tuesday": "corrected"},
    ),
    ("The recital is on Monday.", "The recital was moved to Friday.", {"recital, is on, Monday": "moved to"}),
    ("The recital is on 3 May.", "The recital moved from 3 May to 9 May.", {"recital, is on, 3 May": "moved to"}),
    ("The drill is at 9:30.", "The drill has moved from 9:30 to 10.", {"drill, is at, 9:30": "moved to"}),
    ("The recital is at 7 pm.", "We pushed the recital from 7 pm to 8 pm.", {"recital, is at, 7 pm": "pushed to"}),
    ("The rent is 700 euros.", "The rent went up to 760 euros.", {"rent, is, 700 euros": "went up to"}),
    ("We use Slack.", "We switched from Slack to Zulip.", {"I, uses, Slack": "switched to"}),
    ("The kiosk is open.", "The kiosk is closed.", {"kiosk, is, open": "is closed"}),
    ("Ben is the CFO of Foo.", "Eva is the new CFO of Foo.", {"Foo, has CFO, Ben": "slot"}),
    ("The capital of Elbonia is Wug.", "The capital of Elbonia is Zeb.", {"Elbonia, has capital, Wug": "slot"}),
    ("My favourite colour is blue.", "My favourite colour is green.", {"I, has favourite colour, blue": "slot"}),
    ("Ida was born in Bonn.", "Ida was born in Trier.", {"Ida, was born in, Bonn": "slot"}),
    ("Eva is married to Jan.", "Eva is married to Leo.", {"Eva, is married to, Jan": "slot"}),
    ("Eva is married to Jan.", "Eva and Jan got divorced.", {"Eva, is married to, Jan": "got divorced"}),
    ("Ida lives in Bonn.", "Ida moved out.", {"Ida, lives in, Bonn": "moved out"}),
    ("Ida works for Acme.", "Ida retired in June.", {"Ida, works for, Acme": "retired"}),
    ("Rob goes to Kent School.", "Rob graduated from Kent School.", {"Rob, goes to, Kent School": "graduated from"}),
    (
        "Eva is on the board of Foo.",
        "Eva resigned from the board of Foo.",
        {"Eva, is on, board of Foo": "resigned from"},
    ),
    ("Ben is a clerk at Foo.", "Ben was promoted to manager at Foo.", {"Ben, is clerk at, Foo": "promoted"}),
    ("Foo is called Bar.", "Foo was renamed to Baz.", {"Foo, is called, Bar": "slot"}),
    ("My rent is 700 euros.", "The rent was raised to 760 euros.", {"I, has rent, 700 euros": "was raised to"}),
    ("My bank is Foo.", "I switched my bank to Bar.", {"I, has bank, Foo": "slot"}),
    ("The ferry leaves at 10:40.", "The ferry is delayed to 12:15.", {"ferry, leaves at, 10:40": "delayed to"}),
    ("I have a contract with Foo.", "I ended my contract with Foo.", {"I, has contract with, Foo": "ended"}),
    ("I am on a diet.", "I stopped the diet.", {"I, is on, diet": "stopped"}),
    ("The bar is open on Sundays.", "The bar is closed on Sundays.", {"bar, is open on, Sundays": "is closed"}),
    ("Rob's coach is Eva.", "Rob's coach is no longer Eva but Leo.", {"Rob, has coach, Eva": "no longer"}),
    ("My weight is 82 kg.", "My weight is down to 79 kg.", {"I, has weight, 82 kg": "slot"}),
    ("We have two cats.", "We have three cats now.", {"I, has, two cats": "now"}),
    ("The fair is on 5 June.", "The fair has been cancelled.", {"fair, is on, 5 June": "cancelled"}),
    ("The company picnic is on 5 June.", "The picnic is cancelled.", {"company picnic, is on, 5 June": "cancelled"}),
    ("The garden party is on 5 June.", "The party is moved to 9 June.", {"garden party, is on, 5 June": "moved to"}),
    ("The fair will be on Friday.", "They called off the fair.", {"fair, will be on, Friday": "cancelled"}),
    (
        "The ball will be at the inn.",
        "Change of plan: the ball is at the mill.",
        {"ball, will be at, inn": "corrected"},
    ),
    ("The vet comes on Monday at 5.", "The vet comes Friday at 5 instead.", {"vet, comes on, Monday at 5": "instead"}),
    ("I drink cocoa.", "I have gone off cocoa.", {"I, drinks, cocoa": "has gone off"}),
    ("My boss is called Ada Moss.", "My boss is called Leo Finch.", {"I, has boss, Ada Moss": "slot"}),
    ("I'm learning Dutch.", "I gave up on Dutch.", {"I, is learning, Dutch": "gave up on"}),
    ("I prefer short mails.", "Actually I prefer long mails.", {"I, prefers, short mails": "corrected"}),
    ("Our upload limit is 20 MB.", "The limit was raised to 50 MB.", {"I, has upload limit, 20 MB": "was raised to"}),
    ("Ida works at Acme.", "Ida started a new job at Bolt.", {"Ida, works at, Acme": "started a job at"}),
    ("I'm on the Pro plan.", "I downgraded to the Free plan.", {"I, is on, Pro plan": "downgraded to"}),
    ("I am at the mill.", "I quit the mill.", {"I, is at, mill": "quit"}),
    (
        "Rob is the goalkeeper of the Foxes.",
        "Rob isn't the goalkeeper any more.",
        {"Foxes, has goalkeeper, Rob": "not any more"},
    ),
    ("The morning drill is at 9:30.", "We moved the drill to 10.", {"morning drill, is at, 9:30": "moved to"}),
    ("The kiosk is open until 6.", "The kiosk now stays open until 8.", {"kiosk, is open until, 6": "now"}),
    ("I have a ferry pass.", "I've cancelled my ferry pass.", {"I, has, ferry pass": "cancelled"}),
    ("Eva is my flatmate.", "Eva has moved out.", {"I, has flatmate, Eva": "moved out"}),
    ("The lift is broken.", "The lift got repaired.", {"lift, is, broken": "is repaired"}),
    ("I'm looking for a kayak.", "I found a kayak.", {"I, is looking for, kayak": "arrived"}),
    ("I'm reading Ulysses.", "I finished Ulysses.", {"I, is reading, Ulysses": "finished"}),
    ("Our drill is in room 4.", "The drill is in room 9, not room 4.", {"my drill, is in, room 4": "corrected"}),
    ("I'm vegetarian.", "I've started eating meat.", {"I, is, vegetarian": "has started eating"}),
    ("My phone is a Fairphone 4.", "I upgraded to a Fairphone 5.", {"my phone, is, Fairphone 4": "upgraded to"}),
    ("Rob goes to Kent School.", "Rob goes to Bath School now.", {"Rob, goes to, Kent School": "now"}),
    ("Rob teaches at Kent School.", "Rob no longer teaches.", {"Rob, teaches at, Kent School": "no longer"}),
    ("Rob is our team's coach.", "Rob is no longer our coach.", {"my team, has coach, Rob": "no longer"}),
    ("The gate code is 4411.", "The gate code changed to 4422.", {"gate code, is, 4411": "changed to"}),
    ("The dose is 5 mg.", "The dose went from 5 mg to 10 mg.", {"dose, is, 5 mg": "went to"}),
    ("My tailor is Leo Moss.", "I've got a new tailor, Ida Roth.", {"I, has tailor, Leo Moss": "slot"}),
    ("The parcel is at the inn.", "I picked up the parcel.", {"parcel, is at, inn": "picked"}),
    ("Mia is eight.", "Mia turned nine.", {"Mia, is, eight": "slot"}),
    ("The launch is on the 7th.", "The launch has slipped to the 14th.", {"launch, is on, the 7th": "slipped to"}),
    ("The ball is at 7.", "The ball got pushed back to 8.", {"ball, is at, 7": "pushed to"}),
    ("My rent is 700 euros.", "They've put my rent up to 760 euros.", {"I, has rent, 700 euros": "slot"}),
    (
        "My shop number is 020 7946 0011.",
        "My new number is 020 7946 0022.",
        {"I, has shop number, 020 7946 0011": "new"},
    ),
    ("My email is ida@foo.org.", "I have a new email address: ida@bar.org.", {"I, has email, ida@foo.org": "new"}),
    (
        "My shop number is 020 7946 0011.",
        "I changed my number to 020 7946 0022.",
        {"I, has shop number, 020 7946 0011": "new"},
    ),
    (
        "Ida's shop number is 020 7946 0011.",
        "Ida's new number is 020 7946 0022.",
        {"Ida, has shop number, 020 7946 0011": "new"},
    ),
    ("Ida is called Idchen.", "Ida goes by Idi now.", {"Ida, is called, Idchen": "now"}),
]


@pytest.mark.parametrize(("before", "after", "gone"), ENDS)
def test_what_a_later_text_ends_and_why(ended, before, after, gone):
    assert ended(before, after) == gone


STAYS = [
    ("Acme is in Bonn.", "Acme is moving to Trier in spring."),
    ("The fair is on 5 June.", "The fair isn't cancelled."),
    ("The school picnic is on 5 June. The company picnic is on 6 June.", "The picnic is cancelled."),
    ("Ana is in Paris.", "Ana is in love."),
    ("The show is at 8 pm.", "The show is on Saturday."),
    ("Ida works at Acme.", "Ida works in the evening now."),
    ("Tom has a dog.", "Tom now has a cat."),
    ("We use Slack.", "We also use Zoom now."),
    ("Rob plays chess.", "Rob doesn't play chess on Mondays."),
    ("Ida lives in Bonn.", "Ida might move to Trier."),
    ("Ida lives in Bonn.", "Ida left Bonn for a week."),
    ("Ida works at Acme.", "Ida left Acme at five."),
    ("I own a kayak.", "I did not use the kayak today."),
    ("I drink tea.", "Ben no longer drinks tea."),
    ("The lamp is on the desk.", "The lamp is on sale."),
    ("Ida was born in Bonn.", "Ida was born in 1980."),
    ("Mia is Ida's sister.", "Eva is Ida's sister."),
    ("Nina visited Rome.", "Nina visited Milan."),
    ("Ida works at Acme.", "Ida moved out of Bonn."),
    ("Ida works at Acme.", "Ida retired early to bed."),
    ("Eva is married to Jan.", "Lea and Tom got divorced."),
    ("Eva is on the board of Foo.", "Eva resigned from the board of Bar."),
    ("I have a contract with Foo.", "I ended my contract with Bar."),
    ("The bar is open on Mondays.", "The bar is closed on Sundays."),
    ("We have two cats.", "We have three cars now."),
    ("Rob's coach is Eva.", "Rob's coach is not only Eva but also Leo."),
    ("Rob is the goalkeeper of the Foxes.", "Rob is not the goalkeeper of the Bears."),
    ("My work number is 020 7946 0011. My home number is 07700 900124.", "My new number is 020 7946 0022."),
    ("My email address is ida@foo.org.", "My new address is 12 Elm Road."),
    ("My passport number is 123456789.", "My new number is 020 7946 0022."),
    ("The drill is at 9:30.", "We moved the drill to 10 Elm Road."),
    ("Rob goes to Kent School.", "Rob goes to the pool now."),
    ("Ida lives in Bath.", "Ida went from Bath to Bristol."),
    ("Rob teaches at Kent School.", "Rob no longer teaches on Mondays."),
    ("Rob is in Bath.", "Rob is no longer our coach."),
    ("Rob is in Bath.", "Rob isn't ill any more."),
    ("Ida teaches maths.", "Ida no longer teaches Latin."),
]


@pytest.mark.parametrize(("before", "after"), STAYS)
def test_what_is_true_together_stays(ended, before, after):
    assert ended(before, after) == {}


def test_who_moved_lives_where_they_moved_to(extract):
    first = extract("Ida lives in Bonn.").triples[0]
    known = [Fact("1", first.subject, first.relation, first.object, asserted_by="episode", since=0)]
    assert {str(it) for it in extract("Ida moved to Trier.", known).triples} == {
        "Ida, moved to, Trier",
        "Ida, lives in, Trier",
    }


@pytest.mark.parametrize(
    "text",
    [
        "We no longer drink tea.",
        "I'm not a vegetarian any more.",
        "Ida doesn't work at Acme.",
        "The key is not in the box.",
        "I can't eat oysters.",
        "Ida never eats meat or fish.",
        "We have no brothers.",
        "Leo doesn't smoke.",
    ],
)
def test_a_denial_states_nothing(told, text):
    assert told(text) == set()


def test_what_is_put_right_is_not_told(told):
    assert told("The budget is 40,000 euros, not 55,000.") == {"budget, is, 40,000 euros"}
    assert told("The talk is not on Tuesday but on Friday.") == {"talk, is on, Friday"}


def test_what_is_put_right_in_the_same_breath_is_not_told(told):
    assert told("The gate code is 5566. No wait, it's 7788.") == {"gate code, is, 7788"}


def test_a_move_that_is_planned_has_not_happened(told):
    assert told("Acme is moving to Trier in spring.") == {"Acme, is moving to, Trier"}


def test_a_time_that_only_its_day_understands_is_no_fact(told):
    assert told("The ferry is moved to tomorrow 10am.") == set()


def test_a_text_ends_what_it_said_itself(told):
    assert told("Ida works at Acme. Ida works at Bolt now.") == {"Ida, works at, Bolt"}


def test_the_same_form_has_the_same_slot(extract):
    forms = ["Ida is the CEO of Foo.", "The CEO of Foo is Ida.", "Foo's CEO is Ida.", "Ida became the CEO of Foo."]
    assert {(str(it.triples[0]), it.slots) for it in map(extract, forms)} == {("Foo, has CEO, Ida", ("ceo",))}


def test_what_is_the_speakers_is_called_by_the_end_of_its_name(ended):
    gone = ended("Our upload limit is 20 MB.", "The limit was raised to 50 MB.", "Ana")
    assert list(gone) == ["Ana, has upload limit, 20 MB"]


def test_what_is_another_persons_is_not(ended):
    assert ended("Tom's upload limit is 20 MB.", "The limit was raised to 50 MB.", "Ana") == {}


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        ("Ida drinks milk.", "Ida doesn't drink milk.", {"Ida, drinks, milk"}),
        ("I eat meat and fish.", "I don't eat meat or fish.", {"I, eats, meat", "I, eats, fish"}),
        ("I have a van.", "I have no van.", {"I, has, van"}),
        ("Ida smokes.", "Ida doesn't smoke.", {"Ida, does, smoke"}),
        ("Ida smokes.", "Ida quit smoking.", {"Ida, does, smoke"}),
        ("Leo can swim.", "Leo can't swim.", {"Leo, can, swim"}),
        ("I like tea.", "I don't like tea with sugar.", set()),
    ],
)
def test_a_denial_ends_what_it_denies(ended, before, after, gone):
    assert ended(before, after).keys() == gone


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        ("The fair with Leo is on Monday.", "The fair with Leo has been cancelled.", {"fair with Leo, is on, Monday"}),
        ("The fair is on Monday.", "The fair is off.", {"fair, is on, Monday"}),
        ("The lamp is on the desk.", "The lamp is off.", set()),
        ("The fair is on 3 May.", "The fair won't be on 3 May.", {"fair, is on, 3 May"}),
        ("Ida works at Acme.", "Ida quit her job at Acme.", {"Ida, works at, Acme"}),
        ("Ida works at Acme.", "Ida was laid off from Acme.", {"Ida, works at, Acme"}),
        ("I'm engaged to Ida.", "Ida and I got married in May.", {"I, is engaged to, Ida"}),
        ("I'm single.", "I have a girlfriend now.", {"I, is, single"}),
        ("The rent is 900.", "The rent is going up to 950.", set()),
        ("The key is under the mat.", "I gave the key to Leo.", {"key, is under, mat"}),
        ("Ida owns the mill.", "Leo now owns the mill.", {"Ida, owns, mill"}),
        ("Ida owns a car.", "Leo now owns a car.", set()),
        ("Ida owns the mill.", "Leo and Uli now own the mill.", {"Ida, owns, mill"}),
        ("The timeout is 30 seconds.", "The timeout was changed to 45 seconds.", {"timeout, is, 30 seconds"}),
        ("The oven is broken.", "The oven has been repaired.", {"oven, is, broken"}),
        ("The gate code is 5566.", "New gate code: 7788.", {"gate code, is, 5566"}),
    ],
)
def test_what_a_change_ends(ended, before, after, gone):
    assert ended(before, after).keys() == gone


def test_two_may_own_a_thing_now(told):
    assert told("Leo and Uli now own the mill.") == {"Leo, owns, mill", "Uli, owns, mill"}


def test_what_stood_behind_one_thing_does_not_stand_behind_the_next(told):
    text = "The bike is parked behind the mill. I moved the bike to the barn."
    assert told(text) == {"bike, moved to, barn"}


@pytest.mark.parametrize(
    ("before", "text", "fact"),
    [
        ("I live in Bath.", "Sorry, I meant Bristol.", "I, lives in, Bristol"),
        ("I have two brothers.", "I mean three brothers.", "I, has, three brothers"),
        ("The fair is on Tuesday.", "Make that Thursday.", "fair, is on, Thursday"),
        ("My sister's name is Anna.", "No, actually her name is Hannah.", "my sister, has name, Hannah"),
        ("My favourite colour is green.", "Actually it's blue.", "I, has favourite colour, blue"),
        ("The motel is called Astra.", "Not Astra, it's called Vega.", "motel, is called, Vega"),
        ("My van is in the barn.", "\nIt has a new engine.", "my van, has, new engine"),
        ("The vet comes on Tuesday.", "Actually it's Friday, not Tuesday.", "vet, comes on, Friday"),
        ("My drill is at 6.", "No, sorry, at 7.", "my drill, is at, 7"),
        ("The vet comes on Tuesday.", "No wait, it's on Friday.", "vet, comes on, Friday"),
        ("The vet comes on Monday. Ida comes on Friday.", "It's Sunday, not Monday.", "vet, comes on, Sunday"),
        ("My train is at 6:40.", "Sorry, that's 7:40.", "my train, is at, 7:40"),
    ],
)
def test_what_was_meant_by_what_was_said_before(before, text, fact):
    said = Observation(text, before=(Observation(before),))
    assert {str(triple) for triple in ParseExtractor().extract(said, ()).triples} == {fact}


@pytest.mark.parametrize(
    "text",
    [
        "Sorry, great idea.",
        "Actually it's raining.",
        "Sorry, it's late.",
        "No, thanks.",
        "I mean it.",
        "I meant to call you.",
    ],
)
def test_what_only_begins_as_a_correction_puts_nothing_right(text):
    said = Observation(text, before=(Observation("I like pears. My boss is Tom."),))
    assert ParseExtractor().extract(said, ()).triples == ()


@pytest.mark.parametrize(
    "text", ["Actually it's 20 degrees.", "Sorry, it's 90 now outside.", "Sorry, it's 90 already."]
)
def test_what_is_counted_otherwise_or_said_of_now_puts_no_price_right(text):
    said = Observation(text, before=(Observation("I pay 80 euros."),))
    assert not any("pays" in str(triple) for triple in ParseExtractor().extract(said, ()).triples)


def test_who_has_changed_is_told_by_it(told):
    assert told("Our landlord changed: it's Ms Roth now.") == {"I, has landlord, Ms Roth"}


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        ("I have a haircut on Monday at 3.", "The haircut was moved to Friday.", {"I, has haircut on, Monday at 3"}),
        ("My van is a Volvo.", "I sold the Volvo.", {"my van, is, Volvo"}),
        ("Ida is on a keto diet.", "Ida is off the keto diet.", {"Ida, is on, keto diet"}),
        ("Ida is single.", "Ida is engaged to Leo.", {"Ida, is, single"}),
    ],
)
def test_what_is_said_otherwise_ends_alike(ended, before, after, gone):
    assert ended(before, after).keys() == gone


def test_what_is_no_longer_so_but_otherwise_is_told_as_it_is(told):
    assert told("I no longer live in Rome but in Milan.") == {"I, lives in, Milan"}


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        ("We use Django 4.", "We upgraded to Django 5.", {"I, uses, Django 4"}),
        (
            "Invoices are due within 14 days.",
            "Invoices are now due within 30 days.",
            {"Invoices, is due within, 14 days"},
        ),
        ("The key is in the safe.", "I took the key out of the safe.", {"key, is in, safe"}),
        ("Leo is our point of contact.", "Our point of contact is now Ida.", {"I, has point of contact, Leo"}),
    ],
)
def test_what_else_a_change_ends(ended, before, after, gone):
    assert ended(before, after).keys() == gone


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        ("I love hiking.", "I don't enjoy hiking anymore.", {"I, loves, hiking"}),
        ("I'm learning Dutch.", "I gave up learning Dutch.", {"I, is learning, Dutch"}),
        ("I smoke ten cigars a day.", "I quit smoking.", {"I, smokes, ten cigars"}),
        ("I paint landscapes.", "I sold a painting.", set()),
        ("I'm vegetarian.", "I eat meat again.", {"I, is, vegetarian"}),
        ("I'm vegetarian.", "I eat cheese.", set()),
        ("I'm unemployed.", "I found a job at Acme.", {"I, is, unemployed"}),
        ("My girlfriend is Ida.", "Ida and I split up.", {"I, has girlfriend, Ida"}),
    ],
)
def test_what_ends_a_liking_a_diet_a_union(ended, before, after, gone):
    assert ended(before, after).keys() == gone


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        ("Leo is learning Polish.", "Leo gave up Polish.", {"Leo, is learning, Polish"}),
        ("Leo works at Acme.", "Leo left Acme for Bolt.", {"Leo, works at, Acme"}),
        ("Leo works at the mill.", "Leo left the mill for lunch.", set()),
        ("The mill is owned by Leo.", "Rosa now owns the mill.", {"mill, is owned by, Leo"}),
        ("My phone is an iPhone 13.", "My phone is a Fairphone now.", {"my phone, is, iPhone 13"}),
    ],
)
def test_what_is_left_for_another_ends(ended, before, after, gone):
    assert ended(before, after).keys() == gone


def test_a_text_of_any_length_ends_what_it_said_of_late() -> None:
    many = [f"Rob has {number} maps of Kent." for number in range(2, 2 + RECENT + 50)]
    said = ["Ida lives in Bonn.", *many, "Eva lives in Trier.", "Eva no longer lives in Trier."]
    told = {str(triple) for triple in ParseExtractor().extract(Observation(text="\n".join(said)), ()).triples}
    assert "Ida, lives in, Bonn" in told
    assert "Eva, lives in, Trier" not in told
