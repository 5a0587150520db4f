"""Job ids: hashes of everything that shapes a film, so that the same command gives the same ids.

Ids survive upgrades: built-in templates and themes count by name, default values do not count, and neither does the
version of the code. Finished films stay as they are, and published.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
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
# Suffixes of template files that are no pictures, though scripts may mention them in comments.
_NO_PICTURE = (".toml", ".jinja")
# Fields of a brief that do not shape the film, or do so only through what they refer to.
_IGNORED_FIELDS = frozenset({"preset", "format", "theme", "origin", "playlist", "priority"})
_MOST_CACHED = 1000


@dataclass(frozen=True, kw_only=True)
class JobIds:
    """Computes job ids. Reads files: not for the event loop."""

    settings: Settings
    paths: Paths
    appearance: Appearance
    providers: Providers
    # Both raise `InputError` for missing files.
    template_of: Callable[[Brief], Template]
    bed_of: Callable[[Brief], Bed | None]
    # Caches of what many briefs have in common.
    _shapes: dict[tuple[object, ...], tuple[str, ...]] = field(default_factory=dict, init=False)
    # By template: its scripts that compute picture names. By script and name: the digest of the picture.
    _computing_scripts: dict[str | None, tuple[ScriptTemplate, ...]] = field(default_factory=dict, init=False)
    _digest_cache: dict[tuple[str, str], str] = field(default_factory=dict, init=False)

    def job_id(self, brief: Brief) -> str:
        """The id: a hash of the completed brief, a custom template's files, and the settings that shape the film."""
        key = (brief.template, brief.theme, brief.preset, brief.format, brief.music, brief.row is not None)
        if key not in self._shapes:
            self._shapes[key] = self._shape(brief)
        *shape, bed = self._shapes[key]
        digests = tuple(self.paths.digest_of_picture(brief.origin, each.source) for each in brief.pictures)
        # The values of the preset count, not its name.
        own = canonical_text(brief, without=_IGNORED_FIELDS)
        part = (canonical_text((brief.series, brief.episode, brief.serial)),) if brief.serial else ()
        beside = (canonical_text({"beside": made}),) if brief.row and (made := self._computed_digests(brief)) else ()
        return key_of_texts(own, *shape, canonical_text(digests), bed, *part, *beside)[:_ID_DIGITS]

    def _template_digests(self, template: Template) -> tuple[str, ...]:
        """The digests of the pictures that a custom template's scripts mention."""
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

    def _computed_digests(self, brief: Brief) -> tuple[str, ...]:
        """The digests of pictures whose names the scripts compute from the row."""
        if brief.row is None or not (scripts := self._scripts_with_pictures(brief)):
            return ()
        template, named = self.template_of(brief), {each.source for each in brief.pictures}
        try:
            made = [(each, each.dynamic_pictures(template.values(brief.row, each.language))) for each in scripts]
        except FillError:
            return ()  # reported for the row
        return tuple(self._digest(script.path, name) for script, names in made for name in names if name not in named)

    def _scripts_with_pictures(self, brief: Brief) -> tuple[ScriptTemplate, ...]:
        """The scripts of the template that compute picture names."""
        if brief.template not in self._computing_scripts:
            try:
                scripts = self.template_of(brief).script_templates
            except InputError:
                scripts = ()
            self._computing_scripts[brief.template] = tuple(script for script in scripts if script.has_dynamic_pictures)
        return self._computing_scripts[brief.template]

    def _digest(self, path: str, name: str) -> str:
        if (path, name) not in self._digest_cache:
            if len(self._digest_cache) >= _MOST_CACHED:
                self._digest_cache.clear()
            self._digest_cache[path, name] = self.paths.digest_of_picture(path, name)
        return self._digest_cache[path, name]

    def _shape(self, brief: Brief) -> tuple[str, ...]:
        """The part of the id that does not depend on the brief's text. Ignores errors: the job will fail with them."""
        settings = self.settings
        template: object = ""
        writer = self._preferred_writer()
        try:
            used = self.template_of(brief)
            template = used.custom_fingerprint
            if has_script_template(brief, used):
                writer, digests = ("template",), self._template_digests(used)
                template = (template, *digests) if digests else template
        except InputError:
            pass  # a corrected template gives another job
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

    def _preferred_writer(self) -> tuple[str, ...]:
        """The preferred script writer and its model. Fallbacks do not change the id."""
        settings = self.settings
        name = provider_factory.writer_names(settings)[0]
        models = provider_factory.model_settings(name, settings).models if provider_factory.is_service(name) else ()
        return (name, *models[:1])
