"""Pexels: photos under its own free licence. API keys are free.

Sources: pexels.com/api/documentation (the protocol; 200 requests an hour and 20,000 a month; "Photo by John Doe on
Pexels", with a link to the page of the photo). It has no safe-search parameter: its photos are moderated.
"""

from __future__ import annotations

from pydantic import BaseModel, PositiveInt
from yarl import URL

from pipeline.pictures.stock.photos import ServiceOptions, StockPhoto, StockQuery
from pipeline.pictures.stock.service import Service

_PER_PAGE = "20"
_HOME = "https://www.pexels.com"
# A 429 has none of the rate limit headers, which are about the month anyway. So the hourly limit is probed now and
# then: each request counts.
_USUAL_WAIT_S = 600
# The longest side to download. Its own sizes end at 940x650 points ("large2x": twice as many pixels), which is too
# small for vertical films; the original may have 50 megapixels. All sizes are one URL with different parameters.
_SIDE_PX = 2560
# `locale`, by language; other languages search in English.
_LOCALES = (
    "en-US", "pt-BR", "es-ES", "ca-ES", "de-DE", "it-IT", "fr-FR", "sv-SE", "id-ID", "pl-PL", "ja-JP", "zh-TW", "zh-CN",
    "ko-KR", "th-TH", "nl-NL", "hu-HU", "vi-VN", "cs-CZ", "da-DK", "fi-FI", "uk-UA", "el-GR", "ro-RO", "nb-NO", "sk-SK",
    "tr-TR", "ru-RU",
)  # fmt: skip


class _Sizes(BaseModel):
    original: str


class _Photo(BaseModel):
    width: PositiveInt
    height: PositiveInt
    url: str = ""
    photographer: str = ""
    src: _Sizes


class PexelsSource:
    """See `PictureSource`."""

    name = "pexels"
    version = "1"

    def __init__(self, options: ServiceOptions) -> None:
        self._key = options.api_key
        self._service = Service("Pexels", options, refused=frozenset({401, 403}), usual_wait_s=_USUAL_WAIT_S)

    @property
    def also_allowed(self) -> frozenset[str]:
        """See `PictureSource`."""
        return self._service.origin

    async def search(self, query: StockQuery) -> tuple[StockPhoto, ...]:
        """See `PictureSource`."""
        params = {"query": query.words, "orientation": query.orientation, "per_page": _PER_PAGE}
        if locale := _locale(query.language):
            params["locale"] = locale
        answer = await self._service.get("/v1/search", params=params, headers={"Authorization": self._key})
        return tuple(
            StockPhoto(
                address=address,
                width_px=round(photo.width * scale),
                height_px=round(photo.height * scale),
                attribution=self._service.attribution(photo.photographer, photo.url, home=_HOME),
            )
            for photo in self._service.items(answer, "photos", _Photo)
            if (address := _sized(photo.src.original))
            and (scale := min(1.0, _SIDE_PX / max(photo.width, photo.height)))
        )


def _sized(original: str) -> str:
    try:
        wanted = {"auto": "compress", "cs": "tinysrgb", "w": str(_SIDE_PX), "h": str(_SIDE_PX)}
        return str(URL(original).update_query(wanted))
    except ValueError:
        return ""


def _locale(language: str) -> str:
    known = [locale for locale in _LOCALES if language in {locale, locale.partition("-")[0]}]
    near = [locale for locale in _LOCALES if locale.partition("-")[0] == language.partition("-")[0]]
    return next(iter(known or near), "")
