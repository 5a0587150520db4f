"""Units in table headers."""

from __future__ import annotations

import pytest

from pipeline.script.outline.units import read_header


@pytest.mark.parametrize(
    ("language", "header", "name", "unit"),
    [
        ("en", "Height (m)", "Height", "m"),
        ("en", "Height [m]", "Height", "m"),
        ("en", "Height in m", "Height", "m"),
        ("en", "Height, m", "Height", "m"),
        ("en", "Price €", "Price", "€"),
        ("en", "Price EUR", "Price", "EUR"),
        ("en", "Price, US$", "Price", "US$"),
        ("en", "Temperature °C", "Temperature", "°C"),
        ("en", "Current in A", "Current", "A"),
        ("en", "Speed (km/h)", "Speed", "km/h"),
        ("en", "Use in kWh/100 km", "Use", "kWh/100 km"),
        ("en", "Area in km²", "Area", "km²"),
        ("en", "Time in days", "Time", "days"),
        ("en", "Share in percent", "Share", "%"),
        ("en", "% of adults", "% of adults", "%"),
        ("en", "km", "", "km"),
        ("en", "kWh", "", "kWh"),
        ("en", "km/h", "", "km/h"),
        ("en", "Mean depth (m)", "Mean depth", "m"),
        ("en", "Deaths (millions)", "Deaths", "million"),
        ("en", "Metres (m)", "Metres", "m"),
        ("de", "Höhe in m", "Höhe", "m"),
        ("de", "Gewicht (g)", "Gewicht", "g"),
        ("de", "Schlaf (h)", "Schlaf", "h"),
        ("de", "Anteil in Prozent", "Anteil", "%"),
        ("de", "Umsatz (Mio. €)", "Umsatz", "Mio. €"),
        ("de", "Preis in Euro", "Preis", "Euro"),
        ("fr", "Hauteur en mètres", "Hauteur", "mètres"),
        ("fr", "Prix en euros", "Prix", "euros"),
        ("es", "Altura en m", "Altura", "m"),
        ("pt", "Altura em m", "Altura", "m"),
        ("pl", "Wysokość w m", "Wysokość", "m"),
        ("ru", "Высота, м", "Высота", "м"),
        ("sv", "Höjd i m", "Höjd", "m"),
        ("ja", "高さ（m）", "高さ", "m"),
        ("zh", "高度（米）", "高度", "米"),
    ],
)
def test_units_in_headers_are_parsed_in_all_notations(language, header, name, unit):
    assert read_header(header, language) == (name, unit)


@pytest.mark.parametrize(
    "header",
    [
        *("", "Value", "A", "W", "n", "Days", "Points", "MAX", "2024", "Rank #", "What?", "Price *"),
        *("Visitors (2024)", "Wins (home)", "Sales (estimated)", "Mass (Earths)", "Height (m) 2024"),
        *("Sex (m)", "Sex, m", "Men (m)", "Population (m)", "Annual revenue (m)", "Users (m)", "Group (g)"),
        *("Mass (m)", "Height (h)", "Length (l)", "Time (t)"),
        *("Made in Japan", "Born in LA", "Sold in May", "Change in share"),
        *("Plan A", "Vitamin C", "Model T", "Team / A", "Count, A", "Men/women", "Deaths, total", "NET ALL"),
    ],
)
def test_an_ordinary_header_has_no_unit_and_is_unchanged(header):
    assert read_header(header, "en") == (header, "")


@pytest.mark.parametrize("header", ["Price / kg", "Price/kg", "Rent / m²", "Visits/day", "Wins / day", "Cost/100 g"])
def test_a_price_per_unit_is_not_in_that_unit(header):
    assert read_header(header, "en") == (header, "")


@pytest.mark.parametrize(
    ("language", "header"),
    [
        *(("en", "Bar"), ("en", "MP"), ("en", "day"), ("en", "items"), ("en", "Speed of light"), ("en", "Sun (light)")),
        *(
            ("de", "Bar"),
            ("de", "Medaillen (Gold)"),
            ("fr", "Or"),
            ("fr", "Médailles, or"),
            ("es", "Oro"),
            ("es", "Mil"),
        ),
        *(("it", "Medaglie (oro)"), ("pt", "Pés"), ("sv", "År"), ("ru", "Дни"), ("pl", "Medale, złoto")),
        *(("ja", "日"), ("ja", "金"), ("zh", "天"), ("tr", "Gün")),
    ],
)
def test_words_that_are_units_in_other_languages_stay_headers(language, header):
    assert read_header(header, language) == (header, "")


@pytest.mark.parametrize(
    ("language", "header"),
    [("de", "Geschlecht (m)"), ("fr", "Sexe (h)"), ("es", "Sexo (h)"), ("ru", "Пол (м)"), ("de", "Männer (m)")],
)
def test_a_letter_for_a_group_of_people_is_not_a_unit(language, header):
    assert read_header(header, language) == (header, "")
