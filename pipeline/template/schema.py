"""The schema of template.toml, with errors located by line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import InputError, did_you_mean
from pipeline.model import CaptionStyle, MotionAmount, Transition
from pipeline.model.metadata import known_category
from pipeline.template.layouts import find_limit_problem, find_table_problems, limits_in
from pipeline.template.rows.dates import ORDERS
from pipeline.template.rows.field import TEXT_MAX_CHARS, Kind
from pipeline.template.rows.field import Field as RowField
from pipeline.template.rows.field_checks import find_field_problems
from pipeline.toml import describe_invalid_value, line_of, parse_toml

FileName = Annotated[str, Field(pattern=r"^[\w-]+\.jinja$")]

# Descriptions of the values that have a pattern, by key.
_EXPECTED = {
    "logo": "the name of a PNG next to template.toml",
    "heading_font": "the name of a TTF or OTF file next to template.toml, or of an installed font family",
    "text_font": "the name of a TTF or OTF file next to template.toml, or of an installed font family",
    "language": "a language tag like en, de or pt-BR",
    "category": "a number like 28",
    "currency": "a currency like EUR",
    "order": "one of " + ", ".join(ORDERS),
    "[key]": "a name of lower-case letters, digits and _",
}
# For any other pattern.
_EXPECTED_FILE = "the name of a .jinja file next to template.toml"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class PromptTable(_Table):
    """The Jinja2 files of the system message and the user message."""

    system: FileName = "system.jinja"
    user: FileName = "user.jinja"


class MetadataTable(_Table):
    """The metadata of the published film."""

    description: FileName = "description.jinja"
    # The published title, and the whole text below the film; None: the script's title, and the description with its
    # usual additions.
    title: FileName | None = None
    page: FileName | None = None
    tags: list[str] = []
    hashtags: Annotated[list[str], Field(max_length=15)] = []
    # These override the settings of the host.
    category: Annotated[str, Field(pattern=r"^\d{1,3}$"), AfterValidator(known_category)] | None = None
    made_for_kids: bool | None = None
    synthetic_media: bool | None = None
    notify_subscribers: bool | None = None
    license: Literal["youtube", "creativeCommon"] | None = None
    embeddable: bool | None = None


class AssetsTable(_Table):
    """Logo and fonts of the template. The brand of a workspace overrides them."""

    # A PNG next to template.toml.
    logo: Annotated[str, Field(pattern=r"^([^/\\]+\.png)?$")] = ""
    # TTF or OTF files next to it, or installed font families.
    heading_font: Annotated[str, Field(pattern=r"^[^/\\]*$")] = ""
    text_font: Annotated[str, Field(pattern=r"^[^/\\]*$")] = ""


class FieldTable(_Table):
    """A [fields.NAME]: a field that the template expects of each row."""

    type: Kind = "text"
    required: bool = False
    # For empty cells: a value as written in a cell, or Jinja2 over the other fields.
    default: str = ""
    derived: str = ""
    help: Annotated[str, Field(max_length=300)] = ""
    max_chars: Annotated[int, Field(ge=1, le=20_000)] = TEXT_MAX_CHARS
    min: float | None = None
    max: float | None = None
    choices: list[Annotated[str, Field(min_length=1)]] = []
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""
    order: Annotated[str, Field(pattern=f"^({'|'.join(ORDERS)})?$")] = ""

    def named(self, name: str) -> RowField:
        """The field that it describes."""
        same = self.model_dump(exclude={"type", "min", "max", "choices"})
        return RowField(
            name=name, kind=self.type, minimum=self.min, maximum=self.max, choices=tuple(self.choices), **same
        )


class TemplateFile(_Table):
    """A whole template.toml."""

    title: Annotated[str, Field(min_length=1, max_length=80)]
    description: Annotated[str, Field(max_length=300)] = ""
    theme: Annotated[str, Field(min_length=1)] = "midnight"
    captions: CaptionStyle = "karaoke"
    transition: Transition = "cut"
    # The amount of motion; None: the theme's.
    motion: MotionAmount | None = None
    # A file in music/ of the workspace, or "auto"; used if neither brief nor settings name one.
    music: str = ""
    # The quality profile if the settings name none: draft, standard, strict, or one of the user's.
    profile: Annotated[str, Field(max_length=40)] = ""
    # The language of the texts in [intro] and [outro]; films in other languages do without them.
    language: Annotated[str, Field(pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]+)*)?$")] = ""
    # Layout and default texts of the first and the last scene.
    intro: dict[str, str] = {}
    outro: dict[str, str] | None = None
    assets: AssetsTable = AssetsTable()
    prompt: PromptTable = PromptTable()
    metadata: MetadataTable = MetadataTable()
    # The layouts that a film may use; a layout without a table is not used. See `layout_limits`.
    layouts: dict[str, dict[str, Any]]
    # For campaigns: the fields of a row, and the one that identifies it across runs (empty: all of them).
    fields: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")], FieldTable] = {}
    key: str = ""

    @property
    def row_fields(self) -> tuple[RowField, ...]:
        """The fields declared in [fields.NAME], in order."""
        return tuple(table.named(name) for name, table in self.fields.items())

    @property
    def intro_outro(self) -> dict[str, dict[str, str]]:
        """The tables [intro] and, if there is one, [outro], each with its layout."""
        tables = {"intro": {"layout": "title"} | self.intro}
        return tables if self.outro is None else {**tables, "outro": {"layout": "closing"} | self.outro}


def parse_template_file(text: str, *, path: str) -> TemplateFile:
    """Parse and validate a template.toml. Raises `InputError` with the line of the first error."""
    try:
        checked = TemplateFile.model_validate(parse_toml(text, path))
    except ValidationError as error:
        # A misspelt table is reported as missing, too; the misspelling is more helpful.
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        keys = [str(part) for part in first["loc"]]
        where = f"{path}:{line_of(text, keys)}"
        if first["type"] == "extra_forbidden":
            hint = did_you_mean(keys[-1], _known_keys(keys[:-1]))
            raise InputError(f"unknown key {'.'.join(keys)}", where=where, hint=hint) from error
        looks = _EXPECTED.get(keys[-1], _EXPECTED_FILE)
        path_of_keys = ".".join(key for key in keys if key != "[key]")
        raise InputError(f"{path_of_keys}: {describe_invalid_value(first, looks=looks)}", where=where) from error
    if wrong := find_limit_problem(checked.layouts):
        within, problem, hint = wrong
        keys = ["layouts", *within]
        named = ".".join(keys)
        what = f"{named}: {problem}" if problem else f"unknown {'layout' if len(keys) == 2 else 'key'} {named}"
        raise InputError(what, where=f"{path}:{line_of(text, keys)}", hint=hint)
    _check_intro_outro(checked, text, path)
    for name, key, problem, hint in find_field_problems(checked.row_fields, checked.key):
        where = f"{path}:{line_of(text, ['fields', name, key] if name else [key])}"
        raise InputError(problem, where=where, hint=hint)
    return checked


def _check_intro_outro(checked: TemplateFile, text: str, path: str) -> None:
    """Raise `InputError` for an [intro] or [outro] that does not match the template's layouts."""
    layouts = limits_in(checked.layouts)
    for name, table in checked.intro_outro.items():
        for key, problem, hint in find_table_problems(table, layouts):
            raise InputError(f"{name}.{key}: {problem}", where=f"{path}:{line_of(text, [name, key])}", hint=hint)


def _known_keys(tables: Sequence[str]) -> list[str]:
    """The keys of the table at this path."""
    model: type[BaseModel] = TemplateFile
    rest = iter(tables)
    for name in rest:
        annotation = model.model_fields[name].annotation
        if get_origin(annotation) is dict:
            next(rest, "")  # a name chosen by the author
        kinds = (annotation, *get_args(annotation))
        model = next(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))
    return list(model.model_fields)
