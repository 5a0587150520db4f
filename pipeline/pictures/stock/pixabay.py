"""Pixabay: photos under its own free licence. API keys are free; they are sent as a URL parameter.

Source: pixabay.com/api/docs (100 requests in 60 seconds; responses must be cached for 24 hours, ours are kept longer;
pictures must be downloaded, not linked; the source must be shown to people). A rejected key is a 400, which our
requests get for no other reason.
"""

from __future__ import annotations

from pydantic import BaseModel, PositiveInt

from pipeline.pictures.stock.photos import ServiceOptions, StockPhoto, StockQuery
from pipeline.pictures.stock.service import Service

_PER_PAGE = "20"
_HOME = "https://pixabay.com"
# The largest size available to every key: its longest side.
_SIDE_PX = 1280
_ORIENTATIONS = {"landscape": "horizontal", "portrait": "vertical", "square": "all"}
_LANGUAGES = frozenset({
    "cs", "da", "de", "en", "es", "fr", "id", "it", "hu", "nl", "no", "pl", "pt", "ro", "sk", "fi", "sv", "tr", "vi",
    "th", "bg", "ru", "el", "ja", "ko", "zh",
})  # fmt: skip


class _Hit(BaseModel):
    imageWidth: PositiveInt  # noqa: N815 - their name
    imageHeight: PositiveInt  # noqa: N815
    largeImageURL: str  # noqa: N815
    pageURL: str = ""  # noqa: N815
    user: str = ""


class PixabaySource:
    """See `PictureSource`."""

    name = "pixabay"
    version = "1"

    def __init__(self, options: ServiceOptions) -> None:
        self._key = options.api_key
        self._service = Service("Pixabay", options, refused=frozenset({400, 401, 403}))

    @property
    def also_allowed(self) -> frozenset[str]:
        """See `PictureSource`."""
        return self._service.origin

    async def search(self, query: StockQuery) -> tuple[StockPhoto, ...]:
        """See `PictureSource`."""
        language = query.language.partition("-")[0].replace("nb", "no")
        params = {
            "key": self._key,
            "q": query.words,
            "image_type": "photo",
            "orientation": _ORIENTATIONS[query.orientation],
            "safesearch": "true",
            "per_page": _PER_PAGE,
            "lang": language if language in _LANGUAGES else "en",
        }
        answer = await self._service.get("/api/", params=params, headers={})
        return tuple(
            StockPhoto(
                address=hit.largeImageURL,
                width_px=round(hit.imageWidth * scale),
                height_px=round(hit.imageHeight * scale),
                attribution=self._service.attribution(hit.user, hit.pageURL, home=_HOME),
            )
            for hit in self._service.items(answer, "hits", _Hit)
            if (scale := min(1.0, _SIDE_PX / max(hit.imageWidth, hit.imageHeight)))
        )
