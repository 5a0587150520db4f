"""The `ScriptWriter` protocol, and the writer that asks language models. To add a provider of models, see `chat`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Protocol

from anyio import to_thread
from pydantic import ValidationError

from pipeline.errors import NightreelError, PermanentError, TransientError
from pipeline.limits import Billing, RetryPolicy
from pipeline.model import Brief, LengthPlan, Pace, Script, narration_of
from pipeline.script.chat import (
    Answered,
    ChatModel,
    Message,
    Question,
    Unusable,
    ask,
    cached_answers,
    read_cached_answer,
)
from pipeline.script.chat.failures import TooLargeError
from pipeline.script.checks import find_problems, shortened, without_stray_emphasis
from pipeline.script.grounding import find_ungrounded
from pipeline.script.intro_outro import find_layout_mismatches
from pipeline.script.length import length_problem
from pipeline.script.model_output import validation_problems
from pipeline.script.series import series_section
from pipeline.script.truncation import count_words, truncations
from pipeline.state import Cache
from pipeline.template import Template

# A first answer and a corrected one; with a requested length, one more attempt to get closer to it.
_TURNS, _TURNS_TO_LENGTH = 2, 3
# Tokens an answer needs: for reasoning, per spoken word, and per scene for on-screen text and JSON syntax.
_REASONING_TOKENS, _TOKENS_PER_WORD, _TOKENS_PER_SCENE = 1200, 1.6, 70


class ScriptWriter(Protocol):
    """Turns briefs into scripts."""

    @property
    def name(self) -> str:
        """The name used in messages."""
        ...

    @property
    def needs_notes(self) -> bool:
        """Whether it can't work from a bare topic."""
        ...

    def check(self) -> None:
        """Raise the error that is already known to prevent writing, such as a missing key. Sends no requests."""
        ...

    def check_size(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> None:
        """Raise `PermanentError` if the requested script is known to be too long for this writer."""
        ...

    def offline(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> Script | None:
        """The script if it takes no request (cached, or written without a model). Blocks. Raises `InputError`."""
        ...

    def cached_paths(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> Iterable[Path]:
        """The cache files of scripts written for the brief. Blocks."""
        ...

    async def write(self, brief: Brief, template: Template, billing: Billing, *, pace: Pace | None = None) -> Script:
        """A script that uses the layouts of `template` within their limits, signed with its writer and model.

        `pace` is the voice's, if a length was requested. Every request is charged to `billing`, failed ones too. Raises
        only errors of `pipeline.errors`.
        """
        ...


def check_any(candidates: Sequence[ChatModel] | Sequence[ScriptWriter]) -> None:
    """Raise the first candidate's error if none of them passes its check."""
    errors: list[NightreelError] = []
    for candidate in candidates:
        try:
            candidate.check()
        except NightreelError as error:
            errors.append(error)
        else:
            return
    raise errors[0]


class ModelWriter:
    """Asks models in order for structured output; the first valid script wins."""

    needs_notes: ClassVar[bool] = False

    def __init__(self, models: Sequence[ChatModel], *, cache: Cache, retry: RetryPolicy) -> None:
        self._models = tuple(models)
        self._cache = cache
        self._retry = retry

    @property
    def name(self) -> str:
        """The names of its services, comma-separated."""
        return ", ".join(dict.fromkeys(model.service for model in self._models))

    def check(self) -> None:
        """Raise the first model's error if no model can be asked."""
        check_any(self._models)

    def check_size(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> None:
        """Raise `PermanentError` if every model refuses even the smallest request: shortest notes, half the tokens."""
        errors: list[TooLargeError] = []
        for model in self._models:
            for question in _questions(brief, template, pace):
                try:
                    model.check_size(replace(question, max_tokens=max(question.min_tokens, question.max_tokens // 2)))
                except TooLargeError as error:
                    errors.append(error)
                else:
                    return
        raise PermanentError(errors[0].message, where=errors[0].where, hint=errors[0].hint)

    def offline(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> Script | None:
        """The cached script, if it still validates."""
        for path, model in cached_answers(self._models, _questions(brief, template, pace), self._cache):
            read = _ScriptReader(brief, template, pace, where=model.service)
            try:
                script = read(read_cached_answer(path), last=True)
            except Unusable:
                continue
            return replace(script, writer=model.service, model=model.model)
        return None

    def cached_paths(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> Iterable[Path]:
        """The cache files of the models' answers."""
        return [path for path, _ in cached_answers(self._models, _questions(brief, template, pace), self._cache)]

    async def write(self, brief: Brief, template: Template, billing: Billing, *, pace: Pace | None = None) -> Script:
        """The script that a model writes about `brief`.

        An invalid answer is sent back once with its problems; in the second one, texts that are still too long are cut
        to the template's limits. A script of the wrong length gets up to two more attempts, then is accepted as it is.
        Raises the `ProviderError`s of `chat`; `TransientError` if the answer is not a script; `PermanentError` if it
        can't be filmed, or states what the notes do not although only notes may be used.
        """
        questions = await to_thread.run_sync(_questions, brief, template, pace)
        answered = await ask(
            self._models,
            questions,
            read=_ScriptReader(brief, template, pace, where=self.name),
            cache=self._cache,
            retry=self._retry,
            billing=billing,
            turns=_TURNS_TO_LENGTH if pace else _TURNS,
        )
        return _signed(answered, brief)


def _signed(answered: Answered[Script], brief: Brief) -> Script:
    """The script with its service, its model, and why it is not the first model's or not made of all notes."""
    reasons = [answered.fallback_reason]
    if answered.question:
        words = [count_words(each) for each in truncations(brief)]
        excerpt = f"the first {words[answered.question]:,} of {words[0]:,} words"
        reasons.append(f"the notes are too long for {answered.model}: it was given {excerpt}")
    return replace(
        answered.value, writer=answered.service, model=answered.model, fallback_reason="; ".join(filter(None, reasons))
    )


def _questions(brief: Brief, template: Template, pace: Pace | None) -> tuple[Question, ...]:
    """The request with all notes, then with truncated notes for models with a smaller context window."""
    plan = pace.plan(brief.length_s) if pace and brief.length_s else None
    return tuple(_question(each, template, plan) for each in truncations(brief))


def _question(brief: Brief, template: Template, plan: LengthPlan | None) -> Question:
    from pipeline.script.structured_output import strict_schema  # noqa: PLC0415 - takes 0.1 s, with the schema

    template = template.with_usable_layouts(brief)
    system, user = template.prompt(brief, plan)
    messages = (Message(role="system", content=system), Message(role="user", content=user + series_section(brief)))
    question = Question(messages=messages, schema=strict_schema(template, brief), schema_name="script")
    if plan is None:
        return question
    tokens = _REASONING_TOKENS + _TOKENS_PER_WORD * plan.words + _TOKENS_PER_SCENE * plan.most_scenes
    more = max(question.more_tokens, round(1.5 * tokens))
    least = round(tokens)
    return replace(question, max_tokens=max(question.max_tokens, least), more_tokens=more, min_tokens=least)


def _language_problem(script: Script) -> str:
    """The problem of a narration in the wrong language, which the quality gate would find in the film; or empty."""
    from pipeline.language.detection import language_mismatch  # noqa: PLC0415 - loads Babel

    other = language_mismatch(" ".join(map(narration_of, script.scenes)), script.language)
    return f"the narration is {other}; everything must be written in {script.language}" if other else ""


class _ScriptReader:
    """Parses and validates a model's answer as a script; in the last turn, texts that are too long are cut."""

    def __init__(self, brief: Brief, template: Template, pace: Pace | None, *, where: str) -> None:
        self._brief = brief
        self._template = template.with_usable_layouts(brief)
        self._pace = pace
        self._where = where

    def __call__(self, text: str, *, last: bool) -> Script:
        from pipeline.script.structured_output import WireScript, to_script  # noqa: PLC0415 - loaded with the question

        try:
            script = to_script(WireScript.model_validate_json(text), self._brief)
            script = without_stray_emphasis(shortened(script, self._template) if last else script)
        except ValidationError as error:
            problems = validation_problems(error)
            failure = TransientError(f"the model wrote no script: {problems[0]}", where=self._where)
            raise Unusable(*problems, error=failure) from error
        found = (*find_problems(script, self._template), _language_problem(script), *self._artefacts(script))
        problems = tuple(filter(None, found))
        ungrounded = self._ungrounded(script)
        # A film with the wrong opening, ending or length is better than none.
        preferences = () if last else (*find_layout_mismatches(script, self._template), self._length_problem(script))
        if feedback := tuple(dict.fromkeys((*problems, *ungrounded, *filter(None, preferences)))):
            raise Unusable(*feedback, error=self._failure(problems, ungrounded))
        return script

    def _artefacts(self, script: Script) -> tuple[str, ...]:
        """Placeholders and markup not meant for viewers, which the quality gate would find in the film."""
        from pipeline.model.text_artefacts import find_artefacts  # noqa: PLC0415 - takes a moment to load

        cells = [text for _, text in self._brief.row.fields] if self._brief.row else []
        return tuple(f"there is {each}" for each in find_artefacts(script, cells))

    def _ungrounded(self, script: Script) -> tuple[str, ...]:
        """Numbers and names that the notes do not contain, if only the notes may be used."""
        found = find_ungrounded(script, self._brief) if self._brief.facts == "notes" else ()
        return (f"the notes do not say {', '.join(found)}: leave it out, or write it as they do",) if found else ()

    def _length_problem(self, script: Script) -> str:
        """By how much the film would miss its requested length; empty if it would not."""
        wanted_s = self._brief.length_s
        return length_problem(script, wanted_s, self._pace) if wanted_s and self._pace else ""

    def _failure(self, problems: Sequence[str], ungrounded: Sequence[str]) -> PermanentError:
        if problems or not ungrounded:
            first = (*problems, "its opening, ending or length is not what was requested")[0]
            return PermanentError(f"the model's script can't be filmed: {first}", where=self._where)
        hint = "Add it to the notes, or allow other facts: drop --facts-only (facts: open)"
        return PermanentError(ungrounded[0].partition(":")[0], where=self._where, hint=hint)
