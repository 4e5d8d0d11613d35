from __future__ import annotations

import pytest

from backlit.drawing import Box, Circuit, Link, number
from backlit.drawing.measure import cells, printable
from backlit.drawing.messages import LANGUAGES, words
from backlit.drawing.numbers import summed
from backlit.errors import BacklitError

X, F = Box("x", "input", "x"), Box("f", "gate", "exp")

FAULTS = {
    "two boxes are called 'x'": ((X, X), (), "x"),
    "the output 'g' is no box": ((X,), (), "g"),
    "'g' is no box": ((X, F), (Link("g", "f", 0),), "f"),
    "runs backward": ((F, X), (Link("x", "f", 0),), "f"),
    "unknown kind 'gear'": ((Box("x", "gear", "x"),), (), "x"),  # type: ignore[arg-type]
    "unknown pattern 'mixer'": ((Box("x", "gate", "x", pattern="mixer"),), (), "x"),
}


@pytest.mark.parametrize("message", FAULTS)
def test_a_circuit_that_cannot_be_drawn_is_refused_in_one_line(message: str) -> None:
    boxes, links, output = FAULTS[message]
    with pytest.raises(BacklitError, match=message) as caught:
        Circuit("c", boxes, links, output)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (-12.0, "-12"),
        (0.1966119332, "0.196612"),
        (1e-8, "1e-08"),
        (-0.0, "0"),
        (0.0, "0"),
        (100000.0, "100000"),
        (1234567.0, "1.23457e+06"),
        (None, "–"),
        ("[3x4]", "[3x4]"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
    ],
)
def test_numbers_have_six_digits(value: float | str | None, written: str) -> None:
    assert number(value) == written


def test_a_sum_shows_signs_arrays_and_gaps() -> None:
    assert summed([-4.0, 3.0], -1.0) == "-4 + 3 = -1"
    assert summed([3.0, -4.0, None, "[2]"], None) == "3 - 4 + – + [2] = –"


def test_languages_have_the_same_words_and_blanks() -> None:
    assert {frozenset(table) for table in LANGUAGES.values()} == {frozenset(words("en"))}
    for key, text in words("en").items():
        for table in LANGUAGES.values():
            for blank in ("{name}", "{count}", "{sum}", "{boxes}", "{links}", "{output}", "{value}"):
                assert (blank in text) == (blank in table[key]), key


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(BacklitError, match="language 'fr' is unknown; use one of: en, ko"):
        words("fr")


def test_what_a_terminal_would_obey_is_replaced() -> None:
    assert printable("a\x1b[2J\x00\n\u202e\ud800b") == "a�[2J����b"
    assert printable("기울기 x₀", most=4) == "기울기…"
    assert cells("e\u0301기") == 3
