"""What a script writer is, and the one that asks a model. Add a provider of models: see `chat`."""

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

# An answer and another one that is better; and one more to come nearer to a length.
_TURNS, _TURNS_TO_LENGTH = 2, 3
# What an answer takes: the thinking before it, a word that is said, and what a scene shows, with its brackets.
_TOKENS_TO_THINK, _TOKENS_PER_WORD, _TOKENS_PER_SCENE = 1200, 1.6, 70


class ScriptWriter(Protocol):
    """Turns briefs into scripts."""

    @property
    def name(self) -> str:
        """How messages speak of it."""
        ...

    @property
    def needs_notes(self) -> bool:
        """Whether it can do nothing with a bare topic."""
        ...

    def check(self) -> None:
        """Raise what is known to keep it from writing, without asking anybody: a key that is missing."""
        ...

    def check_size(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> None:
        """Raise `PermanentError` for a script that is too long for whoever would write it, as far as that is known."""
        ...

    def known(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> Script | None:
        """The script, when it is there already or nobody has to be asked for it. Blocks. Raises `InputError`."""
        ...

    def kept(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> Iterable[Path]:
        """Where the cache keeps what was written for the brief. Blocks."""
        ...

    async def write(self, brief: Brief, template: Template, billing: Billing, *, pace: Pace | None = None) -> Script:
        """A script with the layouts of `template`, within its limits, and who wrote it.

        `pace` is that of the voice, where a length was asked for. Every request is paid from `billing`, whatever comes
        of it. Raises only errors of `pipeline.errors`.
        """
        ...


def check_any(asked: Sequence[ChatModel] | Sequence[ScriptWriter]) -> None:
    """Raise what keeps the first of them from working, unless another one can."""
    errors: list[NightreelError] = []
    for one in asked:
        try:
            one.check()
        except NightreelError as error:
            errors.append(error)
        else:
            return
    raise errors[0]


class ModelWriter:
    """Asks the first of its models that answers, with structured output held to our schema."""

    needs_notes: ClassVar[bool] = False

    def __init__(self, models: Sequence[ChatModel], *, cache: Cache, retry: RetryPolicy) -> None:
        self._models = tuple(models)
        self._cache = cache
        self._retry = retry

    @property
    def name(self) -> str:
        """The services that it asks."""
        return ", ".join(dict.fromkeys(model.service for model in self._models))

    def check(self) -> None:
        """Raise what keeps the first model from being asked, unless another one can be."""
        check_any(self._models)

    def check_size(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> None:
        """Raise what is too much for every model, even with less room and fewer notes."""
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

    def known(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> Script | None:
        """The script in the cache."""
        for path, model in cached_answers(self._models, _questions(brief, template, pace), self._cache):
            read = _Reading(brief, template, pace, where=model.service)
            try:
                script = read(read_cached_answer(path), last=True)
            except Unusable:
                continue
            return replace(script, writer=model.service, model=model.model)
        return None

    def kept(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> Iterable[Path]:
        """The answers in the cache."""
        return [path for path, _ in cached_answers(self._models, _questions(brief, template, pace), self._cache)]

    async def write(self, brief: Brief, template: Template, billing: Billing, *, pace: Pace | None = None) -> Script:
        """The script a model writes about `brief`.

        Raises the `ProviderError`s of `chat`, `TransientError` when the answer is no script, and `PermanentError` when
        it can't be filmed or says what the notes do not, and only they may be used; all only after another try, in
        which texts that are still too long are cut to the template's limits. A film that would last too long or too
        short may be tried twice again, and then is what it is.
        """
        questions = await to_thread.run_sync(_questions, brief, template, pace)
        answered = await ask(
            self._models,
            questions,
            read=_Reading(brief, template, pace, where=self.name),
            cache=self._cache,
            retry=self._retry,
            billing=billing,
            turns=_TURNS_TO_LENGTH if pace else _TURNS,
        )
        return _signed(answered, brief)


def _signed(answered: Answered[Script], brief: Brief) -> Script:
    reasons = [answered.fallback_reason]
    if answered.question:
        parts = [count_words(part) for part in truncations(brief)]
        told = f"the first {parts[answered.question]:,} of {parts[0]:,} words"
        reasons.append(f"the notes are too long for {answered.model}: it was given {told}")
    return replace(
        answered.value, writer=answered.service, model=answered.model, fallback_reason="; ".join(filter(None, reasons))
    )


def _questions(brief: Brief, template: Template, pace: Pace | None) -> tuple[Question, ...]:
    """What a model is asked: first with all notes."""
    plan = pace.plan(brief.length_s) if pace and brief.length_s else None
    return tuple(_question(part, template, plan) for part in truncations(brief))


def _question(brief: Brief, template: Template, plan: LengthPlan | None) -> Question:
    from pipeline.script.structured_output import strict_schema  # noqa: PLC0415 - a tenth of a second with the schema

    template = template.with_usable_layouts(brief)
    system, user = template.prompt(brief, plan)
    messages = (Message(role="system", content=system), Message(role="user", content=user + series_section(brief)))
    question = Question(messages=messages, schema=strict_schema(template, brief), schema_name="script")
    if plan is None:
        return question
    tokens = _TOKENS_TO_THINK + _TOKENS_PER_WORD * plan.words + _TOKENS_PER_SCENE * plan.most_scenes
    more = max(question.more_tokens, round(1.5 * tokens))
    least = round(tokens)
    return replace(question, max_tokens=max(question.max_tokens, least), more_tokens=more, min_tokens=least)


def _in_another_language(script: Script) -> tuple[str, ...]:
    """That what is said is, as the gate would find when the film is made."""
    from pipeline.language.detection import language_mismatch  # noqa: PLC0415 - loads Babel

    other = language_mismatch(" ".join(map(narration_of, script.scenes)), script.language)
    return (f"the narration is {other}; everything must be written in {script.language}",) if other else ()


class _Reading:
    """A model's answer as a script that can be filmed; the last time, texts that are still too long are cut."""

    def __init__(self, brief: Brief, template: Template, pace: Pace | None, *, where: str) -> None:
        self._brief = brief
        self._template = template.with_usable_layouts(brief)
        self._pace = pace
        self._where = where

    def __call__(self, text: str, *, last: bool) -> Script:
        from pipeline.script.structured_output import WireScript, to_script  # noqa: PLC0415 - it is there since the question

        try:
            script = to_script(WireScript.model_validate_json(text), self._brief)
            script = without_stray_emphasis(shortened(script, self._template) if last else script)
        except ValidationError as error:
            problems = validation_problems(error)
            failure = TransientError(f"the model wrote no script: {problems[0]}", where=self._where)
            raise Unusable(*problems, error=failure) from error
        problems = (*find_problems(script, self._template), *_in_another_language(script), *self._left_in(script))
        invented = self._invented(script)
        # A film that begins or ends otherwise, or is too long, is better than none.
        wishes = () if last else (*find_layout_mismatches(script, self._template), self._length(script))
        if told := tuple(dict.fromkeys((*problems, *invented, *filter(None, wishes)))):
            raise Unusable(*told, error=self._failure(problems, invented))
        return script

    def _left_in(self, script: Script) -> tuple[str, ...]:
        """What was never meant for viewers, as the gate would find when the film is made."""
        from pipeline.model.text_artefacts import find_artefacts  # noqa: PLC0415 - takes a moment to load

        cells = [text for _, text in self._brief.row.fields] if self._brief.row else []
        return tuple(f"there is {left}" for left in find_artefacts(script, cells))

    def _invented(self, script: Script) -> tuple[str, ...]:
        """What the notes do not say, where only they may be used."""
        beyond = find_ungrounded(script, self._brief) if self._brief.facts == "notes" else ()
        return (f"the notes do not say {', '.join(beyond)}: leave it out, or write it as they do",) if beyond else ()

    def _length(self, script: Script) -> str:
        """By how much the film would be too long or too short."""
        wanted_s = self._brief.length_s
        return length_problem(script, wanted_s, self._pace) if wanted_s and self._pace else ""

    def _failure(self, problems: Sequence[str], invented: Sequence[str]) -> PermanentError:
        if problems or not invented:
            first = (*problems, "it begins, ends or lasts otherwise than was asked for")[0]
            return PermanentError(f"the model's script can't be filmed: {first}", where=self._where)
        hint = "Add it to the notes, or allow other facts: drop --facts-only (facts: open)"
        return PermanentError(invented[0].partition(":")[0], where=self._where, hint=hint)
