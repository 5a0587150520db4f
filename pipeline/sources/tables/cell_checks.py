"""Detects cells that do not hold the intended value: null markers, spreadsheet errors, placeholders, mojibake."""

from __future__ import annotations

import json
import re

from pipeline.model.text_artefacts import find_mojibake
from pipeline.sources.tables.cell_values import Number, UnreadableValue

# Undecodable bytes (PEP 383 maps them to U+DC80 to U+DCFF), lone surrogates, replacement characters, null characters.
_DAMAGE = re.compile("[\ud800-\udfff\ufffd\0]")
# Null values and spreadsheet errors as programs write them, the latter in several languages. "Null" and "none" in other
# capitals are not among them: they are names and words.
_NULL_VALUE = re.compile(
    r"None|nan|NaN|null|NULL|undefined|\[object Object\]|#{3,}|Err:\d{3}|#(?:N/A|NV|N/D|Н/Д|GETTING_DATA)"
    r"|#¡?(?:REF|VALUE|DIV/0|NUM|NULL|ERROR|SPILL|CALC|FIELD|BLOCKED|CONNECT|UNKNOWN|BUSY|BEZUG|WERT|ZAHL|ÜBERLAUF"
    r"|VALEUR|NOMBRE|NUL|VALOR|NÚM|NULO|RIF|VALORE|NULLO|VERW|WAARDE|DEEL/0|GETAL|LEEG|ADR|ARG|LICZBA|ССЫЛКА|ЗНАЧ|ДЕЛ/0"
    r"|ЧИСЛО|ПУСТО)!"
    r"|#¿?(?:NAME|NOM|NOMBRE|NOME|NAAM|NAZWA|ИМЯ)\?"
)
# Null markers as people write them.
_BLANK_MARKER = re.compile(
    r"[\s\-–—−…?_/]*|\s*(?:\.{3}|[nN]/[aA]\.?|n\. ?a\.|N\. ?A\.|k\. ?A\."
    # Spelt out, by people, pivot tables and reports.
    r"|(?i:keine angabe|\[?not (?:provided|available)\]?"
    r"|\((?:blank|leer|vide|en blanco|vuoto|boş|empty|none|not set|unknown|null)\)))\s*"
)
# Merge fields of other programs that were not filled in: *|FNAME|*, <<Name>>, %FIRSTNAME%, {first_name}, [First Name].
_PLACEHOLDER = re.compile(
    r"\*\|\w+\|\*|<<[^<>]+>>|«[^«»]+»|%%?[A-Z_]{3,}%%?|%%\w+%%|\$?\{\{?\s*[A-Za-z]\w*(?:\.\w+)*\s*(?:\|[^{}]*)?\}\}?"
    r"|\[\[\w[\w .]*\]\]|\{!\$?\w+(?:\.\w+)*\}"
    r"|\[(?i:(?:your |first |last |full |customer )?name)\]"
)
# Of these, those that nobody writes within a text: not «Name», %PATH%, ${HOME} or {a}.
_PLACEHOLDER_WITHIN = re.compile(
    r"\*\|\w+\|\*|<<\w[\w ]*>>|%%\w+%%|\{\{\s*[A-Za-z]\w*(?:\.\w+)*\s*(?:\|[^{}]*)?\}\}"
    r"|\[\[\w[^\[\]\n]{0,80}\]\]|\{!\$?\w+(?:\.\w+)*\}"
    r"|(?i:[{%\[](?:your|first|last|full|user|customer|company|[fl])?[ _]?name[\]%}])"
)
# A formula instead of its result.
_FORMULA = re.compile(r"\s*=\s*(?:[+-]\s*)?(?:[^\W\d_][\w.]*\(|\$?[A-Z]{1,3}\$?\d{1,7}(?!\w))")
# A long number in scientific notation: the spreadsheet has dropped its last digits.
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+\d{2,3}")


def cell_defect(text: str) -> str:
    """What is wrong with a cell ("is #REF!, …"); empty: nothing."""
    if isinstance(text, UnreadableValue):
        return text
    plain = text.strip()
    if problem := _generated_value(plain):
        return problem
    if _FORMULA.match(text):
        return "is a formula, not its result"
    if _is_rounded(text):
        return f"is {plain}: the spreadsheet has dropped its last digits"
    if found := _DAMAGE.search(text):
        return _damage(found[0])
    return _wrong_part(text)


def _generated_value(plain: str) -> str:
    """Whether a program wrote the whole cell, which is no value; empty: no."""
    if _is_nested(plain):
        return "is a list or an object, not a text"
    if _NULL_VALUE.fullmatch(plain):
        return f"is {plain}, which programs write for a missing value"
    return f"is {plain[:40]}, an unfilled merge field" if _PLACEHOLDER.fullmatch(plain) else ""


def _wrong_part(text: str) -> str:
    """Which part of a text was not meant for viewers; empty: none."""
    if placeholder := _PLACEHOLDER_WITHIN.search(text):
        return f"contains {placeholder[0][:40]}, an unfilled merge field"
    garbled = find_mojibake(text)
    return f"contains “{garbled[:40]}”, decoded with the wrong encoding" if garbled else ""


def _damage(found: str) -> str:
    if found == "\0":
        return "contains a null byte, and may be truncated"
    if found == "\ufffd":
        return "contains � in place of a lost letter"
    if not "\udc80" <= found <= "\udcff":
        return "contains half of a character (a lone surrogate)"
    return f"contains the byte 0x{ord(found) - 0xDC00:02X}, which is invalid in the file's encoding"


def is_blank_marker(text: str) -> bool:
    """Whether a cell marks a missing value: a dash, a question mark, n/a. Empty cells count, too."""
    return _BLANK_MARKER.fullmatch(text) is not None


def cell_remedy(text: str) -> str:
    """What to do about a cell with a `cell_defect`."""
    if isinstance(text, UnreadableValue) or _is_nested(text.strip()):
        return "Enter it as a plain value"
    if _is_rounded(text):
        return "Format the column as text, and save it again"
    if find_mojibake(text):
        return "Export the table again as UTF-8: it was once decoded with the wrong encoding"
    if _DAMAGE.search(text):
        return "Correct the cell, and save the table as UTF-8"
    return "Leave the cell empty, or enter the intended value"


def _is_nested(plain: str) -> bool:
    """Whether a cell is a JSON list or object."""
    if not (plain.startswith(("[", "{")) and plain.endswith(("]", "}"))):
        return False
    try:
        return isinstance(json.loads(plain), list | dict)
    except (ValueError, RecursionError):
        return False


def _is_rounded(text: str) -> bool:
    return not isinstance(text, Number) and bool(_ROUNDED.fullmatch(text.strip()))
