"""Row previews: pictures are prepared as for films, and unusable ones reported."""

from __future__ import annotations

from PIL import Image

from pipeline.cli.preview import _draw
from pipeline.model import Brief, SourceRow, WantedPicture
from pipeline.orchestrator.batch.source import SourceContent
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.forecast.contact_sheet import draw_contact_sheet
from tests.standins.photos import coast, write_hostile

FIELDS = {"first_name": "Bo", "product": "Roof", "price": "5 EUR", "photo": "coast.webp"}


def test_hostile_pictures_do_not_end_a_preview_and_are_told(tmp_path):
    write_hostile(tmp_path)
    coast(400, 260).save(tmp_path / "coast.webp")
    (tmp_path / "nightreel.toml").touch()
    context = open_context(workspace=tmp_path, overrides={"offline": True, "template": "offer"})
    names = ("bomb.png", "page.png", "torn.jpg", "dot.png", "coast.webp")
    row = SourceRow(key="1", fields=tuple(FIELDS.items()))
    pictures = tuple(WantedPicture(source=name) for name in names)
    origin = f"{tmp_path / 'people.csv'}:2"
    brief = Brief(title="Roof", template="offer", language="en", row=row, pictures=pictures, origin=origin)

    sheet = draw_contact_sheet(context, [(brief, "")], tmp_path / "sheet.png", title="people")

    assert [line.partition(". ")[0] for line in sheet.missing] == [
        "line 2: picture bomb.png: has too many pixels",
        "line 2: picture page.png: is a page, not a picture",
        "line 2: picture torn.jpg: is damaged: it can't be decoded",
        "line 2: picture dot.png: 1 by 1 pixels is too small",
    ]
    assert sheet.films == 1
    with Image.open(tmp_path / "sheet.png") as drawn:
        assert drawn.height > 300


def test_films_whose_scripts_a_model_has_to_write_first_are_told(tmp_path, capsys):
    (tmp_path / "nightreel.toml").touch()
    overrides = {"template": "offer", "languages": "en,de", "groq.api_key": "gsk", "narration.narrator": "espeak"}
    context = open_context(workspace=tmp_path, overrides=overrides)
    row = SourceRow(key="1", fields=tuple(each for each in FIELDS.items() if each[0] != "photo"))
    brief = Brief(title="Roof", template="offer", row=row, origin=f"{tmp_path / 'people.csv'}:2")

    _draw(context, SourceContent(briefs=[brief]), tmp_path / "sheet.png", "people.csv", as_json=False)

    assert "1 film is not on the sheet: a model has to write the scripts first" in capsys.readouterr().err
