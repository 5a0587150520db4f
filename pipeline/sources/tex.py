r"""Converts TeX formulas to a line of Unicode text: `\frac{1}{2} g t^2` -> "1/2 g t²".

Commands without a Unicode symbol become words ("max"); parentheses are added where linear notation needs them. Code and
amounts of money ("$5 or $10") are unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Code, which takes precedence; formulas in $$, \[ \] and \( \), and in $ unless they may be amounts of money.
_FOUND = re.compile(
    r"(?P<code>^[ \t]{0,3}(?P<fence>`{3,}|~{3,})(?!math\b)[^\n]*\n[\s\S]*?(?:^[ \t]{0,3}(?P=fence)|\Z)|`[^`\n]+`)"
    r"|^[ \t]{0,3}```math\n(?P<fenced>[\s\S]{1,2000}?)\n```"
    r"|\$\$(?P<block>[^$]{1,2000}?)\$\$|\\\[(?P<square>[\s\S]{1,2000}?)\\\]|\\\((?P<round>[^\n]{1,500}?)\\\)"
    r"|(?<![\w$\\])\$(?P<inline>[^\s$](?:[^$\n]{0,500}?[^\s$\\])?)\$(?![\w$])",
    re.MULTILINE,
)
_IS_FORMULA = re.compile(r"[\\^_={}<>+]|^\s*[A-Za-z]{1,3}'?(?:\([A-Za-z]\))?\s*$|^-[A-Za-z\d.]{1,6}$")
# Sums with limits: "∑ (i = 1–n)".
_LIMITS = re.compile(
    r"\\(sum|prod|int)(?:\\limits)?\s*_(\{[^{}]{1,40}\}|\w)\s*\^(\{[^{}]{1,40}\}|\\[a-z]+|\w)", re.ASCII
)
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\[\s\S]|[{}^_&~]|[^\\{}^_&~]")
# Characters with a meaning in Markdown.
_MARKDOWN = re.compile(r"[\\`*_\[\]<>|#]")

_GREEK = "alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ iota ι kappa κ lambda λ mu μ nu ν "
_GREEK += "xi ξ pi π rho ρ sigma σ tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ "
_GREEK += "Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω"
_SIGNS = "times × cdot · div ÷ pm ± mp ∓ leq ≤ le ≤ geq ≥ ge ≥ neq ≠ ne ≠ approx ≈ equiv ≡ sim ~ propto ∝ infty ∞ "
_SIGNS += "partial ∂ nabla ∇ sum ∑ prod ∏ int ∫ in ∈ notin ∉ subset ⊂ subseteq ⊆ cup ∪ cap ∩ emptyset ∅ forall ∀ "
_SIGNS += "exists ∃ neg ¬ land ∧ lor ∨ to → rightarrow → leftarrow ← Rightarrow ⇒ implies ⇒ iff ⇔ Leftrightarrow ⇔ "
_SIGNS += "mapsto ↦ circ ° degree ° ldots … dots … cdots … angle ∠ perp ⊥ parallel ∥ mid | ell ℓ hbar ħ prime ′ ast ·"
_NAMED = dict(zip((pairs := f"{_GREEK} {_SIGNS}".split())[::2], pairs[1::2], strict=True))
# Operators with spaces around them; signs have none.
_SPACED = frozenset("×÷±∓≤≥≠≈≡∝∈∉⊂⊆∪∩∧∨→←⇒⇔↦=<>+−")
_MAY_BE_SIGN = frozenset("+−±∓")
_FRACTIONS = frozenset({"frac", "dfrac", "tfrac"})
_ENVIRONMENTS = frozenset({"begin", "end"})
_LETTERING = frozenset({"text", "mathrm", "mathbf", "mathit", "operatorname", "textbf", "mbox", "vec", "hat", "bar"})
_SPACES = frozenset({"\\,", "\\;", "\\:", "\\ ", "\\quad", "\\qquad", "~", "\\\\", "&"})
_DROPPED = frozenset({"\\left", "\\right", "\\big", "\\Big", "\\bigl", "\\bigr", "\\displaystyle", "\\limits", "\\!"})
_DOUBLE_STRUCK = dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True))
_RAISED = dict(zip("0123456789+−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ", strict=True))
_LOWERED = dict(zip("0123456789+−aeoxhklmnpstijruv", "₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ", strict=True))
# Terms that need no parentheses as a denominator, and as a numerator or under a root.
_ATOM = re.compile(r"\d+|\w[²³]?")
_TERM = re.compile(r"[\w.,°′²³]*(?:\([^()]*\))?|√\w+")
_MAX_DEPTH = 20


def replace_tex(notes: str) -> str:
    """Markdown notes with their formulas as plain text."""
    return _FOUND.sub(_escaped, notes) if "$" in notes or "\\" in notes or "```math" in notes else notes


def replace_tex_in_line(text: str) -> str:
    """A title (plain text, not Markdown) with its formulas as plain text."""
    return _FOUND.sub(lambda found: _plain(found) or found[0], text) if "$" in text else text


def tex_to_text(tex: str) -> str:
    """A formula as one line of text."""
    text = _Parser(_LIMITS.sub(r"\\\1 (\2–\3) ", tex)).group(0)
    return re.sub(r"\s+", " ", text).strip()


def _escaped(found: re.Match[str]) -> str:
    line = _plain(found)
    return found[0] if line is None else _MARKDOWN.sub(r"\\\g<0>", line)


def _plain(found: re.Match[str]) -> str | None:
    """The formula as text; None: the match is not a formula."""
    if found["code"]:
        return None
    tex = next(filter(None, found.group("fenced", "block", "square", "round", "inline")))
    if not _IS_FORMULA.search(tex) or (
        found["inline"] and re.match(r"\d[\d.,]*(?![\d.,]|\s*[\\^_={}<>+!A-Za-z])", tex)
    ):
        return None
    return tex_to_text(tex)


class _Parser:
    """A recursive descent parser for TeX math."""

    def __init__(self, tex: str) -> None:
        self._tokens: Iterator[str] = iter(_TOKEN.findall(tex))

    def group(self, depth: int) -> str:
        """The text up to the closing brace or the end."""
        text, is_fraction = "", False
        for piece in self._tokens:
            if piece == "}":
                break
            more = self._convert(piece, depth, text)
            # 1/2 x, not 1/2x, which reads as one over two x.
            gap = " " if is_fraction and more[:1].isalnum() else ""
            text = (text.rstrip() if piece in {"^", "_"} else text) + gap + more
            is_fraction = piece[1:] in _FRACTIONS
        return text

    def _convert(self, piece: str, depth: int, before: str) -> str:
        if depth > _MAX_DEPTH or piece in _DROPPED:
            return ""
        if piece == "{":
            return self.group(depth + 1)
        if piece in {"^", "_"}:
            return _script(self._argument(depth), piece)
        if piece in _SPACES:
            return " "
        if piece.startswith("\\"):
            return self._command(piece[1:].rstrip("*"), depth, before)
        return _spaced("−" if piece == "-" else piece, before)

    def _command(self, name: str, depth: int, before: str) -> str:
        if name in _FRACTIONS:
            above, below = self._argument(depth), self._argument(depth)
            return f"{_in_parentheses(above)}/{below if _ATOM.fullmatch(below) else f'({below})'}"
        if name == "sqrt":
            return f"√{_in_parentheses(self._argument(depth))}"
        if name == "mathbb":
            return "".join(_DOUBLE_STRUCK.get(letter, letter) for letter in self._argument(depth))
        if name in _ENVIRONMENTS:
            self._argument(depth)
            return " "
        if name in _LETTERING:
            return self._argument(depth)
        # Unknown commands are function names ("sin", "log", "lim") or escaped characters.
        return _spaced(sign, before) if (sign := _NAMED.get(name)) else f" {name} " if name.isalpha() else name

    def _argument(self, depth: int) -> str:
        """The argument of a command or script: a group, or the next token."""
        piece = next((piece for piece in self._tokens if not piece.isspace()), "")
        return self._convert(piece, depth + 1, "").strip() if piece else ""


def _spaced(symbol: str, before: str) -> str:
    """A binary operator with spaces around it; a sign, or any other symbol, without."""
    is_sign = symbol in _MAY_BE_SIGN and (not before.strip() or before.rstrip()[-1] in "(=<>≤≥≠,")
    return f" {symbol} " if symbol in _SPACED and not is_sign else symbol


def _script(text: str, sign: str) -> str:
    """A superscript or subscript in Unicode if its characters exist, else in linear notation."""
    small = _RAISED if sign == "^" else _LOWERED
    if text in {"°", "′"}:
        return text
    if text and all(letter in small for letter in text) and (sign == "^" or len(text) == 1 or not text.isalpha()):
        return "".join(small[letter] for letter in text)
    if sign == "_":
        return f" {text} "
    return f"^{text}" if len(text) == 1 else f"^({text})"


def _in_parentheses(text: str) -> str:
    """A single term as it is, any other in parentheses."""
    return text if _TERM.fullmatch(text) else f"({text})"
