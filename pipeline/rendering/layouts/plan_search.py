"""The search for a plan: the largest type at which the texts of a layout fit, with less and less space around them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol, TypeVar

from pipeline.rendering.text.fitting import TextBlock, fit
from pipeline.rendering.text.styles import TextStyle


class Density(NamedTuple):
    """How compact a layout is: compact header, maximum lines of text and of titles, and times beside texts."""

    compact: bool
    lines: int
    title_lines: int = 2
    beside: bool = False
    # Whether texts may be truncated; tried only at the smallest size.
    may_truncate: bool = False


DENSITIES = (
    Density(compact=False, lines=5),
    Density(compact=True, lines=5),
    *(Density(compact=True, lines=lines, may_truncate=True) for lines in (4, 3, 2, 1)),
)


class Plan(Protocol):
    """A layout with its texts fitted, at one size and density."""

    @property
    def height_px(self) -> int:
        """Its height."""
        ...

    @property
    def room_px(self) -> int:
        """The height that it may have."""
        ...

    @property
    def is_truncated(self) -> bool:
        """Whether any text is truncated."""
        ...

    @property
    def sized(self) -> Iterable[TextBlock]:
        """The texts that decide on the size."""
        ...


P = TypeVar("P", bound=Plan)


def largest_plan(tries: Iterable[tuple[Density, Sequence[int], int]], plan_at: Callable[[Density, int], P]) -> P:
    """The first plan that fits; the last one if none does.

    Each of `tries` is a density, the font sizes in pixels to choose from, and the index of the largest that is used.
    `plan_at` makes the plan at an index.
    """
    plan = None
    for density, sizes_px, largest in tries:
        index = len(sizes_px) - 1 if density.may_truncate else largest
        while index < len(sizes_px):
            plan = plan_at(density, index)
            if plan.height_px <= plan.room_px and (not plan.is_truncated or density.may_truncate):
                return plan
            if plan.is_truncated:
                # Even at the smallest size.
                break
            # Narrow boxes may have needed a smaller size already.
            taken = [block.size_px for block in plan.sized if block.lines]
            index = max(index, sizes_px.index(min(taken)) if taken else 0) + 1
    assert plan is not None
    return plan


def fit_alike(
    texts: Sequence[str],
    styles: Sequence[TextStyle],
    sizes_px: Sequence[int],
    *,
    width_px: int,
    height_px: int | None = None,
    max_lines: int = 1,
) -> tuple[TextBlock, ...]:
    """Texts, all in the largest size at which none is truncated; at the smallest, some may be."""
    for size_px in sizes_px:
        blocks = tuple(
            fit(text, style, (size_px,), width_px=width_px, height_px=height_px, max_lines=max_lines)
            for text, style in zip(texts, styles, strict=True)
        )
        if not any(block.is_truncated for block in blocks):
            break
    return blocks
