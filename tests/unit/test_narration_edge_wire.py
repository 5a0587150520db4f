import io

import av
import numpy as np
import pytest

from pipeline.errors import TransientError
from pipeline.narration.edge import _heard
from pipeline.narration.edge.wire import _event, _seconds
from pipeline.narration.spoken import spoken


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("90", 90), ("0", 0), ("1e300", 30 * 86_400), ("-5", None), ("nan", None), ("inf", None), ("soon", None)],
)
def test_a_retry_after_is_at_most_a_month(asked, seconds):
    assert _seconds(asked) == seconds


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
