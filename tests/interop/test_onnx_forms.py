"""Text that is numbers or dates in a form is read in the graph as by the encoder, or stops the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
import pytest

from backlit.encoding import fit_encoder
from backlit.encoding.text.date_form import LAYOUTS, DateForm
from backlit.errors import BacklitError
from backlit.interop.onnx import dates

from .conftest import encoder_session

ROWS = 120
RNG = np.random.default_rng(0)
NUMBERS = RNG.uniform(1, 30_000, ROWS)
DAYS = pd.Timestamp("2019-01-01") + pd.to_timedelta(RNG.integers(0, 3_000, ROWS), unit="D")
MOMENTS = DAYS + pd.to_timedelta(RNG.integers(0, 86_400, ROWS), unit="s")


def european(number: float) -> str:
    return f"{number:,.2f}".translate(str.maketrans(",.", ".,"))


NUMBER_COLUMNS: dict[str, Callable[[int, float], str]] = {
    "dollars": lambda row, x: f"${x:,.2f}",
    "parentheses": lambda row, x: f"${x:,.2f}" if row % 4 else f"(${x:,.2f})",
    "euros": lambda row, x: f"{european(x)} €",
    "code before": lambda row, x: f"CHF {x:,.2f}".replace(",", "'"),
    "percent": lambda row, x: f"{x / 300:.2f}%",
    "minus of unicode": lambda row, x: (f"\u2212{x:.2f}" if row % 3 else f"{x:.2f}").replace(".", ","),
    "minus behind": lambda row, x: f"{x:,.1f}-" if row % 3 else f"{x:,.1f}",
    "plus": lambda row, x: f"{int(x):,}+",
    "magnitudes": lambda row, x: f"{x / 1e3:.0f}M" if row % 2 else f"{x / 100:.0f}k",
    "kilograms": lambda row, x: f"{x / 100:.1f} kg",
    "mass": lambda row, x: f"{x / 100:.1f} kg" if row % 2 else f"{x:.0f} g",
    "won": lambda row, x: f"₩{int(x):,}",
    "narrow spaces": lambda row, x: f"{x:,.1f}".replace(",", "\u202f").replace(".", ","),
    "lakhs": lambda row, x: f"{x:.0f}" if x < 1_000 else f"1,{int(x) % 100:02d},{int(x) % 1000:03d}",
    "markers": lambda row, x: f"{x:.1f}" if row % 9 else "-",
    "exponents": lambda row, x: f"{x:.3e} m",
}

DATE_FORMS = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d", "%d/%m/%y", "%d-%m-%Y %H:%M", "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y, %H:%M:%S", "%d/%m/%Y %H:%M:%S+09:00", "%d/%m/%YT%H:%M:%SZ", "%a, %d.%m.%Y", "%d-%b-%Y",
    "%d. %B %Y", "%B %d, %Y", "%b %d, %Y %I:%M:%S %p", "%Y %b %d", "%a %b %d %H:%M:%S %Y", "%b %Y", "%Y %B",
    "%m/%Y", "%Y-%m", "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%S+0900", "%H:%M", "%I:%M:%S %p", "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S-05:30", "%Y-%m-%dT%H:%MZ",
)  # fmt: skip


def compare(cells: list[str | None], more: tuple[str, ...] = ()) -> Any:
    """Hold the graph against the encoder, cell by cell; the encoder."""
    frame = pd.DataFrame({"k": pd.Series([*cells[:-1], None], dtype=object)})
    encoder = fit_encoder(frame)
    assert encoder.columns[0].kind != "category"
    session = encoder_session(encoder, optimized=False)
    tried = [*("" if cell is None else cell for cell in frame["k"]), *more]
    (given,) = session.run(None, {"k": np.array(tried, dtype=object)[:, None]})
    expected = encoder.encode(pd.DataFrame({"k": pd.Series([cell or None for cell in tried], dtype=object)}))
    wrong = np.flatnonzero((np.abs(given - expected) > 2e-6).any(axis=1))
    assert [(tried[row], given[row], expected[row]) for row in wrong] == []
    return encoder


@pytest.mark.parametrize("name", NUMBER_COLUMNS)
def test_numbers_in_a_form(name: str) -> None:
    encoder = compare([NUMBER_COLUMNS[name](row, float(x)) for row, x in enumerate(NUMBERS)], more=("12", " 7 ", "1e3"))
    assert encoder.columns[0].form is not None


@pytest.mark.parametrize("form", DATE_FORMS)
def test_dates_in_a_form(form: str) -> None:
    compare(MOMENTS.strftime(form).tolist())


@pytest.mark.parametrize(
    "written",
    [
        lambda moment: f"{moment.year}년 {moment.month}월 {moment.day}일",
        lambda moment: f"{moment.year}Q{moment.quarter}",
        lambda moment: f"Q{moment.quarter} {moment.year}",
        lambda moment: f"{moment.day}/{moment.month}/{moment.year} {moment.hour}:{moment.minute:02d}",
        lambda moment: f"{moment.month_name()} {moment.day}th, {moment.year}",
        lambda moment: f"2020-01-{moment.day:02d} 10:00:00.{moment.value % 10**9 + moment.day:09d}",
    ],
)
def test_dates_that_strftime_does_not_write(written: Callable[[pd.Timestamp], str]) -> None:
    compare([written(moment) for moment in MOMENTS])


def test_every_layout_is_known() -> None:
    assert dates.LAYOUTS.keys() | dates.NOT_READ == LAYOUTS.keys()


BAD_CELLS = {
    "%d/%m/%Y": ("31/02/2024", "1/13/2024", "0/1/2024", "soon", "5"),
    "%Y-%m-%d": ("2023-02-29", "2024-00-10", "2024-1", "2024-01-01x"),
    "%H:%M": ("25:00", "12:61", "noon"),
}


@pytest.mark.parametrize(("form", "cell"), [(form, cell) for form, cells in BAD_CELLS.items() for cell in cells])
def test_a_cell_that_is_no_date_stops_the_run_and_names_the_column(form: str, cell: str) -> None:
    session = encoder_session(fit_encoder(pd.DataFrame({"day": MOMENTS.strftime(form)})))
    with pytest.raises(onnxruntime.capi.onnxruntime_pybind11_state.RuntimeException, match="column 'day'"):
        session.run(None, {"day": np.array([[cell]], dtype=object)})


@pytest.mark.parametrize("cell", ["three", "$1.2.3", "€5", "$5 kg", "1,23", "5-5", "$", "0x10"])
def test_a_cell_that_is_no_number_stops_the_run_and_names_the_column(cell: str) -> None:
    session = encoder_session(fit_encoder(pd.DataFrame({"cost": [f"${x:,.2f}" for x in NUMBERS]})))
    with pytest.raises(onnxruntime.capi.onnxruntime_pybind11_state.RuntimeException, match="column 'cost'"):
        session.run(None, {"cost": np.array([[cell]], dtype=object)})


def test_a_form_that_no_graph_reads_is_refused_by_name() -> None:
    encoder = fit_encoder(pd.DataFrame({"day": MOMENTS.strftime("%d %b %Y %H:%M +09:00")}))
    assert isinstance(encoder.columns[0].form, DateForm)
    with pytest.raises(BacklitError, match="column 'day' is text in the layout 'd month Y' with time zones"):
        encoder_session(encoder)
