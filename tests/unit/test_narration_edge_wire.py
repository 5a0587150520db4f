import io

import aiohttp
import av
import numpy as np
import pytest
from multidict import CIMultiDict

from pipeline.errors import TransientError
from pipeline.narration.edge import _heard
from pipeline.narration.edge.wire import _event, _refusal
from pipeline.narration.spoken import spoken


@pytest.mark.parametrize("asked", ["90", "Sat, 21 Nov 2026 00:01:30 GMT"])
def test_a_service_that_is_busy_says_in_seconds_or_by_a_date_when_it_has_time(asked):
    headers = CIMultiDict({"Retry-After": asked, "Date": "Sat, 21 Nov 2026 00:00:00 GMT"})

    error = _refusal(aiohttp.ClientResponseError(None, (), status=503, headers=headers))

    assert (type(error), error.retry_after_s) == (TransientError, 90)


@pytest.mark.parametrize(
    ("offset", "duration"), [(float("nan"), 0), (0, float("nan")), (float("-inf"), 0), (10**400, 0), (0, -(10**400))]
)
def test_a_word_at_no_time_is_refused(offset, duration):
    with pytest.raises(ValueError, match="no time"):
        _event("tea", offset, duration)


def test_minutes_of_sound_for_a_word_are_refused_before_they_fill_the_memory():
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=8_000)
        stream.layout = "mono"
        for second in range(120):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 8_000), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 8_000, second * 8_000
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

    with pytest.raises(TransientError, match="does not end"):
        _heard(spoken("Tea."), file.getvalue(), (), 1.0)
