"""A trace as boxes and links, for every drawing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backlit import trace
from backlit.graph import check
from backlit.tracing import checking, picture


def test_boxes_and_links_of_a_formula() -> None:
    drawn = trace("2 * (x + y) * c1", x=-2, y=5, c1=-4).circuit()
    assert [(box.name, box.kind, box.symbol, box.value, box.gradient) for box in drawn.boxes] == [
        ("x", "input", "x", -2.0, -8.0), ("y", "input", "y", 5.0, -8.0), ("c1", "input", "c1", -4.0, 6.0),
        ("c2", "constant", "2", 2.0, None), ("q1", "gate", "+", 3.0, -8.0), ("q2", "gate", "×", 6.0, -4.0),
        ("f", "output", "×", -24.0, 1.0),
    ]  # fmt: skip
    last = drawn.links[-2]
    assert (last.source, last.target, last.slot, last.local, last.upstream, last.contribution, last.local_formula) == (
        "q2", "f", 0, -4.0, 1.0, -4.0, "c1",
    )  # fmt: skip
    constant = next(link for link in drawn.links if link.source == "c2")
    assert (constant.local, constant.upstream, constant.contribution) == (None, None, None)
    assert (drawn.title, drawn.output) == ("2 * (x + y) * c1", "f")
    assert [box.pattern for box in drawn.boxes[4:6]] == ["distributor", "switcher"]


def test_witness_stands_beside_the_gradients() -> None:
    drawn = trace("x * x", x=3).circuit()
    (row,) = drawn.witness
    assert (row.name, row.gradient, row.agrees) == ("x", 6.0, True)
    assert row.finite_difference == pytest.approx(6.0, rel=1e-9)
    assert trace("x * x", x=3).circuit(tables=False).witness == ()


def test_pictures_run_no_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError("a picture shows no central differences")

    for module, name in (
        (checking, "compare"), (checking, "compared"), (checking, "first_wrong_gate"), (picture, "compared"),
        (check, "compare"), (check, "difference"), (check, "first_wrong_gate"), (check, "forward"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, refuse)
    t = trace("(x + y) * z", x=-2, y=5, z=-4)
    for drawn in (t.to_svg(), t._repr_svg_(), t._repr_html_(), t.to_latex()):
        assert "12" in drawn
    with pytest.raises(AssertionError, match="no central differences"):
        t.to_text()
    with pytest.raises(AssertionError, match="no central differences"):
        t.to_html()


def test_same_wire_twice_has_two_links() -> None:
    assert [(link.source, link.slot) for link in trace("x * x", x=3).circuit().links] == [("x", 0), ("x", 1)]


@pytest.mark.parametrize("zoom", ["layer", "neuron", "gates"])
def test_network_is_drawn_at_every_zoom(fitted: Callable[..., Any], zoom: str) -> None:
    drawn = trace(fitted((4, 3, 2)), x=[1, 2, 3, 4], y=1, zoom=zoom).circuit()
    assert drawn.output == "loss"
    kinds = {box.kind for box in drawn.boxes}
    assert kinds == {"input", "parameter", "constant", "gate", "output"}
    sizes = {box.name: box.value for box in drawn.boxes}
    if zoom == "layer":
        assert sizes["w[1]"] == "[4x3]"
    else:
        assert isinstance(sizes["w[1][0][0]"], float)
    assert all(row.agrees for row in drawn.witness)


def test_only_an_input_is_drawn_too() -> None:
    drawn = trace("x", x=3).circuit()
    assert [(box.name, box.kind) for box in drawn.boxes] == [("x", "input")]


def test_array_output_is_drawn_without_a_witness() -> None:
    drawn = trace("softmax(x)", x=[1.0, 2.0]).circuit()
    assert drawn.witness == ()
    assert drawn.boxes[-1].value == "[0.269, 0.731]"
    assert drawn.boxes[-1].gradient is None


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_trace_draws_itself(lang: str) -> None:
    t = trace("(x + y) * z", x=-2, y=5, z=-4)
    assert t.to_svg(lang).startswith("<svg")
    assert t._repr_svg_().startswith("<svg")
    assert "<svg" in t.to_html(lang)
    assert "<svg" in t._repr_html_()
    assert "tikzpicture" in t.to_latex()
    assert "q1 ← (z = -4) × 1 = -4" in t.to_text(lang)


def test_long_trace_is_a_short_table(fitted: Callable[..., Any]) -> None:
    t = trace(fitted((40, 9, 3)), x=np.ones(40), y=1)
    lines = str(t).splitlines()
    assert len(t.wires) > 200
    assert lines[0] == "Fitted: the loss of one sample"
    assert len(lines) < 220
    assert any("more wires" in line for line in lines)
    assert lines[-1].split()[:2] == ["loss", "sum"]
