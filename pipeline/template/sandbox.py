"""The sandbox for template texts: Jinja2 without access to Python, with limits on size and on steps."""

from __future__ import annotations

import re
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
    MAX_CHARS,
    MAX_STEPS,
    REMOVED_FILTERS,
    bounded_concat,
    bounded_range,
    bounded_tilde,
    check_call,
    check_size,
    too_long,
)

# Names of internal filters, inserted around `a ~ b`, list displays and the iterables of loops.
_TILDE, _SIZE, _STEPS = "-tilde", "-size", "-steps"
# Everything that rendering can raise: a file that includes itself recurses, and 1e400 compiles to an undefined name.
RENDER_ERRORS = (
    *(jinja2.TemplateError, ArithmeticError, LookupError, RecursionError),
    *(TypeError, ValueError, AttributeError, NameError),
)


def message_of(error: Exception) -> str:
    """The message of a rendering error: "'Money object' has no attribute 'x'", without Python's module names."""
    return re.sub(r"\b(?:\w+\.)+(?=\w+ object')", "", str(error))


class _Steps(threading.local):
    """The iterations and calls of the rendering in progress, per thread."""

    taken = 0


class TextSandbox(ImmutableSandboxedEnvironment):
    """Jinja2 without Python internals, large numbers or unbounded text; undefined names are errors."""

    intercepted_binops = frozenset({"*", "**", "+", "%"})
    concat = staticmethod(bounded_concat)

    def __init__(self, loader: jinja2.BaseLoader) -> None:
        super().__init__(loader=loader, undefined=jinja2.StrictUndefined, autoescape=False)
        self.globals["range"] = bounded_range
        del self.globals["lipsum"]
        for name in REMOVED_FILTERS:
            del self.filters[name]
        self.filters.update(BOUNDED)
        self.filters.update({_TILDE: bounded_tilde, _SIZE: check_size, _STEPS: self._counted})
        self._steps = _Steps()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        with _depth_errors(name):
            return super()._parse(source, name, filename)

    def _compile(self, source: str, filename: str) -> CodeType:
        with _depth_errors(filename):
            return super()._compile(source, filename)

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,  # noqa: FBT001, FBT002 - Jinja2's
    ) -> str:
        with _depth_errors(name):
            return super()._generate(_LimitInserter().visit(source), name, filename, defer_init)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401 - Jinja2's types
        """Operators with limits: 'x' * 10**9 and repeated x + x would exhaust memory."""
        if operator == "+":
            return check_size(left + right)
        if operator == "%":
            return left % right if not isinstance(left, str) else self.filters["format"](left, right)
        if all(isinstance(value, int | float) and abs(value) < 1e6 for value in (left, right)) and (
            operator == "*" or abs(right) <= 10
        ):
            return super().call_binop(context, operator, left, right)
        raise SecurityError(f"{operator} takes small numbers only")

    def call(self, context: Any, obj: Callable[..., Any], *args: Any, **named: Any) -> Any:  # noqa: ANN401 - likewise
        """Call a method, a macro or a recursive loop, and count it: a macro that calls itself twice is exponential."""
        self._count(1)
        if isinstance(obj, jinja2.runtime.LoopContext):
            args = (*map(self._counted, args[:1]), *args[1:])
        check_call(obj, (*args, *named.values()))
        return check_size(super().call(context, obj, *args, **named))

    @property
    def plain_filters(self) -> list[str]:
        """The names of the filters that a template can use."""
        return sorted(name for name in self.filters if name.isidentifier())

    def render_file(self, file: str, names: dict[str, object]) -> str:
        """Render a template file. Raises Jinja2's errors, and `SecurityError` for exceeded limits."""
        template = self.get_template(file)
        return self.render_template(template, template.new_context(names))

    def render_template(self, template: jinja2.Template, context: jinja2.runtime.Context) -> str:
        """Render a template of this sandbox; the context may be another template's. Raises the same errors."""
        parts: list[str] = []
        length = self._steps.taken = 0
        try:
            for part in template.root_render_func(context):
                parts.append(part)
                length += len(part)
                if length > MAX_CHARS:
                    raise too_long()
        except Exception:  # noqa: BLE001 - raised again
            # Rewrites the traceback to the template's lines, and raises.
            self.handle_exception()
        return "".join(parts).strip()

    def _counted(self, value: Iterable[Any]) -> list[Any]:
        items = list(islice(value, MAX_STEPS + 1))
        self._count(len(items))
        return items

    def _count(self, steps: int) -> None:
        self._steps.taken += steps
        if self._steps.taken > MAX_STEPS:
            raise SecurityError(f"more than {MAX_STEPS:,} iterations and calls")


@contextmanager
def _depth_errors(name: str | None) -> Iterator[None]:
    """Report nesting too deep for the parser or the compiler as a syntax error."""
    try:
        yield
    except (RecursionError, SyntaxError, MemoryError) as error:
        raise jinja2.TemplateSyntaxError("it is nested too deeply", 1, name) from error


class _LimitInserter(NodeTransformer):
    """Inserts the internal filters where the syntax concatenates, builds collections or iterates."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - Jinja2's name
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), _TILDE)

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filtered(node, _SIZE)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filtered(node, _SIZE)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filtered(node, _SIZE) if node.ctx == "load" else node

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.iter = _filtered(node.iter, _STEPS)
        return node


def _filtered(node: nodes.Node, name: str) -> nodes.Expr:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)
