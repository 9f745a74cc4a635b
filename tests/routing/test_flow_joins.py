"""A rep who joins a team that has been at work for a while, over a real ledger."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tests.routing.test_flow_properties import lined


def test_a_rep_who_joins_starts_level_with_the_others() -> None:
    rows = [{"id": name, "open_limit": 999} for name in ("ann", "bob", "cat")]
    with lined(rows) as line:
        whole = line.company.teams
        old = whole.teams[0].model_copy(update={"reps": whole.teams[0].reps[:2]})
        line.company = replace(line.company, teams=whole.model_copy(update={"teams": (old,)}))
        line.arrive(20)
        line.tick()
        line.company = replace(line.company, teams=whole)
        line.arrive(9)
        line.tick()
        late = [data["rep"] for _, data, _ in line.told("assigned")[20:]]
        assert Counter(late) == {"ann": 3, "bob": 3, "cat": 3}
