"""Where a template's texts are filled in: data goes in, text comes out, and neither grows without bound."""

from __future__ import annotations

from typing import Any

import jinja2
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

# A prompt with long notes has some ten thousand characters; YouTube takes 5,000 bytes of description.
_MOST_CHARS = 200_000
_MOST_ROUNDS = 1_000
_MOST_WIDTH = 1_000


class TextSandbox(ImmutableSandboxedEnvironment):
    """Jinja2 without a way to attributes of Python, to big numbers or to endless text; unknown names are errors."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, loader: jinja2.BaseLoader) -> None:
        super().__init__(loader=loader, undefined=jinja2.StrictUndefined, autoescape=False)
        self.globals["range"] = _range
        del self.globals["lipsum"]
        self.filters["center"] = _center

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401 - Jinja2's types
        """`*` and `**` are for small numbers: 'x' * 10**9 is a way to use up a machine."""
        if all(isinstance(value, int | float) and abs(value) < 1e6 for value in (left, right)) and (
            operator == "*" or abs(right) <= 10
        ):
            return super().call_binop(context, operator, left, right)
        raise SecurityError(f"{operator} takes small numbers only")

    def fill_in(self, file: str, names: dict[str, object]) -> str:
        """The text of a template file. Raises Jinja2's errors, and `SecurityError` for a text that will not end."""
        template = self.get_template(file)
        return self.filled(template, template.new_context(names))

    def filled(self, template: jinja2.Template, context: jinja2.runtime.Context) -> str:
        """Likewise, the text of a template of this sandbox; the context may be that of another one."""
        parts: list[str] = []
        length = 0
        try:
            for part in template.root_render_func(context):
                parts.append(part)
                length += len(part)
                if length > _MOST_CHARS:
                    raise SecurityError(f"the text is longer than {_MOST_CHARS:,} characters")
        except Exception:  # noqa: BLE001 - whatever it is, it goes on
            # Raised again, with the template's own lines in its traceback.
            self.handle_exception()
        return "".join(parts).strip()


def _range(*limits: int) -> range:
    rounds = range(*limits)
    if len(rounds) > _MOST_ROUNDS:
        raise SecurityError(f"range() of more than {_MOST_ROUNDS:,} rounds")
    return rounds


def _center(value: object, width: int = 80) -> str:
    return str(value).center(min(width, _MOST_WIDTH))
