import pytest

from pipeline.narration.edge.wire import _seconds


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("90", 90), ("0", 0), ("1e300", 30 * 86_400), ("-5", None), ("nan", None), ("inf", None), ("soon", None)],
)
def test_a_retry_after_is_at_most_a_month(asked, seconds):
    assert _seconds(asked) == seconds
