"""The shapes in which endpoints refuse, answer and think: each ends in a form, or in an error that names the mend."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import AliasChoices, BaseModel, Field

from graphmem.errors import CutOff, LLMError, ReplyRefused, RequestRefused, Unreachable
from graphmem.llm.fields import Numbers, Triples
from graphmem.prompts import ExtractionReply
from tests.llm.forms import ASKED, Count, Note, chat, shapes, three
from tests.model_server import ChatServer, Fault, Refuses, error, say, shaped, trickle


class Learnt(BaseModel):
    triples: Triples
    outdated: Numbers = []


class Step(BaseModel):
    goal: str


class Plan(BaseModel):
    sub_goals: list[Step] = Field(validation_alias=AliasChoices("sub_goals", "plan_steps"))
    explore: bool = False


def when(uses: Callable[[dict[str, Any]], object], code: int, body: object) -> Refuses:
    return lambda sent: error(code, body) if uses(sent) else None


def has(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda sent: name in sent


def asks_for(shape: str) -> Callable[[dict[str, Any]], bool]:
    return lambda sent: sent.get("response_format", {}).get("type") == shape


def has_system(sent: dict[str, Any]) -> bool:
    return any(message["role"] == "system" for message in sent["messages"])


def gemini(message: str) -> object:
    return [{"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT"}}]


def mistral(where: str, fault: str) -> object:
    return {"object": "error", "message": {"detail": [{"loc": ["body", where], "msg": fault}]}, "type": "invalid"}


def whole(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}


def parts(text: str) -> list[dict[str, Any]]:
    """A streamed reply, a few letters at a time."""
    said = [{"index": 0, "delta": {"content": text[at : at + 3]}} for at in range(0, len(text), 3)]
    return [{"choices": [each]} for each in [*said, {"index": 0, "delta": {}, "finish_reason": "stop"}]]


def events(*each: object) -> bytes:
    return "".join(f"data: {json.dumps(part)}\n\n" for part in each).encode() + b"data: [DONE]\n\n"


def streamed(*each: object) -> Fault:
    return Fault("status", 200, {"Content-Type": "text/event-stream"}, events(*each))


OBJECTIONS: list[tuple[str, Refuses, str]] = [
    ("Gemini", when(has("seed"), 400, gemini('Invalid JSON payload received. Unknown name "seed": no field.')), "seed"),
    ("Mistral", when(has("seed"), 422, mistral("seed", "Extra inputs are not permitted")), "seed"),
    (
        "FastAPI",
        when(has("seed"), 422, {"detail": [{"loc": ["body", "seed"], "msg": "extra fields not permitted"}]}),
        "seed",
    ),
    ("FastAPI, in words", when(has("stream_options"), 422, {"detail": "stream_options: unknown"}), "stream_options"),
    (
        "LM Studio",
        when(has("response_format"), 400, {"error": "'response_format.type' must be 'text'"}),
        "response_format",
    ),
    ("TGI, plain text", when(has("response_format"), 422, "grammar is not supported"), "response_format"),
    ("o1", when(has("temperature"), 400, {"error": {"message": "Unsupported value", "param": "temperature"}}), ""),
    (
        "llama.cpp",
        when(asks_for("json_schema"), 500, {"error": {"code": 500, "message": "failed to parse grammar"}}),
        "",
    ),
    ("a proxy that cannot stream", when(has("stream"), 400, {"error": "streaming is not supported"}), "stream"),
    ("Ollama", when(has("reasoning_effort"), 400, {"error": {"message": '"m" does not support thinking'}}), ""),
    ("max_tokens renamed", when(has("max_tokens"), 400, gemini("Unknown name 'max_tokens'")), "max_tokens"),
    ("o1-mini", when(has_system, 400, {"error": {"message": "'messages[0].role' does not support 'system'"}}), ""),
    ("Gemma on vLLM", when(has_system, 400, {"message": "System role not supported", "code": 400}), ""),
    (
        "Gemma on llama.cpp",
        when(has_system, 500, {"error": {"message": "Jinja Exception: System role not supported"}}),
        "",
    ),
    ("Gemma on Gemini", when(has_system, 400, gemini("Developer instruction is not enabled for models/gemma")), ""),
    ("Mistral's template", when(has_system, 400, {"message": "Conversation roles must alternate user/assistant/"}), ""),
]


@pytest.mark.parametrize(("who", "refuses", "left_out"), OBJECTIONS, ids=[who for who, _, _ in OBJECTIONS])
def test_what_an_endpoint_names_is_left_out_from_then_on(who: str, refuses: Refuses, left_out: str) -> None:
    with ChatServer(three, refuses=refuses) as server, chat(server, reasoning_effort="low") as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
        asked = len(server.requests)
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
        assert len(server.requests) == asked + 1, "it is remembered"
        assert model.usage.total.retries == 0, "it is not waited for"
    assert asked <= 3
    assert left_out not in server.requests[-1]


@pytest.mark.parametrize(
    "uses",
    [
        has("seed"),
        has("stream_options"),
        has("temperature"),
        has("reasoning_effort"),
        has("response_format"),
        asks_for("json_schema"),
        has("max_tokens"),
        has("stream"),
        has_system,
    ],
    ids=["seed", "options", "temperature", "effort", "format", "schema", "max_tokens", "stream", "system"],
)
@pytest.mark.parametrize(
    ("code", "body"),
    [
        (400, "Bad Request"),
        (422, ""),
        (400, {"error": None}),
        (400, []),
        (404, {"error": {"message": "No endpoints found that can handle the requested parameters."}}),
        (501, {"error": "not implemented"}),
    ],
)
def test_where_an_endpoint_does_not_say_what_it_minds_one_thing_after_another_goes(
    uses: Callable[[dict[str, Any]], object], code: int, body: object
) -> None:
    with ChatServer(three, refuses=when(uses, code, body)) as server, chat(server, reasoning_effort="low") as model:
        model.reply(ASKED, Count, purpose="count")
        asked = len(server.requests)
        model.reply(ASKED, Count, purpose="count")
    assert len(server.requests) == asked + 1
    kept = server.requests[-1]
    minded = {name for name, value in server.requests[0].items() if kept.get(name) != value}
    assert len(minded) <= 2, "all else is sent again"


def test_two_things_that_are_minded_are_both_found() -> None:
    refuses = when(lambda sent: "seed" in sent or "response_format" in sent, 400, "no")
    with ChatServer(three, refuses=refuses) as server, chat(server) as model:
        for _ in range(3):
            model.reply(ASKED, Count, purpose="count")
        asked = len(server.requests)
        model.reply(ASKED, Count, purpose="count")
    assert len(server.requests) == asked + 1
    assert {"temperature", "stream_options", "max_tokens"} <= set(server.requests[-1])


def test_what_was_named_stays_known_when_the_rest_has_to_be_guessed() -> None:
    def refuses(sent: dict[str, Any]) -> Fault | None:
        if "temperature" in sent:
            return error(400, {"error": "temperature: unknown"})
        return error(400, "no") if "response_format" in sent else None

    with ChatServer(three, refuses=refuses) as server, chat(server) as model:
        model.reply(ASKED, Count, purpose="count")
        asked = len(server.requests)
        model.reply(ASKED, Count, purpose="count")
    assert len(server.requests) == asked + 1
    assert {"seed", "stream_options"} <= set(server.requests[-1])


def test_an_endpoint_that_minds_everything_is_told_of_once() -> None:
    with ChatServer(three, refuses=lambda _: error(400, "because")) as server, chat(server) as model:
        with pytest.raises(RequestRefused, match="HTTP 400: because; the server does not take this request"):
            model.reply(ASKED, Count, purpose="count")
        asked = len(server.requests)
        with pytest.raises(RequestRefused, match="because"):
            model.reply(ASKED, Count, purpose="count")
    assert 4 < asked < 12
    assert len(server.requests) == asked + 1


def test_a_system_that_has_no_role_is_heard_in_the_users_turn() -> None:
    messages = [*ASKED, {"role": "assistant", "content": '{"n": 1}'}, {"role": "user", "content": "And pears?"}]
    refuses = when(has_system, 400, "System role not supported")
    with ChatServer(three, refuses=refuses) as server, chat(server) as model:
        model.reply(messages, Count, purpose="count")
    sent = server.requests[-1]["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "user"]
    assert sent[0]["content"] == "You count.\n\nHow many apples?"


def test_nothing_that_is_none_is_sent() -> None:
    with ChatServer(three) as server, chat(server, temperature=None, seed=None) as model:
        model.reply(ASKED, Count, purpose="count")
    assert "null" not in json.dumps(server.requests[0])
    assert not {"temperature", "seed", "reasoning_effort", "extra_body"} & set(server.requests[0])


def test_what_else_a_request_shall_hold_goes_with_it() -> None:
    extra = {"chat_template_kwargs": {"enable_thinking": False}, "top_k": 1}
    with ChatServer(three) as server, chat(server, extra_body=extra, reasoning_effort="low") as model:
        model.reply(ASKED, Count, purpose="count")
    assert server.requests[0].items() >= {**extra, "reasoning_effort": "low"}.items()


FINAL: list[tuple[str, Fault, str]] = [
    ("OpenAI", error(401, {"error": {"message": "Incorrect API key provided"}}), "OPENAI_API_KEY"),
    ("Gemini", error(400, gemini("API key not valid. Please pass a valid API key.")), "OPENAI_API_KEY"),
    ("Anthropic", error(401, {"type": "error", "error": {"type": "authentication_error"}}), "OPENAI_API_KEY"),
    ("Mistral", error(401, {"detail": "Unauthorized"}), "Unauthorized; check OPENAI_API_KEY"),
    ("a proxy", error(403, "<html><body><h1>Forbidden</h1></body></html>"), "Forbidden; this key"),
    ("DeepSeek", error(402, {"error": {"message": "Insufficient Balance"}}), "no credit left"),
    ("vLLM", error(404, {"message": "The model `m` does not exist.", "code": 404}), "the model's name"),
    ("Ollama", error(404, {"error": 'model "m" not found, try pulling it first'}), "try pulling it first"),
    ("llama.cpp", error(500, {"error": {"message": "the request exceeds the available context size"}}), "too long"),
    ("Groq", error(400, {"error": {"message": "The model `m` has been decommissioned"}}), "the model's name"),
    ("TGI", error(422, {"error": "`inputs` must have less than 1024 tokens. Given: 3020"}), "too long"),
    ("a web server", error(405, {"detail": "Method Not Allowed"}), "ends in /v1"),
]


@pytest.mark.parametrize(("who", "fault", "mend"), FINAL, ids=[who for who, _, _ in FINAL])
def test_what_nothing_would_change_is_told_at_once_with_its_mend(who: str, fault: Fault, mend: str) -> None:
    with ChatServer(three, [fault] * 9) as server, chat(server) as model:
        with pytest.raises(RequestRefused, match=mend):
            model.reply(ASKED, Count, purpose="count")
        assert len(server.requests) == 1


def test_an_error_with_a_good_status_is_an_error() -> None:
    limited = error(200, {"error": {"message": "Provider returned error", "code": 429}})
    with ChatServer(three, [limited]) as server, chat(server) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
        assert model.usage.total.retries == 1
    refused = error(200, {"error": {"message": "No auth credentials", "code": 401}})
    with ChatServer(three, [refused]) as server, chat(server) as model, pytest.raises(RequestRefused, match="API_KEY"):
        model.reply(ASKED, Count, purpose="count")


def test_an_error_in_the_midst_of_a_stream_is_an_error() -> None:
    event = b'data: {"error": {"message": "System role not supported", "code": 400}}\n\n'
    broken = Fault("status", 200, {"Content-Type": "text/event-stream"}, event)
    with ChatServer(three, [broken]) as server, chat(server) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
        assert model.usage.total.retries == 0
    assert not has_system(server.requests[-1])


@pytest.mark.parametrize(
    "event",
    [
        {"object": "error", "message": "CUDA error", "code": 500},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "error", "error": {"message": "CUDA error"}}]},
        {"error": "CUDA error"},
    ],
    ids=["vLLM", "OpenRouter", "in words"],
)
def test_an_error_after_some_words_is_told_and_tried_again(event: object) -> None:
    broken = streamed(*parts('{"n": 3}')[:2], event)
    with ChatServer(three, [broken]) as server, chat(server) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
        assert (model.usage.total.retries, model.usage.total.repairs) == (1, 0)
    with (
        ChatServer(three, [broken] * 9) as server,
        chat(server) as model,
        pytest.raises(Unreachable, match="CUDA error"),
    ):
        model.reply(ASKED, Count, purpose="count")


def test_a_stream_that_breaks_off_is_asked_for_again() -> None:
    with ChatServer(three, [streamed(*parts('{"n": 3}')[:2])]) as server, chat(server) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
        assert (model.usage.total.retries, model.usage.total.repairs) == (1, 0)


STREAMS: list[tuple[str, str, bytes]] = [
    ("as JSON", "application/json", events(*parts('{"n": 3}'))),
    ("as text", "text/plain", events(*parts('{"n": 3}'))),
    ("a whole reply as a stream", "text/event-stream", json.dumps(whole('{"n": 3}')).encode()),
    ("a whole reply over lines", "text/event-stream", json.dumps(whole('{"n": 3}'), indent=2).encode()),
    ("lines of JSON", "application/x-ndjson", b"\n".join(json.dumps(each).encode() for each in parts('{"n": 3}'))),
    ("other ends of lines", "text/event-stream", events(*parts('{"n": 3}')).replace(b"\n", b"\r\n")),
    ("no space", "text/event-stream", events(*parts('{"n": 3}')).replace(b"data: ", b"data:")),
    ("no end", "text/event-stream", events(*parts('{"n": 3}'))[:-14]),
    ("kept alive", "text/event-stream", b": wait\n\nevent: ping\ndata: {}\n\nid: 1\n" + events(*parts('{"n": 3}'))),
    ("a text that is completed", "application/json", b'{"choices": [{"index": 0, "text": "{\\"n\\": 3}"}]}'),
    ("a mark before it", "application/json", b"\xef\xbb\xbf" + json.dumps(whole('{"n": 3}')).encode()),
]


@pytest.mark.parametrize(("who", "kind", "body"), STREAMS, ids=[who for who, _, _ in STREAMS])
def test_a_body_is_read_as_what_it_is_whatever_its_type_says(who: str, kind: str, body: bytes) -> None:
    with ChatServer(three, [Fault("status", 200, {"Content-Type": kind}, body)]) as server, chat(server) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
        assert len(server.requests) == 1


ENDS: list[tuple[str, str, type[LLMError]]] = [
    ("Gemini", "MAX_TOKENS", CutOff),
    ("Mistral", "model_length", CutOff),
    ("Anthropic", "max_tokens", CutOff),
    ("Gemini", "SAFETY", ReplyRefused),
    ("Gemini", "RECITATION", ReplyRefused),
    ("Anthropic", "refusal", ReplyRefused),
]


@pytest.mark.parametrize(("who", "finish", "told"), ENDS, ids=[f"{who}: {finish}" for who, finish, _ in ENDS])
def test_why_a_reply_ended_is_known_by_any_word(who: str, finish: str, told: type[LLMError]) -> None:
    with ChatServer(three, [say('{"n"', finish=finish)] * 9) as server, chat(server) as model, pytest.raises(told):
        model.reply(ASKED, Count, purpose="count")


@pytest.mark.parametrize(
    "text", ["I'm sorry, but I can't help with that.", "I cannot assist with this.", "As an AI, I must decline."]
)
def test_a_refusal_in_words_is_one(text: str) -> None:
    with (
        ChatServer(lambda *_: text) as server,
        chat(server) as model,
        pytest.raises(ReplyRefused, match="declined to answer: "),
    ):
        model.reply(ASKED, Count, purpose="count")


def fits(most: int, words: str) -> Refuses:
    """A server whose replies have a bound, told with the number asked for in place of {}."""

    def refuses(sent: dict[str, Any]) -> Fault | None:
        asked = sent.get("max_tokens") or sent.get("max_completion_tokens") or 0
        return error(400, {"message": words.replace("{}", str(asked)), "code": 400}) if asked > most else None

    return refuses


LIMITS = [
    (
        "vLLM",
        1096,
        "'max_tokens' or 'max_completion_tokens' is too large: {}. This model's maximum context length is 4096 tokens "
        "and your request has 3000 input tokens ({} > 4096 - 3000).",
    ),
    ("vLLM, few words", 600, "'max_tokens' is too large: {}"),
    ("OpenAI", 1024, "max_tokens is too large: {}. This model supports at most 1024 completion tokens."),
    ("Anthropic", 1000, "max_tokens: {} > 1000, which is the maximum allowed number of output tokens for m-3-5-haiku"),
    ("Groq", 512, "`max_tokens` must be less than or equal to `512`, the maximum value for this model"),
    ("TGI", 1500, "`inputs` tokens + `max_new_tokens` must be <= 2500. Given: 1000 `inputs` tokens and {}"),
]


@pytest.mark.parametrize(("who", "most", "words"), LIMITS, ids=[who for who, _, _ in LIMITS])
def test_a_reply_that_may_not_be_so_long_is_asked_for_shorter(who: str, most: int, words: str) -> None:
    with ChatServer(three, refuses=fits(most, words)) as server, chat(server) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
    assert most / 2 <= server.requests[-1]["max_tokens"] <= most
    assert len(server.requests) <= 3


def test_the_bound_of_one_prompt_is_not_that_of_the_next() -> None:
    with ChatServer(three, [error(400, LIMITS[0][2].replace("{}", "2048"))]) as server, chat(server) as model:
        model.reply(ASKED, Count, purpose="count")
        model.reply(ASKED, Count, purpose="count")
    assert [sent["max_tokens"] for sent in server.requests] == [2048, 1096, 2048]


def test_the_bound_of_a_model_is_remembered() -> None:
    with ChatServer(three, refuses=fits(1024, LIMITS[2][2])) as server, chat(server) as model:
        model.reply(ASKED, Count, purpose="count")
        model.reply(ASKED, Count, purpose="count")
    assert [sent["max_tokens"] for sent in server.requests] == [2048, 1024, 1024]


def test_a_reply_that_no_bound_makes_fit_is_told_as_such() -> None:
    with (
        ChatServer(three, refuses=fits(0, "'max_tokens' is too large: {}")) as server,
        chat(server) as model,
        pytest.raises(RequestRefused, match=r"allow fewer tokens with max_tokens= \(--max-tokens\)"),
    ):
        model.reply(ASKED, Count, purpose="count")


def call(arguments: object) -> list[dict[str, Any]]:
    return [{"index": 0, "id": "1", "type": "function", "function": {"name": "Count", "arguments": arguments}}]


REPLIES: list[tuple[str, Fault]] = [
    ("vLLM with a reasoning parser", shaped(reasoning_content='{"n": 3}')),
    ("LM Studio with reasoning", shaped(content="", reasoning_content='Three.\n```json\n{"n": 3}\n```')),
    ("OpenRouter", shaped(reasoning='Four? {"n": 4} No.', content='{"n": 3}')),
    ("Magistral", shaped(content=[{"type": "thinking", "thinking": [{"type": "text", "text": '{"n": 7}'}]},
                                  {"type": "text", "text": '{"n": 3}'}])),
    ("parts of one text", shaped(content=[{"type": "text", "text": '{"n"'}, {"type": "text", "text": ": 3}"}])),
    ("a tool called", shaped(tool_calls=call('{"n": 3}'))),
    ("a tool called with an object", shaped(tool_calls=call({"n": 3}))),
    ("a tool called after some words", shaped(content="I call it.", tool_calls=call('{"n": 3}'))),
    ("a function called", shaped(function_call={"name": "Count", "arguments": '{"n": 3}'})),
    ("Hermes", say('<tool_call>\n{"name": "Count", "arguments": {"n": 3}}\n</tool_call>')),
    ("Hermes, quoted", say('<tool_call>{"name": "Count", "arguments": "{\\"n\\": 3}"}</tool_call>')),
    ("R1", say('<think>Two? {"n": 2}</think>\n{"n": 3}')),
    ("R1, opened by its template", say('Two? {"n": 2}\n</think>\n{"n": 3}')),
    ("gpt-oss", say('<|channel|>analysis<|message|>{"n": 2}<|end|><|start|>assistant<|channel|>final <|message|>'
                    '{"n": 3}')),
    ("gpt-oss, stripped", say('analysis We may say {"n": 2} assistantfinal {"n": 3}')),
    ("a draft before the answer", say('First {"n": 2}. But no, I forgot one:\n```json\n{"n": 3}\n```')),
    ("a wrapper", say('{"result": {"n": 3}}')),
    ("two wrappers", say('{"type": "function", "function": {"name": "Count", "parameters": {"n": 3}}}')),
    ("a list of one", say('[{"n": 3}]')),
    ("another case", say('{"N": 3}')),
    ("a comma too many", say('{"n": 3,}')),
    ("quotes of Python", say("{'n': 3}")),
    ("an object as the content", shaped(content={"n": 3})),
    ("one part as the content", shaped(content={"type": "text", "text": '{"n": 3}'})),
    ("a string of JSON", say(json.dumps('{"n": 3}'))),
    ("quotes of a web page", say("{&quot;n&quot;: 3}")),
]  # fmt: skip


@pytest.mark.parametrize("streams", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize(("who", "fault"), REPLIES, ids=[who for who, _ in REPLIES])
def test_a_reply_of_any_shape_is_read(who: str, fault: Fault, streams: bool) -> None:
    with ChatServer(three, [fault], streams=streams) as server, chat(server) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
        assert len(server.requests) == 1


THOUGHTS: list[tuple[str, Fault]] = [
    ("unclosed", say('<think>Perhaps {"n": 7}')),
    ("unclosed, of Magistral", say('[THINK]Perhaps {"n": 7}')),
    ("in a field of its own", shaped(content="", reasoning_content='Perhaps {"n": 7}. Or not.')),
    ("as a part", shaped(content=[{"type": "thinking", "thinking": [{"type": "text", "text": 'Say {"n": 7} or'}]}])),
    ("under a key", say('{"thought": {"n": 7}}')),
    ("a draft under a key", say('{"draft": {"n": 7}, "m": 3}')),
    ("before silence", say('Perhaps {"n": 7}? No.</think>')),
]


@pytest.mark.parametrize(("who", "fault"), THOUGHTS, ids=[who for who, _ in THOUGHTS])
def test_what_is_only_thought_is_asked_for_again(who: str, fault: Fault) -> None:
    with ChatServer(three, [fault]) as server, chat(server) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
        assert len(server.requests) == 2


FULL: list[tuple[str, Fault]] = [
    ("gpt-5", say("", finish="length")),
    ("vLLM", shaped("length", reasoning_content='Perhaps {"n": 7}')),
    ("Qwen3 by Ollama", say('<think>Perhaps {"n": 7}', finish="length")),
    ("cut in its answer", say('<think>Three.</think>{"n": ', finish="length")),
]


@pytest.mark.parametrize(("who", "fault"), FULL, ids=[who for who, _ in FULL])
def test_thoughts_that_fill_the_room_are_given_more_for_good(who: str, fault: Fault) -> None:
    with ChatServer(three, [fault]) as server, chat(server, max_tokens=100) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
        model.reply(ASKED, Count, purpose="count")
    assert [sent["max_tokens"] for sent in server.requests] == [100, 400, 400]


@pytest.mark.parametrize(("who", "fault"), FULL, ids=[who for who, _ in FULL])
def test_thoughts_that_fill_any_room_are_told_with_the_mend(who: str, fault: Fault) -> None:
    with ChatServer(three, [fault] * 9) as server, chat(server) as model:
        with pytest.raises(CutOff, match=r"thought until its limit.*--max-tokens.*--reasoning-effort"):
            model.reply(ASKED, Count, purpose="count")
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("who", "text"),
    [
        ("a bare array", '[["door", "is", "open"]]'),
        ("objects", '[{"subject": "door", "relation": "is", "object": "open"}]'),
        ("capitals", '{"Triples": [["door", "is", "open"]], "OUTDATED": []}'),
        ("capitals within", '{"triples": [{"Subject": "door", "Relation": "is", "Object": "open"}]}'),
        ("a wrapped array", '{"result": [["door", "is", "open"]]}'),
        ("a comma too many", '{"triples": [["door", "is", "open",],],}'),
        ("one triple", '["door", "is", "open"]'),
        (
            "objects within",
            '{"triples": [{"subject": {"name": "door", "type": "thing"}, "relation": {"name": "is"}, '
            '"object": {"id": "open"}}]}',
        ),
        ("an object around each", '{"triples": [{"triple": ["door", "is", "open"]}]}'),
        ("a list around each", '{"triples": [[["door", "is", "open"]]]}'),
        ("parts that are lists", '{"triples": [{"subject": ["door"], "relation": ["is"], "object": ["open"]}]}'),
        ("how sure it is", '{"triples": [["door", "is", "open", 0.9]]}'),
        ("attributes", '{"triples": [{"entity": "door", "attribute": "is", "value": "open"}]}'),
        ("quotes within", '{"triples": ["\'door\', **is**, `open`"]}'),
        ("bars between", '{"triples": ["door | is | open"]}'),
        ("arrows between", '{"triples": ["(door -> is -> open)"]}'),
        ("references after it", '{"triples": [["door", "is", "open"]]} as said in [1] and [2]'),
    ],
)
def test_slips_of_small_models_leave_triples_as_they_were_meant(who: str, text: str) -> None:
    with ChatServer(lambda *_: text) as server, chat(server) as model:
        assert model.reply(ASKED, Learnt, purpose="extract").triples == [["door", "is", "open"]]
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "text",
    [
        '["door", "is", "open"]\n["key", "is in", "box"]',
        '{"s": "door", "p": "is", "o": "open"}\n{"s": "key", "p": "is in", "o": "box"}',
    ],
    ids=["arrays", "objects"],
)
def test_triples_line_by_line_are_all_read(text: str) -> None:
    with ChatServer(lambda *_: text) as server, chat(server) as model:
        said = model.reply(ASKED, Learnt, purpose="extract").triples
    assert said == [["door", "is", "open"], ["key", "is in", "box"]]


@pytest.mark.parametrize("key", ["triplets", "facts", "edges", "relations", "Relationships"])
def test_triples_by_another_name_are_those_of_the_reply(key: str) -> None:
    text = json.dumps({"nodes": ["door"], key: [{"source": "door", "target": "open", "label": "is"}], "Retired": [2]})
    with ChatServer(lambda *_: text) as server, chat(server) as model:
        made = model.reply(ASKED, ExtractionReply, purpose="extract")
    assert (made.triples, made.outdated) == ([["door", "is", "open"]], [2])


@pytest.mark.parametrize("key", ["sub_goals", "subGoals", "Sub-Goals", "planSteps", "plan_steps"])
def test_keys_in_another_case_are_those_of_the_form(key: str) -> None:
    with ChatServer(lambda *_: json.dumps({key: [{"Goal": "look"}], "Explore": True})) as server, chat(server) as model:
        made = model.reply(ASKED, Plan, purpose="plan")
    assert made == Plan(sub_goals=[Step(goal="look")], explore=True)


@pytest.mark.parametrize("escape", ["\\ud83d", "\\u12", "\\x41"])
def test_an_escape_that_is_none_costs_no_more_than_itself(escape: str) -> None:
    with ChatServer(lambda *_: f'{{"text": "pie {escape}"}}') as server, chat(server) as model:
        assert model.reply(ASKED, Note, purpose="note").text.startswith("pie ")
        assert len(server.requests) == 1


def test_halves_of_a_pair_that_come_apart_are_put_together() -> None:
    halves = [{"choices": [{"index": 0, "delta": {"content": half}}]} for half in ('{"text": "\ud83e', '\udd67"}')]
    events = "".join(f"data: {json.dumps(part)}\n\n" for part in halves).encode()
    streamed = Fault("status", 200, {"Content-Type": "text/event-stream"}, events)
    with ChatServer(three, [streamed]) as server, chat(server) as model:
        assert model.reply(ASKED, Note, purpose="note").text == "🥧"


def test_a_slow_model_may_take_longer_than_the_time_between_tokens() -> None:
    with ChatServer(lambda *_: '{"n":' + " " * 100 + "3}", [trickle()]) as server, chat(server, timeout=2.0) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
        assert model.usage.total.retries == 0
        assert model.usage.total.seconds > 2.2


def test_tokens_of_a_stream_are_counted_by_the_server() -> None:
    with ChatServer(three) as server, chat(server) as model:
        model.reply(ASKED, Count, purpose="count")
        assert (model.usage.total.prompt_tokens, model.usage.total.completion_tokens) == (7, 2)
    assert server.requests[0]["stream_options"] == {"include_usage": True}


def test_a_server_that_does_not_stream_answers_all_the_same() -> None:
    with ChatServer(three, streams=False) as server, chat(server) as model:
        assert model.reply(ASKED, Count, purpose="count") == Count(n=3)
    assert shapes(server) == ["json_schema"]
