from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from backlit.drawing import Circuit, number, to_svg
from backlit.drawing.measure import printable

SVG = "{http://www.w3.org/2000/svg}"


def classed(element: ET.Element, css: str) -> bool:
    return element.get("class") == " ".join(f"backlit-{name}" for name in css.split())


def texts(svg: str, css: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text") if classed(element, css)]


def paths(svg: str, css: str) -> list[str]:
    """The outlines of the circuit's paths of a class, without the legend's samples."""
    picture = next(group for group in ET.fromstring(svg) if group.tag == f"{SVG}g" and group.get("transform"))
    return [path.get("d", "") for path in picture.iter(f"{SVG}path") if classed(path, css)]


def test_values_gradients_and_local_gradients_are_all_there(product_of_sum: Circuit) -> None:
    svg = to_svg(product_of_sum)
    assert sorted(texts(svg, "value")[:5]) == sorted(number(box.value) for box in product_of_sum.boxes)
    assert sorted(texts(svg, "gradient")[:5]) == sorted(number(box.gradient) for box in product_of_sum.boxes)
    assert sorted(texts(svg, "local")[:4]) == ["× -4", "× 1", "× 1", "× 3"]
    assert texts(svg, "small") == ["q1", "distributor", "f", "switcher"]


def test_values_stand_above_and_gradients_below_the_wire(product_of_sum: Circuit) -> None:
    root = ET.fromstring(to_svg(product_of_sum))
    heights = {
        (element.get("class"), element.text): float(element.get("y", "nan")) for element in root.iter(f"{SVG}text")
    }
    wire = heights["backlit-name", "x"]  # the name stands at the height of its wire
    assert heights["backlit-value", "-2"] < wire < heights["backlit-gradient", "-4"]


def test_it_is_an_image_with_a_title_and_a_description(product_of_sum: Circuit) -> None:
    root = ET.fromstring(to_svg(product_of_sum))
    assert root.get("role") == "img"
    title, description = root[0], root[1]
    assert (title.tag, title.text) == (f"{SVG}title", "(x + y) * z")
    assert "output f = -12" in (description.text or "")
    assert "y: value 5, gradient -4" in (description.text or "")


def test_it_loads_and_runs_nothing(hostile: Circuit) -> None:
    svg = to_svg(hostile)
    root = ET.fromstring(svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        *("svg", "title", "desc", "style", "rect", "text", "g", "path", "circle"),
    }
    for element in root.iter():
        assert not [name for name in element.attrib if name.startswith("on") or "href" in name or name == "id"]
    assert "url(" not in svg
    assert "@import" not in svg


def test_names_are_escaped_not_lost(hostile: Circuit) -> None:
    root = ET.fromstring(to_svg(hostile))
    assert "<script>alert('a')</script>&\"]]>" in (root[0].text or "")
    assert root[0].text == printable(hostile.title)


def test_not_computed_is_not_zero(with_constant: Callable[[float | None], Circuit]) -> None:
    unknown, zero = to_svg(with_constant(None)), to_svg(with_constant(0.0))
    assert len(paths(unknown, "wire unknown")) == 1
    assert 'class="backlit-hollow"' in unknown
    assert "–" in texts(unknown, "gradient")
    assert "not computed" in texts(unknown, "meaning")
    assert paths(zero, "wire unknown") == []
    assert 'class="backlit-hollow"' not in zero
    assert "0" in texts(zero, "gradient")
    assert "not computed" not in texts(zero, "meaning")


def test_the_output_may_lack_a_gradient(lone: Circuit) -> None:
    assert len(paths(to_svg(lone), "wire unknown")) == 1


def test_parallel_edges_are_both_drawn_and_their_sum_is_in_sight(square: Circuit) -> None:
    svg = to_svg(square)
    assert len(set(paths(svg, "wire"))) == 3  # two edges and the output
    assert "3 + 3 = 6" in texts(svg, "gradient")
    assert texts(svg, "branch")[:2] == ["3", "3"]
    assert svg.count('class="backlit-fork"') == 1


def test_korean_words(product_of_sum: Circuit) -> None:
    svg = to_svg(product_of_sum, "ko")
    assert 'lang="ko"' in svg
    assert texts(svg, "meaning") == ["값 (위)", "기울기 (아래)", "국소 기울기"]
    assert "분배기" in texts(svg, "small")


def test_both_colour_schemes_give_a_colour_to_the_same_marks(product_of_sum: Circuit) -> None:
    style = next(ET.fromstring(to_svg(product_of_sum)).iter(f"{SVG}style")).text or ""
    light, dark = style.split("@media (prefers-color-scheme:dark)")
    for css in ("page", "wire", "value", "gradient", "local", "symbol"):
        assert f".backlit-circuit .backlit-{css}{{" in light
        assert f".backlit-circuit .backlit-{css}{{" in dark
    assert "#0072B2" in light
    assert "#D55E00" in light


@pytest.mark.parametrize("seed", range(3))
def test_a_graph_at_random_is_well_formed(at_random: Callable[[int, int], Circuit], seed: int) -> None:
    circuit = at_random(seed, 40)
    svg = to_svg(circuit)
    assert len(paths(svg, "wire")) >= len(circuit.links)
    assert len(texts(svg, "value")) == len(circuit.boxes) + 1  # and the legend's
