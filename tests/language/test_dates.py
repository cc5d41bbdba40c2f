"""When a text speaks of, and what period a question asks about. All is said on Wednesday 12 June 2024, at 15:30."""

from datetime import UTC, datetime
from time import process_time

import pytest

from graphmem.language.dates import dates_in, period_of, with_dates, without_dates
from graphmem.language.times import beside_event

SAID = datetime(2024, 6, 12, 15, 30)


def _days(text: str, when: datetime = SAID) -> list[tuple[str, str, str]]:
    return [(each.phrase, f"{each.since:%Y-%m-%d}", f"{each.until:%Y-%m-%d}") for each in dates_in(text, when)]


@pytest.mark.parametrize(
    ("text", "phrase", "since", "until"),
    [
        ("I sold the boat yesterday.", "yesterday", "2024-06-11", "2024-06-12"),
        ("We met the day before yesterday.", "the day before yesterday", "2024-06-10", "2024-06-11"),
        ("It broke two days ago.", "two days ago", "2024-06-10", "2024-06-11"),
        ("It broke 3 weeks ago.", "3 weeks ago", "2024-05-20", "2024-05-27"),
        ("Last week it rained.", "Last week", "2024-06-03", "2024-06-10"),
        ("Nils left last weekend.", "last weekend", "2024-06-08", "2024-06-10"),
        ("It opens next month.", "next month", "2024-07-01", "2024-08-01"),
        ("We went there last year.", "last year", "2023-01-01", "2024-01-01"),
        ("We went there last summer.", "last summer", "2023-06-01", "2023-09-01"),
        ("He was here last Friday.", "last Friday", "2024-06-07", "2024-06-08"),
        ("He comes next Friday.", "next Friday", "2024-06-14", "2024-06-15"),
        ("It is in the last three days.", "the last three days", "2024-06-09", "2024-06-12"),
        ("It rained over the last month.", "the last month", "2024-05-12", "2024-06-12"),
        ("It was in 1987.", "1987", "1987-01-01", "1988-01-01"),
        ("Music of the 1990s", "of the 1990s", "1990-01-01", "2000-01-01"),
        ("signed on 2023-11-05", "2023-11-05", "2023-11-05", "2023-11-06"),
        ("signed on 25/12/2023", "25/12/2023", "2023-12-25", "2023-12-26"),
        ("签于2023年11月5日", "2023年11月5日", "2023-11-05", "2023-11-06"),
        ("It was March 2022.", "March 2022", "2022-03-01", "2022-04-01"),
        ("The fair is on 3 July.", "3 July", "2024-07-03", "2024-07-04"),
        ("The fair is on July 3rd, 2025.", "July 3rd, 2025", "2025-07-03", "2025-07-04"),
        ("Away 3-5 July", "3-5 July", "2024-07-03", "2024-07-06"),
        ("Away from the 20th until the 23rd.", "the 20th until the 23rd", "2024-06-20", "2024-06-24"),
        ("Closed from 24 December 2024 to 2 January", "24 December 2024 to 2 January", "2024-12-24", "2025-01-03"),
    ],
)
def test_a_phrase_means_a_period(text: str, phrase: str, since: str, until: str) -> None:
    assert _days(text) == [(phrase, since, until)]


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("this morning", "2024-06-12 05:00", "2024-06-12 12:00"),
        ("last night", "2024-06-11 18:00", "2024-06-12 06:00"),
        ("tomorrow at 5pm", "2024-06-13 17:00", "2024-06-13 17:01"),
        ("Tuesday 25 June, 9:00", "2024-06-25 09:00", "2024-06-25 09:01"),
        ("2024-01-02T10:12:00", "2024-01-02 10:12", "2024-01-02 10:13"),
    ],
)
def test_an_hour_or_a_part_of_the_day_is_part_of_what_it_means(text: str, since: str, until: str) -> None:
    (found,) = dates_in(text, SAID)
    assert (f"{found.since:%Y-%m-%d %H:%M}", f"{found.until:%Y-%m-%d %H:%M}") == (since, until)
    assert found.phrase == text


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("We met on Monday.", "2024-06-10"),
        ("We will meet on Monday.", "2024-06-17"),
        ("Buy stamps on Monday.", "2024-06-17"),
        ("The match was moved to Monday.", "2024-06-17"),
        ("On Monday, we met.", "2024-06-10"),
        ("He started in September.", "2023-09-01"),
        ("She left Acme, she joins Globex in September.", "2024-09-01"),
        ("It must be done by May.", "2025-05-01"),
        ("We moved in May.", "2024-05-01"),
    ],
)
def test_the_verbs_tell_whether_it_is_past_or_to_come(text: str, since: str) -> None:
    assert [found[1] for found in _days(text)] == [since]


def test_a_weekday_tells_the_year_of_its_date() -> None:
    assert _days("Sunday 2 July") == [("Sunday 2 July", "2023-07-02", "2023-07-03")]


def test_what_has_been_so_since_a_time_lasts_until_it_is_said() -> None:
    (found,) = dates_in("I have not smoked since April.", SAID)
    assert (found.since, found.until) == (datetime(2024, 4, 1), SAID)


def test_a_meeting_that_is_moved_has_two_days_and_no_period() -> None:
    assert len(dates_in("The meeting moved from Thursday to Friday.", SAID)) == 2


def test_each_says_where_it_stands() -> None:
    text = "Sold on 3 May 2023, bought in 2019."
    assert [text[found.start : found.end] for found in dates_in(text, SAID)] == ["3 May 2023", "2019"]


def test_the_periods_have_the_time_zone_of_the_telling() -> None:
    (found,) = dates_in("2024-01-02T10:12:00+02:00", SAID.replace(tzinfo=UTC))
    assert found.since == datetime(2024, 1, 2, 8, 12, tzinfo=UTC)
    assert dates_in("yesterday", SAID)[0].since.tzinfo is None


@pytest.mark.parametrize(
    "text",
    [
        "I may go; we may not.", "One second.", "The soldiers march on Paris.", "It costs 1990 euros.", "3 apples",
        "version 2.3 on port 5433", "these 2 may be wrong", "March 5 miles north", "from 2000 to 5000 euros",
        "by 2000 people", "in 2000 pieces", "room 2019", "every Friday", "every Monday and Thursday",
        "open Monday to Friday", "on the 3rd floor", "the 21st century", "April said hello", "a letter from June",
        "the fall of Rome", "10.0.0.5", "he learned it in two weeks", "07:45 yoga", "+49 30 5550 1234", "31 February",
        "2024-13-45", "2024-02-30", "/var/2024/03/14/log", "04/05/2023", "his last year in town",
        "The next year she left.", "He was king for the next ten years.", "the first win in two years",
        "the Winter Palace", "from the 16th to 18th centuries", "the last one", "next door", "31 April 99999",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert dates_in(text, SAID) == []


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("What happened in May?", "2024-05-01", "2024-06-01"),
        ("what happened in may", "2024-05-01", "2024-06-01"),
        ("what did I do in August", "2023-08-01", "2023-09-01"),
        ("what will I do in August", "2024-08-01", "2024-09-01"),
        ("and last week?", "2024-06-03", "2024-06-10"),
        ("what did we talk about on Tuesday", "2024-06-11", "2024-06-12"),
        ("and on Tuesday?", "2024-06-11", "2024-06-12"),
        ("What is on Tuesday?", "2024-06-18", "2024-06-19"),
        ("what happened between March and May?", "2024-03-01", "2024-06-01"),
        ("what happened in May 2022", "2022-05-01", "2022-06-01"),
        ("what has happened since May?", "2024-05-01", None),
        ("what happened after 3 May?", "2024-05-04", None),
        ("where did I live before 2020?", None, "2020-01-01"),
        ("what did he do the week before 3 May 2023?", "2023-04-26", "2023-05-03"),
        ("what did he do the day after 3 May 2023?", "2023-05-04", "2023-05-05"),
    ],
)
def test_a_question_asks_about_a_period(question: str, since: str | None, until: str | None) -> None:
    found = period_of(question, SAID)
    assert found
    assert tuple(end and f"{end:%Y-%m-%d}" for end in found) == (since, until)


@pytest.mark.parametrize("question", ["What is the rent?", "who may enter?", "Where is the key right now?"])
def test_other_questions_ask_about_no_time(question: str) -> None:
    assert period_of(question, SAID) is None


def test_a_year_that_no_calendar_has_is_passed_over() -> None:
    assert _days("next year", datetime(9999, 5, 1)) == []
    assert _days("last year", datetime(1, 5, 1)) == []


def test_a_text_without_dates_costs_nothing_to_speak_of() -> None:
    text = "The plumber mended the pump and wants 300 euros for it; the key is under the mat. " * 12
    started = process_time()
    for _ in range(20):
        assert dates_in(text, SAID) == []
    assert (process_time() - started) / 20 < 0.005


@pytest.mark.parametrize(
    ("question", "side", "event", "rest"),
    [
        ("What did we buy before we moved to Ghent?", "before", "we moved to Ghent", "What did we buy ?"),
        ("After the flood, who helped?", "after", "the flood", ", who helped?"),
        ("since the release what broke?", "since", "the release", " what broke?"),
    ],
)
def test_a_question_asks_beside_an_event(question: str, side: str, event: str, rest: str) -> None:
    found = beside_event(question)
    assert found
    assert (found.side, found.event, found.unit, found.rest) == (side, event, None, rest)


def test_a_question_asks_for_so_long_beside_an_event() -> None:
    found = beside_event("what did he do the week after the wedding?")
    assert found
    assert (found.unit, found.side, found.event) == ("week", "after", "the wedding")


@pytest.mark.parametrize(
    "question", ["Who looked after the cat?", "Who is named after the king?", "what came before it?"]
)
def test_other_uses_of_before_and_after_name_no_event(question: str) -> None:
    assert beside_event(question) is None


def test_a_question_is_told_without_its_dates() -> None:
    assert without_dates("what did Ana say last week, on Monday?", SAID) == "what did Ana say  , on  ?"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("I sold it yesterday.", "I sold it yesterday (2024-06-11)."),
        ("We met last week.", "We met last week (2024-06-03 to 2024-06-09)."),
        ("We moved in May.", "We moved in May (2024-05)."),
        ("We met last summer.", "We met last summer (2023-06 to 2023-08)."),
        ("It was broken last year.", "It was broken last year (2023)."),
        ("Yesterday's soup is cold.", "Yesterday's (2024-06-11) soup is cold."),
        ("The fair is from Friday to Sunday.", "The fair is from Friday (2024-06-14) to Sunday (2024-06-16)."),
        ("Paris in May is mild.", "Paris in May is mild."),
        ("Signed on 2023-11-05, in 2019 or May 2020.", "Signed on 2023-11-05, in 2019 or May 2020."),
    ],
)
def test_words_of_time_get_their_date(text: str, told: str) -> None:
    assert with_dates(text, SAID) == told
