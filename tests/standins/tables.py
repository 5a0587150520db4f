"""Templates for third-party tables (tests/fixtures/tables): a small film per valid row."""

from __future__ import annotations

from pathlib import Path

TABLES = Path(__file__).resolve().parents[1] / "fixtures" / "tables"
LAYOUTS = """
title = "A table"
[layouts.title]
heading = 60
kicker = 30
subtitle = 30
[layouts.statement]
text = 130
kicker = 20
"""
SCRIPT = """
title = "{title}"
[[scenes]]
layout = "title"
heading = "{title}"
say = "{title}."
[[scenes]]
layout = "statement"
text = "{text}"
say = "{text}"
"""
SHOP = ("{{ name }}", "It costs {{ price }}, and there are {{ stock }}.")
SHOP_FIELDS = """
[fields.name]
required = true
[fields.price]
type = "money"
currency = "EUR"
required = true
[fields.stock]
type = "integer"
min = 10
[fields.description]
type = "text"
max_chars = 180
"""
CONTACT = ("Hello {{ first_name }}", "Dear {{ title | default('friend') }} {{ last_name }}, we write to {{ email }}.")
CONTACT_FIELDS = """
[fields.first_name]
required = true
[fields.last_name]
required = true
[fields.email]
type = "email"
required = true
[fields.title]
"""
DATA = ("{{ source }} in {{ year }}", "{{ source }} gave Iowa {{ net_generation | number }} thousand megawatt hours.")
DATA_FIELDS = """
[fields.year]
type = "integer"
[fields.source]
required = true
[fields.net_generation]
type = "integer"
max = 42000
"""
# By the name of the file: what its film says, what is asked of a row, and the flags that go with it.
FILMS = {
    "products": (SHOP, SHOP_FIELDS, {"map": "price_gross=price", "key": "product_number"}),
    "customers": (CONTACT, CONTACT_FIELDS, {"map": "billing_title=title", "key": "customer_number"}),
    "electricity": (DATA, DATA_FIELDS, {}),
}


def write_template(workspace: Path, name: str, texts: tuple[str, str], fields: str) -> None:
    """The template `name` of a workspace, whose films say `texts`: a title and a statement."""
    folder = workspace / "templates" / name
    folder.mkdir(parents=True)
    (workspace / "nightreel.toml").touch()
    (folder / "template.toml").write_text(LAYOUTS + fields, encoding="utf-8")
    script = SCRIPT.replace("{title}", texts[0]).replace("{text}", texts[1])
    (folder / "script.toml").write_text(script, encoding="utf-8")
    for each in ("system", "user", "description"):
        (folder / f"{each}.jinja").write_text("{{ brief.title }}", encoding="utf-8")
