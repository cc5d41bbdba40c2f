"""From messages to a form: every way to ask for JSON, the repair, and the names of what cannot be repaired."""

import json
from collections.abc import Iterator, Mapping, Sequence

import pytest

from graphmem.errors import BadReply, CutOff, EmptyReply, InputError, LLMError, ReplyRefused
from tests.llm.forms import ASKED, Count, Doubt, Note, chat, shapes, three
from tests.model_server import ChatServer, Fault, cut, refuse, say


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer(three) as made:
        yield made


def test_a_reply_is_a_form(server: ChatServer) -> None:
    with chat(server) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)


def test_the_messages_arrive_as_given(server: ChatServer) -> None:
    with chat(server) as model:
        model.reply(ASKED, Count, purpose="count")
    assert server.requests[0]["messages"] == ASKED


def test_a_call_is_bounded_and_steady(server: ChatServer) -> None:
    with chat(server, max_tokens=77) as model:
        model.reply(ASKED, Count, purpose="count")
    sent = server.requests[0]
    assert (sent["max_tokens"], sent["temperature"], sent["seed"]) == (77, 0, 0)


def test_the_schema_goes_with_the_request() -> None:
    seen = []

    def answer(messages: Sequence[Mapping[str, str]], schema: object) -> str:
        seen.append(schema)
        return '{"n": 3}'

    with ChatServer(answer) as server, chat(server) as model:
        model.reply(ASKED, Count, purpose="count")
    assert seen == [
        {
            "type": "object",
            "properties": {"n": {"type": "integer"}},
            "required": ["n"],
            "additionalProperties": False,
        }
    ]


@pytest.mark.parametrize(
    ("unsupported", "asked"),
    [
        ([], ["json_schema"]),
        (["json_schema"], ["json_schema", "json_object"]),
        (["json_schema", "json_object"], ["json_schema", "json_object", "plain"]),
    ],
)
def test_a_server_that_knows_less_is_asked_for_less(unsupported: list[str], asked: list[str]) -> None:
    with ChatServer(three, unsupported=unsupported) as server, chat(server) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
        assert shapes(server) == asked


def test_what_a_server_knows_is_remembered() -> None:
    with ChatServer(three, unsupported=["json_schema", "json_object"]) as server, chat(server) as model:
        for _ in range(3):
            model.reply(ASKED, Count, purpose="count")
        assert shapes(server) == ["json_schema", "json_object", "plain", "plain", "plain"]


def deaf(messages: Sequence[Mapping[str, str]], schema: object) -> str:
    """A server that takes no notice of `response_format`, and a model that writes JSON only when told so."""
    told = any("JSON Schema" in message["content"] for message in messages)
    return '{"n": 3}' if told else "There are three apples."


def test_a_server_that_takes_no_notice_of_schemas_costs_one_repair_in_all() -> None:
    with ChatServer(deaf) as server, chat(server) as model:
        for purpose in ("plan", "act", "plan"):
            assert model.reply(ASKED, Count, purpose=purpose) == Count(n=3)
        assert model.usage.total.repairs == 1
        assert len(server.requests) == 4
        assert shapes(server) == ["json_schema"] * 4, "where schemas are honoured after all, they stay"


def test_a_repair_in_vain_teaches_nothing() -> None:
    with ChatServer(three, [say("hm"), say("hm")]) as server, chat(server) as model:
        with pytest.raises(BadReply):
            model.reply(ASKED, Count, purpose="count")
        model.reply(ASKED, Count, purpose="count")
    assert server.requests[-1]["messages"] == ASKED


def test_without_a_schema_the_first_message_says_it() -> None:
    with ChatServer(three, unsupported=["json_schema"]) as server, chat(server) as model:
        model.reply(ASKED, Count, purpose="count")
    first, last = server.requests[-1]["messages"]
    assert first["content"].startswith("You count.\n\nReply with one JSON object")
    assert '"n":{"type":"integer"}' in first["content"]
    assert last == ASKED[1]


def test_bounds_are_kept_for_servers_that_honour_them() -> None:
    with ChatServer(lambda *_: '{"text": "hm"}') as server, chat(server) as model:
        model.reply(ASKED, Note, purpose="note")
    assert server.requests[0]["response_format"]["json_schema"]["schema"]["properties"]["text"]["maxLength"] == 20


def test_bounds_that_a_server_refuses_are_left_out() -> None:
    with ChatServer(lambda *_: '{"text": "hm"}', unsupported=["bounds"]) as server, chat(server) as model:
        assert model.reply(ASKED, Note, purpose="note") == Note(text="hm")
        assert shapes(server) == ["json_schema", "json_schema"]


@pytest.mark.parametrize("parameter", ["temperature", "seed"])
def test_a_parameter_that_a_model_refuses_is_dropped_for_good(parameter: str) -> None:
    with ChatServer(three, unsupported=[parameter]) as server, chat(server) as model:
        model.reply(ASKED, Count, purpose="count")
        model.reply(ASKED, Count, purpose="count")
    assert [parameter in body for body in server.requests] == [True, False, False]


def test_what_a_model_refuses_adds_up() -> None:
    with ChatServer(three, unsupported=["seed", "temperature", "json_schema"]) as server, chat(server) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
    assert not {"seed", "temperature"} & set(server.requests[-1])


def test_the_limit_of_tokens_goes_by_the_name_that_the_model_takes() -> None:
    with ChatServer(three, unsupported=["max_tokens"]) as server, chat(server, max_tokens=9) as model:
        model.reply(ASKED, Count, purpose="count")
    assert server.requests[-1]["max_completion_tokens"] == 9


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"n": 3}\n```',
        'Let me see {apples}. There are:\n{"n": 3}\nThree in all.',
        '<think>{"n": 7}? No.</think>{"n": 3}',
        '{"apples": "red"} {"n": 3}',
    ],
)
def test_the_object_is_found_in_prose(text: str) -> None:
    with ChatServer(lambda *_: text) as server, chat(server) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ('{"n": 3', "it holds no JSON object"),
        ('{"m": 3}', "n: Field required"),
        ('{"n": "many"}', "n: Input should be a valid integer"),
        ("x{[\"'" * 40_000, "it holds no JSON object"),
        ("naïve 🍎 \u202e no object", "it holds no JSON object"),
    ],
)
def test_a_bad_reply_is_repaired_once_by_showing_what_is_wrong(bad: str, why: str) -> None:
    with ChatServer(three, [say(bad)]) as server, chat(server) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
    *before, own, complaint = server.requests[1]["messages"]
    assert before == ASKED
    assert own["role"] == "assistant"
    assert own["content"][:20] == bad[:20]
    assert len(own["content"]) < 2100
    assert why in complaint["content"]
    assert '"required":["n"]' in complaint["content"]


def test_an_object_of_other_keys_is_no_form_even_if_all_have_defaults() -> None:
    with ChatServer(lambda *_: '{"sure": true}', [say('[{"certain": true}]')]) as server, chat(server) as model:
        assert model.reply(ASKED, Doubt, purpose="doubt") == Doubt(sure=True)
    assert "it has none of the keys sure" in server.requests[1]["messages"][-1]["content"]


def test_a_reply_that_stays_bad_is_told_with_its_text() -> None:
    with (
        ChatServer(lambda *_: "I would rather talk about pears.") as server,
        chat(server) as model,
        pytest.raises(BadReply, match=r"\(count\) is no Count, after one repair") as caught,
    ):
        model.reply(ASKED, Count, purpose="count")
    assert caught.value.raw == "I would rather talk about pears."
    assert len(server.requests) == 2


def test_the_text_of_a_bad_reply_is_clipped() -> None:
    with ChatServer(lambda *_: "junk" * 50_000) as server, chat(server) as model, pytest.raises(BadReply) as caught:
        model.reply(ASKED, Count, purpose="count")
    assert len(caught.value.raw) < 2100
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        ([cut()], CutOff),
        ([refuse()], ReplyRefused),
        ([say("", finish="content_filter")], ReplyRefused),
        ([say(""), say(" \n")], EmptyReply),
        ([say("", finish="length")] * 2, CutOff),
        ([say("{}"), cut()], CutOff),
    ],
)
def test_a_reply_that_cannot_be_repaired_has_a_name(faults: list[Fault], error: type[LLMError]) -> None:
    with ChatServer(three, faults) as server, chat(server) as model:
        with pytest.raises(error):
            model.reply(ASKED, Count, purpose="count")
        assert len(server.requests) == len(faults)


def test_a_refusal_is_told_in_the_models_words() -> None:
    with (
        ChatServer(three, [refuse("Not apples.")]) as server,
        chat(server) as model,
        pytest.raises(ReplyRefused, match=r"Not apples\."),
    ):
        model.reply(ASKED, Count, purpose="count")


def test_silence_is_asked_once_more() -> None:
    with ChatServer(three, [say("")]) as server, chat(server) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)


def test_a_reply_cut_off_after_its_object_is_whole() -> None:
    with ChatServer(three, [say('{"n": 3}\nAnd now I would like', finish="length")]) as server, chat(server) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)


def test_text_of_any_script_goes_both_ways() -> None:
    text = "Пирог 🥧 \u202e \x00 “"
    with ChatServer(lambda messages, _: json.dumps({"text": messages[-1]["content"]})) as server, chat(server) as model:
        assert model.reply([{"role": "user", "content": text}], Note, purpose="note") == Note(text=text)


def test_half_a_surrogate_pair_does_not_stop_a_request(server: ChatServer) -> None:
    with chat(server) as model:
        model.reply([{"role": "user", "content": "a\ud800b"}], Count, purpose="count")
    assert server.requests[0]["messages"][0]["content"] == "a?b"


def test_no_messages_are_no_request(server: ChatServer) -> None:
    with chat(server) as model, pytest.raises(InputError, match="no messages"):
        model.reply([], Count, purpose="count")
