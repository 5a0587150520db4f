"""Options for opening tables and reading their rows, from the settings and flags of a command."""

from __future__ import annotations

from pipeline.errors import InputError, did_you_mean
from pipeline.language.tags import DEFAULT_LANGUAGE
from pipeline.model import Brief
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.naming import FolderPattern
from pipeline.script import script_template_for
from pipeline.settings import Settings
from pipeline.sources.campaign import CampaignReader, OptionColumns, TemplateRule, column_names, row_fields
from pipeline.sources.tables import Table, TableOptions, normalise_name
from pipeline.sources.urls import Endpoint


def table_form(context: RunContext) -> TableOptions:
    """How to open a table: delimiter, encoding, expected column names etc. Reads templates, and blocks."""
    campaign, source = context.settings.campaign, context.settings.source
    pairs = (*campaign.map, *campaign.columns)
    mapped = {normalise_name(pair.rpartition("=")[0]) for pair in pairs} | {normalise_name(campaign.key)} - {""}
    templates = [context.template(Brief(title="", template=name)) for name in _templates(context)]
    return TableOptions(
        delimiter="\t" if campaign.delimiter == "tab" else campaign.delimiter,
        encoding=campaign.encoding,
        has_header={"yes": True, "no": False}.get(campaign.header),
        expected_columns=frozenset(normalise_name(field.name) for each in templates for field in row_fields(each))
        | mapped,
        sheet=source.sheet,
        query=source.query,
        password=source.password.get_secret_value() if source.password else "",
        timeout_s=source.timeout_s,
        most_bytes=int(source.most_mb * 1e6),
        rows_at=source.rows_at,
    )


def service_endpoint(address: str, settings: Settings) -> Endpoint:
    """The options of an HTTP API with pagination."""
    source = settings.source
    return Endpoint(
        address=address,
        api_key=source.api_key.get_secret_value() if source.api_key else "",
        api_key_header=source.api_key_header,
        allowed=source.allow,
        next_at=source.next_at,
        next_param=source.next_param,
        page_param=source.page_param,
        timeout_s=source.timeout_s,
        most_bytes=int(source.most_mb * 1e6),
    )


def _templates(context: RunContext) -> dict[str, None]:
    """The templates that rows may use: by --template, else by the rules of [campaign], else the default."""
    rules = () if context.overrides.get("template") else context.settings.campaign.templates
    return dict.fromkeys(rule.template for rule in rules) or {context.settings.template: None}


def campaign_reader(table: Table, context: RunContext) -> CampaignReader:
    """The reader that turns rows into briefs. Raises `InputError` for a missing language or column. Blocks."""
    campaign, flags = context.settings.campaign, context.overrides
    if flags.get("template") and flags.get("campaign.templates"):
        raise InputError("--template and --split exclude each other", hint="Give one of them")
    language = str(flags.get("language") or "")
    for name in _templates(context):
        template = context.template(Brief(title="", template=name))
        if language and template.script_templates:
            script_template_for(template, language)
    # Flags override the columns of the row.
    silent = {"template"} if flags.get("template") else set()
    silent |= {"languages"} if language or flags.get("languages") else set()
    deciders = OptionColumns(table, campaign.columns, without=silent)
    columns = column_names(table.columns)
    wanted = FolderPattern(context.settings.output.pattern).columns
    if missing := [name for name in wanted if name not in columns]:
        hint = did_you_mean(missing[0], columns)
        raise InputError(f"the table has no column {missing[0]}", where="output.pattern", hint=hint)
    options = {
        "language": language or context.settings.language or DEFAULT_LANGUAGE,
        "languages": () if language else context.settings.languages,
        "key": campaign.key,
        "locale": campaign.locale,
        "kept": {name: columns[name] for name in wanted},
    }
    return CampaignReader(
        table,
        lambda name: context.template(Brief(title="", template=name)),
        context.settings.template,
        rules=() if flags.get("template") else [TemplateRule(**rule.model_dump()) for rule in campaign.templates],
        option_columns=deciders,
        mapped=campaign.map,
        options=options,
    )
