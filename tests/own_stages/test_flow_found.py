"""What records showed before crmbridge came, where the agreement has names of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from crmbridge.files import CompanyFiles
from crmbridge.mapping.own_stages import with_own_names
from tests.own_stages.stage import CURIOUS, in_marketing, owning, telling, told, with_stages
from tests.stages.places import JO
from tests.stages.play import begun

AL = "al@buyer.example"
CLIENTS = {"customer": {"name": "Client", "calls": {"marketing": "Client"}}}


def test_a_record_that_shows_a_name_of_the_agreement_is_taken_over_in_its_stage(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    files = owning(acme, {**CLIENTS, "engaged": {"parts": [CURIOUS]}})
    with begun(files, tmp_path) as play:
        play.contact(JO, lastname="Kern", crmbridge_stage="Client")
        play.contact(AL, lastname="Lund", crmbridge_stage="Curious lead")
        play.go_live()
        play.turn(2)
        assert (told(play)["stage"], in_marketing(play)) == ("customer", ("Client", "Client"))
        # by the criteria AL is not curious, and the name of the rest is not that of the part
        assert told(play, AL)["stage"] == "engaged"
        assert in_marketing(play, AL) == ("engaged", "engaged")


def test_a_word_of_theirs_for_the_same_stage_is_left_and_the_mapping_s_word_is_not(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    files = owning(acme, CLIENTS)
    files = replace(files, mapping=telling(files.mapping, adopt={"Fan": "customer"}))
    with begun(files, tmp_path) as play:
        play.contact(JO, lastname="Kern", crmbridge_stage="Fan")
        play.contact(AL, lastname="Lund", crmbridge_stage="customer")
        play.go_live()
        play.turn(2)
        assert [told(play, one)["stage"] for one in (JO, AL)] == ["customer", "customer"]
        assert [in_marketing(play, one)[0] for one in (JO, AL)] == ["Fan", "Client"]


def test_what_the_mapping_says_of_a_value_stands(acme: CompanyFiles) -> None:
    second = with_stages(
        acme.agreement, {"customer": {"calls": {"marketing": "evangelist"}}}, version=2
    )
    made = with_own_names(acme.mapping, [with_stages(acme.agreement, CLIENTS), second])
    line = made.marketing.lead.fields["stage"]
    assert line.adopt == {"subscriber": "known", "evangelist": "customer", "Client": "customer"}
    assert with_own_names(acme.mapping, [acme.agreement]) is acme.mapping
