"""A field of a template: its type and constraints, and the parsing of its cells."""

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
# Booleans as spreadsheets and databases write them.
_BOOLEAN_WORDS = "true false TRUE FALSE WAHR FALSCH VRAI FAUX VERDADERO FALSO VERO VERDADEIRO WAAR ONWAAR"
_BOOLEANS = frozenset(_BOOLEAN_WORDS.split())

Kind = Literal[
    "text", "name", "integer", "number", "money", "date", "url", "image", "colour", "email", "choice", "paragraphs"
]
# The kinds whose cells are texts of at most `max_chars`.
TEXT_KINDS: Final[frozenset[Kind]] = frozenset({"text", "name", "paragraphs"})
# The default `max_chars`: half a page.
TEXT_MAX_CHARS = 500
# A longer name is reported as too long, not as invalid.
_NAME_MAX_CHARS = 200
# Longer cells are not parsed.
_CELL_MAX_CHARS = 20_000


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field that a template expects of each row."""

    name: str
    kind: Kind = "text"
    required: bool = False
    # The value of empty cells, as written in a cell.
    default: str = ""
    # Jinja2 over the other fields: the value of empty cells, or if no column maps to this field.
    derived: str = ""
    help: str = ""
    # For texts.
    max_chars: int = TEXT_MAX_CHARS
    # For numbers and amounts of money.
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    # ISO 4217 code, for amounts without a currency.
    currency: str = ""
    # The order of numeric dates: "dmy", "mdy", "ymd"; empty: they must be unambiguous.
    order: str = ""

    def read(self, cell: str, *, locale: str = "", rounds: bool = False) -> str:
        """Parse a cell and return its canonical text: "1299.00 EUR", "2026-11-03". Empty for an empty cell.

        `locale` is that of the table's numbers and dates, if known. `rounds` amounts of money that were calculated by a
        program. Raises `CellProblem`.
        """
        is_text = self.kind in TEXT_KINDS
        if len(cell) > _CELL_MAX_CHARS and not is_text:
            raise CellProblem(f"has {len(cell):,} characters", "Shorten it")
        part = cell[: 2 * max(self.max_chars, _CELL_MAX_CHARS)]
        text = read_paragraphs(part) if self.kind == "paragraphs" else read_text(part)
        if not text:
            return ""
        if is_text and text in _BOOLEANS:
            raise CellProblem(f"is {text}, a boolean of a program", "Write what is meant, or make the field a choice")
        if self.kind == "name" and len(text) <= _NAME_MAX_CHARS:
            check_name(text)
        if is_text and (len(text) > self.max_chars or len(cell) > len(part)):
            raise CellProblem(
                f"has {max(len(text), len(cell)):,} characters, at most {self.max_chars} fit", "Shorten it"
            )
        if is_text:
            return text
        if self.kind == "money":
            return _money(self, text, locale, rounds=rounds)
        return _READERS[self.kind](self, text, locale)

    def value(self, text: str, language: str) -> object:
        """The typed value of a canonical text from `read`, formatted for `language` when a template renders it."""
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
        """Raise `CellProblem` for a number outside `minimum` to `maximum`."""
        if self.minimum is not None and number < Decimal(str(self.minimum)):
            raise CellProblem(f"{number} is less than {self.minimum:g}", f"Write {self.minimum:g} or more")
        if self.maximum is not None and number > Decimal(str(self.maximum)):
            raise CellProblem(f"{number} is more than {self.maximum:g}", f"Write {self.maximum:g} or less")


def _integer(field: Field, text: str, locale: str) -> str:
    number = read_number(text, locale=locale, is_whole=True)
    if number != number.to_integral_value():
        raise CellProblem(f"{text[:40]!r} is not a whole number", "Write digits: 1299")
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
        said = _boolean_choice(said, known)
    if said not in known:
        listed = ", ".join(field.choices[:8])
        hint = did_you_mean(text, field.choices, otherwise="")
        raise CellProblem(f"{text[:40]!r} is not one of {listed}", hint or f"Write one of {listed}")
    return known[said]


def _boolean_choice(said: str, known: Collection[str]) -> str:
    """The choice that a program's boolean stands for, if one choice means yes and one means no; else `said`."""
    yes, no = YES.intersection(known), NO.intersection(known)
    if len(yes) != 1 or len(no) != 1:
        return said
    return next(iter(yes if said in YES else no if said in NO else {said}))


def _text_reader(read: Callable[[str], str]) -> Callable[[Field, str, str], str]:
    return lambda _field, text, _locale: read(text)


_READERS: Mapping[Kind, Callable[[Field, str, str], str]] = {
    "integer": _integer,
    "number": _number,
    "date": _date,
    "url": _text_reader(read_url),
    "image": _text_reader(read_image),
    "colour": _text_reader(read_colour),
    "email": _text_reader(read_email),
    "choice": _choice,
}
