"""What a template can't do to the machine that fills it in."""

from __future__ import annotations

import jinja2
import pytest

from pipeline.template.sandbox import TextSandbox


def fill_in(text: str, **names: object) -> str:
    return TextSandbox(jinja2.DictLoader({"text": text})).fill_in("text", names)


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'x' * 1000000000 }}",
        "{{ [0] * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{% for i in range(90000) %}{% endfor %}",
        "{% for i in range(900) %}{% for j in range(900) %}endless{% endfor %}{% endfor %}",
        "{{ ''.__class__.__mro__ }}",
    ],
)
def test_a_text_that_would_use_up_the_machine_is_refused(text):
    with pytest.raises(jinja2.TemplateError):
        fill_in(text)


def test_a_padding_of_billions_is_cut_to_something_sane():
    assert len(fill_in("a{{ 'x' | center(9999999999) }}b")) <= 1_002


def test_small_sums_and_loops_work():
    assert fill_in("{{ 6 * 7 }} {% for i in range(3) %}{{ i }}{% endfor %} {{ name }}", name="Maria") == "42 012 Maria"
