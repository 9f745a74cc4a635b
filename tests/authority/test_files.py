"""Rules that a mapping cannot have: each is refused with its file, its line and what to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.stages.line import Line

Edit = Callable[[str, str, str], None]
PHONE_IN_HUBSPOT = 'phone      = "phone"'
PHONE_IN_SALES = 'phone      = "Phone"\ncountry    = "Country"'


def refused(bare: Line) -> str:
    said = bare.run("validate", "acme")
    assert said.code == 1, said.out
    assert "mapping.toml: " in said.err
    return said.err


def test_a_lines_own_rule_counts_like_one_under_authority(bare: Line, edit: Edit) -> None:
    edit("mapping.toml", 'phone      = "latest"\n', "")
    edit("mapping.toml", PHONE_IN_HUBSPOT, 'phone = { field = "phone", authority = "once" }')
    data = {one["field"]: one for one in bare.json("mapping", "rules")["fields"]}
    assert (data["phone"]["rule"], data["phone"]["named"]) == ("once", True)


def test_a_lines_own_rule_against_authority_is_refused(bare: Line, edit: Edit) -> None:
    edit("mapping.toml", PHONE_IN_HUBSPOT, 'phone = { field = "phone", authority = "sales" }')
    said = refused(bare)
    assert (
        "marketing.lead.fields.phone.authority: 'sales' contradicts authority.phone = 'latest'"
        in said
    )
    assert "Leave it in one of the two places" in said


def test_two_lines_of_one_word_with_two_rules_are_refused(bare: Line, edit: Edit) -> None:
    edit("mapping.toml", 'phone      = "latest"\n', "")
    edit("mapping.toml", PHONE_IN_HUBSPOT, 'phone = { field = "phone", authority = "sales" }')
    edit(
        "mapping.toml",
        PHONE_IN_SALES,
        'phone = { field = "Phone", authority = "once" }\ncountry = "Country"',
    )
    said = refused(bare)
    assert (
        "sales.lead.fields.phone.authority: 'once' contradicts marketing.lead.fields.phone" in said
    )


@pytest.mark.parametrize(
    "rule", ["marketing", "sales", "latest", "hold", "fill_if_empty", "once", "off"]
)
def test_consent_takes_no_rule(bare: Line, edit: Edit, rule: str) -> None:
    edit("mapping.toml", "[authority]", f'[authority]\nopted_out = "{rule}"')
    said = refused(bare)
    assert "authority: 'opted_out' takes no authority: a no in either system counts" in said
    assert "take the line out" in said


def test_consent_takes_no_rule_on_its_line_either(bare: Line, edit: Edit) -> None:
    edit(
        "mapping.toml",
        'opted_out  = { field = "hs_email_optout", via = "boolean" }',
        'opted_out = { field = "hs_email_optout", via = "boolean", authority = "latest" }',
    )
    assert "'opted_out' takes no authority" in refused(bare)


@pytest.mark.parametrize("rule", ["fill_if_empty", "once", "off"])
def test_the_address_is_not_kept_apart(bare: Line, edit: Edit, rule: str) -> None:
    edit("mapping.toml", "[authority]", f'[authority]\nemail = "{rule}"')
    assert f"'email' cannot be '{rule}': it is the address by which a person is known" in refused(
        bare
    )


@pytest.mark.parametrize("rule", ["marketing", "latest", "hold", "once", "off"])
def test_a_rule_of_what_one_side_never_sends_is_refused(bare: Line, edit: Edit, rule: str) -> None:
    edit("mapping.toml", "[authority]", f'[authority]\nsource = "{rule}"\nindustry = "{rule}"')
    said = refused(bare)
    assert (
        f"authority.source: '{rule}' has nothing to decide: sales.lead.fields.source only goes out"
        in said
    )
    assert (
        f"authority.industry: '{rule}' has nothing to decide: sales has no line for industry"
        in said
    )
    assert "take the rule out" in said


def test_a_rule_on_a_line_that_only_goes_out_is_refused(bare: Line, edit: Edit) -> None:
    edit(
        "mapping.toml",
        'way = "out", default = "Web", only_if_empty = true }',
        'way = "out", default = "Web", authority = "sales" }',
    )
    said = refused(bare)
    assert "sales.lead.fields.source" in said
    assert "only_if_empty = true" in said


def test_a_rule_of_writing_for_what_is_written_to_neither_side_is_refused(
    bare: Line, edit: Edit
) -> None:
    edit("mapping.toml", 'country    = "marketing"', 'country    = "once"')
    edit("mapping.toml", 'country    = "country"', 'country = { field = "country", way = "in" }')
    edit("mapping.toml", 'country    = "Country"', 'country = { field = "Country", way = "in" }')
    assert (
        "authority.country: 'once' says what may be written over, and country is written to"
        in refused(bare)
    )


def test_a_misspelt_rule_names_the_one_that_was_meant(bare: Line, edit: Edit) -> None:
    edit("mapping.toml", 'phone      = "latest"', 'phone      = "fill_if_emtpy"')
    assert "authority.phone: 'fill_if_emtpy' is none of" in (said := refused(bare))
    assert "did you mean 'fill_if_empty'?" in said
