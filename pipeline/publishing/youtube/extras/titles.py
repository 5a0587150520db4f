"""Localized titles and descriptions: videos.update with localizations."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.keys import content_key
from pipeline.language.text import clean_text, strip_invisible
from pipeline.model.metadata import fit_description, fit_title
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.extras.steps import Title
from pipeline.publishing.youtube.updating import settable


class Titles:
    """Sets localizations. Idempotent; those in other languages are preserved."""

    name = "titles in other languages"
    method = "videos.update"
    can_wait = False

    def __init__(self, titles: Mapping[str, Title]) -> None:
        """`titles` by language (BCP-47), without the film's own language."""
        self._wanted = {language: _localization(title) for language, title in sorted(titles.items())}
        self.content = content_key(self._wanted)

    async def run(self, calls: Calls, video_id: str, *, begun: bool) -> None:  # noqa: ARG002 - as a `Step`
        """See `Step`."""

        async def set_them() -> None:
            video = await calls.find_video(video_id, "snippet,localizations")
            if video is None:
                raise calls.not_found()
            found = video.get("localizations")
            known = found if isinstance(found, dict) else {}
            if all(known.get(language) == each for language, each in self._wanted.items()):
                return
            # Parts are replaced as a whole, so existing localizations are sent along; and so is the snippet, since
            # Google accepts localizations only together with the default language.
            texts = {"snippet": settable(video, "snippet"), "localizations": {**known, **self._wanted}}
            calls.parsed(
                await calls.request_json("videos.update", {"part": ",".join(texts)}, {"id": video_id, **texts})
            )

        await calls.with_retries(set_them)


def _localization(title: Title) -> dict[str, str]:
    return {
        "title": fit_title(clean_text(title.title)) or "Film",
        "description": fit_description(strip_invisible(title.description)),
    }
