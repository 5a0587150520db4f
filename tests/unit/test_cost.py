"""Tokens are always counted; their cost is reported as far as prices are known."""

from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from pipeline.model import Cost, ModelCost, Price, format_cost, format_usd

PRICE = Price(usd_per_million_in=1, usd_per_million_out=10, usd_per_million_cached=0.1)


def test_a_call_costs_what_it_read_and_wrote_and_what_was_cached_costs_less():
    cost = Cost.of("m", PRICE, tokens_in=1_000_000, tokens_out=100_000, tokens_cached=400_000)

    assert cost.usd == pytest.approx(0.6 + 0.04 + 1)
    assert cost.models == {"m": ModelCost(calls=1, tokens_in=1_000_000, tokens_out=100_000, usd=cost.usd)}


def test_without_a_price_for_cached_tokens_they_cost_like_all_others():
    assert Price(usd_per_million_in=2, usd_per_million_out=0).usd(tokens_in=10, tokens_out=0, tokens_cached=5) == 2e-5


def test_costs_are_added_by_model():
    first = Cost.of("a", PRICE, tokens_in=10, tokens_out=1)
    both = first + Cost.of("b", None, tokens_in=5, tokens_out=2) + Cost.of("a", PRICE, tokens_in=30, tokens_out=3)

    assert (both.tokens_in, both.tokens_out, both.tokens) == (45, 6, 51)
    assert (both.models["a"].tokens_in, both.models["b"].usd) == (40, None)
    assert (both.models["a"].calls, both.models["b"].calls) == (2, 1)
    assert both.models["a"].usd == pytest.approx(80e-6)


def test_a_model_of_which_one_price_is_unknown_has_none():
    known, unknown = (Cost.of("a", price, tokens_in=10, tokens_out=1) for price in (PRICE, None))

    for both in (known + unknown, unknown + known):
        assert both.models["a"].usd is None
        assert (both.usd, both.is_known) == (pytest.approx(20e-6), False)


@pytest.mark.parametrize(
    ("cost", "told"),
    [
        (Cost(), "$0"),
        (Cost.of("a", PRICE, tokens_in=420_000, tokens_out=0), "$0.42"),
        (Cost.of("a", None, tokens_in=420_000, tokens_out=0), "unknown"),
        (
            Cost.of("a", PRICE, tokens_in=420_000, tokens_out=0) + Cost.of("b", None, tokens_in=1, tokens_out=0),
            "at least $0.42",
        ),
        (Cost.of("mine", Price(usd_per_million_in=0, usd_per_million_out=0), tokens_in=9, tokens_out=9), "$0"),
    ],
)
def test_unknown_money_is_never_told_as_none(cost, told):
    assert format_cost(cost) == told


def test_a_cost_that_was_written_before_calls_were_counted_is_read():
    cost = Cost.of("a", PRICE, tokens_in=10, tokens_out=1)
    codec = TypeAdapter(Cost)
    written = codec.dump_python(cost, mode="json")
    assert codec.validate_python(written) == cost

    del written["models"]["a"]["calls"]
    assert codec.validate_python(written).models["a"] == replace(cost.models["a"], calls=0)


def test_small_change_keeps_two_figures():
    assert [format_usd(usd) for usd in (0, 0.00001, 0.0001, 0.00314, 0.4231, 1234.5)] == [
        "$0", "under $0.0001", "$0.0001", "$0.0031", "$0.42", "$1,234.50",
    ]  # fmt: skip
