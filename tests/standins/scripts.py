"""A script that has one of everything: layouts, items, emphasis, numbers, an address. For tests that take it apart."""

from __future__ import annotations

from pipeline.model import BulletsScene, ClosingScene, Script, SpokenLine, StatementScene, TitleScene

STATEMENT = StatementScene(
    lines=(SpokenLine(text="Tea loses half of its heat in 15 minutes."), SpokenLine(text="Then it rests.", reveals=0)),
    text="Then it rests.",
    emphasis="it rests",
)
SCRIPT = Script(
    title="Why tea cools",
    language="en",
    description="A film about tea.\nMore: https://example.org/tea",
    tags=("tea", "physics"),
    thumbnail_text="Tea cools",
    scenes=(
        TitleScene(
            lines=(SpokenLine(text="Your tea was hot a moment ago."),),
            heading="Why tea cools",
            kicker="Heat",
            subtitle="And how fast",
        ),
        BulletsScene(
            lines=(
                SpokenLine(text="Two things happen."),
                SpokenLine(text="Steam leaves.", reveals=0),
                SpokenLine(text="The cup warms.", reveals=1),
            ),
            heading="Two things",
            items=("Steam", "The cup"),
            kicker="1/2",
            first=3,
        ),
        STATEMENT,
        ClosingScene(lines=(SpokenLine(text="So drink it now."),), text="Drink it now.", subtitle="Why tea cools"),
    ),
)
