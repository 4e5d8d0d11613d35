"""Each symptom is the first that is seen in a network made sick by it alone, and none is seen in healthy ones."""

from __future__ import annotations

import pytest

from backlit.diagnosis import diagnose_case
from backlit.diagnosis.symptoms import SYMPTOMS

from .sick import HEALTHY, SICK


@pytest.mark.parametrize("name", SYMPTOMS)
def test_a_symptom_is_seen_first_in_a_network_made_sick_by_it(name: str) -> None:
    seen = diagnose_case(SICK[name]())
    assert [one.name for one in seen.symptoms][:1] == [name], str(seen)
    for lang in ("en", "ko"):
        assert all(seen.symptoms[0].described(lang))


@pytest.mark.parametrize("name", HEALTHY)
def test_no_symptom_is_seen_in_a_healthy_network(name: str) -> None:
    seen = diagnose_case(HEALTHY[name]())
    assert [one.name for one in seen.symptoms] == [], str(seen)
