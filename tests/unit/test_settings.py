"""Settings: precedence of sources, and errors with their place."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from pipeline.errors import ConfigurationError, InputError
from pipeline.settings import (
    PresetSettings,
    ProfileSettings,
    ServiceSettings,
    Settings,
    environment_name,
    example_toml,
    is_secret,
    load_settings,
    setting_fields,
)
from pipeline.settings.diagnostics import redact_keys
from pipeline.settings.fields import file_only_tables
from pipeline.settings.series import EXAMPLE, EXAMPLE_SERIES, SeriesSettings
from pipeline.workspace import find_workspace

SECRET = "gsk_very_secret"


@pytest.fixture
def workspace(tmp_path) -> Path:
    return tmp_path


def write(workspace: Path, text: str) -> None:
    (workspace / "nightreel.toml").write_text(text, encoding="utf-8")


def problem(workspace: Path, toml: str = "", flags: dict[str, object] | None = None, **environ: str) -> str:
    """The message with which the settings are refused."""
    write(workspace, toml)
    with pytest.raises(ConfigurationError) as caught:
        load_settings(workspace, flags or {}, environ)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_any_source_the_defaults_hold(workspace):
    assert load_settings(workspace, {}, {}) == Settings()


def test_a_flag_wins_over_the_environment_which_wins_over_the_file_which_wins_over_the_default(workspace):
    write(workspace, "[video]\nquality = 21\n[retry]\nattempts = 2\nwait_max_s = 9\n")
    environ = {"NIGHTREEL_VIDEO__QUALITY": "22", "NIGHTREEL_RETRY__ATTEMPTS": "3"}

    settings = load_settings(workspace, {"video.quality": 23}, environ)

    assert settings.video.quality == 23
    assert settings.retry.attempts == 3
    assert settings.retry.wait_max_s == 9
    assert settings.retry.wait_initial_s == 1


def test_a_flag_that_was_not_given_changes_nothing(workspace):
    assert load_settings(workspace, {"template": None}, {"NIGHTREEL_TEMPLATE": "offer"}).template == "offer"


def test_values_at_the_top_and_in_tables_are_read_in_any_notation(workspace):
    write(workspace, 'offline = true\nvideo.quality = 20\nscript = { writers = ["outline"] }\n[cache]\nmax_gb = 0.5\n')

    settings = load_settings(workspace, {}, {})

    assert (settings.offline, settings.video.quality, settings.script.writers) == (True, 20, ("outline",))
    assert settings.cache.max_bytes == 500_000_000


def test_the_process_environment_is_read_when_no_other_is_given(workspace, monkeypatch):
    monkeypatch.setenv("NIGHTREEL_LANGUAGE", "de")

    assert load_settings(workspace).language == "de"


def test_a_dotenv_file_is_not_read(workspace, monkeypatch):
    (workspace / ".env").write_text("NIGHTREEL_LANGUAGE=de\n")
    monkeypatch.chdir(workspace)

    assert load_settings(workspace).language is None
    assert Settings().language is None


@pytest.mark.parametrize(
    ("flag", "pairs"),
    [
        ("Vorname=name,Preis=price", ("Vorname=name", "Preis=price")),
        ("Price, net=price,First, or nick=name", ("Price, net=price", "First, or nick=name")),
        ('["Vorname=name", "Preis=price"]', ("Vorname=name", "Preis=price")),
        ("Vorname=name,Preis", ("Vorname=name", "Preis")),
    ],
)
def test_columns_may_have_commas_in_their_names(workspace, flag, pairs):
    assert load_settings(workspace, {"campaign.map": flag}, {}).campaign.map == pairs


def test_an_empty_variable_counts_as_not_set(workspace):
    assert load_settings(workspace, {}, {"NIGHTREEL_TEMPLATE": "", "GROQ_API_KEY": ""}) == Settings()


def test_the_key_of_groq_may_come_from_its_own_variable(workspace):
    write(workspace, '[groq]\napi_key = "from the file"')
    of_groq, ours = {"GROQ_API_KEY": "theirs\n"}, {"NIGHTREEL_GROQ__API_KEY": "ours"}

    assert load_settings(workspace, {}, of_groq).groq.api_key == SecretStr("theirs")
    assert load_settings(workspace, {}, of_groq | ours).groq.api_key == SecretStr("ours")


def test_a_service_table_overrides_the_preset_of_its_name(workspace):
    write(workspace, '[services.deepseek]\nconcurrency = 1\n[services.mine]\nbase_url = "http://host/v1"')

    services = load_settings(workspace, {}, {"NIGHTREEL_SERVICES__MINE__MODELS": "large, small"}).services

    assert (services["deepseek"].base_url, services["deepseek"].concurrency) == ("https://api.deepseek.com", 1)
    assert services["mine"].models == ("large", "small")
    assert services["ollama"] == Settings().services["ollama"]


def test_the_key_of_a_service_may_come_from_the_variable_of_its_own_tools(workspace):
    toml = '[services.deepseek]\napi_key = "file"\n[services.mine]\nbase_url = "http://host/v1"\napi_key_env = "MINE"'
    write(workspace, toml)
    theirs, ours = {"DEEPSEEK_API_KEY": "theirs", "MINE": "m"}, {"NIGHTREEL_SERVICES__DEEPSEEK__API_KEY": "ours"}

    found = load_settings(workspace, {}, theirs).services

    assert (found["deepseek"].api_key, found["mine"].api_key) == (SecretStr("theirs"), SecretStr("m"))
    assert load_settings(workspace, {}, {}).services["deepseek"].api_key == SecretStr("file")
    assert load_settings(workspace, {}, theirs | ours).services["deepseek"].api_key == SecretStr("ours")


def test_the_key_of_a_service_is_a_secret_and_so_is_its_table():
    assert is_secret("services.mine.api_key")
    assert is_secret("services.mine")
    assert not is_secret("services.mine.base_url")


def test_a_wrong_value_in_a_list_of_tables_is_reported(workspace):
    flag = {"campaign.templates": "=2"}

    assert problem(workspace, flags=flag) == "campaign.templates is '=2', must have at least 1 character"
    toml = "[[campaign.templates]]\nweight = 2"
    assert problem(workspace, toml).endswith("campaign.templates.template is required")


def test_a_long_name_or_value_is_cut_in_messages(workspace):
    long = "-" * 5000

    for toml in (f"{long} = 1", f"[video]\npreset = '{long}'", f"[presets.a]\nbased_on = '{long}'"):
        assert len(problem(workspace, toml)) < 300


def test_other_environment_variables_are_ignored(workspace):
    environ = {"NIGHTREEL_WORKSPACE": "/x", "HOME": "/y", "GROQ_BASE_URL": "z"}

    assert load_settings(workspace, {}, environ) == Settings()


def test_a_variable_that_sets_nothing_is_reported(workspace):
    with pytest.raises(ConfigurationError, match="NIGHTREEL_DEBUG is not a setting"):
        load_settings(workspace, {}, {"NIGHTREEL_DEBUG": "1"})


def test_a_default_equals_the_same_value_set_by_hand(workspace):
    environ = {
        environment_name(name): ",".join(field.default) if isinstance(field.default, tuple) else str(field.default)
        for name, field in setting_fields().items()
        if field.default not in (None, (), {}) and name not in file_only_tables()
    }

    assert load_settings(workspace, {}, environ).model_dump_json() == Settings().model_dump_json()


def test_settings_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        Settings().template = "other"
    with pytest.raises(ValueError, match="frozen"):
        Settings().video.quality = 3


def test_zero_workers_mean_one_per_core(workspace):
    assert load_settings(workspace, {}, {}).work.workers >= 1
    assert load_settings(workspace, {"work.workers": 3}, {}).work.workers == 3


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ("[video]\nqualty = 3", "nightreel.toml:2: video.qualty is not a setting: did you mean video.quality?"),
        ("\n\ntemplte = 'x'", "nightreel.toml:3: templte is not a setting: did you mean template?"),
        ("[vidio]\nquality = 3", "nightreel.toml:2: vidio.quality is not a setting: did you mean video.quality?"),
        ("video.qualty = 3", "nightreel.toml:1: video.qualty is not a setting: did you mean video.quality?"),
        ("xyzzy = 3", "nightreel.toml:1: xyzzy is not a setting. nightreel init writes a file with all settings"),
        ("groq = 3", "nightreel.toml:1: groq is a group of settings: set groq.base_url, for example"),
        (
            "[[groq]]\nmodel = 'x'",
            "nightreel.toml:1: groq is a group of settings: set groq.base_url, for example",
        ),
        ("[template]\nname = 'x'", "nightreel.toml:2: template.name is not a setting: did you mean template?"),
    ],
)
def test_an_unknown_key_is_reported_with_its_line_and_the_nearest_name(workspace, toml, expected):
    assert problem(workspace, toml) == expected


def test_tables_with_free_keys_are_merged_from_all_sources(workspace):
    write(workspace, '[voices]\nde = "file"\nes-MX = "file"\nfr = "file"\n')

    settings = load_settings(workspace, {"voices.fr": "flag"}, {"NIGHTREEL_VOICES__DE": "variable"})

    assert settings.voices == {"de": "variable", "es-MX": "file", "fr": "flag"}


@pytest.mark.parametrize("expected", ["a/b, c:1", '["a/b", "c:1"]', "[ 'a/b','c:1', ]"])
def test_models_may_be_a_list_or_a_text_with_commas(workspace, expected):
    assert load_settings(workspace, {}, {"NIGHTREEL_GROQ__MODELS": expected}).groq.models == ("a/b", "c:1")


def test_languages_may_be_a_list_or_a_text_with_commas(workspace):
    write(workspace, 'languages = ["en", "pt-br", "en"]\n')

    assert load_settings(workspace, {}, {}).languages == ("en", "pt-BR")
    assert load_settings(workspace, {"languages": "es, fr"}, {}).languages == ("es", "fr")


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ('languages = ["english"]', "nightreel.toml:1: languages"),
        (
            '[voices]\nenglish = "x"',
            "nightreel.toml:1: voices: must be language tags like en, de or pt-BR, not 'english'",
        ),
        ('[voices]\nde = ""', "nightreel.toml:1: voices.de must have at least 1 character"),
        ("voices = 3", "nightreel.toml:1: voices is 3, must be a table in nightreel.toml"),
        ("[pronounce]\nx = 1", "nightreel.toml:1: pronounce.x must be a text in quotes"),
        ("[pronounce.de.x]\ny = 'z'", "nightreel.toml:1: pronounce.de.x must be a text in quotes"),
    ],
)
def test_an_invalid_value_in_such_a_table_is_reported_once(workspace, toml, expected):
    message = problem(workspace, toml)

    assert message.startswith(expected)
    assert "; " not in message


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("NIGHTREEL_GROQ__APIKEY", ": did you mean NIGHTREEL_GROQ__API_KEY?"),
        ("NIGHTREEL_OFLINE", ": did you mean NIGHTREEL_OFFLINE?"),
        ("NIGHTREEL_VIDEO_QUALITY", ": did you mean NIGHTREEL_VIDEO__QUALITY?"),
        ("NIGHTREEL_XYZZY", ". nightreel init writes a file with all settings"),
    ],
)
def test_an_unknown_variable_is_reported_with_the_nearest_name(workspace, variable, expected):
    assert problem(workspace, **{variable: SECRET}) == f"{variable} is not a setting{expected}"


def test_a_variable_for_a_whole_group_is_refused(workspace):
    assert "NIGHTREEL_VIDEO is a group" in problem(workspace, NIGHTREEL_VIDEO="{}")


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ("[video]\nquality = 99", "nightreel.toml:2: video.quality is 99, must be at most 51"),
        ("[edge]\nconcurrency = 5", "nightreel.toml:2: edge.concurrency is 5, must be at most 4"),
        (
            "[script]\nwriters = ['groqq']",
            "nightreel.toml:2: script.writers: there is no writer 'groqq'. Did you mean groq?",
        ),
        (
            "[script]\nwriters = ['office']",
            (
                "nightreel.toml:2: script.writers: there is no writer 'office'. Add a table [services.office], "
                "or use one of auto, groq, outline, deepseek, openai, openrouter, ollama, llamacpp"
            ),
        ),
        (
            "[services.mine]\nmodels = ['m']",
            "nightreel.toml:2: services.mine.models: services.mine.base_url is required",
        ),
        (
            "[services.deepseek]\njson_mode = 'xml'",
            "nightreel.toml:2: services.deepseek.json_mode is 'xml', must be 'strict', 'schema' or 'object'",
        ),
        ("offline = 'maybe'", "nightreel.toml:1: offline is 'maybe', must be true or false"),
        (
            "language = 'klingon!'",
            "nightreel.toml:1: language is 'klingon!', must be a language tag like en, de or pt-BR",
        ),
        ("[brand]\naccent = '#zzz'", "nightreel.toml:2: brand.accent is '#zzz', must be a colour like #E4572E"),
        (
            "[youtube]\ncategory = 'film'",
            "nightreel.toml:2: youtube.category is 'film', must be a number of up to three digits, like 27",
        ),
        (
            "[source]\napi_key_header = 'X: y'",
            "nightreel.toml:2: source.api_key_header is 'X: y', must be the name of a header: letters, digits and -",
        ),
        ("[retry]\nattempts = 'many'", "nightreel.toml:2: retry.attempts is 'many', must be a whole number"),
        ("[retry]\nwait_max_s = inf", "nightreel.toml:2: retry.wait_max_s is inf, must be a finite number"),
        (
            "[groq]\nbase_url = 'ftp://host'",
            "nightreel.toml:2: groq.base_url is 'ftp://host', must be an address like https://host or http://host:port/path",
        ),
        (
            "[edge]\nurl = 'https://host'",
            "nightreel.toml:2: edge.url is 'https://host', must be an address like wss://host or ws://host:port/path",
        ),
        (
            "[retry]\nwait_initial_s = 50",
            "nightreel.toml:2: retry.wait_initial_s: wait_initial_s must be at most wait_max_s",
        ),
        (
            "[subtitles]\nmin_duration_s = 8",
            "nightreel.toml:2: subtitles.min_duration_s: min_duration_s must be at most max_duration_s",
        ),
    ],
)
def test_an_invalid_value_is_reported_with_the_valid_ones(workspace, toml, expected):
    assert problem(workspace, toml) == expected


def test_an_invalid_value_is_reported_with_its_source(workspace):
    toml = "[video]\nquality = 99"

    assert problem(workspace, toml, NIGHTREEL_VIDEO__QUALITY="98").startswith("NIGHTREEL_VIDEO__QUALITY is '98', must")
    assert problem(workspace, toml, {"video.quality": 97}).startswith("video.quality is 97, must")


def test_all_problems_are_reported_at_once(workspace):
    reported = problem(workspace, "[video]\nqualty = 1\nquality = 99", NIGHTREEL_FOO="1", NIGHTREEL_OFFLINE="maybe")

    assert len(reported.split("; ")) == 4


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/v1", "https://proxy.example", "https://proxy.example/"])
def test_urls_lose_their_trailing_slash(workspace, url):
    assert load_settings(workspace, {"groq.base_url": url}, {}).groq.base_url == url.rstrip("/")


@pytest.mark.parametrize("url", ["host", "http://", "http://host:99999", "http://ho st", "http://host:port", "//host"])
def test_invalid_urls_are_refused(workspace, url):
    assert "must be an address" in problem(workspace, flags={"groq.base_url": url})


KEYS = ("gsk_very_secret", "sk-proj-abcDEF0123456789abcdef", "0123456789abcdef0123456789ABCDEF", f"AIza{'Sy9' * 9}")


@pytest.mark.parametrize("key", [*KEYS, "8d9f2c31-77aa-4b0e-9c1d-2f4e6a8b0c13"])
@pytest.mark.parametrize(
    "toml",
    [
        "[groq]\nbase_url = '{}'",
        "[groq]\nbase_url = 'https:/api/{}'",
        "[script]\nwriters = '{}'",
        "[edge]\nconcurrency = '{}'",
        "[services.{}]\nmodels = 'm'",
        "[services.'{}!']\nmodels = 'm'",
        "{} = 1",
    ],
)
def test_an_api_key_given_as_a_url_or_name_is_not_quoted(workspace, toml, key):
    write(workspace, toml.format(key))

    with pytest.raises(ConfigurationError) as caught:
        load_settings(workspace, {}, {})

    assert key.lower() not in str(caught.value).lower()
    assert f"{key[:4]}…" in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "openai/gpt-4o-mini-2024-07-18",
        "meta-llama/llama-4-maverick-17b-128e-instruct",
        "deepseek-v4-flash-20260101",
        "sk-SK-ViktoriaNeural",
        "https://api.example.com/openai/v1/chat/completions",
        "NIGHTREEL_SERVICES__OFFICE2__REQUESTS_PER_MIN",
        "Antiestablishmentarianism",
    ],
)
def test_names_are_not_mistaken_for_api_keys(name):
    assert redact_keys(name) == name


@pytest.mark.parametrize("written", ['"odd name"', '"a.b"', "my-office", '"größe"'])
def test_an_invalid_service_name_is_quoted_as_written(workspace, written):
    write(workspace, f"[services.{written}]\nmodels = ['m']")

    with pytest.raises(ConfigurationError) as caught:
        load_settings(workspace, {}, {})

    assert str(caught.value) == (
        f"nightreel.toml:2: services.{written}.models: {written} is not a valid service name: use letters, digits and _"
    )


def test_a_secret_is_never_shown(workspace):
    settings = load_settings(workspace, {}, {"GROQ_API_KEY": SECRET})

    assert settings.groq.api_key.get_secret_value() == SECRET
    for text in (repr(settings), str(settings), settings.model_dump_json(), repr(settings.model_dump())):
        assert SECRET not in text


@pytest.mark.parametrize(
    "toml",
    [
        f"[groq]\napi_key = 'ключ {SECRET}'",
        f"[groq]\napi_key = ['{SECRET}']",
        f"[groq]\nkey = '{SECRET}'",
        f"groq = '{SECRET}'",
        f"[groq]\napi_key = '{SECRET}'\ntimeout_s = -1",
        f"[groq]\nbase_url = 'ftp://me:{SECRET}@host'",
    ],
)
def test_a_secret_is_not_shown_in_an_error_or_its_causes(workspace, toml):
    write(workspace, toml)
    with pytest.raises(ConfigurationError) as caught:
        load_settings(workspace, {}, {})

    error: BaseException | None = caught.value
    while error is not None:
        assert SECRET not in str(error)
        error = None if error.__suppress_context__ else error.__cause__ or error.__context__


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a = 1\nb = \n", "nightreel.toml:2: is not valid TOML: invalid value"),
        (b"[a.B]\n[a.B]\n", "nightreel.toml:2: is not valid TOML: the table [a.B] is defined twice; merge the two"),
        (b"a = " + b"[" * 5000 + b"]" * 5000, "nightreel.toml:1: is nested too deeply"),
        (b"a" + b".a" * 3000 + b" = 1", "nightreel.toml:1: is nested too deeply"),
        (b"a = 1\na = 2\n", "nightreel.toml:2: is not valid TOML: cannot overwrite a value"),
        (b"a = '''x\n\n", "nightreel.toml:2: is not valid TOML: expected \"'''\""),
        (b"a = '\xff'", "nightreel.toml: is not UTF-8. Save it as UTF-8"),
    ],
)
def test_a_syntax_error_is_reported_with_its_line(workspace, content, expected):
    (workspace / "nightreel.toml").write_bytes(content)

    with pytest.raises(ConfigurationError, match="^" + re.escape(expected)):
        load_settings(workspace, {}, {})


def test_a_file_that_begins_with_a_byte_order_mark_is_read(workspace):
    (workspace / "nightreel.toml").write_bytes(b"\xef\xbb\xbftemplate = 'offer'\r\n")

    assert load_settings(workspace, {}, {}).template == "offer"


def test_a_folder_in_place_of_the_file_is_reported(workspace):
    (workspace / "nightreel.toml").mkdir()

    with pytest.raises(ConfigurationError, match=r"nightreel\.toml: can't be read"):
        load_settings(workspace, {}, {})


def test_the_example_with_every_line_uncommented_loads_as_the_defaults(workspace):
    text, count = re.subn(r"^#(?=\S)", "", example_toml(), flags=re.MULTILINE)
    write(workspace, text)

    assert load_settings(workspace, {}, {}) == Settings(series={EXAMPLE: EXAMPLE_SERIES})
    tables = [field.default for name, field in setting_fields().items() if name in file_only_tables()]
    # The fields of one service, of one series, and the names of their tables, are shown besides; and those of a preset
    # and a profile, not in a line.
    known = len(setting_fields()) - len(tables) + sum(map(len, tables))
    shown = sum(len(kind.model_fields) for kind in (ServiceSettings, SeriesSettings, PresetSettings, ProfileSettings))
    assert count == known + shown + 2


def test_the_example_as_written_sets_nothing(workspace):
    write(workspace, example_toml())

    assert load_settings(workspace, {"video.quality": None}, {}) == Settings()


def test_the_settings_of_this_repository_are_the_example():
    path = Path(__file__).parents[2] / "nightreel.toml"

    assert path.read_text(encoding="utf-8") == example_toml()


@pytest.mark.parametrize(
    "toml",
    [
        "work.strategy = 'clever'",
        "work.max_concurrent = 0",
        "work.min_free_disk_gb = -1",
        "errors.on_error = 'ignore'",
        "errors.retries = -1",
        "breaker.failures = 0",
        "breaker.cooldown_s = 0",
        "time_limits.scenes_s = 0",
        "groq.requests_per_day = -1",
        "budget.usd_per_day = -0.1",
        "output.pattern = ''",
    ],
)
def test_settings_for_long_runs_have_bounds(workspace, toml):
    assert f"nightreel.toml:1: {toml.split(' =', maxsplit=1)[0]} is " in problem(workspace, toml)


NUMBERS = sorted(name for name, field in setting_fields().items() if isinstance(field.default, int | float))


@pytest.mark.parametrize("name", [name for name in NUMBERS if not isinstance(setting_fields()[name].default, bool)])
def test_all_numbers_have_an_upper_bound(workspace, name):
    whole = isinstance(setting_fields()[name].default, int) and setting_fields()[name].annotation is not float
    assert f"nightreel.toml:1: {name} is " in problem(workspace, f"{name} = {10**15 if whole else '1e300'}")


def test_a_configured_price_replaces_only_that_of_its_model(workspace):
    write(workspace, '[prices."openai/gpt-oss-120b"]\nusd_per_million_in = 1\nusd_per_million_out = 2\n')

    prices = load_settings(workspace, {}, {}).prices

    assert (prices["openai/gpt-oss-120b"].usd_per_million_in, prices["openai/gpt-oss-120b"].usd_per_million_out) == (
        1,
        2,
    )
    assert prices["openai/gpt-oss-20b"] == Settings().prices["openai/gpt-oss-20b"]
    assert prices.keys() == Settings().prices.keys()


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        (
            "\n[prices.'a/b']\nusd_per_million_in = -1\nusd_per_million_out = 2",
            "nightreel.toml:2: prices.a/b.usd_per_million_in must be at least 0",
        ),
        (
            "[prices]\nmine = { usd_per_million_in = 1 }",
            "nightreel.toml:1: prices.mine.usd_per_million_out must be set",
        ),
        (
            "[prices.a]\nusd_per_million_in = 1\nusd_per_million_out = 1\nusd = 1",
            "nightreel.toml:1: prices.a.usd is not a setting. nightreel init writes a file with all settings",
        ),
        ("[prices]\nmine = 3", "nightreel.toml:1: prices.mine must be a table in nightreel.toml"),
        ("prices = 3", "nightreel.toml:1: prices is 3, must be a table in nightreel.toml"),
    ],
)
def test_an_invalid_price_is_reported_with_its_model_and_an_old_setting_with_its_replacement(workspace, toml, expected):
    assert problem(workspace, toml) == expected


def test_prices_can_not_be_set_by_a_variable(workspace):
    assert "must be a table in nightreel.toml" in problem(workspace, NIGHTREEL_PRICES="{}")


def test_there_is_no_budget_by_default():
    assert (Settings().budget.usd_per_batch, Settings().budget.usd_per_day) == (0, 0)


def test_the_memory_limit_documents_that_one_film_is_always_started():
    assert "made one at a time" in (setting_fields()["work.min_free_memory_gb"].description or "")


def test_there_are_no_daily_limits_by_default():
    groq = Settings().groq

    assert (groq.requests_per_day, groq.tokens_per_day) == (0, 0)


def test_every_setting_has_a_description():
    assert not [name for name, field in setting_fields().items() if not (field.description or "").endswith(".")]


def test_the_workspace_is_found_by_flag_variable_nearest_file_or_current_folder(tmp_path):
    home, deep, other = tmp_path / "home", tmp_path / "home" / "a" / "b", tmp_path / "other"
    deep.mkdir(parents=True)
    other.mkdir()
    variable = {"NIGHTREEL_WORKSPACE": str(other)}

    assert find_workspace(deep, None, {}) == deep
    (home / "nightreel.toml").touch()
    assert find_workspace(deep, None, {}) == home
    assert find_workspace(deep, None, variable) == other
    assert find_workspace(deep, home, variable) == home


def test_a_workspace_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(InputError, match="is not a folder"):
        find_workspace(tmp_path, tmp_path / "file", {})


def test_a_missing_workspace_is_not_created(tmp_path):
    (tmp_path / "films").mkdir()
    expected = r"^flims: no such workspace\. Correct the path, or create it: nightreel init flims$"

    for arguments in ((Path("flims"), {}), (None, {"NIGHTREEL_WORKSPACE": "flims"})):
        with pytest.raises(InputError, match=expected):
            find_workspace(tmp_path, *arguments)


def test_a_workspace_is_absolute_and_may_begin_with_a_tilde(tmp_path, monkeypatch):
    (tmp_path / "films").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))

    assert find_workspace(Path(), Path("films"), {}) == tmp_path / "films"
    assert find_workspace(Path(), None, {"NIGHTREEL_WORKSPACE": "~/films"}) == tmp_path / "films"


# --- pronunciations -----------------------------------------------------------------------------------------------


def test_pronunciations_apply_to_all_languages_or_to_one(workspace):
    write(
        workspace,
        '[pronounce]\nnginx = " engine  x"\n"Node.js" = "node jay ess"\n[pronounce.de]\nNginx = "Endschin X"\n',
    )

    settings = load_settings(workspace, {}, {"NIGHTREEL_PRONOUNCE__GNU": "g'noo"})

    assert settings.pronounce == {
        "nginx": "engine x",
        "Node.js": "node jay ess",
        "de": {"Nginx": "Endschin X"},
        "gnu": "g'noo",
    }


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ('[pronounce]\nnginx = ""', "the pronunciation of nginx must be letters"),
        ('[pronounce]\n"" = "x"', "must be letters"),
        (
            '[pronounce.english]\nnginx = "x"',
            "english must be a language tag like en, de or pt-BR, or have a string",
        ),
        ('[pronounce.de]\nnginx = "..."', "the pronunciation of nginx must be letters"),
        ("[pronounce]\nnginx = 3", "nginx"),
        ("pronounce = 3", "must be a table in nightreel.toml"),
    ],
)
def test_an_invalid_pronunciation_is_reported(workspace, toml, expected):
    message = problem(workspace, toml)
    assert message.startswith("nightreel.toml:1: pronounce")
    assert expected in message


def test_voices_may_be_a_list_or_a_text_with_commas(workspace):
    environ = {"NIGHTREEL_EDGE__FALLBACK_VOICES": "en-GB-RyanNeural, de-DE-ConradNeural"}

    settings = load_settings(workspace, {}, environ)

    assert settings.edge.fallback_voices == ("en-GB-RyanNeural", "de-DE-ConradNeural")
