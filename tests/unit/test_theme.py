"""Themes: files that designers edit, and contrast."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.model import Brief
from pipeline.orchestrator.context import open_context
from pipeline.theme.brand import Brand, apply_brand
from pipeline.theme.colours import contrast, readable, to_hex, to_lch
from pipeline.theme.loading import known_themes, load_theme
from pipeline.theme.theme import MIDNIGHT, ROLES, find_low_contrasts

NAMES = sorted(known_themes([]))
KEYS = (*ROLES, "radius_px", "enter_s", "rise", "ease", "amount")
COLOURS = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: "#{:02X}{:02X}{:02X}".format(*rgb))


def test_there_are_at_least_five_themes_and_each_is_dark_and_light():
    assert len(NAMES) >= 5
    for name in NAMES:
        dark, light = load_theme(f"{name}-dark"), load_theme(f"{name}-light")
        assert (dark.mode, light.mode) == ("dark", "light")
        assert to_lch(dark.background_top).lightness < 0.4
        assert to_lch(light.background_top).lightness > 0.9


@pytest.mark.parametrize("name", [f"{name}-{mode}" for name in NAMES for mode in ("dark", "light")])
def test_all_text_of_a_theme_has_enough_contrast(name):
    assert list(find_low_contrasts(load_theme(name))) == []


def test_the_default_theme_equals_its_file():
    assert load_theme("midnight") == MIDNIGHT


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#FFFFFF", 21.0),
        ("#777777", "#FFFFFF", 4.48),
        ("#767676", "#FFFFFF", 4.54),
        ("#F00000", "#F00000", 1),
    ],
)
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)


@given(COLOURS)
def test_a_colour_comes_back_from_oklch(colour):
    back = to_hex(to_lch(colour))

    assert all(abs(int(colour[at : at + 2], 16) - int(back[at : at + 2], 16)) <= 2 for at in (1, 3, 5))


@given(COLOURS, COLOURS)
def test_a_colour_is_lightened_or_darkened_until_legible(colour, ground):
    found = readable(colour, (ground,), 4.5)

    # On middle greys white reaches 4.48, and black 4.5 there.
    assert contrast(found, ground) >= 4.48


@given(COLOURS, COLOURS, COLOURS, st.sampled_from(NAMES), st.sampled_from(["dark", "light"]))
def test_all_text_has_enough_contrast_for_any_brand(accent, accent_2, background, name, mode):
    theme = apply_brand(load_theme(f"{name}-{mode}"), Brand(accent=accent, accent_2=accent_2, background=background))

    assert list(find_low_contrasts(theme)) == []


def test_a_brand_colour_is_kept_if_it_is_legible():
    theme = apply_brand(load_theme("midnight"), Brand(accent="#FFD400", background="#7A0019"))

    assert theme.accent == "#FFD400"
    assert to_lch(theme.background_top).hue == pytest.approx(to_lch("#7A0019").hue, abs=5)


def themes_in(folder, text, name="mine"):
    (folder / "themes").mkdir()
    (folder / "themes" / f"{name}.toml").write_text(text, encoding="utf-8")
    return [folder / "themes"]


def ours(mode="dark", **changes):
    text = (known_themes([])["midnight"]).read_text(encoding="utf-8")
    for key, value in changes.items():
        before, _, after = text.partition(f"[{mode}]")
        head, _, rest = after.partition(f"\n{key} = ")
        text = f"{before}[{mode}]{head}\n{key} = {value}\n" + rest.partition("\n")[2]
    return text


def test_a_theme_of_the_workspace_overrides_a_built_in_one(tmp_path):
    search = themes_in(tmp_path, ours(accent='"#FFAA00"'), name="midnight")

    assert load_theme("midnight", search=search).accent == "#FFAA00"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            ours(text='"#223355"'),
            "mine.toml:{text}: text can't be read on background_top: contrast 1.4 to 1, at least 4.5",
        ),
        (ours(accent='"blue"'), "mine.toml:{accent}: dark.accent: 'blue' is not a colour: write #RRGGBB, or lightness"),
        (ours().replace("accent_deep", "accent_deeep", 1), "unknown key dark.accent_deeep. Did you mean accent_deep?"),
        (
            ours().replace("radius_px = 28", "radius_px = 400"),
            "mine.toml:{radius_px}: size.radius_px: is 400, must be at most 64",
        ),
        (
            ours().replace("enter_s = 0.5", "enter_s = 2"),
            "mine.toml:{enter_s}: motion.enter_s: is 2, must be at most 0.6",
        ),
        (
            ours().replace('ease = "cubic"', 'ease = "bouncy"'),
            "mine.toml:{ease}: motion.ease: is 'bouncy', must be 'cubic' or 'quint'",
        ),
        (
            ours().replace('amount = "full"', 'amount = "wild"'),
            "mine.toml:{amount}: motion.amount: is 'wild', must be 'full', 'reduced' or 'none'",
        ),
        ("size = 3\n" + ours().partition("[size]")[0], "mine.toml:1: size: is 3, must be a table"),
        (ours().replace("rise = 1.0", "rise = true"), "mine.toml:{rise}: motion.rise: is true, must be a number"),
        (ours().replace("rise = 1.0", "raise = 1.0"), "unknown key motion.raise. Did you mean rise?"),
        ("title = ", "mine.toml:1: is not valid TOML"),
        ('title = "Mine"', "the theme has no [dark]"),
    ],
)
def test_an_invalid_theme_is_reported_in_one_line_with_its_position(tmp_path, text, told):
    search = themes_in(tmp_path, text)
    lines = text.split("\n")
    numbers = {key: 1 + next((n for n, line in enumerate(lines) if line.startswith(f"{key} =")), 0) for key in KEYS}

    with pytest.raises(InputError) as caught:
        load_theme("mine", search=search)

    assert told.format(**numbers) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_theme_is_told_with_the_nearest_known_one():
    with pytest.raises(InputError, match=r"^unknown theme 'midnite'\. Did you mean midnight\?$"):
        load_theme("midnite")


def test_the_brief_goes_before_the_settings_and_they_before_the_template(tmp_path):
    (tmp_path / "nightreel.toml").write_text('theme = "paper"\n[brand]\naccent = "#0055FF"\n', encoding="utf-8")
    context = open_context(workspace=tmp_path)

    assert context.appearance.theme(context.briefs.complete(Brief(title="Tea", theme="plum"))).name == "plum"
    assert context.appearance.theme(context.briefs.complete(Brief(title="Tea"))).name == "paper"
    assert context.appearance.theme(Brief(title="Tea")).name == "midnight"
    assert context.appearance.theme(context.briefs.complete(Brief(title="Tea"))).accent == "#0055FF"


def test_a_changed_theme_makes_another_film(tmp_path):
    search = themes_in(tmp_path, ours(), name="mine")
    brief = Brief(title="Tea", theme="mine")
    before = open_context(workspace=tmp_path).job_id(brief)
    (search[0] / "mine.toml").write_text(ours(accent='"#FFAA00"'), encoding="utf-8")

    assert open_context(workspace=tmp_path).job_id(brief) != before


def test_themes_differ_in_how_things_come_into_the_picture():
    assert len({load_theme(name).manner for name in NAMES}) >= 3


def test_how_much_moves_is_said_by_the_theme_where_neither_settings_nor_template_do(tmp_path):
    themes_in(tmp_path, ours().replace('amount = "full"', 'amount = "reduced"'))
    calm, usual = (Brief(title="Tea", language="en", theme=theme) for theme in ("mine", "midnight"))
    context = open_context(workspace=tmp_path)
    assert [context.appearance.motion(brief) for brief in (calm, usual)] == ["reduced", "full"]

    (tmp_path / "nightreel.toml").write_text('[video]\nmotion = "full"\n', encoding="utf-8")
    assert open_context(workspace=tmp_path).appearance.motion(calm) == "full"
