"""A field of a template: what holds for it, and what a cell becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from pipeline.errors import did_you_mean
from pipeline.template.rows.dates import read_date
from pipeline.template.rows.formatting import Day, Money, Number
from pipeline.template.rows.money import read_money
from pipeline.template.rows.names import check_name
from pipeline.template.rows.numbers import read_number
from pipeline.template.rows.problem import CellProblem
from pipeline.template.rows.strings import read_colour, read_email, read_image, read_paragraphs, read_text, read_url

_YES = (
    "yes y true t 1 x ✓ ✔ ☑ ✅ on checked ja j wahr oui vrai sí si sì s verdadero vero sim verdadeiro evet doğru tak "
    "da ano áno igen kyllä ναι да так נכון כן نعم بله हाँ हां ใช่ có 是 はい 예 네"
)
_NO = (
    "no n false f 0 off unchecked nein falsch non faux falso não nao nee nej nei hayır hayir yanlış yanliş nie ne nu "
    "nem ei όχι нет не ні לא لا خیر नहीं ไม่ ไม่ใช่ không 否 いいえ 아니오 아니요"
)
YES, NO = frozenset(_YES.split()), frozenset(_NO.split())
# As a whole cell, what spreadsheets and databases write where one would say yes or no.
_TRUTHS = "true false TRUE FALSE WAHR FALSCH VRAI FAUX VERDADERO FALSO VERO VERDADEIRO WAAR ONWAAR"
BOOLEAN_LITERALS = frozenset(_TRUTHS.split())


Kind = Literal[
    "text", "name", "integer", "number", "money", "date", "url", "image", "colour", "email", "choice", "paragraphs"
]
# Those whose cells are texts, of at most `max_chars`.
TEXT_KINDS: Final[frozenset[Kind]] = frozenset({"text", "name", "paragraphs"})
# A text unless its field says otherwise: half a page.
TEXT_MAX_CHARS = 500
# What is longer is told as that, and not as no name.
_NAME_MAX_CHARS = 200
# Beyond it a cell is not looked at.
_CELL_MAX_CHARS = 20_000

__all__ = ["TEXT_KINDS", "TEXT_MAX_CHARS", "CellProblem", "Field", "Kind"]


@dataclass(frozen=True, kw_only=True)
class Field:
    """What a template wants to know of each row."""

    name: str
    kind: Kind = "text"
    required: bool = False
    # In the form of a cell; what stands where the cell is empty.
    default: str = ""
    # Jinja2 over the other fields: stands where the cell is empty, or where no column is this field.
    derived: str = ""
    help: str = ""
    # Of a text, in characters.
    max_chars: int = TEXT_MAX_CHARS
    # Of numbers and sums.
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    # Of sums that name no currency: its ISO 4217 code.
    currency: str = ""
    # Of dates, the order of day, month and year: "dmy", "mdy", "ymd"; empty: it has to be clear.
    order: str = ""

    def read(self, cell: str, *, locale: str = "", rounds: bool = False) -> str:
        """What a cell says, in one form: "1299.00 EUR", "2026-11-03". Empty for an empty cell.

        `locale` says how numbers and dates are written in the table, if that is known; it `rounds` sums, where a
        program worked them out. Raises `CellProblem`.
        """
        is_text = self.kind in TEXT_KINDS
        if len(cell) > _CELL_MAX_CHARS and not is_text:
            raise CellProblem(f"has {len(cell):,} characters", f"Write {self._expected}")
        part = cell[: 2 * max(self.max_chars, _CELL_MAX_CHARS)]
        text = read_paragraphs(part) if self.kind == "paragraphs" else read_text(part)
        if not text:
            return ""
        if is_text and text in BOOLEAN_LITERALS:
            raise CellProblem(
                f"is {text}, which programs write for a yes or a no", "Write what is meant, or make the field a choice"
            )
        if self.kind == "name" and len(text) <= _NAME_MAX_CHARS:
            check_name(text)
        if is_text and (len(text) > self.max_chars or len(cell) > len(part)):
            raise CellProblem(
                f"has {max(len(text), len(cell)):,} characters, at most {self.max_chars} fit", "Shorten it"
            )
        if self.kind == "money":
            return _money(self, text, locale, rounds=rounds)
        return _READERS[self.kind](self, text, locale)

    def value(self, text: str, language: str) -> object:
        """What `read` gave, as a template may use it: a text, a number, a sum or a day, shown as `language` does."""
        if not text:
            return ""
        match self.kind:
            case "integer":
                return int(text)
            case "number":
                return Number(Decimal(text), language)
            case "money":
                amount, _, code = text.partition(" ")
                return Money(Decimal(amount), code, language)
            case "date":
                return Day(date.fromisoformat(text), language)
            case _:
                return text

    def check_limits(self, number: Decimal) -> None:
        """Raise `CellProblem` for a number out of its limits."""
        if self.minimum is not None and number < Decimal(str(self.minimum)):
            raise CellProblem(f"{number} is less than {self.minimum:g}", f"Write {self.minimum:g} or more")
        if self.maximum is not None and number > Decimal(str(self.maximum)):
            raise CellProblem(f"{number} is more than {self.maximum:g}", f"Write {self.maximum:g} or less")

    @property
    def _expected(self) -> str:
        return {"integer": "a whole number", "money": "a sum of money", "date": "a day", "image": "a picture"}.get(
            self.kind, f"a {self.kind}"
        )


def _text(_field: Field, text: str, _locale: str) -> str:
    return text


def _integer(field: Field, text: str, locale: str) -> str:
    number = read_number(text, locale=locale, is_whole=True)
    if number != number.to_integral_value():
        raise CellProblem(f"{text[:40]!r} is no whole number", "Write digits: 1299")
    field.check_limits(number)
    return str(int(number))


def _number(field: Field, text: str, locale: str) -> str:
    number = read_number(text, locale=locale)
    field.check_limits(number)
    return f"{number:f}"


def _money(field: Field, text: str, locale: str, *, rounds: bool) -> str:
    amount, code = read_money(text, currency=field.currency, locale=locale, rounds=rounds)
    field.check_limits(amount)
    return f"{amount:f} {code}"


def _date(field: Field, text: str, locale: str) -> str:
    return read_date(text, order=field.order, locale=locale).isoformat()


def _choice(field: Field, text: str, _locale: str) -> str:
    known = {choice.casefold(): choice for choice in field.choices}
    said = text.casefold()
    if said not in known:
        said = _between(said, known)
    if said not in known:
        listed = ", ".join(field.choices[:8])
        hint = did_you_mean(text, field.choices, otherwise="")
        raise CellProblem(f"{text[:40]!r} is none of {listed}", hint or f"Write one of {listed}")
    return known[said]


def _between(said: str, known: Collection[str]) -> str:
    """The choice that a program means by its own yes or no, where a field has two choices for these."""
    yes, no = YES.intersection(known), NO.intersection(known)
    if len(yes) != 1 or len(no) != 1:
        return said
    return next(iter(yes if said in YES else no if said in NO else {said}))


def _only(read: Callable[[str], str]) -> Callable[[Field, str, str], str]:
    return lambda _field, text, _locale: read(text)


_READERS: Mapping[Kind, Callable[[Field, str, str], str]] = {
    "text": _text,
    "name": _text,
    "paragraphs": _text,
    "integer": _integer,
    "number": _number,
    "date": _date,
    "url": _only(read_url),
    "image": _only(read_image),
    "colour": _only(read_colour),
    "email": _only(read_email),
    "choice": _choice,
}
