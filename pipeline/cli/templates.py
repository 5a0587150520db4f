"""`nightreel templates`: list, inspect, create and check templates."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from pipeline.choices import Shape
from pipeline.cli.escaping import printable
from pipeline.cli.options import CommonOptions, TypedPath
from pipeline.cli.output import print_json, say
from pipeline.errors import EXIT_OK, InputError
from pipeline.language.text import counted

if TYPE_CHECKING:
    from pipeline.cli.console import Console
    from pipeline.template import Field, Template

templates = App(name="templates", help="List, preview and check templates, and create your own.", help_epilogue="")


@templates.command(name="list")
def list_all(*, common: CommonOptions = CommonOptions()) -> int:
    """List the templates for --template: built-in ones, and those of the workspace."""
    from rich.markup import escape
    from rich.table import Table

    from pipeline.cli.console import Console
    from pipeline.cli.session import open_session
    from pipeline.orchestrator.templates.catalogue import is_builtin, list_templates

    context = open_session(common, {}).context
    found = list_templates(context)
    usual = context.settings.template
    if common.json:
        print_json(
            [
                {"name": each[0], "problem": each[1]} if isinstance(each, tuple) else _in_full(each, usual)
                for each in found
            ]
        )
        return EXIT_OK
    table = Table(box=None, pad_edge=False, show_header=False)
    for is_wrapped in (False, False, True):
        table.add_column(no_wrap=not is_wrapped)
    for each in found:
        if isinstance(each, tuple):
            table.add_row(f"[bold]{escape(each[0])}[/]", "", f"[red]{escape(each[1])}[/]")
            continue
        about = f"[dim]{'' if is_builtin(each) else ' (yours)'}{' (default)' if each.name == usual else ''}[/]"
        table.add_row(f"[bold]{escape(each.name)}[/]", escape(each.theme), f"{escape(each.description)}{about}")
    Console(highlight=False).print_table(table)
    return EXIT_OK


@templates.command
def show(name: str, /, *, common: CommonOptions = CommonOptions()) -> int:
    """Show a template: its look, its layouts with their limits, and the table fields that it uses.

    Parameters
    ----------
    name
        Name or folder of a template.
    """
    from rich.markup import escape

    from pipeline.cli.console import Console
    from pipeline.cli.session import open_session
    from pipeline.orchestrator.templates.catalogue import find_template

    context = open_session(common, {}).context
    template = find_template(context, name)
    if common.json:
        print_json(_in_full(template, context.settings.template))
        return EXIT_OK
    console = Console(highlight=False)
    console.print_words(f"[bold]{escape(template.title)}[/]  {escape(template.description)}")
    ends = f"{template.first_layout} … {template.last_layout or 'anything'}"
    facts = {
        "folder": template.folder,
        "theme": template.theme,
        "captions": template.captions,
        "transition": template.transition,
        "motion": template.motion or "from the theme",
        "music": template.music or "none",
        "begins, ends": ends,
        "tags": ", ".join(template.tags) or "none",
        **dict(template.assets),
    }
    for key, value in facts.items():
        console.print_words(escape(value), indent=16, head=f"  {key}")
    console.print()
    width = max((len(layout.name) for layout in template.layouts), default=0)
    for layout in template.layouts:
        limits = ", ".join(f"{field} {limit}" for field, limit in layout.max_chars)
        items = f"; up to {layout.max_items} items" if layout.max_items else ""
        console.print_words(escape(layout.use), indent=width + 4, head=f"  [bold]{layout.name}[/]")
        console.print_words(f"[dim]{limits}{items}[/]", indent=width + 4)
    _print_fields(template, console)
    return EXIT_OK


def _print_fields(template: Template, console: Console) -> None:
    """Print the table fields of a template, and the languages of its script templates."""
    from rich.markup import escape

    from pipeline.sources.campaign import row_fields

    scripts = ", ".join(script.language for script in template.script_templates)
    wrote = f"a film for each row, by script.toml ({scripts})" if scripts else "a brief for each row, for the writer"
    console.print_words(f"\nFrom a table: {escape(wrote)}")
    fields = row_fields(template)
    width = max(map(len, (field.name for field in fields)), default=0)
    for field in fields:
        key = ", key of the row" if field.name == template.key else ""
        need = "required" if field.required else "derived" if field.derived else f"default {field.default}"
        need = need if field.required or field.derived or field.default else "optional"
        kind = " | ".join(field.choices) if field.choices else field.kind
        told = f"  [dim]{escape(field.help)}[/]" if field.help else ""
        about = f"{escape(kind)}, {escape(need)}{key}{told}"
        console.print_words(about, indent=width + 4, head=f"  [bold]{escape(field.name)}[/]")


@templates.command
def new(
    name: str,
    /,
    *,
    origin: Annotated[str, Parameter(name="--from")] = "explainer",
    common: CommonOptions = CommonOptions(),
) -> int:
    """Create a template in templates/ of the workspace, as a copy of another one.

    Parameters
    ----------
    name
        Name of the new template: lower-case letters, digits and hyphens.
    origin
        The template to copy. Default: explainer.
    """
    from pipeline.cli.session import open_session
    from pipeline.orchestrator.templates.catalogue import copy_template, find_template

    context = open_session(common, {}).context
    files = copy_template(context, name, origin=origin)
    if common.json:
        print_json({"name": name, "folder": files[0].parent, "files": files})
        return EXIT_OK
    say(f"{files[0].parent}: {', '.join(path.name for path in files)}")
    if not find_template(context, name).script_templates:
        say("It has no script.toml: each row of a table becomes a brief, for which a script has to be written.")
        say("For a template that makes films of rows without a writer, use --from offer or --from product.")
    say(f"Next: edit them, then nightreel templates check {name} && nightreel templates preview {name}")
    return EXIT_OK


@templates.command
def check(name: str, /, *, common: CommonOptions = CommonOptions()) -> int:
    """Check a template: unknown fields, Jinja2 errors, missing fonts, low contrast, text limits that don't fit.

    Parameters
    ----------
    name
        Name or folder of a template.
    """
    from pipeline.cli.session import open_session
    from pipeline.orchestrator.templates.catalogue import find_template
    from pipeline.orchestrator.templates.validation import check_template
    from pipeline.sources.campaign import row_fields

    context = open_session(common, {}).context
    problems = check_template(context, name)
    if common.json:
        print_json(problems)
        return InputError.exit_code if problems else EXIT_OK
    for problem in problems:
        say(printable(str(problem)), file=sys.stderr)
    say(f"{name}: {counted(len(problems), 'problem')}" if problems else f"{name}: no problems")
    if not problems and (fields := row_fields(find_template(context, name))):
        names = ", ".join(each.name + "*" * each.required for each in fields)
        say(f"Fields of a row (* required): {names}")
    return InputError.exit_code if problems else EXIT_OK


@templates.command
def preview(
    name: str,
    /,
    *,
    format: Shape | None = None,  # noqa: A002 - the name of the flag
    theme: str | None = None,
    output: TypedPath | None = None,
    common: CommonOptions = CommonOptions(),
) -> int:
    """Draw a contact sheet of a template: the last frame of a sample scene for each layout.

    Parameters
    ----------
    name
        Name or folder of a template.
    format
        Only this aspect ratio. Default: 16:9, 9:16 and 1:1 side by side.
    theme
        Use this theme. Default: the template's.
    output
        The file, FILE.png or FILE.jpg. Default: preview-NAME.png in output/ of the workspace.
    """
    from pipeline.cli.session import open_session
    from pipeline.orchestrator.templates.catalogue import find_template
    from pipeline.orchestrator.templates.preview import PREVIEWED
    from pipeline.orchestrator.templates.preview import preview as draw

    if output and output.suffix.lower() not in {".png", ".jpg", ".jpeg"}:
        raise InputError("is not a PNG or JPEG file", where=str(output), hint="Write FILE.png or FILE.jpg")
    context = open_session(common, {}).context
    template = find_template(context, name)
    path = output or context.workspace / "output" / f"preview-{template.name}.png"
    draw(context, template, path, shapes=(format,) if format else PREVIEWED, theme=theme or "")
    if common.json:
        print_json({"name": template.name, "preview": path})
    else:
        print(path)
    return EXIT_OK


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
    """A field for JSON, without empty values."""
    values = {key: value for key, value in asdict(field).items() if value not in ("", (), None)}
    return {"name": field.name, "type": values.pop("kind"), **values}
