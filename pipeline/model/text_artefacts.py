"""What no viewer should read or hear: fields that nobody filled, what a model says of itself, mark-up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.model import CodeScene, Script, texts_of

# A few words of the text are shown around what was found.
_SHOWN = 24
_FIELD = re.compile(
    r"\{\{.*?\}\}|\{\{|\}\}|\{%.*?%\}|\{#.*?#\}"  # Jinja2
    r"|\$\{\w[^}]*\}|<<\s*\w+\s*>>|%\(\w+\)[sd]|%%\w+%%|%(?:first|last|full|f|l|customer|company)_?name%"
    r"|\[(?:insert|your|placeholder|company name|first name|name here)\b[^\]]*\]|\blorem ipsum\b|\bconsectetur adipisc"
    r"|\*\|\w+\|\*|\{(?:(?:first|last|full|user|customer|company|product)_?name|name|company|product|topic|price)\}",
    re.IGNORECASE | re.DOTALL,
)
# A value that was none, as Python, pandas and JavaScript write it; "None" is also a word.
_NO_VALUE = re.compile(r"None|nan|NaN|null|undefined|\[object Object\]|#N/A|#REF!")
# What models say of themselves, in the first person: a film about them may well say "as an AI model, it".
_MODEL = re.compile(
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
# UTF-8 that was read as Windows-1252, and what was lost in between. Ã and a quotation mark may end a word, and stand in
# none; letters, daggers and opening quotation marks never follow a capital like these.
_AFTER = "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_SMALL, _MARKS = "a-zß-öø-ÿ", "…‘“”«»°±™•›´·¸®©²³¹"
_GARBLED = re.compile(
    rf"\ufffd|â€|ðŸ|[Â-Å][\x80-\x9f¡-ª¬-®´-º¼-¿]|Ã[¯-³]|Â°|(?:[Ã-ß][{_AFTER}]){{3,}}|(?:[à-ï][{_AFTER}]{{2}}){{2,}}"
    rf"|[ÂÃÄÅÇÈÎÏÐÑ][€‚ƒ„†‡ˆ‰Š‹ŒŽ˜šœžŸ]|(?<=[{_SMALL}])[Â-ÖØ-Þ][{_MARKS}–—’\xa0]|[ÂÃÄÅ][{_MARKS}](?=[{_SMALL}])|Ã–(?=\w)"
    rf"|Ä°(?=\w)|Ä±|â[‚„]|âœ[“”…˜]|ï»¿|[Â-ô][\x80-\x84\x86-\x9f]"
    # The same, read as an old Mac or DOS would.
    rf"|√[§©®±´∂†°¶•º≠≥£¢∞∫ØÑñúüâëá]|‚Ä[ôúùìîò¶]|‚Ç¨|[ΓÔ]Ç[^\sA-Za-z]|[├┬][^\s─├┬│┐┤]",
)
# Nowhere meant for viewers; captions by anybody may well have the marks and directions of the others.
_NOT_SAID = (
    ("a field that nobody filled", _FIELD),
    ("what a model says of itself", _MODEL),
    ("letters in a wrong encoding", _GARBLED),
)
_IS_JSON = re.compile(r'\s*\[?\s*\{\s*"\w+"\s*:.*[}\]]\s*$', re.DOTALL)
# A key of JSON, and what is bold in Markdown: of song and of sounds, captions have # and [“…” is playing].
_NOT_IN_CAPTIONS = (
    *_NOT_SAID,
    ("JSON", re.compile(r'[{,]\s*"\w+"\s*:')),
    ("Markdown", re.compile(r"\*\*\w[^*\n]*\*\*")),
    ("mark-up", re.compile(r"&(?:amp|lt|gt|quot|nbsp|apos|#\d+|#x[0-9a-f]+);", re.IGNORECASE)),
)
# Letters that ASCII does not have; not what an address asks.
_LOST = re.compile(r"\b\w*[^\W\d_]\?[^\W\d_A-Z]\w*\b(?!=)")
_MANY_LOST = 3
_KINDS = (
    *_NOT_SAID,
    ("JSON", _JSON),
    ("Markdown", _MARKDOWN),
    ("mark-up", _MARKUP),
    ("stage directions", _STAGE),
)


def find_artefacts(script: Script, cells: Sequence[str] = ()) -> Iterator[str]:
    """What is left in what a film says and shows that was never meant for viewers, each with its place.

    What stands in `cells`, those of the row that it is made of, is somebody's text, whatever it looks like.
    """
    known = _Cells(cells)
    for place, said in _texts(script):
        if leftover := find_artefact(said, known):
            yield f"{leftover} in {place}"


class _Cells:
    """What a row says, in the cells that could be taken for something that was left."""

    def __init__(self, cells: Sequence[str]) -> None:
        odd = sorted({" ".join(cell.split()) for cell in cells if find_artefact(cell)}, key=len, reverse=True)
        self._all = "\n".join(odd).casefold()
        # The longest first: one may be a part of another.
        self._whole = re.compile("|".join(map(re.escape, odd)), re.IGNORECASE) if odd else None

    def left_out_of(self, said: str) -> str:
        """A text without what these cells say in it."""
        return self._whole.sub("…", said) if self._whole else said

    def say(self, part: str) -> bool:
        """Whether it is a part of one of them: a long one is told in several sentences."""
        return " ".join(part.split()).casefold() in self._all


def find_artefact(said: str, cells: _Cells | None = None) -> str:
    """What does not belong into a text and is not in `cells`, with a few words around it; empty: nothing."""
    said = cells.left_out_of(said) if cells else said
    if _NO_VALUE.fullmatch(said.strip()):
        return f"no value (“{said.strip()}”)"
    return _found(said, _KINDS, cells)


def find_mojibake(said: str) -> str:
    """The first word of a text that was read in another encoding than it was written in; empty: there is none."""
    found = None if said.isascii() else _GARBLED.search(said)
    return next((word for word in said.split() if _GARBLED.search(word)), found[0]) if found else ""


def find_unsaid(said: str) -> str:
    """The same of captions by anybody, which may well have marks and directions."""
    return _found(said, _NOT_SAID)


def find_prose_artefact(said: str) -> str:
    """What nobody tells of a film: as `find_unsaid`, no value, and what is JSON from its beginning to its end."""
    if _NO_VALUE.fullmatch(said.strip()):
        return f"no value (“{said.strip()}”)"
    if _IS_JSON.match(said):
        return f"JSON (“{said.strip()[:_SHOWN]}”)"
    return find_unsaid(said)


def find_caption_artefact(said: str) -> str:
    """What nobody says in one caption, as `find_unsaid` and what a program has written."""
    return _found(said, _NOT_IN_CAPTIONS)


def find_replaced_letters(said: str) -> str:
    """The first of several words in which a question mark stands for a letter; empty: there are none."""
    found = _LOST.findall(said)
    return found[0] if len(found) >= _MANY_LOST else ""


def _found(said: str, kinds: Iterable[tuple[str, re.Pattern[str]]], cells: _Cells | None = None) -> str:
    for kind, pattern in kinds:
        for match in pattern.finditer(said):
            if cells and cells.say(match[0]):
                continue
            start, end = max(0, match.start() - _SHOWN // 2), match.end() + _SHOWN // 2
            return f"{kind} (“{' '.join(said[start:end].split())}”)"
    return ""


def _texts(script: Script) -> Iterator[tuple[str, str]]:
    yield from (("the title", script.title), ("the thumbnail", script.thumbnail_text))
    yield "the description", script.description
    yield from (("a tag", tag) for tag in script.tags)
    for number, scene in enumerate(script.scenes, start=1):
        for line in scene.lines:
            yield f"scene {number}, spoken", line.text
        for shown in texts_of(scene):
            # A program may hold anything.
            if not (isinstance(scene, CodeScene) and shown.name == "code"):
                yield f"scene {number}, {shown.name.replace('_', ' ')}", shown.text
