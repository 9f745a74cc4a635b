"""When a score is written to both systems, and when it is not."""

from __future__ import annotations

from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import rest, turns


def test_a_score_is_written_when_its_grade_changes_and_not_each_day(play: Play) -> None:
    play.contact(JO, firstname="Jo", lastname="Kern")
    play.form(JO, "https://acme.example/webinar/live")
    rest(play)
    first = play.person(JO)
    assert (first["crmbridge_grade"], first["crmbridge_engagement"]) == ("D?3", "20")
    for _ in range(3):
        play.later(days=4)  # 15.2 points are left of 20 on the twelfth day
        assert turns(play).writes == 0
    assert play.person(JO)["crmbridge_engagement"] == "20"
    play.later(days=1)
    rest(play)
    fallen = play.person(JO)
    assert (fallen["crmbridge_grade"], fallen["crmbridge_engagement"]) == ("D?4", "15")
    play.later(days=9)
    assert turns(play).writes == 0
    ours = [name for name in fallen if name.endswith(("grade", "rating", "engagement", "fit"))]
    assert sorted(ours) == [
        "crmbridge_engagement",
        "crmbridge_fit",
        "crmbridge_grade",
        "crmbridge_rating",
    ]
