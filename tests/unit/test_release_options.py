"""Release options given when publishing."""

from __future__ import annotations

import pytest
from anyio import to_thread

from pipeline.errors import InputError
from pipeline.model import Brief
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.control.release_options import ReleaseOptions


@pytest.mark.parametrize(
    ("options", "flags", "told"),
    [
        ({"publish_at": "2020-01-01 09:00"}, {}, "--publish-at: is past: 2020-01-01 09:00"),
        ({"publish_at": "tomorrow"}, {}, "--publish-at: 'tomorrow' is not a date"),
        ({"publish_at": "2031-03-30 02:30", "time_zone": "Europe/Berlin"}, {}, "does not exist in Europe/Berlin"),
        ({"publish_at": "2031-01-01 09:00", "time_zone": "Mars/Base"}, {}, "--time-zone: unknown time zone"),
        ({"publish_at": "2031-01-01 09:00"}, {"youtube.privacy": "public"}, "can't be combined with --privacy"),
    ],
)
async def test_invalid_release_options_are_reported_before_anything_is_sent(tmp_path, options, flags, told):
    asked = {"publishing.to": "youtube", **flags}
    context = await to_thread.run_sync(lambda: open_context(workspace=tmp_path, overrides=asked))

    with pytest.raises(InputError, match=told):
        await to_thread.run_sync(ReleaseOptions(**options).check, context)


def test_options_override_the_brief_and_keep_what_they_do_not_name():
    brief = Brief(title="Tea", privacy="unlisted", playlist="Kitchen", time_zone="Europe/Berlin")

    assert ReleaseOptions(playlist="Talks").apply(brief).release == "unlisted||Europe/Berlin|Talks"
    timed = ReleaseOptions(publish_at="2031-01-01 09:00").apply(brief)
    assert (timed.privacy, timed.publish_at, timed.time_zone) == ("", "2031-01-01 09:00", "Europe/Berlin")
