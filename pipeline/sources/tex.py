r"""Formulas in TeX, as a line that can be shown and said: `\frac{1}{2} g t^2` -> "1/2 g t²".

What has no sign of its own in Unicode stays in words ("max"), with brackets where a line needs them. Code stays as it
is, and so do sums of money: "$5 or $10".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Code, which comes first; formulas between $$, \[ \] and \( \); and between $, where what stands there can't be money.
_FOUND = re.compile(
    r"(?P<code>^[ \t]{0,3}(?P<fence>`{3,}|~{3,})(?!math\b)[^\n]*\n[\s\S]*?(?:^[ \t]{0,3}(?P=fence)|\Z)|`[^`\n]+`)"
    r"|^[ \t]{0,3}```math\n(?P<fenced>[\s\S]{1,2000}?)\n```"
    r"|\$\$(?P<block>[^$]{1,2000}?)\$\$|\\\[(?P<square>[\s\S]{1,2000}?)\\\]|\\\((?P<round>[^\n]{1,500}?)\\\)"
    r"|(?<![\w$\\])\$(?P<inline>[^\s$](?:[^$\n]{0,500}?[^\s$\\])?)\$(?![\w$])",
    re.MULTILINE,
)
_IS_FORMULA = re.compile(r"[\\^_={}<>+]|^\s*[A-Za-z]{1,3}'?(?:\([A-Za-z]\))?\s*$|^-[A-Za-z\d.]{1,6}$")
# From where to where: "∑ (i = 1–n)".
_LIMITS = re.compile(
    r"\\(sum|prod|int)(?:\\limits)?\s*_(\{[^{}]{1,40}\}|\w)\s*\^(\{[^{}]{1,40}\}|\\[a-z]+|\w)", re.ASCII
)
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\[\s\S]|[{}^_&~]|[^\\{}^_&~]")
# What Markdown would take for its own.
_MARKS = re.compile(r"[\\`*_\[\]<>|#]")

_GREEK = "alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ iota ι kappa κ lambda λ mu μ nu ν "
_GREEK += "xi ξ pi π rho ρ sigma σ tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ "
_GREEK += "Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω"
_SIGNS = "times × cdot · div ÷ pm ± mp ∓ leq ≤ le ≤ geq ≥ ge ≥ neq ≠ ne ≠ approx ≈ equiv ≡ sim ~ propto ∝ infty ∞ "
_SIGNS += "partial ∂ nabla ∇ sum ∑ prod ∏ int ∫ in ∈ notin ∉ subset ⊂ subseteq ⊆ cup ∪ cap ∩ emptyset ∅ forall ∀ "
_SIGNS += "exists ∃ neg ¬ land ∧ lor ∨ to → rightarrow → leftarrow ← Rightarrow ⇒ implies ⇒ iff ⇔ Leftrightarrow ⇔ "
_SIGNS += "mapsto ↦ circ ° degree ° ldots … dots … cdots … angle ∠ perp ⊥ parallel ∥ mid | ell ℓ hbar ħ prime ′ ast ·"
_NAMED = dict(zip((pairs := f"{_GREEK} {_SIGNS}".split())[::2], pairs[1::2], strict=True))
# Signs with a space on either side; those that belong to what follows have none.
_SPACED = frozenset("×÷±∓≤≥≠≈≡∝∈∉⊂⊆∪∩∧∨→←⇒⇔↦=<>+−")
_OF_A_NUMBER = frozenset("+−±∓")
_FRACTIONS = frozenset({"frac", "dfrac", "tfrac"})
_ENVIRONMENTS = frozenset({"begin", "end"})
_LETTERING = frozenset({"text", "mathrm", "mathbf", "mathit", "operatorname", "textbf", "mbox", "vec", "hat", "bar"})
_SPACES = frozenset({"\\,", "\\;", "\\:", "\\ ", "\\quad", "\\qquad", "~", "\\\\", "&"})
_DROPPED = frozenset({"\\left", "\\right", "\\big", "\\Big", "\\bigl", "\\bigr", "\\displaystyle", "\\limits", "\\!"})
_DOUBLE_STRUCK = dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True))
_RAISED = dict(zip("0123456789+−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ", strict=True))
_LOWERED = dict(zip("0123456789+−aeoxhklmnpstijruv", "₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ", strict=True))
# What needs no brackets below a stroke, and above it or below a root.
_ONE = re.compile(r"\d+|\w[²³]?")
_TOGETHER = re.compile(r"[\w.,°′²³]*(?:\([^()]*\))?|√\w+")
# Deeper, nobody reads them.
_DEEPEST = 20


def without_tex(notes: str) -> str:
    """Notes in Markdown with their formulas in plain signs."""
    return _FOUND.sub(_escaped, notes) if "$" in notes or "\\" in notes or "```math" in notes else notes


def line_without_tex(text: str) -> str:
    """A title, which is no Markdown, with its formulas in plain signs."""
    return _FOUND.sub(lambda found: _plain(found) or found[0], text) if "$" in text else text


def as_line(tex: str) -> str:
    """A formula on one line."""
    text = _Reader(_LIMITS.sub(r"\\\1 (\2–\3) ", tex)).group(0)
    return re.sub(r"\s+", " ", text).strip()


def _escaped(found: re.Match[str]) -> str:
    line = _plain(found)
    return found[0] if line is None else _MARKS.sub(r"\\\g<0>", line)


def _plain(found: re.Match[str]) -> str | None:
    """The formula on one line; None: it is none."""
    if found["code"]:
        return None
    tex = next(filter(None, found.group("fenced", "block", "square", "round", "inline")))
    if not _IS_FORMULA.search(tex) or (
        found["inline"] and re.match(r"\d[\d.,]*(?![\d.,]|\s*[\\^_={}<>+!A-Za-z])", tex)
    ):
        return None
    return as_line(tex)


class _Reader:
    """Reads TeX piece by piece."""

    def __init__(self, tex: str) -> None:
        self._tokens: Iterator[str] = iter(_TOKEN.findall(tex))

    def group(self, depth: int) -> str:
        """What stands up to the brace that closes, or to the end."""
        said, is_fraction = "", False
        for piece in self._tokens:
            if piece == "}":
                break
            more = self._said(piece, depth, said)
            # Half of x is no one over two x.
            gap = " " if is_fraction and more[:1].isalnum() else ""
            said = (said.rstrip() if piece in {"^", "_"} else said) + gap + more
            is_fraction = piece[1:] in _FRACTIONS
        return said

    def _said(self, piece: str, depth: int, before: str) -> str:
        if depth > _DEEPEST or piece in _DROPPED:
            return ""
        if piece == "{":
            return self.group(depth + 1)
        if piece in {"^", "_"}:
            return _shifted(self._argument(depth), piece)
        if piece in _SPACES:
            return " "
        if piece.startswith("\\"):
            return self._named(piece[1:].rstrip("*"), depth, before)
        return _apart("−" if piece == "-" else piece, before)

    def _named(self, name: str, depth: int, before: str) -> str:
        if name in _FRACTIONS:
            above, below = self._argument(depth), self._argument(depth)
            return f"{_in_brackets(above)}/{below if _ONE.fullmatch(below) else f'({below})'}"
        if name == "sqrt":
            return f"√{_in_brackets(self._argument(depth))}"
        if name == "mathbb":
            return "".join(_DOUBLE_STRUCK.get(letter, letter) for letter in self._argument(depth))
        if name in _ENVIRONMENTS:
            self._argument(depth)
            return " "
        if name in _LETTERING:
            return self._argument(depth)
        # Functions have names: "sin", "log", "lim"; and signs a stroke before them.
        return _apart(sign, before) if (sign := _NAMED.get(name)) else f" {name} " if name.isalpha() else name

    def _argument(self, depth: int) -> str:
        """What a name or a sign takes: a group, or the next piece."""
        piece = next((piece for piece in self._tokens if not piece.isspace()), "")
        return self._said(piece, depth + 1, "").strip() if piece else ""


def _apart(sign: str, before: str) -> str:
    """With a space on either side where it stands between two; a minus with nothing before it is that of its number."""
    is_first = sign in _OF_A_NUMBER and (not before.strip() or before.rstrip()[-1] in "(=<>≤≥≠,")
    return f" {sign} " if sign in _SPACED and not is_first else sign


def _shifted(text: str, sign: str) -> str:
    """An exponent or an index, with the signs that there are, else as it is written by hand."""
    small = _RAISED if sign == "^" else _LOWERED
    if text in {"°", "′"}:
        return text
    if text and all(letter in small for letter in text) and (sign == "^" or len(text) == 1 or not text.isalpha()):
        return "".join(small[letter] for letter in text)
    if sign == "_":
        return f" {text} "
    return f"^{text}" if len(text) == 1 else f"^({text})"


def _in_brackets(text: str) -> str:
    """A part of a formula as it is if it is one thing, else between brackets."""
    return text if _TOGETHER.fullmatch(text) else f"({text})"
