"""A template's script, filled in for a row: data never becomes code."""

from __future__ import annotations

import pytest

from pipeline.errors import InputError
from pipeline.model import NumberScene
from pipeline.template import Field, FillError, load_template
from pipeline.template.rows.compiler import Values, compile_text
from pipeline.template.rows.script_template import parse_script_template

FIELDS = (
    Field(name="name"),
    Field(name="price", kind="money"),
    Field(name="before", kind="money"),
    Field(name="day", kind="date"),
    Field(name="count", kind="integer"),
)
SAID = {"name": "Maria", "price": "1299.00 EUR", "before": "1499.50 EUR", "day": "2026-11-03", "count": "3"}


def parsed(scenes, language="en"):
    text = f'language = "{language}"\ntitle = "For {{{{ name }}}}"\n{scenes}'
    return parse_script_template(text, path="script.toml", known=[field.name for field in FIELDS])


def values(language="en", **said):
    said = {**SAID, **said}
    return {field.name: field.value(said[field.name], language) for field in FIELDS}


def said(text, language="en", **row):
    """The text of a statement that is filled in for a row."""
    scene = f"[[scenes]]\nlayout = 'statement'\ntext = '''{text}'''\nsay = '''{text}'''"
    (statement,) = parsed(scene, language).script(values(language, **row)).scenes
    return statement.text


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ("{{ price }}", "en", "€1,299"),
        ("{{ price }}", "de", "1.299\xa0€"),
        ("{{ before }}", "de", "1.499,50\xa0€"),
        ("{{ before - price }}", "en", "€200.50"),
        ("{{ 5 | money('USD') }}", "en", "$5"),
        ("{{ before.amount }} {{ price.symbol }}", "en", "1499.50 €"),
        ("{{ day }}", "en", "November 3, 2026"),
        ("{{ day }}", "de", "3. November 2026"),
        ("{{ day | date('d MMMM') }}", "fr", "3 novembre"),
        ("{{ day >= '2026-11-03' }} {{ day <= day }} {{ day > '2026-11-03' }}", "en", "True True False"),
        ("{{ count | ordinal }}", "en", "3rd"),
        ("{{ count | ordinal }}", "de", "3."),
        ("{{ 1 | ordinal }}. {{ 1 | ordinal('feminine') }}. {{ 2 | ordinal('feminine') }}", "fr", "1er. 1re. 2e"),
        ("{{ count | ordinal }} {{ count | ordinal('feminine') }}", "es", "3.º 3.ª"),
        ("{{ count | ordinal }} {{ count | ordinal('feminine') }}", "it", "3º 3ª"),
        ("{{ count | ordinal }} {{ count | ordinal('feminine') }}", "pt-BR", "3º 3ª"),
        ("{{ count | ordinal('feminine') }}", "en", "3rd"),
        ("{{ count | ordinal('feminine') }}", "de", "3."),
        ("{{ count }} {{ count | plural('day', 'days') }}", "en", "3 days"),
        ("{{ count | plural('день', 'дня', 'дней', 'дня') }}", "ru", "дня"),
        ("{{ 'MARIA O\\'NEILL-DIAZ' | title }}", "en", "Maria O'Neill-Diaz"),
        ("{{ 'IŞIL' | title }}", "tr", "Işıl"),
        ("{{ 'maria o\\'neill' | title }}", "en", "Maria O'Neill"),
        ("{{ 'Anna McDonald' | title }}", "en", "Anna McDonald"),
        ("{{ 'ANNA MCDONALD' | title }}", "en", "Anna McDonald"),
        ("{{ 'Jan van der Berg' | title }}", "nl", "Jan van der Berg"),
        ("{{ 'JAN VAN DER BERG' | title }}", "nl", "Jan van der Berg"),
        ("{{ 'Vincent van Gogh' | title }}", "en", "Vincent van Gogh"),
        ("{{ 'Jean-Claude Van Damme Jr' | title }}", "en", "Jean-Claude Van Damme Jr"),
        ("{{ 'VAN DER BERG' | title }}", "nl", "Van der Berg"),
        ('{{ "KEES VAN \'T HOF" | title }}', "nl", "Kees van 't Hof"),
        ("{{ 'AJ' | title }}", "en", "AJ"),
        ("{{ 'LI WEI' | title }}", "en", "Li Wei"),
        ("{{ 'İBRAHİM ÇAĞRI' | title }}", "en", "İbrahim Çağrı"),
        ("{{ 'IŞIL' | title }}", "en", "IŞIL"),
        ("{{ 'maría de la cruz' | title }}", "es", "María de la Cruz"),
        ("{{ 'HENRY VIII' | title }}", "en", "Henry VIII"),
        ("{{ 'NGUYEN VAN DU' | title }}", "en", "Nguyen Van Du"),
        ("{{ 'dIANA' | title }}", "en", "Diana"),
        ("{{ 1299 | number }}", "de", "1.299"),
        ("{{ 1299 | money('CHF') }}", "en", "CHF\u00a01,299"),
        ("{{ 1299.5 | money('EUR') }}", "es-MX", "EUR\u00a01,299.50"),
        ("{{ 5 | money('CAD') }}", "en", "CA$5"),
        ("{{ '2026-11-01' | date }}", "fr", "1er novembre 2026"),
        ("{{ '2026-11-21' | date('EEEE d MMMM') }}", "fr-CA", "samedi 21 novembre"),
        ("{{ '2026-11-01' | date }}", "es", "1 de noviembre de 2026"),
    ],
)
def test_values_are_formatted_in_the_language_of_the_film(text, language, shown):
    assert said(text, language) == shown


@pytest.mark.parametrize(("currency", "sign"), [("EUR", "€"), ("USD", "$"), ("CHF", "CHF")])
@pytest.mark.parametrize("name", ["offer", "product"])
def test_an_amount_has_the_symbol_of_its_price(name, currency, sign):
    template = load_template(name, search=[])
    row = {"first_name": "Li", "product": "Roof", "name": "Cup", "benefit_1": "Warm", "need": "Tea is cold."}
    row |= {"price": f"19 {currency}", "price_before": f"24 {currency}", "saving_per_year": f"5 {currency}"}
    cells = {field.name: field.value(row.get(field.name, ""), "en") for field in template.fields}

    scenes = template.script_template("en").script(cells).scenes
    assert [scene.unit for scene in scenes if isinstance(scene, NumberScene)] == [sign]


CODE = '''
[[scenes]]
layout = "code"
language = "python"
code = """
{code}
"""
items = [{{first = 1, last = 2}}]
say = ["Look.", "Two."]
'''


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("for x in y:\n    print(x)", "for x in y:\n    print(x)"),
        ("for x in y:\n\tprint(x)  ", "for x in y:\n    print(x)"),
        ("\nname = '{{ name }}'\nprint(name)", "name = 'Maria'\nprint(name)"),
        ("print(1)\u202e\n\nprint(2)", "print(1)\n\nprint(2)"),
    ],
)
def test_code_keeps_its_line_breaks(written, shown):
    (scene,) = parsed(CODE.format(code=written)).script(values()).scenes

    assert scene.code == shown


def test_code_may_have_a_condition():
    scene = '[[scenes]]\nlayout = "code"\nitems = []\ncode = {{ text = "a\\nb", when = "{when}" }}\nsay = "Look."'

    (there,) = parsed(scene.format(when="name")).script(values()).scenes
    (not_there,) = parsed(scene.format(when="not name")).script(values()).scenes

    assert (there.code, not_there.code) == ("a\nb", "")


def test_a_cell_in_code_stays_on_one_line():
    (scene,) = parsed(CODE.format(code="a\n{{ name }}")).script(values(name="x y")).scenes

    assert scene.code == "a\nx y"


def test_an_empty_cell_is_empty_and_may_have_a_default():
    assert said("Hi {{ name | default('friend') }}", name="") == "Hi friend"
    assert said("Hi {{ price }}!", price="") == "Hi !"


@pytest.mark.parametrize(
    "cell",
    [
        "{{ 7 * 7 }}",
        "{% for x in range(10) %}x{% endfor %}",
        "{# gone #}",
        "{{ ''.__class__.__mro__ }}",
        "<speak>hi</speak>",
        "=1+1",
        "%(name)s {name}",
    ],
)
def test_a_cell_is_never_interpreted_as_a_template(cell):
    assert said("Hi {{ name }}", name=cell) == f"Hi {cell}"


def test_scenes_lines_and_items_with_a_false_condition_are_left_out():
    scenes = """
[[scenes]]
layout = "bullets"
heading = "What"
items = ["One", { text = "Cheaper", when = "before > price" }, "{{ name }}"]
say = ["So.", "One.", { text = "Cheaper.", when = "before > price" }, { text = "{{ name }}.", when = "name" }]

[[scenes]]
layout = "statement"
when = "count > 2"
text = "Many"
say = "Many."
"""
    full = parsed(scenes).script(values()).scenes
    assert [scene.layout for scene in full] == ["bullets", "statement"]
    assert full[0].items == ("One", "Cheaper", "Maria")
    assert [line.reveals for line in full[0].lines] == [None, 0, 1, 2]
    (short,) = parsed(scenes).script(values(before="100 EUR", name="", count="1")).scenes
    assert short.items == ("One",)
    assert [line.text for line in short.lines] == ["So.", "One."]


def test_the_when_of_a_timeline_item_is_shown():
    scenes = """
[[scenes]]
layout = "timeline"
heading = "When"
items = [{ when = "2026", text = "{{ name }}" }, { when = "2027", text = "b" }]
say = ["a.", "b."]
"""
    (scene,) = parsed(scenes).script(values()).scenes
    assert [(item.when, item.text) for item in scene.items] == [("2026", "Maria"), ("2027", "b")]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{{ price + before.currency }}", "can't be filled in"),
        ("{{ price > 'x' }}", "'x' is no amount to compare with €1,299"),
        ("{{ name.nothing }}", "can't be filled in"),
        ("{{ name * 1000000000 }}", "small numbers only"),
        ("{{ 1e400 | number }}{{ name }}", "can't be filled in"),
        ("{{ day | date('%%') }}", "is not a date format"),
        ("{{ count | ordinal('female') }}", "is not a gender"),
        ("{% for i in range(900) %}{% for j in range(900) %}{{ name }} endless{% endfor %}{% endfor %}", "longer than"),
    ],
)
def test_errors_while_filling_in_name_the_scene(text, why):
    with pytest.raises(FillError, match=rf"scene 1 \(statement\): .*{why}"):
        said(text)


@pytest.mark.parametrize(
    ("scenes", "problem"),
    [
        ("[[scenes]]\nlayout = 'statment'", "unknown layout 'statment'. Did you mean statement"),
        ("[[scenes]]\nlayout = 'statement'\ntext = '{{ nme }}'", "there is no field nme. Did you mean name"),
        ("[[scenes]]\nlayout = 'statement'\ntext = '{{ name'", "It is in '{{ name'"),
        ("[[scenes]]\nlayout = 'statement'\ntext = '{{ name | titel }}'", "'titel'. Did you mean title"),
        ("[[scenes]]\nlayout = 'statement'\nwhen = 'price >'\ntext = 'x'", "invalid text"),
        (f"[[scenes]]\nlayout = 'statement'\ntext = '{{{{ {'(' * 900}name{')' * 900} }}}}'", "it is nested too deeply"),
        (f"[[scenes]]\nlayout = 'statement'\ntext = '{{{{ name{'|title' * 2000} }}}}'", "it is nested too deeply"),
        (f"[[scenes]]\nlayout = 'statement'\nwhen = '{'not ' * 3000}name'\ntext = 'x'", "it is nested too deeply"),
        (
            f"[[scenes]]\nlayout = 'statement'\ntext = '{'{% for a in name %}' * 25}{'{% endfor %}' * 25}'",
            "it is nested too deeply",
        ),
        ("[[scenes]]\nlayout = 'statement'\ntxt = 'x'\nsay = 'x'", "a statement scene has no txt"),
        ("[[scenes]]\nlayout = ['statement']", "unknown layout \"['statement']\""),
        (
            "[[scenes]]\nlayout = 'statement'\ntxt = '{{ name }}'\nsay = 'x'",
            "script.toml:3: a statement scene has no txt",
        ),
        ("[[scenes]]\nlayout = 'statement'\nuse = 'x'\ntext = 'x'\nsay = 'x'", "a statement scene has no use"),
        ("[[scenes]]\nlayout = 'statement'\ntext = 'x'\nsay = ['x', 5]", "say is a list of texts in quotes"),
        ("[[scenes]]\nlayout = 'statement'\ntext = 'x'\nsay = [['x']]", "say is a list of texts in quotes"),
        ("[[scenes]]\nlayout = 'statement'\ntext = 5\nsay = 'x'", "statement: text: is 5, must be a text in quotes"),
        ("[[scenes]]\nlayout = 'statement'\nwhen = ['x']\ntext = 'x'\nsay = 'x'", "when must be a condition in quotes"),
        ("thumbnail_text = ['x']", "thumbnail_text must be a text in quotes"),
        ("colour = 1", "unknown key colour"),
        ("", "has no title or no scenes"),
        ("[[scenes]", "is not valid TOML"),
        (
            f"[[scenes]]\nlayout = 'statement'\ntext{'.a' * 3000} = '{{{{ name }}}}'",
            "script.toml:1: is nested too deeply",
        ),
    ],
)
def test_an_invalid_script_is_reported_when_it_is_loaded(scenes, problem):
    with pytest.raises(InputError) as caught:
        parsed(scenes)
    assert problem in str(caught.value).replace("did you mean", "Did you mean")
    assert str(caught.value).startswith("script.toml")


@pytest.mark.parametrize("language", ["klingon", "", "e", "en GB"])
def test_an_invalid_language_tag_is_reported(language):
    with pytest.raises(InputError, match="Write a language tag like en, de or pt-BR"):
        parsed("[[scenes]]\nlayout = 'statement'\ntext = 'x'\nsay = 'x'", language)


def test_the_language_of_a_script_defaults_to_its_file_name():
    scene = "title = 'Hallo'\n[[scenes]]\nlayout = 'statement'\ntext = 'x'\nsay = 'x'"

    assert parse_script_template(scene, path="hello/script.de.toml", known=[]).language == "de"
    assert parse_script_template(f"language = 'de-AT'\n{scene}", path="script.de.toml", known=[]).language == "de-AT"
    with pytest.raises(InputError, match="is named after de, but its language is en"):
        parse_script_template(f"language = 'en'\n{scene}", path="script.de.toml", known=[])


@pytest.mark.parametrize("written", ["en_GB", "en-gb", "EN-GB"])
def test_language_tags_are_normalised(written):
    assert parsed("[[scenes]]\nlayout = 'statement'\ntext = 'x'\nsay = 'x'", written).language == "en-GB"


def test_the_file_name_of_a_script_may_have_an_underscore():
    scene = "title = 'Olá'\n[[scenes]]\nlayout = 'statement'\ntext = 'x'\nsay = 'x'"

    assert parse_script_template(scene, path="script.pt_BR.toml", known=[]).language == "pt-BR"


def test_a_numeric_title_is_shown_as_written():
    scene = "title = 1984\n[[scenes]]\nlayout = 'statement'\ntext = 'x'\nsay = 'x'"

    assert parse_script_template(scene, path="script.toml", known=[]).script(values()).title == "1984"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("J.R.R.", "Hello J.R.R."),
        ("Ann,", "Hello Ann."),
        ("Acme Inc.", "Hello Acme Inc."),
        ("Yahoo!", "Hello Yahoo!"),
        ("Ann", "Hello Ann."),
        ("Wait…", "Hello Wait…."),
        ("..", "Hello ..."),
    ],
)
def test_doubled_punctuation_after_a_cell_is_removed(name, said):
    sheet = compile_text("Hello {{ name }}.", where="x", known=["name"])

    assert sheet.filled(Values({"name": name}, "en"), place="x") == said
