"""A brief in several languages: its films, their ids, folders and voices."""

from __future__ import annotations

from dataclasses import replace

import pytest
from anyio import Event, fail_after, to_thread
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli.options import FilmOptions
from pipeline.errors import InputError
from pipeline.language.tags import LANGUAGE_TAG, canonical_case, entry_for
from pipeline.model import Brief, Job, JobStatus, Paragraph, Section, SourceRow, summary_of
from pipeline.narration.silence import SilenceNarrator
from pipeline.orchestrator.batch import batches
from pipeline.orchestrator.batch.batches import run_batch, run_family, run_one
from pipeline.orchestrator.batch.planning import draft_plan, plan_batch
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.events import Notice
from pipeline.orchestrator.forecast import forecast
from pipeline.settings import Settings

NOTES = (Section(heading="", blocks=(Paragraph(text="Tea cools."),)),)


def brief(**more):
    return Brief(title="Why tea cools", sections=NOTES, **{"origin": "tea.md", **more})


def context_in(workspace, **settings):
    workspace.mkdir(exist_ok=True)
    return open_context(workspace=workspace, overrides=settings)


async def opened(workspace, **settings):
    return await to_thread.run_sync(lambda: context_in(workspace, **settings))


async def plan(context, briefs):
    ids = (await plan_batch(briefs, context, batch="kitchen", source="kitchen")).ids
    return [await context.store.load_job("kitchen", job_id) for job_id in ids]


def test_a_brief_without_languages_is_one_film(tmp_path):
    context = context_in(tmp_path)

    (film,) = context.briefs.films_of(brief())

    assert (film.language, film.translated_from) == ("en", "")
    assert film == context.briefs.complete(brief())


GERMAN = (
    "Am 7. Dezember 1835 fuhr die erste deutsche Eisenbahn von Nürnberg nach Fürth. Die Lokomotive hieß Adler und kam "
    "aus England, in 19 Kisten zerlegt. Die Fahrt dauerte neun Minuten. Meist zogen Pferde die Wagen, Kohle war teuer."
)
IN_GERMAN = (Section(heading="", blocks=(Paragraph(text=GERMAN),)),)


def test_a_film_is_in_the_language_of_its_notes_where_nobody_names_one(tmp_path):
    complete = context_in(tmp_path).briefs.complete

    assert complete(Brief(title="Der Adler", sections=IN_GERMAN)).language == "de"
    # What is chosen for one brief is not for another.
    assert complete(Brief(title="Why tea cools", sections=NOTES)).language == "en"
    assert complete(Brief(title="ブラックホールとは何か")).language == "ja"


def test_a_language_that_is_named_goes_before_that_of_the_notes(tmp_path):
    german = Brief(title="Der Adler", sections=IN_GERMAN)

    assert context_in(tmp_path).briefs.complete(replace(german, language="en-GB")).language == "en-GB"
    assert context_in(tmp_path, language="en").briefs.complete(german).language == "en"
    (tmp_path / "nightreel.toml").write_text('language = "fr"\n', encoding="utf-8")
    assert context_in(tmp_path).briefs.complete(german).language == "fr"


def test_rows_are_in_the_language_in_which_their_cells_were_read(tmp_path):
    row = Brief(title="Der Adler", sections=IN_GERMAN, row=SourceRow(key="1"))

    assert context_in(tmp_path).briefs.complete(row).language == "en"


def test_a_flag_asks_for_the_film_without_a_variant_though_the_brief_has_one(tmp_path):
    asked = {variant: context_in(tmp_path, **{"script.variant": variant}) for variant in (0, 3)}

    assert context_in(tmp_path).briefs.complete(brief(variant=2)).variant == 2
    assert [context.briefs.complete(brief(variant=2)).variant for context in asked.values()] == [0, 3]


@pytest.mark.parametrize(
    ("languages", "of_brief", "films"),
    [
        ("en,es,fr", {}, [("en", ""), ("es", "en"), ("fr", "en")]),
        ("en,de", {"language": "de"}, [("en", "de"), ("de", "")]),
        ("en,es", {"language": "de"}, [("en", "de"), ("es", "de")]),
    ],
    ids=["the first", "that of the brief", "that of the brief, without a film"],
)
def test_one_language_is_written_and_the_others_are_translated_from_it(tmp_path, languages, of_brief, films):
    context = context_in(tmp_path, languages=languages)

    assert [(film.language, film.translated_from) for film in context.briefs.films_of(brief(**of_brief))] == films


def test_a_flag_goes_before_the_languages_of_a_brief_and_they_before_the_settings(tmp_path):
    (tmp_path / "nightreel.toml").write_text('languages = ["en", "pt-br"]\n', encoding="utf-8")
    written = brief(languages=("fr", "it"))
    context, flagged = context_in(tmp_path), context_in(tmp_path, languages="ja")
    one = context_in(tmp_path, language="de")

    assert [film.language for film in context.briefs.films_of(brief())] == ["en", "pt-BR"]
    assert [film.language for film in context.briefs.films_of(written)] == ["fr", "it"]
    assert [film.language for film in flagged.briefs.films_of(written)] == ["ja"]
    assert [(film.language, film.translated_from) for film in one.briefs.films_of(written)] == [("de", "")]


def test_a_voice_for_a_language_that_is_not_made_is_told(tmp_path):
    (tmp_path / "nightreel.toml").write_text('[voices]\nit = "it-IT-ElsaNeural"\n', encoding="utf-8")
    flags = {"voices.fr": "fr-FR-DeniseNeural", "voices.es": "es-ES-AlvaroNeural", "voices.pt-br": "x"}
    context = context_in(tmp_path, languages="en,es-MX,pt-PT", **flags)
    own = brief(voices=(("ja", "ja-JP-NanamiNeural"), ("en", "en-US-AvaNeural")), origin=str(tmp_path / "tea.md"))

    assert context.briefs.idle_voices([brief(), own]) == (
        "--voice: a voice for fr, and no film is made in it",
        "--voice: a voice for pt-br, and no film is made in it",
        "tea.md: a voice for ja, and no film is made in it",
    )
    assert context_in(tmp_path).briefs.idle_voices([brief(), brief(voices=(("en", "x"),))]) == ()
    first, *_ = context_in(tmp_path, **flags).briefs.idle_voices([brief(language="de")])
    assert first == "--voice: a voice for fr, and no film is made in it"


async def test_a_run_and_a_dry_run_say_that_a_voice_is_for_nothing(tmp_path):
    context = await opened(tmp_path, **{"voices.fr": "fr-FR-DeniseNeural", "script.writers": "outline"})
    heard = []

    await run_batch([], context, batch="night", source="night.txt", unreadable=[InputError("no")], listen=heard.append)
    foretold = await forecast([], context, batch="night")

    told = "--voice: a voice for fr, and no film is made in it"
    assert told in [event.text for event in heard if isinstance(event, Notice)]
    assert told in foretold.notes


def test_the_count_of_films_is_that_of_the_films(tmp_path):
    context = context_in(tmp_path, languages="en,es,en")
    briefs = [brief(), brief(languages=("fr",))]

    assert context.briefs.count_films(briefs) == sum(len(context.briefs.films_of(each)) for each in briefs) == 4


async def test_one_language_more_is_one_film_more(tmp_path):
    two = await plan(await opened(tmp_path / "a", languages="en,es"), [brief()])
    three = await plan(await opened(tmp_path / "b", languages="en,es,fr"), [brief()])
    one = await plan(await opened(tmp_path / "c"), [brief()])

    assert [job.id for job in three[:2]] == [job.id for job in two]
    assert [job.id for job in one] == [two[0].id]
    assert len({job.id for job in three}) == 3


async def test_a_film_that_is_translated_is_another_than_one_that_is_written(tmp_path):
    translated = await plan(await opened(tmp_path / "a", languages="en,es"), [brief()])
    (written,) = await plan(await opened(tmp_path / "b", language="es"), [brief()])

    assert translated[1].id != written.id


async def test_folders_of_one_family_never_collide(tmp_path):
    jobs = await plan(await opened(tmp_path, languages="en,es,pt-BR"), [brief()])

    assert [job.folder for job in jobs] == [
        "kitchen/why-tea-cools",
        "kitchen/why-tea-cools-es",
        "kitchen/why-tea-cools-pt-br",
    ]


async def test_a_pattern_with_the_language_needs_nothing_more(tmp_path):
    context = await opened(tmp_path, languages="en,es", **{"output.pattern": "{batch}/{language}/{index:02d}_{title}"})

    jobs = await plan(context, [brief()])

    assert [job.folder for job in jobs] == ["kitchen/en/01_why-tea-cools", "kitchen/es/01_why-tea-cools"]


async def test_a_family_that_was_planned_already_is_left_as_it_is(tmp_path):
    context = await opened(tmp_path, languages="en,es")
    before = await plan(context, [brief()])

    assert await plan(context, [brief()]) == before


async def test_an_edited_brief_replaces_each_film_of_its_family_in_its_place(tmp_path):
    context = await opened(tmp_path, languages="en,es")
    before = await plan(context, [brief()])

    after = await plan(context, [brief(subtitle="A short film")])

    assert [job.folder for job in after] == [job.folder for job in before]
    assert not {job.id for job in before} & {job.id for job in after}


async def test_a_dry_run_counts_every_film(tmp_path):
    context = await opened(tmp_path, languages="en,es,fr")

    draft = await to_thread.run_sync(lambda: draft_plan([brief()], context, batch="kitchen"))

    assert draft.plan.new == 3


async def test_the_first_voice_and_no_other_is_woken_while_a_film_is_planned(tmp_path, monkeypatch):
    context, asked = await opened(tmp_path), [Event(), Event()]

    def narrator(number):
        class Waking(SilenceNarrator):
            async def choose_voice(self, language, wanted):
                asked[number].set()
                raise InputError("no voice for that")

        return Waking()

    async def plan_later(*_, **__):
        await asked[0].wait()
        raise InputError("planned, and that is enough")

    monkeypatch.setitem(vars(context.providers), "narrators", (narrator(0), narrator(1)))
    monkeypatch.setattr(batches, "plan_batch", plan_later)
    with fail_after(10), pytest.raises(InputError, match="that is enough"):
        await run_family(brief(), context)

    assert not asked[1].is_set()


async def test_several_films_do_not_fit_one_file(tmp_path):
    context = await to_thread.run_sync(
        lambda: open_context(workspace=tmp_path, overrides={"languages": "en,es"}, output=tmp_path / "tea.mp4")
    )

    with pytest.raises(InputError, match="2 films can't share one file"):
        await run_family(brief(), context)


async def test_whoever_asks_for_one_film_gets_no_family(tmp_path):
    context = await opened(tmp_path, languages="en,es")

    with pytest.raises(InputError, match="asks for 2 films, where one is expected"):
        await run_one(brief(), context)


def test_a_film_that_is_not_translated_yet_is_told_from_its_siblings():
    job = Job(id="a" * 16, batch="b", folder="f", brief=brief(language="es", translated_from="en"))

    row = summary_of(job)

    assert (row.title, row.language, row.status) == ("Why tea cools (es)", "es", JobStatus.PENDING)


# Voices ------------------------------------------------------------------------------------------------------------


def voices(context, about):
    return {film.language: film.voice for film in context.briefs.films_of(about)}


def test_a_voice_without_a_language_speaks_what_was_written(tmp_path):
    context = context_in(tmp_path, languages="en,es", **{"narration.voice": "anna"})

    assert voices(context, brief()) == {"en": "anna", "es": None}
    assert voices(context_in(tmp_path, languages="en,es"), brief(voice="tom")) == {"en": "tom", "es": None}


def test_voices_by_language_are_found_with_and_without_the_region(tmp_path):
    (tmp_path / "nightreel.toml").write_text(
        'languages = ["en", "de-AT", "es-MX"]\n[voices]\nde = "conrad"\nes-mx = "jorge"\nes = "elvira"\n', "utf-8"
    )
    context = context_in(tmp_path)

    assert voices(context, brief()) == {"en": None, "de-AT": "conrad", "es-MX": "jorge"}


def test_a_voice_by_flag_goes_before_the_brief_and_the_brief_before_the_settings(tmp_path):
    (tmp_path / "nightreel.toml").write_text('[voices]\nen = "s"\nes = "s"\nfr = "s"\n', encoding="utf-8")
    context = context_in(tmp_path, languages="en,es,fr", **{"voices.es": "flag"})
    written = brief(voices=(("en", "brief"), ("es", "brief")))

    assert voices(context, written) == {"en": "brief", "es": "flag", "fr": "s"}


def test_completing_a_film_twice_changes_nothing(tmp_path):
    context = context_in(tmp_path, languages="en,es", **{"narration.voice": "anna", "voices.es": "elvira"})

    for film in context.briefs.films_of(brief(voices=(("en", "tom"),))):
        assert context.briefs.complete(film) == film


def test_voices_and_languages_of_a_command_are_remembered_with_its_batch(tmp_path):
    context = context_in(tmp_path, languages="en,es", **{"voices.es": "elvira"})
    plain = context_in(tmp_path)

    again = plain.for_request(context.asked)

    assert again.briefs.films_of(brief()) == context.briefs.films_of(brief())


# What people write -------------------------------------------------------------------------------------------------


def test_flags_become_settings():
    assert FilmOptions(languages="en,es", voice="de=Conrad, es-MX=Jorge").as_settings() == {
        "languages": "en,es",
        "voices.de": "Conrad",
        "voices.es-MX": "Jorge",
    }
    assert FilmOptions(voice="en-US-AvaNeural").as_settings() == {"narration.voice": "en-US-AvaNeural"}


@pytest.mark.parametrize("flags", [{"language": "de", "languages": "en,es"}, {"voice": "de=,es=X"}], ids=str)
def test_flags_that_make_no_sense_are_refused(flags):
    with pytest.raises(InputError):
        FilmOptions(**flags).as_settings()


@given(st.from_regex(LANGUAGE_TAG, fullmatch=True))
def test_a_tag_in_its_usual_case_stays_so_and_finds_its_entry(tag):
    usual = canonical_case(tag)

    assert canonical_case(usual) == usual == canonical_case(tag.upper())
    assert usual.lower() == tag.lower()
    assert entry_for({tag: "voice"}, f"{usual}-Latn") == "voice"


@pytest.mark.parametrize("tag", ["de-1996", "sl-nedis", "es-419", "zh-Hant-TW"])
def test_a_tag_is_taken_wherever_a_language_is_named(tag):
    settings = Settings(language=tag, languages=tag, voices={tag: "x"}, pronounce={tag: {"nginx": "engine x"}})

    assert settings.languages == (settings.language,) == (tag,)


def test_a_table_without_the_language_has_no_entry():
    assert entry_for({"de": "conrad"}, "en") is None
    assert entry_for({"es-MX": "jorge"}, "es") is None


def test_a_film_of_its_own_has_nothing_of_the_family(tmp_path):
    context = open_context(workspace=tmp_path, overrides={"languages": "en,es"})

    for film in context.briefs.films_of(brief(voices=(("es", "x"),))):
        assert film == replace(film, languages=(), voices=())
