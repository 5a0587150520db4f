"""Finds text that viewers must not see or hear: unfilled placeholders, LLM self-references, mojibake, mark-up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.model import CodeScene, Script, texts_of

# How messages about placeholders begin.
UNFILLED_PLACEHOLDER = "an unfilled placeholder"
# Characters of context in messages.
_CONTEXT_CHARS = 24
_PLACEHOLDER = re.compile(
    r"\{\{.*?\}\}|\{\{|\}\}|\{%.*?%\}|\{#.*?#\}"  # Jinja2
    r"|\$\{\w[^}]*\}|<<\s*\w+\s*>>|%\(\w+\)[sd]|%%\w+%%|%(?:first|last|full|f|l|customer|company)_?name%"
    r"|\[(?:insert|your|placeholder|company name|first name|name here)\b[^\]]*\]|\blorem ipsum\b|\bconsectetur adipisc"
    r"|\*\|\w+\|\*|\{(?:(?:first|last|full|user|customer|company|product)_?name|name|company|product|topic|price)\}",
    re.IGNORECASE | re.DOTALL,
)
# Null values of Python, pandas, JavaScript and spreadsheets.
_NULL_VALUE = re.compile(r"None|nan|NaN|null|undefined|\[object Object\]|#N/A|#REF!")
# LLM self-references and refusals, in the first person only: a film about AI may say "as an AI model, it".
_SELF_REFERENCE = re.compile(
    r"\bas (?:an? )?(?:ai|artificial intelligence|(?:large )?language model)"
    r"(?: language)?(?: model| assistant| chatbot)?,? (?:i|i['’]m|my)\b"
    r"|\bi(?:['’]m| am) (?:just |only )?an? (?:ai\b|artificial intelligence|(?:large )?language model)"
    r"|\bi (?:can['’]?t|cannot|can not|am unable to) (?:assist|help|fulfill|comply) with (?:that|this|your)\b"
    r"|\bas of my (?:last|latest) (?:knowledge )?(?:update|cutoff)\b"
    r"|\b(?:sure|certainly|of course)[!,.] here(?:['’]s| is| are)\b"
    r"|\bals (?:ki|künstliche intelligenz|(?:großes )?sprachmodell)\w*(?:-\w+)?,? (?:kann|bin|habe|darf) ich\b"
    r"|\ben tant qu(?:['’]ia|e modèle de langage)\b[^.]{0,20}\bje\b"
    r"|\bcomo (?:una? )?(?:ia|inteligencia artificial|modelo de lenguaje)\b[^.]{0,20}\b(?:no puedo|yo)\b"
    r"|\bcomo (?:uma? )?(?:ia|inteligência artificial|modelo de linguagem)\b[^.]{0,20}\b(?:não posso|eu)\b"
    r"|\b(?:как|я)\s+(?:ии|языковая модель|искусственный интеллект),? (?:я|не могу)\b"
    r"|(?:作为|身为)(?:一个|一名)?(?:AI|人工智能|语言模型)[^。]{0,10}我|AI(?:言語モデル|アシスタント)?として、?(?:私|お手伝い)",
    re.IGNORECASE,
)
_JSON = re.compile(r'[{\[,]\s*"\w+"\s*:|^\s*[\[{]\s*"|"\s*[}\]]\s*$|\\n|\\u[0-9a-f]{4}', re.IGNORECASE)
_MARKDOWN = re.compile(
    r"^\s{0,3}#{1,6}\s|\*\*(?=\S)[^*\n]*[^\W\d][^*\n]*\*\*|```|^\s*(?:[-*+]|\d+\.)\s+\S.*\n\s*(?:[-*+]|\d+\.)\s|!?\[[^\]]*\]\((?:\w+:|[./#])|!\[[^\]]*\]\(",
    re.MULTILINE,
)
_MARKUP = re.compile(
    r"</?(?:b|i|u|p|br|div|span|strong|em|a|ul|li|h[1-6]|speak|break|prosody|emphasis|s|think)\b[^>]*/?>"
    r"|&(?:amp|lt|gt|quot|nbsp|apos|#\d+|#x[0-9a-f]+);",
    re.IGNORECASE,
)
_STAGE = re.compile(
    r"^\s*[\[(*](?:music|scene|cut to|fade|intro|outro|pause|narrator|voice ?over|sound)\b[^\])*]*[\])*]"
    r"|^\s*(?:narrator|voice ?over|host|speaker(?: \d+)?):\s",
    re.IGNORECASE,
)
# UTF-8 decoded as Windows-1252, and replacement characters. Ã and a quotation mark may end a word, but are never inside
# one; letters, daggers and opening quotation marks never follow such capitals.
_AFTER = "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_SMALL, _MARKS = "a-zß-öø-ÿ", "…‘“”«»°±™•›´·¸®©²³¹"
_MOJIBAKE = re.compile(
    rf"\ufffd|â€|ðŸ|[Â-Å][\x80-\x9f¡-ª¬-®´-º¼-¿]|Ã[¯-³]|Â°|(?:[Ã-ß][{_AFTER}]){{3,}}|(?:[à-ï][{_AFTER}]{{2}}){{2,}}"
    rf"|[ÂÃÄÅÇÈÎÏÐÑ][€‚ƒ„†‡ˆ‰Š‹ŒŽ˜šœžŸ]|(?<=[{_SMALL}])[Â-ÖØ-Þ][{_MARKS}–—’\xa0]|[ÂÃÄÅ][{_MARKS}](?=[{_SMALL}])|Ã–(?=\w)"
    rf"|Ä°(?=\w)|Ä±|â[‚„]|âœ[“”…˜]|ï»¿|[Â-ô][\x80-\x84\x86-\x9f]"
    # The same, decoded as Mac OS Roman or DOS code pages.
    rf"|√[§©®±´∂†°¶•º≠≥£¢∞∫ØÑñúüâëá]|‚Ä[ôúùìîò¶]|‚Ç¨|[ΓÔ]Ç[^\sA-Za-z]|[├┬][^\s─├┬│┐┤]",
)
# Wrong in any text. Third-party captions may contain the mark-up and stage directions of the other patterns.
_ALWAYS_WRONG = (
    (UNFILLED_PLACEHOLDER, _PLACEHOLDER),
    ("an AI self-reference", _SELF_REFERENCE),
    ("wrongly decoded characters", _MOJIBAKE),
)
_IS_JSON = re.compile(r'\s*\[?\s*\{\s*"\w+"\s*:.*[}\]]\s*$', re.DOTALL)
# Narrower patterns for captions, which mark songs with # and sounds with [“…” is playing].
_WRONG_IN_CAPTIONS = (
    *_ALWAYS_WRONG,
    ("JSON", re.compile(r'[{,]\s*"\w+"\s*:')),
    ("Markdown", re.compile(r"\*\*\w[^*\n]*\*\*")),
    ("mark-up", re.compile(r"&(?:amp|lt|gt|quot|nbsp|apos|#\d+|#x[0-9a-f]+);", re.IGNORECASE)),
)
# A question mark inside a word, in place of a non-ASCII letter; not the query of a URL.
_REPLACED_LETTER = re.compile(r"\b\w*[^\W\d_]\?[^\W\d_A-Z]\w*\b(?!=)")
_MIN_REPLACED = 3
_WRONG_IN_SCRIPTS = (
    *_ALWAYS_WRONG,
    ("JSON", _JSON),
    ("Markdown", _MARKDOWN),
    ("mark-up", _MARKUP),
    ("stage directions", _STAGE),
)


def find_artefacts(script: Script, cells: Sequence[str] = ()) -> Iterator[str]:
    """Artefacts in the spoken and displayed texts of a film, each with its place.

    Text from `cells`, the table row that the film is made from, is the user's, and accepted whatever it looks like.
    """
    known = _Cells(cells)
    for place, text in _texts(script):
        if artefact := find_artefact(text, known):
            yield f"{artefact} in {place}"


class _Cells:
    """The cells of a row that look like artefacts, to exempt them."""

    def __init__(self, cells: Sequence[str]) -> None:
        odd = sorted({" ".join(cell.split()) for cell in cells if find_artefact(cell)}, key=len, reverse=True)
        self._all = "\n".join(odd).casefold()
        # The longest first: one may be part of another.
        self._whole = re.compile("|".join(map(re.escape, odd)), re.IGNORECASE) if odd else None

    def removed_from(self, text: str) -> str:
        """A text without these cells."""
        return self._whole.sub("…", text) if self._whole else text

    def contain(self, part: str) -> bool:
        """Whether a text is part of a cell: a long cell may be split into sentences."""
        return " ".join(part.split()).casefold() in self._all


def find_artefact(text: str, cells: _Cells | None = None) -> str:
    """The first artefact in a text that does not come from `cells`, with some context; empty: none."""
    text = cells.removed_from(text) if cells else text
    if _NULL_VALUE.fullmatch(text.strip()):
        return f"no value (“{text.strip()}”)"
    return _first_match(text, _WRONG_IN_SCRIPTS, cells)


def find_mojibake(text: str) -> str:
    """The first word that was decoded with the wrong encoding; empty: none."""
    found = None if text.isascii() else _MOJIBAKE.search(text)
    return next((word for word in text.split() if _MOJIBAKE.search(word)), found[0]) if found else ""


def find_prose_artefact(text: str) -> str:
    """The first artefact in a title or description: a null value, JSON as a whole, or as in any text; empty: none."""
    if _NULL_VALUE.fullmatch(text.strip()):
        return f"no value (“{text.strip()}”)"
    if _IS_JSON.match(text):
        return f"JSON (“{text.strip()[:_CONTEXT_CHARS]}”)"
    return _first_match(text, _ALWAYS_WRONG)


def find_caption_artefact(text: str) -> str:
    """The first artefact in a caption; empty: none."""
    return _first_match(text, _WRONG_IN_CAPTIONS)


def find_replaced_letters(text: str) -> str:
    """The first of at least three words with a question mark in place of a letter; empty: none."""
    found = _REPLACED_LETTER.findall(text)
    return found[0] if len(found) >= _MIN_REPLACED else ""


def _first_match(text: str, patterns: Iterable[tuple[str, re.Pattern[str]]], cells: _Cells | None = None) -> str:
    for name, pattern in patterns:
        for match in pattern.finditer(text):
            if cells and cells.contain(match[0]):
                continue
            start, end = max(0, match.start() - _CONTEXT_CHARS // 2), match.end() + _CONTEXT_CHARS // 2
            return f"{name} (“{' '.join(text[start:end].split())}”)"
    return ""


def _texts(script: Script) -> Iterator[tuple[str, str]]:
    yield from (("the title", script.title), ("the thumbnail", script.thumbnail_text))
    yield "the description", script.description
    yield from (("a tag", tag) for tag in script.tags)
    for number, scene in enumerate(script.scenes, start=1):
        for line in scene.lines:
            yield f"scene {number}, spoken", line.text
        for shown in texts_of(scene):
            # Code may contain anything.
            if not (isinstance(scene, CodeScene) and shown.name == "code"):
                yield f"scene {number}, {shown.name.replace('_', ' ')}", shown.text
