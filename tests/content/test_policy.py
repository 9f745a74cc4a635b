"""What a piece of content shows of whoever read it: the buying stage, and a raised hand."""

from crmbridge.agreement import HandRaise
from crmbridge.policy.scoring.engagement import buying_stage, hand_raise_at
from tests.stages.touches import NOW, RULES, touch


def test_the_buying_stage_is_the_furthest_of_the_last_sixty_days():
    touches = [touch(61, asset="/demo"), touch(60), touch(1, kind="webinar")]
    assert buying_stage(touches, RULES, NOW) == "interest"
    assert buying_stage([*touches, touch(2, asset="/demo")], RULES, NOW) == "decision"
    assert buying_stage([], RULES, NOW) is None


def test_the_newest_raised_hand_is_found():
    signs = [HandRaise(kind="form", asset="/demo*"), HandRaise(kind="call")]
    touches = [touch(9, asset="/demo"), touch(5, kind="call"), touch(1), touch(-1, kind="call")]
    assert hand_raise_at(touches, signs, NOW) == touch(5).at
    assert hand_raise_at(touches, [], NOW) is None
