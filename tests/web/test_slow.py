"""Why learning is slow, as the page asks for it: the lecture's numbers, and what is refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

ASKED = {"w": "2", "b": "2", "rate": "0.15", "epochs": "300"}


def test_the_lectures_start_shows_its_numbers(client: Any) -> None:
    found = client.get(f"/api/slow?{urlencode(ASKED)}").json
    quadratic, entropy = found["quadratic"], found["cross_entropy"]
    assert quadratic["output"][0] == pytest.approx(0.982014, abs=5e-7)
    assert quadratic["output"][300] == pytest.approx(0.202848, abs=5e-7)
    assert (quadratic["below_half"], len(entropy["output"])) == (232, 301)
    for epoch in (0, 100, 300):
        factors = [quadratic[name][epoch] for name in ("error", "slope", "input")]
        assert quadratic["gradient"][epoch] == pytest.approx(factors[0] * factors[1] * factors[2], rel=1e-12)
        assert entropy["gradient"][epoch] == pytest.approx(entropy["error"][epoch], rel=1e-9)  # no slope in it


def test_the_first_step_can_be_the_same(client: Any) -> None:
    found = client.get(f"/api/slow?{urlencode({**ASKED, 'match': 'first_step'})}").json
    steps = [cost["rate"] * cost["gradient"][0] for cost in (found["quadratic"], found["cross_entropy"])]
    assert steps[0] == pytest.approx(steps[1], rel=1e-9)


@pytest.mark.parametrize(
    "change",
    [
        {"w": ""}, {"w": "nan"}, {"b": "inf"}, {"w": "1e9"}, {"rate": "-1"}, {"rate": "0"}, {"rate": "x"},
        {"rate": "1e9"}, {"epochs": "0"}, {"epochs": "1000000"}, {"match": "<script>"},
    ],
)  # fmt: skip
def test_what_is_out_of_range_is_one_line(client: Any, change: dict[str, str]) -> None:
    found = client.get(f"/api/slow?{urlencode({**ASKED, **change})}")
    assert found.status == 422
    assert "\n" not in found.json["error"]


@pytest.mark.parametrize(
    "change", [{"rate": "1000"}, {"w": "50", "b": "50"}, {"w": "-50", "b": "-50"}, {"epochs": "2000"}]
)
def test_extremes_are_answered(client: Any, change: dict[str, str]) -> None:
    assert client.get(f"/api/slow?{urlencode({**ASKED, **change})}").status in (200, 422)
