"""`make bench` at a small scale, so that it keeps working between measurements."""

from benchmarks import encode


def test_the_benchmark_prints_what_a_film_costs_beside_what_is_promised(capsys):
    encode.main(["--quick", "--films", "0", "--rows", "0"])

    printed = capsys.readouterr().out
    for what in ("one film, cold", "again, warm", "x264 alone", "at most 1.6", "at most 700 MB"):
        assert what in printed
    assert "MoviePy" not in printed
