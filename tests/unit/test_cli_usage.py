"""Usage errors: one line, with what was typed and what may be meant."""

import pytest

from pipeline.cli import main


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("nosuch", "unknown command 'nosuch'. See nightreel --help"),
        ("mak", "unknown command 'mak'. Did you mean make?"),
        ("templates foo", "unknown command 'foo'. See nightreel templates --help"),
        ("--hlep", "unknown option --hlep. Did you mean --help?"),
        ("--offline make", "--offline goes after the command: nightreel COMMAND --offline. See nightreel --help"),
        ("make tea.md --ofline", "unknown option --ofline. Did you mean --offline?"),
        ("make tea.md --zzz", "unknown option --zzz. See nightreel make --help"),
        ("make tea.md -abc", "unknown option -abc. See nightreel make --help"),
        ("publish films --too youtube", "unknown option --too. Did you mean --to?"),
        ("publish films", "--to is missing. See nightreel publish --help"),
        ("make", "TOPIC is missing. See nightreel make --help"),
        ("make tea.md --format", "--format needs a value. See nightreel make --help"),
        ("make tea.md --format 4:3", "--format: '4:3' is not one of 16:9, 9:16, 1:1, 4:5. Did you mean 4:5?"),
        ("run tea.md --budget ten", "--budget: 'ten' is not a number. See nightreel run --help"),
        ("make tea.md --offline=maybe", "--offline takes no value. See nightreel make --help"),
        ("make tea.md --theme a --theme b", "--theme is given more than once. See nightreel make --help"),
        ("make why is tea hot", "unexpected argument 'is tea hot'. Text with spaces needs quotes"),
        ("voices de", "unexpected argument 'de'. See nightreel voices --help"),
        ("publish films --to=", "--to: is empty. Write youtube, youtube:CHANNEL or folder:PATH"),
    ],
)
def test_a_usage_error_names_what_was_typed_and_what_may_be_meant(typed, told, capsys):
    with pytest.raises(SystemExit) as ended:
        main(typed.split())

    assert (ended.value.code, capsys.readouterr().err) == (2, f"nightreel: {told}\n")
