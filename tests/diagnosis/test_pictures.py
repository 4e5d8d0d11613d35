"""The evidence as pictures: every kind is drawn for a network sick by it, and pages do without matplotlib, too."""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

import pytest

from backlit.diagnosis import Diagnosis, diagnose_case
from backlit.diagnosis.pictures import DOTS, HEIGHT, PICTURES, WIDTH, course_figure, png
from backlit.diagnosis.symptoms import SYMPTOMS
from backlit.errors import BacklitError, MissingExtra

from .sick import SICK

pytest.importorskip("matplotlib", reason="pictures are of the extra plot")

KEPT = os.environ.get("BACKLIT_EVIDENCE")
"""A folder in which pictures are kept to be looked at."""
ONE_OF_A_KIND = {SYMPTOMS[name].picture: name for name in reversed(SYMPTOMS)}
"""Kind of a picture -> the first symptom that is drawn so."""


@pytest.fixture(scope="module")
def dead() -> Diagnosis:
    return diagnose_case(SICK["dead_units"]())


def test_every_symptom_names_a_kind_and_every_kind_is_used() -> None:
    assert {symptom.picture for symptom in SYMPTOMS.values()} == set(PICTURES)


@pytest.mark.parametrize("name", SYMPTOMS if KEPT else ONE_OF_A_KIND.values())
def test_the_evidence_is_drawn(name: str) -> None:
    seen = diagnose_case(SICK[name]())
    figure = seen.figure()
    axes = figure.axes[0]
    assert axes.get_title(loc="left") == name
    assert axes.has_data()
    drawn = png(figure)
    assert struct.unpack(">II", drawn[16:24]) == (round(WIDTH * DOTS), round(HEIGHT * DOTS))
    if KEPT:
        Path(KEPT, f"{name}.png").write_bytes(drawn)


def test_a_page_holds_the_pictures_and_no_script(dead: Diagnosis) -> None:
    for lang in ("en", "ko"):
        page = dead.to_html(lang)
        assert page.count('src="data:image/png;base64,') == len(dead.symptoms)
        assert "img-src data:" in page
        assert "<script" not in page
    assert page == dead.to_html("ko")


def test_without_matplotlib_the_page_has_bars_and_a_figure_says_what_to_install(
    dead: Diagnosis, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert "data:image" not in dead.to_html()
    assert "<svg" in dead.to_html()
    with pytest.raises(MissingExtra, match=r"backlit\[plot\]"):
        dead.figure()


def test_a_symptom_that_is_not_there_has_no_picture(dead: Diagnosis) -> None:
    with pytest.raises(BacklitError, match="figure: there is no symptom 9"):
        dead.figure(9)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_course_is_a_curve_for_each_layer() -> None:
    import backlit

    from .test_course import CLASSES, X, fitted

    seen = backlit.diagnose(fitted("MLPClassifier", diagnose=True), X, CLASSES)
    figure = course_figure(seen)
    assert [line.get_label() for line in figure.axes[0].lines] == ["w[1]", "w[2]"]
    assert list(figure.axes[0].lines[0].get_xdata()) == [0, 1, 2, 4, 8]
    if KEPT:
        Path(KEPT, "course.png").write_bytes(png(figure))
