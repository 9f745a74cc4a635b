"""The opt-out that nothing takes back."""

from hypothesis import given
from hypothesis import strategies as st

from crmbridge.policy.merge import ABSENT, merge_opt_out

OPINIONS = st.sampled_from([True, False, None, ABSENT])


@given(said=st.lists(OPINIONS), random=st.randoms(use_true_random=False))
def test_an_opt_out_holds_in_any_order_however_often_it_is_told(said, random):
    once = merge_opt_out(*said)
    again = said + said
    random.shuffle(again)
    assert merge_opt_out(*again) is once
    assert merge_opt_out(once, *said) is once
    assert merge_opt_out(True, *said) is True
