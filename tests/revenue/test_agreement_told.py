"""Attribution and targets as people read them: on the page, in a comparison, in a refusal."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from crmbridge.agreement import Agreement, Attribution, fingerprint
from crmbridge.agreement.revenue.models import MODELS, POSITIONS
from crmbridge.agreement.versions.changed import differences
from crmbridge.report.agreement.diff import changes
from crmbridge.report.agreement.page import page
from crmbridge.report.agreement.revenue import PLACES, TITLES, WHAT, title
from tests.agreement.stage import AGREEMENT, broken, lines_of
from tests.stages.agreement import findings, raw
from tests.stages.line import Line
from tests.stages.places import ROOT

PARTS = ("Attribution", "Targets")
MEASURES = ["revenue", "pipeline"]


def shown(data: dict[str, Any]) -> str:
    """The page as one line, so that where it is wrapped does not matter."""
    return " ".join(" ".join(page(Agreement.model_validate(data), "draft", "0" * 64)).split())


def test_every_model_and_position_has_words_for_people() -> None:
    assert set(TITLES) == set(WHAT) == set(MODELS)
    assert set(PLACES) == set(POSITIONS)
    assert title("our_own_model") == "our own model"


def test_the_page_says_how_each_model_shares_a_deal_and_which_one_counts() -> None:
    said = shown(raw())
    assert "13. Whose a deal is, and how touches share it" in said
    assert "touches that count: all of marketing's but email_open" in said
    assert "from 365 days before the deal was created on, and only since the account's" in said
    assert "10 % to the others; both sides go by this one - first touch: all to the first" in said
    assert (
        "handover: 20 % to the first touch, 25 % to the last before the lead was ready, 15 % to the"
    ) in said
    assert "- time decay: more to later touches: 30 days earlier is half as much" in said
    assert "this stays for each fiscal year, which begins on 01-01 (month-day)" in said


def test_the_page_says_the_targets() -> None:
    said = shown(raw())
    assert (
        "14. Which part of the deals shall be marketing's - from 2026-01-01 to 2026-12-31" in said
    )
    assert "25 % of the revenue won is sourced by marketing" in said
    assert "35 % of the pipeline created is sourced by marketing" in said
    assert "of all deals, those that marketing had no part in too." in said
    without = raw()
    del without["target"]
    assert "14." not in shown(without)


def test_the_page_shows_what_the_file_says_for_models_that_are_not_shown() -> None:
    data = raw()
    data["attribution"] |= {
        "models": ["first"],
        "conversion_position": "OC",
        "markov_order": 2,
        "min_won": 50,
        "conversion_counts_as_role": False,
        "window_resets_on_win": False,
        "touches": ["form"],
        "sourced": "lead_source",
    }
    data["target"][0] |= {"definition": "first_touch", "of": "sourced_or_influenced"}
    del data["attribution"]["leave_out"]
    said = shown(data)
    for words in (
        "a conversion alone puts nobody on a deal",
        "touches that count: form",
        "from 365 days before the deal was created on shown side by side",
        "also agreed, and not shown: handover: 20 % to the first touch",
        "time decay would halve in 30 days",
        "Markov would be of order 2",
        "the J models would take the last before the deal was created for the conversion",
        "a model is fitted from 50 won and 1000 closed deals on; a channel needs 30 of them",
        "a deal is sourced by marketing if its source in the CRM is Web",
        "is sourced or influenced by marketing, where a deal counts if one of its people had a",
    ):
        assert words in said


def test_the_j_models_say_what_they_take_for_the_conversion() -> None:
    data = raw()
    data["attribution"]["models"] = ["j_shaped", "markov"]
    assert "J-shaped: 20 % to the first touch, 60 % to the last before the win, 20 %" in shown(data)
    assert "fitted to our own closed deals, order 1" in shown(data)
    data["attribution"]["conversion_position"] = "OC"
    assert "60 % to the last before the deal was created, 20 % to the others" in shown(data)


def test_a_comparison_names_targets_by_measure_and_days() -> None:
    old, new = raw(), raw()
    new["target"][1]["share"] = 0.3
    new["target"].append({"measure": "revenue", "share": 0.3, "year": 2027})
    new["attribution"]["model"]["handover"]["weights"] |= {"FT": 0.1, "CW": 0.2}
    one, other = (Agreement.model_validate(data) for data in (old, new))
    assert [str(each) for each in changes(one, other)] == [
        "attribution.model.handover.weights.FT: 0.2 -> 0.1",
        "attribution.model.handover.weights.CW: 0.1 -> 0.2",
        "target 'pipeline 2026'.share: 0.35 -> 0.3",
        "target 'revenue 2027'.measure: new: revenue",
        "target 'revenue 2027'.of: new: sourced",
        "target 'revenue 2027'.share: new: 0.3",
        "target 'revenue 2027'.year: new: 2027",
    ]
    assert "target 'pipeline 2026'.share (0.35, now 0.3)" in differences(one, other)


def test_attribution_and_targets_are_part_of_what_is_signed() -> None:
    def hashed(**keys: Any) -> str:
        data = raw()
        data["attribution"] |= keys
        return fingerprint(Agreement.model_validate(data))

    assert hashed() == raw()["signed"][0]["hash"]
    assert hashed(headline="first") != hashed()
    data = raw()
    data["target"][0]["share"] = 0.26
    assert fingerprint(Agreement.model_validate(data)) != hashed()


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (
            '"time_decay", "handover"]',
            '"time_decoy", "handover"]',
            "agreement.toml: attribution: models names 'time_decoy', and there is no such model; "
            "did you mean 'time_decay'?",
        ),
        (
            "mid     = 0.1",
            "mid     = 0.2",
            "agreement.toml: attribution.model.handover: the weights and mid add up to 1.1, and "
            "must add up to 1: 0.1 too much",
        ),
        (
            "redy = 0.25",
            "",
            "agreement.toml: attribution.model.handover.weights.redy: 'redy' is none of FT, LC, "
            "OC, CW, engaged, ready, handed, first_sales_touch, accepted, qualified; did you mean "
            "'ready'?",
        ),
        (
            "share   = 0.25",
            "share   = 25",
            "agreement.toml: target #1.share: it must be less than 1; a share is written 0.25 for "
            "25 %",
        ),
        (
            'measure = "pipeline" ',
            'measure = "revenue" ',
            "agreement.toml: target 'revenue' from 2026-01-01 to 2026-12-31: another target for "
            "revenue, from 2026-01-01 to 2026-12-31, has some of its days: a day has one target "
            "for each measure",
        ),
    ],
)
def test_validate_says_what_is_wrong_and_what_to_do(
    draft: Line, before: str, after: str, words: str
) -> None:
    if not after:
        before, after = "ready = 0.25", before
    said = broken(draft, AGREEMENT, before, after)
    assert (said.code, lines_of(draft, said)) == (1, [words])


def test_a_kind_that_the_mapping_never_makes_is_mentioned_with_the_nearest_one(
    draft: Line,
) -> None:
    said = broken(draft, AGREEMENT, 'converting           = ["form"]', 'converting = ["from"]')
    assert (
        "look: agreement.toml: attribution.converting: mapping.toml makes no touch of the kind "
        "'from'; did you mean 'form'?"
    ) in lines_of(draft, said)
    draft.edit(AGREEMENT, 'leave_out            = ["email_open"]', 'leave_out = ["campain"]')
    said = draft.run("validate")
    assert any("attribution.leave_out: mapping.toml makes" in one for one in said.out.splitlines())


def test_kinds_of_what_sales_did_may_be_named_too(draft: Line) -> None:
    kinds = 'touches = ["form", "campaign", "task"]'
    draft.edit(AGREEMENT, 'leave_out            = ["email_open"]', kinds)
    assert "attribution" not in draft.ok("validate").out
    draft.edit(AGREEMENT, '"task"]', '"tasks"]')
    assert "makes no touch of the kind 'tasks'; did you mean 'task'?" in draft.ok("validate").out


def test_who_signs_second_is_told_what_is_hard_to_believe(draft: Line) -> None:
    draft.edit(AGREEMENT, "share   = 0.35", "share   = 0.6")
    said = draft.ok("agreement", "approve", "--side", "sales", "--name", "Priya Raman").out
    assert "look: target 'pipeline' from 2026-01-01 to 2026-12-31: a share of 0.6 is above" in said


def test_the_old_words_still_make_an_agreement() -> None:
    data = raw()
    data["attribution"] = {"models": ["first", "last"], "lookback_days": 365}
    del data["target"]
    found = Agreement.model_validate(data).attribution
    assert found.posted == ("w_shaped", "first", "linear", "last")


def test_the_examples_of_the_guide_may_be_signed_as_they_stand() -> None:
    text = (ROOT / "docs" / "agreement.md").read_text("utf-8")
    both = [text.split(f"### {part}\n", 1)[1].split("\n### ", 1)[0] for part in PARTS]
    blocks = re.findall(r"^```toml\n(.*?)^```$", "\n".join(both), re.MULTILINE | re.DOTALL)
    data = raw() | tomllib.loads("\n".join(blocks))
    assert findings(data) == []
    assert [one.measure for one in Agreement.model_validate(data).targets] == MEASURES


@pytest.mark.parametrize("name", [*MODELS, *POSITIONS, *Attribution.model_fields])
def test_every_word_of_the_file_is_in_the_guide(name: str) -> None:
    text = (ROOT / "docs" / "agreement.md").read_text("utf-8")
    alias = Attribution.model_fields[name].alias if name in Attribution.model_fields else None
    assert re.search(rf"[`\[.\"]{alias or name}[`.\"\] ]", text)
