"""One realistic scene of every kind, with distinct texts. A new kind needs its scene here."""

from __future__ import annotations

from dataclasses import replace

from pipeline.model import (
    Bar,
    BarsScene,
    BulletsScene,
    ClosingScene,
    CodeScene,
    ComparisonScene,
    Contrast,
    DiagramScene,
    LinesScene,
    Link,
    Moment,
    Node,
    NumberScene,
    Passage,
    PictureScene,
    ProductScene,
    QuizScene,
    QuoteScene,
    Row,
    Scene,
    SceneryScene,
    SectionScene,
    Series,
    Share,
    SharesScene,
    SplitScene,
    SpokenLine,
    StatementScene,
    Step,
    StepsScene,
    TableScene,
    TimelineScene,
    TitleScene,
)

_SCENES: tuple[Scene, ...] = (
    TitleScene(
        lines=(),
        heading="Why octopuses have three hearts",
        kicker="Under the sea",
        subtitle="And why one of them stops when they swim",
    ),
    SectionScene(lines=(), heading="What the gills need", subtitle="Two hearts for one breath", number=2),
    BulletsScene(
        lines=(),
        heading="What each heart does",
        kicker="Division of labour",
        items=("Two pump blood through the gills", "The third feeds organs and arms", "It rests while they swim"),
    ),
    StepsScene(
        lines=(),
        heading="How blood goes round",
        kicker="One beat",
        items=(
            Step(title="Collect", text="Tired blood comes back from the arms"),
            Step(title="Refresh", text="Small pumps press it past the water"),
            Step(title="Deliver", text="The large one sends it out again"),
        ),
    ),
    StatementScene(
        lines=(),
        kicker="The price",
        text="An octopus prefers to crawl, because swimming stops the heart that feeds its body.",
        emphasis="stops the heart",
    ),
    QuoteScene(
        lines=(),
        text="If I have seen further, it is by standing on the shoulders of giants.",
        name="Isaac Newton",
        role="Letter to Robert Hooke, 1675",
    ),
    NumberScene(
        lines=(),
        kicker="A long way",
        value=384400,
        unit="km",
        text="lie between us and the Moon, on average",
        source="NASA, 2024",
    ),
    ComparisonScene(
        lines=(),
        heading="Two ways to get about",
        left="Swimming",
        right="Crawling",
        better="right",
        items=(
            Contrast(aspect="Hearts at work", left="Only a pair", right="All of them"),
            Contrast(aspect="Speed", left="Forty km an hour", right="A walking pace"),
        ),
    ),
    TableScene(
        lines=(),
        heading="Three animals and their blood",
        columns=("Animal", "Hearts", "Carrier"),
        items=(
            Row(cells=("Octopus", "3", "Haemocyanin")),
            Row(cells=("Hagfish", "4", "Dissolved pigment")),
            Row(cells=("Earthworm", "5", "Erythrocruorin")),
        ),
        source="Field notes",
    ),
    BarsScene(
        lines=(),
        heading="A giant needs more than most",
        unit="kg",
        point=2,
        items=(Bar(label="Common", value=9), Bar(label="Pacific", value=50), Bar(label="Blanket", value=10)),
        source="Aquarium survey",
    ),
    LinesScene(
        lines=(),
        heading="Catches have doubled since 1980",
        unit="t",
        marks=("1980", "1990", "2000", "2010"),
        items=(
            Series(label="Atlantic", values=(180, 240, 310, 365)),
            Series(label="Tropics", values=(90, 85, 100, 95)),
        ),
        source="FAO yearbook",
    ),
    SharesScene(
        lines=(),
        heading="Where its nerve cells are",
        unit="%",
        point=1,
        items=(Share(label="Eight limbs", value=62), Share(label="Brain", value=8), Share(label="Eyes", value=30)),
        source="Journal of zoology",
    ),
    TimelineScene(
        lines=(),
        heading="What people knew",
        kicker="In short",
        items=(
            Moment(when="350 BC", text="Aristotle sees them change colour"),
            Moment(when="1878", text="Fredericq finds copper inside"),
            Moment(when="2015", text="A genome is read in full"),
        ),
    ),
    DiagramScene(
        lines=(),
        heading="Where the stream goes",
        items=(Node(label="Gills"), Node(label="Main pump"), Node(label="Organs"), Node(label="Side pumps")),
        links=(Link(start=1, end=2, label="fresh"), Link(start=2, end=3), Link(start=3, end=4), Link(start=4, end=1)),
    ),
    CodeScene(
        lines=(),
        heading="Try again, later each time",
        language="python",
        code="for attempt in range(5):\n    try:\n        return call()\n    except OSError:\n        wait(2**attempt)",
        items=(Passage(first=1, last=3), Passage(first=4, last=5)),
    ),
    QuizScene(
        lines=(),
        kicker="Test yourself",
        text="Which part stops while the animal swims?",
        items=("The central pump", "Both small ones", "None at all"),
        answer=1,
    ),
    PictureScene(lines=(), picture="photo.jpg", text="A day octopus off Hawaii"),
    SceneryScene(lines=(), picture="photo.jpg", heading="Reefs of the Pacific", subtitle="Home for a year or two"),
    SplitScene(
        lines=(),
        picture="photo.jpg",
        heading="Built for crawling",
        kicker="Anatomy",
        text="Each limb decides for itself where to go next.",
    ),
    ProductScene(
        lines=(),
        picture="photo.jpg",
        heading="Diving torch",
        kicker="New",
        price="€49",
        price_before="€65",
        items=("Dry to ninety metres", "Six hours of light", "Fits any belt"),
        rating=4.6,
        ratings=1280,
    ),
    ClosingScene(
        lines=(),
        text="Next time you see one crawl, you know why it takes its time.",
        action="Visit example.org",
        subtitle="Why octopuses have three hearts",
    ),
)


def typical(kind: type[Scene]) -> Scene:
    """The scene of a kind. Its narration starts with a line that reveals nothing, then has one for each item."""
    (scene,) = (each for each in _SCENES if type(each) is kind)
    count = len(getattr(scene, "items", ())) or 1
    told = range(count + isinstance(scene, QuizScene))
    lines = (SpokenLine(text=f"This is what it says of number {number}.", reveals=number) for number in told)
    return replace(scene, lines=(SpokenLine(text="Here is something new that takes a while."), *lines))
