"""Chat requests in detail: headers, dialects, error bodies, notes."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.errors import ClosedError, NeedsLoginError, PermanentError, TransientError
from pipeline.model import Brief, BulletList, Paragraph, Section
from pipeline.script.chat import Dialect, Message, Question, Service, cached_answers, combine_errors, groq_dialect
from pipeline.script.chat.completion import Completion
from pipeline.script.chat.failures import Reply, TooLargeError, error_for_reply
from pipeline.script.chat.headers import parse_duration_s, parse_rate_limits
from pipeline.script.model_output import validation_problems
from pipeline.script.structured_output import WireScript
from pipeline.script.truncation import count_words, truncations
from tests.standins.models import groq_model

SERVICE = Service(name="s", key_hint="Set KEY", model_hint="Set MODELS", address_hint="Check URL")
QUESTION = Question(
    messages=(Message(role="system", content="Be brief."), Message(role="user", content="Why?")),
    schema={"type": "object"},
    schema_name="answer",
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2m59.56s", 179.56),
        ("7.66s", 7.66),
        ("120ms", 0.12),
        ("6m0s", 360),
        ("1h2m3s", 3723),
        ("1d", 86_400),
        ("", None),
        ("7.66", None),
        ("soon", None),
        ("-3s", None),
        ("3s3", None),
        ("9" * 40 + "s", None),
        ("٣s", None),
    ],
)
def test_a_duration_is_read_as_seconds(text: str, seconds: float | None) -> None:
    assert parse_duration_s(text) == (None if seconds is None else pytest.approx(seconds))


@given(st.dictionaries(st.sampled_from(["limit", "remaining", "reset"]), st.text(max_size=20)))
def test_malformed_rate_limit_headers_are_ignored(values: dict[str, str]) -> None:
    headers = {f"x-ratelimit-{name}-{kind}": text for name, text in values.items() for kind in ("tokens", "requests")}

    told = parse_rate_limits(headers, requests_by_day=True)

    assert all(said is None or 0 <= said < math.inf for said in vars(told).values())


def test_daily_request_limits_are_read_only_for_services_that_have_them() -> None:
    headers = {"x-ratelimit-limit-tokens": "8000", "x-ratelimit-limit-requests": "1000"}

    assert parse_rate_limits(headers, requests_by_day=True).requests_per_day == 1000
    assert parse_rate_limits(headers, requests_by_day=False).requests_per_day is None
    assert parse_rate_limits(headers, requests_by_day=False).tokens_per_min == 8000


def test_strict_mode_is_used_only_for_models_that_support_it() -> None:
    strict = groq_dialect("openai/gpt-oss-20b").request("openai/gpt-oss-20b", QUESTION)
    loose = groq_dialect("qwen/qwen3.6-27b").request("qwen/qwen3.6-27b", QUESTION)

    assert strict["response_format"]["json_schema"]["strict"] is True
    assert strict["reasoning_effort"] == "medium"
    assert loose["response_format"]["json_schema"]["strict"] is False
    assert "reasoning_effort" not in loose


def test_in_json_mode_the_schema_is_only_in_the_first_message() -> None:
    request = Dialect(json_mode="object", thinking_tokens=1000).request("m", QUESTION)

    assert request["response_format"] == {"type": "json_object"}
    assert request["max_tokens"] == QUESTION.max_tokens + 1000
    first, second = request["messages"]
    assert first["content"].startswith("Be brief.")
    assert first["content"].endswith(json.dumps(QUESTION.schema))
    assert second["content"] == "Why?"


def test_the_cache_key_of_an_answer_depends_on_model_messages_and_schema() -> None:
    class EmptyCache:
        def __init__(self) -> None:
            self.keys: list[str] = []

        def find(self, _kind: str, key: str, _suffix: str) -> None:
            self.keys.append(key)

    cache = EmptyCache()
    models = [groq_model(model=name) for name in ("openai/gpt-oss-120b", "openai/gpt-oss-20b")]
    others = [replace(QUESTION, messages=QUESTION.messages[:1]), replace(QUESTION, schema={"type": "array"})]
    same = replace(QUESTION, min_tokens=9)

    assert list(cached_answers(models, [QUESTION, *others, same], cache)) == []  # type: ignore[arg-type]

    assert len(cache.keys) == 8
    assert len(set(cache.keys)) == 6


@pytest.mark.parametrize(
    ("status", "body", "kind", "says"),
    [
        (404, '{"error": {"code": "model_not_found", "message": "no"}}', PermanentError, "there is no model m"),
        (400, '{"error": {"code": "model_decommissioned", "message": "no"}}', PermanentError, "the model m is gone"),
        (404, '{"error": "model \'m\' not found"}', PermanentError, "there is no model m"),
        (404, "<html>", PermanentError, "there is nothing at this address (HTTP 404)"),
        (404, '{"error": {"code": "unknown_url", "message": "?"}}', PermanentError, "there is nothing at this address"),
        (301, "", PermanentError, "there is nothing at this address (HTTP 301)"),
        (302, "", TransientError, "is not available now (HTTP 302)"),
        (407, "", TransientError, "is not available now (HTTP 407)"),
        (
            400,
            '{"error": {"code": "context_length_exceeded", "message": "?"}}',
            TooLargeError,
            "notes and answer are too long for the model m. Shorten the notes, or ask for a shorter film",
        ),
        # As Azure says it.
        (400, '{"error": {"code": "content_filter", "message": "?"}}', PermanentError, "declines to write about this"),
        (429, '{"error": {"code": "insufficient_quota", "message": "?"}}', NeedsLoginError, "no credit left"),
        (400, '{"error": {"code": "insufficient_balance", "message": "?"}}', NeedsLoginError, "no credit left"),
        # As DeepSeek says it: the code tells nothing.
        (402, '{"error": {"code": "invalid_request_error", "message": "?"}}', NeedsLoginError, "no credit left"),
        (
            422,
            '{"error": {"message": "no {braces} please"}}',
            PermanentError,
            "refuses the request (HTTP 422: no {braces}",
        ),
        # As llama.cpp says it: the code is a number, and the type tells.
        (
            400,
            '{"error": {"code": 400, "message": "too much", "type": "exceed_context_size_error"}}',
            TooLargeError,
            "notes and answer are too long for the model m",
        ),
        # The key is good for other models, and for other texts.
        (
            403,
            '{"error": {"code": "model_permission_blocked_project", "message": "no", "type": "permissions_error"}}',
            PermanentError,
            "the account may not use the model m. Set MODELS",
        ),
        (
            403,
            '{"error": {"code": 403, "message": "flagged", "metadata": {"flagged_input": "war"}}}',
            PermanentError,
            "declines to write about this (HTTP 403: flagged)",
        ),
        (403, '{"error": {"code": 403, "metadata": []}}', NeedsLoginError, "refuses the key (HTTP 403)"),
        (400, "[1]", PermanentError, "refuses the request (HTTP 400)"),
        (400, "nul\x00", PermanentError, "refuses the request (HTTP 400)"),
    ],
)
def test_status_and_body_are_mapped_to_one_error(status: int, body: str, kind: type[Exception], says: str) -> None:
    error = error_for_reply(Reply(status=status, headers={}, text=body), SERVICE, model="m", api_key="k3y")

    assert type(error) is kind
    assert says in str(error)


@pytest.mark.parametrize("headers", [{}, {"retry-after": "4.2"}], ids=["in the message", "in the header"])
def test_a_413_that_passes_is_retried_without_shortening_the_request(headers: dict[str, str]) -> None:
    waits = "9m36s" if headers else "4.2s"
    body = json.dumps({"error": {"code": "rate_limit_exceeded", "message": f"Too large. Please try again in {waits}."}})

    error = error_for_reply(Reply(status=413, headers=headers, text=body), SERVICE, model="m", api_key="k3y")

    assert isinstance(error, TransientError)
    assert error.retry_after_s == 4.2
    assert error.hint == "If it says so again: shorten the notes, or ask for a shorter film"


@pytest.mark.parametrize(
    ("message", "delay_s"),
    [
        ("Limit 8000, Used 7972, Requested 4351. Please try again in 5.289s. Need more tokens?", 5.289),
        ("Limit 200000, Used 197050. Please try again in 9m36.5s", 576.5),
        ("Please try again in 120ms.", 0.12),
        ("Rate limit reached. Please try again in a moment.", None),
    ],
)
def test_without_a_header_the_delay_is_that_of_the_message(message: str, delay_s: float | None) -> None:
    body = json.dumps({"error": {"code": "rate_limit_exceeded", "message": "x" * 200 + message}})

    error = error_for_reply(Reply(status=429, headers={}, text=body), SERVICE, model="m", api_key="k3y")

    assert isinstance(error, TransientError)
    assert error.retry_after_s == delay_s


def test_a_key_that_the_service_repeats_is_redacted() -> None:
    body = '{"error": {"message": "k3y is not valid"}}'

    error = error_for_reply(Reply(status=400, headers={}, text=body), SERVICE, model="m", api_key="k3y")

    assert "k3y" not in str(error)
    assert "*** is not valid" in str(error)


def paragraph(words: int) -> Paragraph:
    return Paragraph(text=" ".join(["word"] * words))


def test_truncated_notes_are_whole_blocks_from_the_start() -> None:
    brief = Brief(
        title="T",
        sections=(
            Section(heading="A", blocks=(paragraph(30), BulletList(items=(paragraph(10), paragraph(10))))),
            Section(heading="B", blocks=(paragraph(50),)),
        ),
    )

    parts = list(truncations(brief))

    assert [count_words(part) for part in parts] == [100, 50, 30]
    assert [[section.heading for section in part.sections] for part in parts] == [["A", "B"], ["A"], ["A"]]


def test_notes_of_one_block_and_empty_notes_are_not_truncated() -> None:
    alone = Brief(title="T", sections=(Section(heading="", blocks=(paragraph(100),)),))

    assert list(truncations(alone)) == [alone]
    assert list(truncations(Brief(title="T"))) == [Brief(title="T")]


@pytest.mark.parametrize("body", ["[" * 5_000, '{"error":' * 5_000])
def test_an_error_body_nested_too_deeply_has_no_message(body: str) -> None:
    error = error_for_reply(Reply(status=500, headers={}, text=body), SERVICE, model="m", api_key="k3y")

    assert str(error) == "s: is not available now (HTTP 500)"


@pytest.mark.parametrize("tokens", ["null", "0", "-1", "1.5", '"many"', "1" + "0" * 400])
def test_an_answer_with_an_invalid_token_count_is_still_accepted(tokens: str) -> None:
    text = '{"choices": [{"message": {"content": "hi"}}], "usage": {"prompt_tokens": %s, "completion_tokens": 1}}'

    completion = Completion.model_validate_json(text % tokens)

    assert completion.answer().text == "hi"
    assert completion.usage is None


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('{"a": "</think> {1}"}', '{"a": "</think> {1}"}'),
        ('<think>{"a": 1}?</think>{"a": 2}', '{"a": 2}'),
        # Templates of chats often begin the thinking for the model.
        ('so: {"a": 1}\n</think>\n\n{"a": 2}', '{"a": 2}'),
        ('<|channel|>analysis<|message|>{}<|end|><|channel|>final<|message|>{"a": 2}', '{"a": 2}'),
        ('```json\n{"a": 2}\n```', '{"a": 2}'),
        ('{"a": 2}\n```', '{"a": 2}'),
        # Thinking that came to nothing is no answer, and must not be shown to the model as one.
        ("<think>What about {this}?", ""),
        ("<think>Hm.</think>\n", ""),
        ("I would rather not.", "I would rather not."),
        ('{"a": {"b": 2', '{"a": {"b": 2'),
    ],
)
def test_the_json_is_extracted_from_the_text_around_it(content: str, text: str) -> None:
    completion = {"choices": [{"message": {"content": content}, "finish_reason": "stop"}]}

    assert Completion.model_validate(completion).answer().text == text


def said(content: object) -> str:
    body = json.dumps({"choices": [{"message": {"content": content}, "finish_reason": "stop"}]})
    return Completion.model_validate_json(body).answer().text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ([{"type": "text", "text": '{"a": 2}'}], '{"a": 2}'),
        ([{"type": "text", "text": '{"a"'}, {"type": "text", "text": ": 2}"}], '{"a": 2}'),
        # The thinking of Mistral's models, and that of others.
        ([{"type": "thinking", "thinking": [{"type": "text", "text": "{}"}]}, {"type": "text", "text": "{1}"}], "{1}"),
        ([{"type": "thinking", "thinking": "{}"}, {"type": "text", "text": "{1}"}], "{1}"),
        ([{"type": "reasoning", "text": "{}"}, {"type": "text", "text": "{1}"}], "{1}"),
        ([{"type": "text", "text": "{1}"}, {"type": "reference", "reference_ids": [1]}], "{1}"),
        ([{"type": "thinking", "thinking": []}], ""),
        ([], ""),
    ],
)
def test_only_the_text_parts_of_an_answer_are_used(content: object, text: str) -> None:
    assert said(content) == text


@pytest.mark.parametrize(
    "content",
    [
        {"type": "text", "text": "{1}"},
        ["{1}"],
        [["{1}"]],
        [{"text": "{1}"}],
        [{"type": "text", "text": 1}],
        [{"type": "text", "text": None}],
        [{"type": "text", "text": [{"type": "text", "text": "{1}"}]}],
        [{"type": ["text"], "text": "{1}"}],
        [{"type": "text", "text": "{1}"}] * 100_000,
        7,
    ],
    ids=["no list", "a text", "a list", "no type", "a number", "nothing", "parts", "a list of types", "many", "7"],
)
def test_parts_of_unknown_shape_are_rejected(content: object) -> None:
    with pytest.raises(ValidationError):
        said(content)


@pytest.mark.parametrize("after", ["\n```\nI used {curly} braces :-}", '\n{"a": {"b": "}"}}', " and } more"])
def test_text_after_the_json_is_ignored(after: str) -> None:
    answer = '{"a": {"b": "}"}}'

    assert said(f"```json\n{answer}{after}") == answer


def test_a_token_count_of_zero_is_ignored() -> None:
    completion = Completion.model_validate_json('{"choices": [{"message": {"content": "hi"}}], "usage": {}}')

    assert completion.usage is None


def test_a_text_longer_than_any_script_is_rejected() -> None:
    completion = Completion.model_validate({"choices": [{"message": {"content": "x" * 500_000}}]})

    assert completion.answer().text == ""
    assert completion.answer().error == "the model's answer is too long"


def test_parts_together_longer_than_any_script_are_rejected() -> None:
    part = {"type": "text", "text": "x" * 100_000}
    completion = Completion.model_validate({"choices": [{"message": {"content": [part] * 5}}]})

    assert completion.answer().error == "the model's answer is too long"


@pytest.mark.parametrize(
    ("choice", "refusal"),
    [
        ({"message": {"refusal": "I can't help with that."}, "finish_reason": "stop"}, "I can't help with that."),
        ({"message": {"content": ""}, "finish_reason": "content_filter"}, "no reason given"),
        ({"message": {"content": "hi"}, "finish_reason": "stop"}, ""),
    ],
)
def test_a_refusal_is_a_message_or_a_content_filter(choice: dict[str, object], refusal: str) -> None:
    assert Completion.model_validate({"choices": [choice]}).answer().refusal == refusal


def test_combined_errors_list_each_reason_once_the_temporary_one_first() -> None:
    refused = PermanentError("refuses the request (HTTP 400)", where="office", hint="Check the model")
    away = TransientError("no connection", where="ollama", hint="Start it")
    again = TransientError("no connection", where="ollama", hint="Start it")

    error = combine_errors([refused, away, again])

    assert isinstance(error, TransientError)
    assert str(error) == "ollama: no connection; office: refuses the request (HTTP 400). Start it"
    assert str(combine_errors([refused])) == "office: refuses the request (HTTP 400). Check the model"


def test_combined_errors_do_not_change_the_original_error() -> None:
    wrong_key = NeedsLoginError("refuses the key", where="groq")  # the throttle keeps it, and raises it for every film
    away = PermanentError("does not know the model", where="ollama")

    told = {str(combine_errors([wrong_key, away])) for _film in range(3)}

    assert told == {"groq: refuses the key; ollama: does not know the model"}
    assert str(wrong_key) == "groq: refuses the key"


def test_a_reworded_error_keeps_all_its_attributes() -> None:
    until = datetime(2026, 5, 1, tzinfo=UTC)
    closed = ClosedError("asks us to wait", until=until, where="groq", hint="Wait")

    both = combine_errors([closed, PermanentError("is gone", where="ollama")])

    assert isinstance(both, ClosedError)
    assert (both.until, both.where, both.hint) == (until, "groq", "Wait")
    assert both.__cause__ is closed


@pytest.mark.parametrize(
    "answer",
    [{"k" * 300_000: 1}, {"scenes": [{"layout": "z" * 300_000}]}, {"scenes": [{"layout": "title", "k" * 99_999: 1}]}],
)
def test_feedback_on_an_answer_is_bounded_whatever_it_quotes(answer: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as caught:
        WireScript.model_validate(answer)

    assert max(map(len, validation_problems(caught.value))) <= 300


def test_feedback_lists_a_bounded_number_of_problems() -> None:
    question = Question(messages=(Message(role="user", content="Why?"),), schema={}, schema_name="script")

    told = question.with_feedback("{}", ("x" * 100_000,) * 10_000).messages[-1].content

    assert told.startswith("That can't be used:\n- xxx")
    assert len(told) < 40_000
