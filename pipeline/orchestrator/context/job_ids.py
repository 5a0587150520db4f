"""What jobs are called: by what shapes their films, so that the same command gives the same ids.

So it does after an upgrade: what came with nightreel (templates, themes) counts by its name, a value that is as usual
does not count at all, and no version of the code does. Films that are made stay as they are, and out where they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from pathlib import Path

from pipeline.errors import InputError
from pipeline.keys import canonical_text, key_of_texts
from pipeline.model import Brief
from pipeline.music import Bed
from pipeline.orchestrator.context import provider_factory
from pipeline.orchestrator.context.appearance import Appearance
from pipeline.orchestrator.context.encoding import cue_limits, encoding_of, mix_plan
from pipeline.orchestrator.context.paths import Paths
from pipeline.orchestrator.context.providers import Providers
from pipeline.script import has_script_template
from pipeline.settings import Settings
from pipeline.template import FillError, ScriptTemplate, Template, files_in
from pipeline.workspace import is_builtin

_ID_DIGITS = 16
# Names that the comments of a script may tell, too.
_NO_PICTURE = (".toml", ".jinja")
# Of a brief, what shapes no film, or does so by what it stands for.
_NO_PICTURES = canonical_text(())
_NO_MATTER = frozenset({"preset", "format", "theme", "origin", "playlist", "priority"})
# What the films of a table do not have in common, in the order of the text; and all else.
_OWN = ("row", "title")
_ALIKE = attrgetter(*(each.name for each in fields(Brief) if each.compare and each.name not in {*_OWN, *_NO_MATTER}))
# Stands for either of them: no text that has been cleaned has such a character.
_MARK = "\0"
_MOST_KNOWN = 1000


@dataclass(frozen=True, kw_only=True)
class JobIds:
    """Names the jobs of one context. Reads files: not for the event loop."""

    settings: Settings
    paths: Paths
    appearance: Appearance
    providers: Providers
    # Both raise `InputError` for what is not there.
    template_of: Callable[[Brief], Template]
    bed_of: Callable[[Brief], Bed | None]
    # What very many briefs have in common, by what they ask for.
    _known: dict[tuple[object, ...], tuple[str, ...]] = field(default_factory=dict, init=False)
    _around: dict[tuple[object, ...], tuple[str, ...]] = field(default_factory=dict, init=False)
    # By template, its scripts that make names of pictures; and by script and name what lies there.
    _makers: dict[str | None, tuple[ScriptTemplate, ...]] = field(default_factory=dict, init=False)
    _beside: dict[tuple[str, str], str] = field(default_factory=dict, init=False)

    def job_id(self, brief: Brief) -> str:
        """The id: the hash of the completed brief, of the template's own files, of the settings that matter."""
        asked = (brief.template, brief.theme, brief.preset, brief.format, brief.music, brief.row is not None)
        if asked not in self._known:
            self._known[asked] = self._shape(brief)
        *shape, bed = self._known[asked]
        pictures = canonical_text(self._digests(brief)) if brief.pictures else _NO_PICTURES
        # Not what its preset is called, but what that says.
        own = self._own_text(brief) if brief.row else canonical_text(brief, without=_NO_MATTER)
        part = (canonical_text((brief.series, brief.episode, brief.serial)),) if brief.serial else ()
        beside = (canonical_text({"beside": made}),) if brief.row and (made := self._digests_made(brief)) else ()
        return key_of_texts(own, *shape, pictures, bed, *part, *beside)[:_ID_DIGITS]

    def _own_text(self, brief: Brief) -> str:
        """What the brief of a row says, as a text: what it has in common with other rows is written once."""
        alike = _ALIKE(brief)
        if alike not in self._around:
            if len(self._around) >= _MOST_KNOWN:
                self._around.clear()
            whole = canonical_text(brief, without=_NO_MATTER, instead=dict.fromkeys(_OWN, _MARK))
            self._around[alike] = tuple(whole.split(canonical_text(_MARK)))
        around = self._around[alike]
        if len(around) != len(_OWN) + 1:  # whoever wrote it knows our mark
            return canonical_text(brief, without=_NO_MATTER)
        before, between, after = around
        return f"{before}{canonical_text(brief.row)}{between}{canonical_text(brief.title)}{after}"

    def _digests(self, brief: Brief) -> tuple[str, ...]:
        """What tells its pictures from others of their names."""
        return tuple(self.paths.digest_of_picture(brief.origin, each.source) for each in brief.pictures)

    def _digests_beside(self, template: Template) -> tuple[str, ...]:
        """The same of the pictures beside the template's own scripts that these name."""
        folder = Path(template.folder)
        if is_builtin(folder, [self.paths.workspace / "templates"]):
            return ()
        names = [name for name in files_in(folder, "*.*") if Path(name).suffix not in _NO_PICTURE]
        return tuple(
            self.paths.digest_of_picture(script.path, name)
            for script in template.script_templates
            for name in names
            if name in script.text
        )

    def _digests_made(self, brief: Brief) -> tuple[str, ...]:
        """The same of those whose names the scripts make of this row."""
        if brief.row is None or not (scripts := self._making(brief)):
            return ()
        template, asked = self.template_of(brief), {each.source for each in brief.pictures}
        try:
            made = [(each, each.dynamic_pictures(template.values(brief.row, each.language))) for each in scripts]
        except FillError:
            return ()  # the row will be told
        return tuple(self._digest(script.path, name) for script, names in made for name in names if name not in asked)

    def _making(self, brief: Brief) -> tuple[ScriptTemplate, ...]:
        """The scripts of its template that make names of pictures."""
        if brief.template not in self._makers:
            try:
                scripts = self.template_of(brief).script_templates
            except InputError:
                scripts = ()
            self._makers[brief.template] = tuple(script for script in scripts if script.has_dynamic_pictures)
        return self._makers[brief.template]

    def _digest(self, path: str, name: str) -> str:
        if (path, name) not in self._beside:
            if len(self._beside) >= _MOST_KNOWN:
                self._beside.clear()
            self._beside[path, name] = self.paths.digest_of_picture(path, name)
        return self._beside[path, name]

    def _shape(self, brief: Brief) -> tuple[str, ...]:
        """What does not depend on the words of a brief. What can't be read will fail the job, with this very error."""
        settings = self.settings
        template: object = ""
        writer = self._first_choice()
        try:
            used = self.template_of(brief)
            template = used.custom_fingerprint
            if has_script_template(brief, used):
                writer, beside = ("template",), self._digests_beside(used)
                template = (template, *beside) if beside else template
        except InputError:
            pass  # mending the template makes it another job
        try:
            theme = self.appearance.theme_identity(brief)
            brought = self.appearance.brand_identity(brief)
        except InputError:
            theme, brought = None, ()
        try:
            bed = self.bed_of(brief)
        except InputError:
            bed = None
        try:
            encoding = encoding_of(settings, brief)
        except InputError:
            encoding = None
        cues = cue_limits(settings, encoding.video_format) if encoding else brief.preset
        parts = (
            template,
            theme,
            writer,
            (provider_factory.narrator_names(settings), settings.edge.fallback_voices, self.providers.prosody),
            self.providers.pronunciations,
            (encoding, cues, settings.subtitles.style),
            (settings.video.motion, settings.video.transition),
            brought,
            (bed.sha256, mix_plan(settings)) if bed else (),
        )
        return tuple(map(canonical_text, parts))

    def _first_choice(self) -> tuple[str, ...]:
        """Who shall write, and with which model. Who steps in when they can't makes no other film of it."""
        settings = self.settings
        name = provider_factory.writer_names(settings)[0]
        models = provider_factory.model_settings(name, settings).models if provider_factory.is_service(name) else ()
        return (name, *models[:1])
