"""Where a template's texts are filled in: data goes in, text comes out, and neither grows without bound."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from types import CodeType
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from pipeline.template.sandbox_limits import (
    BOUNDED,
    MOST_CHARS,
    MOST_ROUNDS,
    UNUSED,
    chained,
    check_call,
    concatenated,
    measured,
    small_range,
    too_long,
)

# Of filters that stand in for what the language has of its own: a ~ b, [a, b], and what a loop goes over.
_CHAINED, _MEASURED, _COUNTED = "-chained", "-measured", "-counted"
# What a text can raise when it is filled in: one that includes itself recurses, and 1e400 is a name that is not there.
RENDER_ERRORS = (
    *(jinja2.TemplateError, ArithmeticError, LookupError, RecursionError),
    *(TypeError, ValueError, AttributeError, NameError),
)


class _Rounds(threading.local):
    """How often a text that is being filled in went round; several threads may fill in at once."""

    gone = 0


class TextSandbox(ImmutableSandboxedEnvironment):
    """Jinja2 without a way to attributes of Python, to big numbers or to endless text; unknown names are errors."""

    intercepted_binops = frozenset({"*", "**", "+", "%"})
    concat = staticmethod(concatenated)

    def __init__(self, loader: jinja2.BaseLoader) -> None:
        super().__init__(loader=loader, undefined=jinja2.StrictUndefined, autoescape=False)
        self.globals["range"] = small_range
        del self.globals["lipsum"]
        for name in UNUSED:
            del self.filters[name]
        self.filters.update(BOUNDED)
        self.filters.update({_CHAINED: chained, _MEASURED: measured, _COUNTED: self._counted})
        self._rounds = _Rounds()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        with _not_too_deep(name):
            return super()._parse(source, name, filename)

    def _compile(self, source: str, filename: str) -> CodeType:
        with _not_too_deep(filename):
            return super()._compile(source, filename)

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,  # noqa: FBT001, FBT002 - Jinja2's
    ) -> str:
        with _not_too_deep(name):
            return super()._generate(_Measuring().visit(source), name, filename, defer_init)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401 - Jinja2's types
        """`*` and `**` are for small numbers: 'x' * 10**9 is a way to use up a machine, as is x + x + x."""
        if operator == "+":
            return measured(left + right)
        if operator == "%":
            return left % right if not isinstance(left, str) else self.filters["format"](left, right)
        if all(isinstance(value, int | float) and abs(value) < 1e6 for value in (left, right)) and (
            operator == "*" or abs(right) <= 10
        ):
            return super().call_binop(context, operator, left, right)
        raise SecurityError(f"{operator} takes small numbers only")

    def call(self, context: Any, obj: Callable[..., Any], *args: Any, **named: Any) -> Any:  # noqa: ANN401 - likewise
        """A method, a macro, or a loop that goes one level deeper; what calls itself twice is as good as endless."""
        self._went_round(1)
        if isinstance(obj, jinja2.runtime.LoopContext):
            args = (*map(self._counted, args[:1]), *args[1:])
        check_call(obj, (*args, *named.values()))
        return measured(super().call(context, obj, *args, **named))

    @property
    def plain_filters(self) -> list[str]:
        """Names of the filters that a text can use."""
        return sorted(name for name in self.filters if name.isidentifier())

    def render_file(self, file: str, names: dict[str, object]) -> str:
        """The text of a template file. Raises Jinja2's errors, and `SecurityError` for a text that will not end."""
        template = self.get_template(file)
        return self.filled(template, template.new_context(names))

    def filled(self, template: jinja2.Template, context: jinja2.runtime.Context) -> str:
        """Likewise, the text of a template of this sandbox; the context may be that of another one."""
        parts: list[str] = []
        length = self._rounds.gone = 0
        try:
            for part in template.root_render_func(context):
                parts.append(part)
                length += len(part)
                if length > MOST_CHARS:
                    raise too_long()
        except Exception:  # noqa: BLE001 - whatever it is, it goes on
            # Raised again, with the template's own lines in its traceback.
            self.handle_exception()
        return "".join(parts).strip()

    def _counted(self, value: Iterable[Any]) -> list[Any]:
        rounds = list(islice(value, MOST_ROUNDS + 1))
        self._went_round(len(rounds))
        return rounds

    def _went_round(self, times: int) -> None:
        self._rounds.gone += times
        if self._rounds.gone > MOST_ROUNDS:
            raise SecurityError(f"more than {MOST_ROUNDS:,} rounds")


@contextmanager
def _not_too_deep(name: str | None) -> Iterator[None]:
    """Brackets in brackets, a thousand filters in a row: what neither Jinja2 nor Python can take apart is broken."""
    try:
        yield
    except (RecursionError, SyntaxError, MemoryError) as error:
        raise jinja2.TemplateSyntaxError("it is nested too deeply", 1, name) from error


class _Measuring(NodeTransformer):
    """Puts our filters where the language makes texts and lists, or goes round, without asking anybody."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - Jinja2's name
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), _CHAINED)

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filtered(node, _MEASURED)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filtered(node, _MEASURED)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filtered(node, _MEASURED) if node.ctx == "load" else node

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.iter = _filtered(node.iter, _COUNTED)
        return node


def _filtered(node: nodes.Node, name: str) -> nodes.Expr:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)
