"""Typography: quotes, dashes and no-break spaces as a typesetter would set them, in running text and formulas."""

from __future__ import annotations

import re
import unicodedata

from pipeline.language.graphemes import ZWJ, ZWNJ

# A number and its unit in Latin letters, in running text: "24 °C", "6.04 km", "−3 m/s²". SI units with the
# usual prefixes, and the other common ones.
QUANTITY = re.compile(
    r"(?:(?<!\w)[+\-\u2212])?\d[\d.,\u066b\u066c]*(?:[-\u2013]\d[\d.,\u066b\u066c]*)?[ \u00a0\u202f]?"
    r"(?:°[CF]|[kMGTPcdm\u00b5\u03bcn]?(?:m|g|l|L|s|W|Wh|V|A|Hz|B|Pa|J|N|cal|bit|Ω)(?:/[hsm]|ps)?|K|t|h|min|mph|dB|ppm|ft|lb|oz)"
    r"[\u00b2\u00b3]?(?!\w)"
)
# Python calls these unprintable; they are kept: spaces of other widths, and the joiners.
_KEPT = "\u00a0\u202f\u2009\u3000" + ZWNJ + ZWJ
_INVISIBLE = re.compile("[\ufe00-\ufe0d\u200b\u2060\ufeff\u00ad\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# Formulas in running text: an operator between spaces, the space around a function's name, a whole formula.
_OPERATOR = re.compile(r" ([=≠≈≡≤≥×÷±∓+−])[ \u00a0](?=\S)")
_FUNCTION = re.compile(
    r"(?<=\b(?:sin|cos|tan|log|lim|exp|det)) (?=\S{1,3}(?:\W|$))|(?<=\bln) (?=\S{1,3}(?:\W|$))"
    r"|(?<=[+−=] \w) (?=(?:sin|cos|tan|log|ln)\b)"
)
_FORMULA = re.compile(r"[^ ]+(?: [=≠≈≡≤≥×÷±∓+−]\u00a0[^ ]+)+")
# A formula of up to this many characters is kept on one line.
_SHORT = 22


def typeset(text: str) -> str:
    """`text` on one line, without control characters, with typographic apostrophes, dashes, quotes and spaces."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    text = "".join(c if c.isprintable() or c in _KEPT else " " for c in text)
    text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    text = re.sub(r'"([^"]+)"', "“\\1”", text)
    text = text.replace("...", "…").replace(" -- ", " – ").replace(" - ", " – ")
    # No line begins with a dash; French spaces before ; : ! ? and inside guillemets do not break.
    text = text.replace(" – ", "\u00a0– ").replace(" — ", "\u00a0— ")
    text = re.sub(r" (?=[;:!?»%])", "\u00a0", text).replace("« ", "«\u00a0")
    if _OPERATOR.search(text):
        text = _keep_formulas_together(text)
    # Nor do the spaces between a number and its unit or currency sign.
    text = QUANTITY.sub(lambda match: match[0].replace(" ", "\u00a0"), text)
    text = re.sub(r"(?<=\d) (?=[€£$¥₹₽₩₺₴])|(?<=[€£$¥₹₽₩₺₴]) (?=\d)", "\u00a0", text)
    return re.sub(r"[ \t\n]+", " ", text).strip(" ")


def _keep_formulas_together(text: str) -> str:
    """`text` with no-break spaces that keep short formulas whole and let long ones break before an operator only."""
    text = _FUNCTION.sub("\u00a0", text)
    text = _OPERATOR.sub(lambda operator: f" {operator[1]}\u00a0", text)
    return _FORMULA.sub(lambda found: found[0].replace(" ", "\u00a0") if len(found[0]) <= _SHORT else found[0], text)
