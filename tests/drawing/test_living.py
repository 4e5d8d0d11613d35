"""Pictures that move by themselves: a still picture with a style; what waits for its step, and still for who asks."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

from backlit.drawing import Circuit, to_living_svg, to_svg
from backlit.drawing.living import ASPECT


def test_it_is_the_still_picture_with_a_style_that_moves_it(product_of_sum: Circuit) -> None:
    living = to_living_svg(product_of_sum)
    root = ElementTree.fromstring(living)
    still = ElementTree.fromstring(to_svg(product_of_sum, marked=True))
    texts = [
        [one.text for one in each.iter("{http://www.w3.org/2000/svg}text") if one.get("data-value")]
        for each in (root, still)
    ]
    assert texts[0] == texts[1]
    assert round(float(root.get("width", 0)) / float(root.get("height", 1)), 1) == ASPECT
    before, moving = living.split("@media (prefers-reduced-motion:no-preference)", 1)
    assert "animation:" not in before
    assert "animation:" in moving


def test_values_come_before_gradients_and_gradients_from_the_output_back(product_of_sum: Circuit) -> None:
    living = to_living_svg(product_of_sum)
    steps = {}
    for step, marks in re.findall(r"\}\}((?:\[data-[^{]*))\{animation:backlit-at(\d+) ", living):
        for mark in step.split(","):
            steps[mark] = int(marks)
    values = [at for mark, at in steps.items() if mark.startswith("[data-value")]
    gradients = {mark: at for mark, at in steps.items() if mark.startswith("[data-gradient")}
    assert max(values) <= min(gradients.values())
    assert gradients[f'[data-gradient="{product_of_sum.output}"]'] == min(gradients.values())
