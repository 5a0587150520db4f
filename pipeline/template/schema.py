"""What may stand in a template.toml, and where in it something stands that may not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import InputError, did_you_mean
from pipeline.model import CaptionStyle, MotionAmount, Transition
from pipeline.model.metadata import known_category
from pipeline.template.intro_outro import find_table_problems
from pipeline.template.layout_limits import find_limit_problem, limits_in
from pipeline.template.rows.dates import ORDERS
from pipeline.template.rows.field import TEXT_MAX_CHARS, Kind
from pipeline.template.rows.field import Field as RowField
from pipeline.template.rows.field_checks import find_field_problems
from pipeline.toml import describe_invalid_value, line_of, parse_toml

FileName = Annotated[str, Field(pattern=r"^[\w-]+\.jinja$")]

# What those are that have to look like something.
_NAMED = {
    "logo": "the name of a PNG beside template.toml",
    "heading_font": "the name of a TTF or OTF file beside template.toml, or of a family that is installed",
    "text_font": "the name of a TTF or OTF file beside template.toml, or of a family that is installed",
    "language": "a language tag like en, de or pt-BR",
    "category": "a number like 28",
    "currency": "a currency like EUR",
    "order": "one of " + ", ".join(ORDERS),
    "[key]": "a name of small letters, digits and _",
}
# Any other text that has to.
_FILE = "the name of a .jinja file beside template.toml"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class PromptTable(_Table):
    """Jinja2 files that become the messages to a model."""

    system: FileName = "system.jinja"
    user: FileName = "user.jinja"


class MetadataTable(_Table):
    """What goes beside the film when it is published."""

    description: FileName = "description.jinja"
    # What the film is called there, and everything that stands below it; none: as the script calls it, and the
    # description with what belongs below it.
    title: FileName | None = None
    page: FileName | None = None
    tags: list[str] = []
    hashtags: Annotated[list[str], Field(max_length=15)] = []
    # These go before the settings of the host.
    category: Annotated[str, Field(pattern=r"^\d{1,3}$"), AfterValidator(known_category)] | None = None
    made_for_kids: bool | None = None
    synthetic_media: bool | None = None
    notify_subscribers: bool | None = None
    license: Literal["youtube", "creativeCommon"] | None = None
    embeddable: bool | None = None


class AssetsTable(_Table):
    """What the template brings along beside its texts. The brand of a workspace goes before it."""

    # A PNG beside template.toml.
    logo: Annotated[str, Field(pattern=r"^([^/\\]+\.png)?$")] = ""
    # TTF or OTF files beside it, or families that are installed.
    heading_font: Annotated[str, Field(pattern=r"^[^/\\]*$")] = ""
    text_font: Annotated[str, Field(pattern=r"^[^/\\]*$")] = ""


class FieldTable(_Table):
    """What a template wants to know of each row: one [fields.NAME]."""

    type: Kind = "text"
    required: bool = False
    # As it would stand in a cell, where the cell is empty; or Jinja2 over the other fields.
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
        return RowField(
            name=name,
            kind=self.type,
            required=self.required,
            default=self.default,
            derived=self.derived,
            help=self.help,
            max_chars=self.max_chars,
            minimum=self.min,
            maximum=self.max,
            choices=tuple(self.choices),
            currency=self.currency,
            order=self.order,
        )


class TemplateFile(_Table):
    """A whole template.toml."""

    title: Annotated[str, Field(min_length=1, max_length=80)]
    description: Annotated[str, Field(max_length=300)] = ""
    theme: Annotated[str, Field(min_length=1)] = "midnight"
    captions: CaptionStyle = "karaoke"
    transition: Transition = "cut"
    # How much moves; None: as the theme says.
    motion: MotionAmount | None = None
    # A file in music/ of the workspace, or "auto", where neither brief nor settings name one.
    music: str = ""
    # How strictly its films are judged, where the settings do not say: draft, standard, strict, or one of the user's.
    profile: Annotated[str, Field(max_length=40)] = ""
    # Of the texts in [intro] and [outro]: films in other languages go without them.
    language: Annotated[str, Field(pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]+)*)?$")] = ""
    # Which layout opens a film and which one closes it, and texts of it by default.
    intro: dict[str, str] = {}
    outro: dict[str, str] | None = None
    assets: AssetsTable = AssetsTable()
    prompt: PromptTable = PromptTable()
    metadata: MetadataTable = MetadataTable()
    # The layouts a film may use; a table that is missing is a layout that is not used. See `limits`.
    layouts: dict[str, dict[str, Any]]
    # For campaigns: what a row has to tell, and which of that names it across days (empty: all of it).
    fields: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")], FieldTable] = {}
    key: str = ""

    @property
    def row_fields(self) -> tuple[RowField, ...]:
        """The tables [fields.NAME], in their order."""
        return tuple(table.named(name) for name, table in self.fields.items())

    @property
    def ends(self) -> dict[str, dict[str, str]]:
        """The tables [intro] and, if there is one, [outro], each with its layout."""
        ends = {"intro": {"layout": "title"} | self.intro}
        return ends if self.outro is None else {**ends, "outro": {"layout": "closing"} | self.outro}


def parse_template_file(text: str, *, path: str) -> TemplateFile:
    """`text` checked. Raises `InputError` with the line of the first thing that is wrong."""
    try:
        checked = TemplateFile.model_validate(parse_toml(text, path))
    except ValidationError as error:
        # A misspelt table is also a missing one; the misspelling is what helps.
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        keys = [str(part) for part in first["loc"]]
        where = f"{path}:{line_of(text, keys)}"
        if first["type"] == "extra_forbidden":
            hint = did_you_mean(keys[-1], _known_keys(keys[:-1]))
            raise InputError(f"unknown key {'.'.join(keys)}", where=where, hint=hint) from error
        looks = _NAMED.get(keys[-1], _FILE)
        told = ".".join(key for key in keys if key != "[key]")
        raise InputError(f"{told}: {describe_invalid_value(first, looks=looks)}", where=where) from error
    if wrong := find_limit_problem(checked.layouts):
        within, problem, hint = wrong
        keys = ["layouts", *within]
        named = ".".join(keys)
        what = f"{named}: {problem}" if problem else f"unknown {'layout' if len(keys) == 2 else 'key'} {named}"
        raise InputError(what, where=f"{path}:{line_of(text, keys)}", hint=hint)
    _check_ends(checked, text, path)
    for name, key, problem, hint in find_field_problems(checked.row_fields, checked.key):
        where = f"{path}:{line_of(text, ['fields', name, key] if name else [key])}"
        raise InputError(problem, where=where, hint=hint)
    return checked


def _check_ends(checked: TemplateFile, text: str, path: str) -> None:
    """Raise `InputError` for a first or last scene that the template's layouts can't show."""
    layouts = limits_in(checked.layouts)
    for name, table in checked.ends.items():
        for key, problem, hint in find_table_problems(table, layouts):
            raise InputError(f"{name}.{key}: {problem}", where=f"{path}:{line_of(text, [name, key])}", hint=hint)


def _known_keys(tables: Sequence[str]) -> list[str]:
    """The keys of the table with this path."""
    model: type[BaseModel] = TemplateFile
    rest = iter(tables)
    for name in rest:
        annotation = model.model_fields[name].annotation
        if get_origin(annotation) is dict:
            next(rest, "")  # whoever wrote the table named it
        kinds = (annotation, *get_args(annotation))
        model = next(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))
    return list(model.model_fields)
