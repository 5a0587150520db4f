"""The sandbox that template expressions can't leave."""

from __future__ import annotations

import jinja2
import pytest

from pipeline.template.sandbox import TextSandbox


def render_file(text: str, **names: object) -> str:
    return TextSandbox(jinja2.DictLoader({"text": text})).render_file("text", names)


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'x' * 1000000000 }}",
        "{{ [0] * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{% for i in range(90000) %}{% endfor %}",
        "{% for i in range(900) %}{% for j in range(900) %}endless{% endfor %}{% endfor %}",
        "{{ ''.__class__.__mro__ }}",
        "{% set x = 'ab' %}" + "{% set x = x ~ x %}" * 40,
        "{% set x = 'ab' %}" + "{% set x = x + x %}" * 40,
        "{% set x = 'ab' %}" + "{% set x %}{{ x }}{{ x }}{% endset %}" * 40,
        "{% set x = 'ab' %}" + "{% set x = x | replace('a', 'aaaaaaaaaa') %}" * 12,
        "{% set x = 'ab' %}" + "{% set x = x.replace('a', 'aaaaaaaaaa') %}" * 12,
        "{% set x = ['ab'] %}" + "{% set x = [x, x, x, x, x, x, x, x, x, x] %}" * 20 + "{{ x }}",
        "{% set x = 'ab' %}" + "{% set x = [x, x, x, x] | join(x) %}" * 20,
        "{% set x = 'ab' %}" + "{% set x = x.join([x, x, x, x]) %}" * 20,
        "{{ 'x' | indent(999999999, true) }}",
        "{{ '%999999999d' | format(1) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '%*d' % (999999999, 1) }}",
        "{{ '{:>999999999}'.format(1) }}",
        "{{ '{:>{}}'.format(1, 999999999) }}",
        "{{ 'x'.ljust(999999999) }}",
        "{{ '\t'.expandtabs(999999999) }}",
        "{{ (1).to_bytes(999999999) }}",
        "{{ [1] | batch(999999999, 'x') | list }}",
        "{% for i in range(900) %}{% for j in range(900) %}{% for k in range(9) %}{% endfor %}{% endfor %}{% endfor %}",
        "{% macro twice(n) %}{% if n %}{{ twice(n - 1) }}{{ twice(n - 1) }}{% endif %}{% endmacro %}{{ twice(30) }}",
        "{% macro m() %}{% endmacro %}{{ m.__globals__ }}",
        "{{ self._TemplateReference__context.environment }}",
        "{% for i in range(2) recursive %}{% if loop.depth < 40 %}{{ loop(range(2)) }}{% endif %}{% endfor %}",
        "{% for i in range(900) recursive %}{% if loop.depth < 2 %}{{ loop(range(900)) }}{% endif %}{% endfor %}",
        "{% for i in range(9) recursive %}{% if loop.depth < 3 %}{{ loop(range(900)) }}{% endif %}{% endfor %}",
        "{{ ('x' | attr('__class__')) }}",
        "{{ range.__init__.__globals__ }}",
    ],
)
def test_templates_that_would_exhaust_memory_or_time_are_refused(text):
    with pytest.raises(jinja2.TemplateError):
        render_file(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{{ '{:>999999}'.format(1) }}", "a format of more than 999 characters"),
        ("{{ '{:>{}}'.format(1, 999) }}", "a format of more than 999 characters"),
        ("{{ ('{:>' ~ 999999 ~ '}').format(1) }}", "a format of more than 999 characters"),
        ("{{ '{x}'.format_map({'x': 1}) }}", "format_map\\(\\) is not for templates"),
    ],
)
def test_a_format_is_checked_before_it_is_applied(text, why):
    with pytest.raises(jinja2.TemplateError, match=why):
        render_file(text)


def test_huge_padding_is_limited():
    assert len(render_file("a{{ 'x' | center(9999999999) }}b")) <= 1_002


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{ 'a' ~ 1 ~ 'b' }} {{ 'a' + 'b' }} {{ 2 + 2 }} {{ 7 % 4 }}", "a1b ab 4 3"),
        ("{{ 'In 2024: %.2f' | format(2) }} {{ '%d' % 3 }} {{ '{:>3}'.format(7) }}", "In 2024: 2.00 3   7"),
        ("{{ [1, 2] | join(', ') }} {{ ', '.join(['a', 'b']) }} {{ [1, 2] | sum }}", "1, 2 a, b 3"),
        ("{{ 'a b' | replace(' ', '-') }} {{ 'a b'.replace(' ', '+') }} {{ 'x'.rjust(3) }}", "a-b a+b   x"),
        (
            "{% for a, b in [(1, 2), (3, 4)] %}{{ loop.index }}/{{ loop.length }}:{{ a + b }} {% endfor %}",
            "1/2:3 2/2:7",
        ),
        ("{% for k, v in {'a': 1}.items() %}{{ k }}{{ v }}{% else %}none{% endfor %}", "a1"),
        ("{% for k in [] %}{{ k }}{% else %}none{% endfor %} {{ 'a\nb' | indent(2) }}", "none a\n  b"),
        ("{% macro hi(name) %}Hi {{ name }}{% endmacro %}{{ hi('Ana') }} {{ hi('Bo') | upper }}", "Hi Ana HI BO"),
        ("{% set x %}a{{ 1 }}{% endset %}{{ x }} {{ (1, 2) | first }} {{ ['b', 'a'] | sort | list | last }}", "a1 1 b"),
    ],
)
def test_ordinary_filters_and_methods_work_as_in_jinja(text, filled):
    assert render_file(text) == filled


def test_the_step_counter_is_reset_for_each_rendering():
    text = "{% for i in range(900) %}{% for j in range(60) %}{% endfor %}{% endfor %}."
    sandbox = TextSandbox(jinja2.DictLoader({"text": text}))

    assert [sandbox.render_file("text", {}) for _ in range(3)] == ["."] * 3


def test_small_calculations_and_loops_work():
    assert (
        render_file("{{ 6 * 7 }} {% for i in range(3) %}{{ i }}{% endfor %} {{ name }}", name="Maria") == "42 012 Maria"
    )
