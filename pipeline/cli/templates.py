"""`nightreel templates`: what films can look like, and making templates of one's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from pipeline.choices import Shape
from pipeline.cli.options import CommonOptions, TypedPath
from pipeline.cli.output import say

if TYPE_CHECKING:
    from pipeline.template import Field, Template

templates = App(
    name="templates", help="See what films can look like, and make templates of your own.", help_epilogue=""
)


@templates.command(name="list")
def list_all(*, place: CommonOptions = CommonOptions()) -> int:
    """List the templates that --template takes: those of the workspace, and those that are built in."""
    from rich.markup import escape
    from rich.table import Table

    from pipeline.cli.console import Console
    from pipeline.cli.session import open_session
    from pipeline.cli.summary import print_json
    from pipeline.errors import EXIT_OK
    from pipeline.orchestrator.templates.catalogue import is_builtin, list_templates

    context = open_session(place, {}).context
    found = list_templates(context)
    usual = context.settings.template
    if place.json:
        print_json([_in_short(each, usual) for each in found])
        return EXIT_OK
    table = Table(box=None, pad_edge=False, show_header=False)
    for is_wrapped in (False, False, True):
        table.add_column(no_wrap=not is_wrapped)
    for each in found:
        if isinstance(each, tuple):
            table.add_row(f"[bold]{escape(each[0])}[/]", "", f"[red]{escape(each[1])}[/]")
            continue
        whose = "" if is_builtin(each) else " (yours)"
        default = " (default)" if each.name == usual else ""
        table.add_row(
            f"[bold]{escape(each.name)}[/]", escape(each.theme), f"{escape(each.description)}[dim]{whose}{default}[/]"
        )
    Console(highlight=False).print_table(table)
    return EXIT_OK


@templates.command
def show(name: str, /, *, place: CommonOptions = CommonOptions()) -> int:
    """Show what a template allows and asks: its layouts with their limits, its look, and the fields of a table's row.

    Parameters
    ----------
    name
        Name of a template, or its folder.
    """
    from rich.markup import escape

    from pipeline.cli.console import Console
    from pipeline.cli.session import open_session
    from pipeline.cli.summary import print_json
    from pipeline.errors import EXIT_OK
    from pipeline.orchestrator.templates.catalogue import find_template

    context = open_session(place, {}).context
    template = find_template(context, name)
    if place.json:
        print_json(_in_full(template, context.settings.template))
        return EXIT_OK
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]{escape(template.title)}[/]  {escape(template.description)}")
    ends = f"{template.first_layout} … {template.last_layout or 'anything'}"
    facts = {
        "folder": template.folder,
        "theme": template.theme,
        "captions": template.captions,
        "transition": template.transition,
        "motion": template.motion or "as the theme says",
        "music": template.music or "none",
        "from … to": ends,
        "tags": ", ".join(template.tags) or "none",
        **dict(template.assets),
    }
    for key, value in facts.items():
        console.print(f"  {key:<12} {escape(value)}")
    console.print()
    width = max((len(layout.name) for layout in template.layouts), default=0)
    for layout in template.layouts:
        limits = ", ".join(f"{field} {limit}" for field, limit in layout.max_chars)
        items = f"; up to {layout.max_items} items" if layout.max_items else ""
        console.print(
            f"  [bold]{layout.name:<{width}}[/]  {escape(layout.use)}\n  {'':{width}}  [dim]{limits}{items}[/]"
        )
    for line in _told_fields(template):
        console.print(line)
    return EXIT_OK


def _told_fields(template: Template) -> Iterator[str]:
    """What it asks of a row of a table, and the languages in which it makes the film of one by itself."""
    from rich.markup import escape

    from pipeline.sources.campaign import row_fields

    scripts = ", ".join(script.language for script in template.script_templates)
    wrote = f"a film of each row by script.toml ({scripts})" if scripts else "a brief of each row, for whoever writes"
    yield f"\nOf a table, {escape(wrote)}:"
    fields = row_fields(template)
    width = max(map(len, (field.name for field in fields)), default=0)
    for field in fields:
        key = ", names the row" if field.name == template.key else ""
        need = "required" if field.required else "derived" if field.derived else f"default {field.default}"
        need = need if field.required or field.derived or field.default else "may be empty"
        kind = " | ".join(field.choices) if field.choices else field.kind
        told = f"  [dim]{escape(field.help)}[/]" if field.help else ""
        yield f"  [bold]{escape(field.name):<{width}}[/]  {escape(kind)}, {escape(need)}{key}{told}"


@templates.command
def new(
    name: str,
    /,
    *,
    origin: Annotated[str, Parameter(name="--from")] = "explainer",
    place: CommonOptions = CommonOptions(),
) -> int:
    """Make a template of your own in templates/ of the workspace, as a copy of another one.

    Parameters
    ----------
    name
        What it is called: small letters, digits and hyphens.
    origin
        The template that it begins as. Default: explainer.
    """
    from pipeline.cli.session import open_session
    from pipeline.cli.summary import print_json
    from pipeline.errors import EXIT_OK
    from pipeline.orchestrator.templates.catalogue import copy_template, find_template

    context = open_session(place, {}).context
    files = copy_template(context, name, origin=origin)
    if place.json:
        print_json({"name": name, "folder": files[0].parent, "files": files})
        return EXIT_OK
    say(f"{files[0].parent}: {', '.join(path.name for path in files)}")
    if not find_template(context, name).script_templates:
        say("It has no script.toml: a row of a table becomes a brief, and whoever writes scripts writes its film.")
        say("A template that makes the films of rows by itself begins with --from offer or --from product.")
    say(f"Next: edit them, then nightreel templates check {name} && nightreel templates preview {name}")
    return EXIT_OK


@templates.command
def check(name: str, /, *, place: CommonOptions = CommonOptions()) -> int:
    """Say what is wrong with a template: unknown fields, broken Jinja2, missing fonts, faint colours, texts too long.

    Parameters
    ----------
    name
        Name of a template, or its folder.
    """
    import sys
    from dataclasses import asdict

    from pipeline.cli.escaping import printable
    from pipeline.cli.session import open_session
    from pipeline.cli.summary import print_json
    from pipeline.errors import EXIT_OK, InputError
    from pipeline.orchestrator.templates.validation import check_template

    faults = check_template(open_session(place, {}).context, name)
    if place.json:
        print_json([asdict(fault) for fault in faults])
    else:
        for fault in faults:
            say(printable(str(fault)), file=sys.stderr)
        fields = ", ".join(f"{each.name}{'*' if each.required else ''}" for each in _fields_of(place, name, faults))
        say(f"{name}: {len(faults)} to mend" if faults else f"{name}: nothing to mend")
        if fields:
            say(f"Fields of a row (* required): {fields}")
    return InputError.exit_code if faults else EXIT_OK


def _fields_of(place: CommonOptions, name: str, faults: Sequence[object]) -> Sequence[Field]:
    """What a template asks of a row; of one with faults nobody knows."""
    from pipeline.cli.session import open_session
    from pipeline.orchestrator.templates.catalogue import find_template
    from pipeline.sources.campaign import row_fields

    return () if faults else row_fields(find_template(open_session(place, {}).context, name))


@templates.command
def preview(
    name: str,
    /,
    *,
    format: Shape | None = None,  # noqa: A002 - the name of the flag
    theme: str | None = None,
    output: TypedPath | None = None,
    place: CommonOptions = CommonOptions(),
) -> int:
    """Draw what a template looks like: the end of a scene of each of its layouts, on one sheet.

    Parameters
    ----------
    name
        Name of a template, or its folder.
    format
        Only this shape of the picture; default: 16:9, 9:16 and 1:1 side by side.
    theme
        In the colours of this theme; default: the template's.
    output
        The file, FILE.png or FILE.jpg. Default: preview-NAME.png in output/ of the workspace.
    """
    from pipeline.cli.session import open_session
    from pipeline.cli.summary import print_json
    from pipeline.errors import EXIT_OK, InputError
    from pipeline.orchestrator.templates.catalogue import find_template
    from pipeline.orchestrator.templates.preview import PREVIEWED
    from pipeline.orchestrator.templates.preview import preview as draw

    if output and output.suffix.lower() not in {".png", ".jpg", ".jpeg"}:
        raise InputError("is no picture", where=str(output), hint="Write FILE.png or FILE.jpg")
    context = open_session(place, {}).context
    template = find_template(context, name)
    path = output or context.workspace / "output" / f"preview-{template.name}.png"
    draw(context, template, path, shapes=(format,) if format else PREVIEWED, theme=theme or "")
    if place.json:
        print_json({"name": template.name, "preview": path})
    else:
        print(path)
    return EXIT_OK


def _in_short(each: Template | tuple[str, str], usual: str) -> dict[str, object]:
    if isinstance(each, tuple):
        return {"name": each[0], "problem": each[1]}
    return _in_full(each, usual)


def _in_full(template: Template, usual: str) -> dict[str, object]:
    from pipeline.orchestrator.templates.catalogue import is_builtin
    from pipeline.sources.campaign import row_fields

    layouts = [
        {"name": layout.name, "use": layout.use, "max_chars": dict(layout.max_chars), "max_items": layout.max_items}
        for layout in template.layouts
    ]
    return {
        "name": template.name,
        "title": template.title,
        "description": template.description,
        "folder": template.folder,
        "built_in": is_builtin(template),
        "default": template.name == usual,
        "theme": template.theme,
        "captions": template.captions,
        "transition": template.transition,
        "motion": template.motion,
        "assets": dict(template.assets),
        "music": template.music,
        "first_layout": template.first_layout,
        "last_layout": template.last_layout,
        "tags": list(template.tags),
        "layouts": layouts,
        "key": template.key,
        "fields": [_field(each) for each in row_fields(template)],
        "scripts": [script.language for script in template.script_templates],
    }


def _field(field: Field) -> dict[str, object]:
    """A field for JSON: only what its template says of it."""
    from dataclasses import asdict

    told = {key: value for key, value in asdict(field).items() if value not in ("", (), None)}
    return {"name": field.name, "type": told.pop("kind"), **told}
