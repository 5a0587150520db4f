"""What a script writer is. Add a provider: one module with such a class, one line in `WRITERS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from pipeline.model import Brief, Cost, Script
from pipeline.template import Template


class ScriptWriter(Protocol):
    """Turns briefs into scripts."""

    @property
    def name(self) -> str:
        """Its name in `WRITERS`."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same brief could give another script (code, model); part of the cache key."""
        ...

    async def write(self, brief: Brief, template: Template, spent: Callable[[Cost], None]) -> Script:
        """A script with the layouts of `template`, within its limits. Raises only errors of `pipeline.errors`.

        `spent` is told what each request cost, as soon as that is known and whatever comes of it.
        """
        ...
