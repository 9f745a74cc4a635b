"""What `[attribution]` may say, what follows from what it leaves out, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from crmbridge.agreement import Attribution
from crmbridge.agreement.revenue.models import MODELS
from crmbridge.model.evidence import Sharing
from tests.stages.agreement import faults_of, findings, raw


def credit(**keys: Any) -> Attribution:
    return Attribution.model_validate(keys)


def faults(**keys: Any) -> list[str]:
    return faults_of(Attribution, keys)


def custom(weights: dict[str, Any], mid: Any = 0) -> dict[str, Any]:
    return {"models": ["mine"], "model": {"mine": {"weights": weights, "mid": mid}}}


def test_an_agreement_that_says_nothing_of_it_has_the_defaults() -> None:
    found = Attribution()
    assert found.models == ("first", "linear", "w_shaped")
    assert found.posted == ("w_shaped", "first", "linear")
    assert (found.headline, found.sourced, found.fiscal_start) == ("w_shaped", "handed", (1, 1))
    assert (found.lookback_days, found.window_resets_on_win) == (365, True)
    assert (found.half_life_days, found.conversion_position, found.markov_order) == (30, "CW", 1)
    assert (found.min_won, found.min_closed, found.min_journeys) == (300, 1000, 30)
    assert found.sharing == Sharing(people="hybrid", conversion=True)


def test_the_headline_first_touch_and_linear_are_shown_whatever_the_file_names() -> None:
    assert credit(models=["first", "last"]).posted == ("w_shaped", "first", "linear", "last")
    assert credit(models=["markov"], headline="first").posted == ("first", "linear", "markov")
    assert credit(headline="full_path").posted == ("full_path", "first", "linear", "w_shaped")


def test_every_model_that_crmbridge_has_may_be_named() -> None:
    assert set(credit(models=list(MODELS)).posted) == set(MODELS)
    assert len(MODELS) == 16


def test_a_model_of_ones_own_has_exact_shares_from_numbers_and_from_text() -> None:
    weights = {"FT": 0.2, "ready": "0.25", "handed": 0.15, "OC": "0.20", "CW": 0.1}
    found = credit(**custom(weights, 0.1), headline="mine")
    mine = found.custom["mine"]
    assert mine.shares == {
        "FT": Fraction(1, 5),
        "ready": Fraction(1, 4),
        "handed": Fraction(3, 20),
        "OC": Fraction(1, 5),
        "CW": Fraction(1, 10),
    }
    assert mine.middle == Fraction(1, 10)
    assert found.posted == ("mine", "first", "linear")
    assert credit(**custom({"accepted": 1})).custom["mine"].middle == 0


@pytest.mark.parametrize(
    ("weights", "mid", "words"),
    [
        (
            {"FT": 0.4, "CW": 0.4},
            0.1,
            "the weights and mid add up to 0.9, and must add up to 1: 0.1 is missing",
        ),
        (
            {"FT": 0.6, "CW": "0.400000000001"},
            0,
            "the weights and mid add up to 1.000000000001, and must add up to 1: 0.000000000001 "
            "too much",
        ),
        (
            {"FT": 40, "CW": 40},
            20,
            "the weights and mid add up to 100, and must add up to 1: 99 too much; write 0.2 for "
            "20 %",
        ),
    ],
)
def test_weights_that_do_not_add_up_to_one_are_told_with_their_sum(
    weights: dict[str, Any], mid: Any, words: str
) -> None:
    assert faults(**custom(weights, mid)) == [f"model.mine: {words}"]


def test_tenths_that_no_binary_number_holds_add_up_exactly() -> None:
    weights = {"FT": 0.1, "LC": 0.2, "OC": 0.3, "CW": 0.3}
    assert 0.1 + 0.2 + 0.3 + 0.3 + 0.1 != 1
    assert sum(credit(**custom(weights, 0.1)).custom["mine"].weights.values()) == Decimal("0.9")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (custom({"FT": -0.5, "CW": 1.5}), "model.mine.weights.FT: it must be greater than 0"),
        (custom({"FT": 0, "CW": 1}), "model.mine.weights.FT: it must be greater than 0"),
        (custom({"CW": 1.5}, -0.5), "model.mine.mid: it must be greater than or equal to 0"),
        (custom({"FT": "half", "CW": 0.5}), "model.mine.weights.FT: it must be a number; write "),
        (custom({"FT": True}), "model.mine.weights.FT: Decimal input should be an integer"),
        (custom({"FT": float("nan")}), "model.mine.weights.FT: it must be a finite number"),
        (custom({"FT": "1e-99", "CW": 1}), "model.mine.weights.FT: Decimal input should have no"),
        (custom({"FT": "1e999"}), "model.mine.weights.FT: it must be less than or equal to 100"),
        (custom({"acepted": 1}), "model.mine.weights.acepted: 'acepted' is none of FT, LC, OC, "),
        (custom({}), "model.mine.weights: Dictionary should have at least 1 item"),
        ({"model": {"last": {"weights": {"CW": 1}}}}, "model: crmbridge has a model 'last' of its"),
        ({"model": {"My": {"weights": {"CW": 1}}}}, "model.My: String should match pattern"),
        ({"models": ["w_shape"]}, "the file: models names 'w_shape', and there is no such model; "),
        (
            {"models": ["zzz"]},
            "the file: models names 'zzz', and there is no such model; there are",
        ),
        ({"headline": "u_shape"}, "the file: headline names 'u_shape', and there is no such mod"),
        ({"models": ["first", "first"]}, "models: 'first' stands there twice: name each once"),
        ({"models": []}, "models: Tuple should have at least 1 item"),
        ({"half_life_days": 0}, "half_life_days: it must be greater than or equal to 1"),
        ({"lookback_days": 10**9}, "lookback_days: it must be less than or equal to 36500"),
        ({"markov_order": 4}, "markov_order: it must be less than or equal to 3"),
        ({"min_won": 0}, "min_won: it must be greater than or equal to 1"),
        ({"conversion_position": "FT"}, "conversion_position: 'FT' is none of CW, OC"),
        ({"sourced": "first"}, "sourced: 'first' is none of handed, first_touch, lead_source, "),
        ({"sourced": "lead_source"}, 'the file: sourced = "lead_source" needs lead_sources'),
        ({"lead_sources": ["Web", "Web"]}, "lead_sources: 'Web' stands there twice"),
        ({"lead_sources": [" "]}, "lead_sources #1: String should have at least 1 character"),
        (
            {"touches": ["form", "call"], "leave_out": ["form"]},
            "the file: touches and leave_out both name 'form': take it out of one of them",
        ),
        ({"fiscal_year_start": "02-30"}, "fiscal_year_start: there is no day '02-30': write mon"),
        ({"fiscal_year_start": "13-01"}, "fiscal_year_start: there is no day '13-01'"),
        ({"fiscal_year_start": "02-29"}, "fiscal_year_start: only leap years have a day '02-29'"),
        ({"fiscal_year_start": "4-1"}, "fiscal_year_start: '4-1' is no day of a year: write mo"),
        ({"fiscal_year_start": "2026-04-01"}, "fiscal_year_start: '2026-04-01' is no day of a y"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_do(keys: dict[str, Any], words: str) -> None:
    (line,) = faults(**keys)
    assert line.startswith(words)


@pytest.mark.parametrize(
    ("keys", "near"),
    [
        ({"models": ["w_shape"]}, "w_shaped"),
        ({"headline": "time_decoy"}, "time_decay"),
        (custom({"acepted": 1}), "accepted"),
        ({"models": ["hand_over"], "model": {"handover": {"weights": {"CW": 1}}}}, "handover"),
        ({"lockback_days": 30}, "lookback_days"),
    ],
)
def test_a_word_that_is_nearly_right_is_told_with_the_right_one(
    keys: dict[str, Any], near: str
) -> None:
    (line,) = faults(**keys)
    assert line.endswith(f"did you mean {near!r}?")


def test_all_marketing_touches_count_but_opened_mails_unless_the_file_names_kinds() -> None:
    assert [credit().counts(kind) for kind in ("form", "campaign", "email_open")] == [
        *(True, True, False)
    ]
    named = credit(touches=["form", "email_open"])
    assert [named.counts(kind) for kind in ("form", "campaign", "email_open")] == [
        *(True, False, True)
    ]
    assert credit(leave_out=[]).counts("email_open")
    assert [credit().converts(kind) for kind in ("form", "campaign")] == [True, False]


def test_what_sales_did_counts_only_where_the_file_names_its_kind() -> None:
    assert not credit().counts_of_sales("call")
    assert credit(touches=["form", "call"]).counts_of_sales("call")
    assert not credit(touches=["form"]).counts_of_sales("call")


def test_an_own_model_that_nothing_is_worked_out_by_is_mentioned() -> None:
    data = raw()
    data["attribution"]["models"].remove("handover")
    assert findings(data) == [
        (
            False,
            "agreement.toml: attribution.model.handover: nothing is worked out by it: name it "
            "under attribution.models, or take it away",
        )
    ]


def test_a_headline_that_needs_hundreds_of_deals_is_mentioned() -> None:
    data = raw()
    data["attribution"]["headline"] = "markov"
    ((bad, text),) = findings(data)
    assert not bad
    assert text.startswith(
        "agreement.toml: attribution.headline: markov says nothing below 300 won"
    )
