"""``python tests/fuzz/inputs.py [--record]``: data as people have it, and what each input gets.

Each is of a kind that public reports name: text that is numbers or dates in disguise, markers of what is missing,
shapes of CSV, what pandas and NumPy hand out, gradients and formulas. What is kept is what a user reads, or the answer;
tests hold what each must be (`tests/cli/test_disguises.py`, `tests/estimators`, `tests/graph`, ...).
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
from records import write

import backlit
from backlit import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor
from backlit.cli import main

SIZES = [round(1 + 97.3 * (i * 0.618 % 1), 2) for i in range(120)]
"""Numbers from 1 to 99; which side of 50 a row's lies on is its label."""


def label(x: float) -> str:
    return "L" if x > 50 else "S"


def day(x: float, form: str) -> str:
    return (date(2024, 1, 1) + timedelta(int(3 * x))).strftime(form)


def euro(x: float) -> str:
    return f"{x:,.2f}".translate(str.maketrans(",.", ".,"))


FILES: Mapping[str, tuple[str, Callable[[int, float], str], str]] = {
    "money with sign and thousands": ("kind,cost,label", lambda i, x: f'a,"${37 * x:,.2f}",{label(x)}', ""),
    "money in the European form": ("kind;cost;label", lambda i, x: f"a;{euro(37 * x)} €;{label(x)}", ""),
    "percent": ("kind,rate,label", lambda i, x: f"a,{x:.2f}%,{label(x)}", ""),
    "a minus of Unicode": ("kind;amount;label", lambda i, x: f"a;{x - 50:.2f};{label(x)}".replace("-", "−"), ""),
    "a unit": ("kind,mass,label", lambda i, x: f"a,{x:.1f} kg,{label(x)}", ""),
    "units that are mixed": ("kind,size,label", lambda i, x: f"a,{x:.0f}{'M' if i % 3 else 'k'},{label(x)}", ""),
    "days as d/m/Y": ("kind,day,label", lambda i, x: f"a,{day(x, '%d/%m/%Y')},{label(x)}", ""),
    "days as m/d/Y": ("kind,day,label", lambda i, x: f"a,{day(x, '%m/%d/%Y')},{label(x)}", ""),
    "days with names of months": ("kind,day,label", lambda i, x: f'a,"{day(x, "%B %d, %Y")}",{label(x)}', ""),
    "days that may be either": ("kind,day,label", lambda i, x: f"a,0{1 + i % 9}/0{1 + i % 7}/2021,{label(x)}", ""),
    "a marker of what is missing": ("kind,size,label", lambda i, x: f"a,{x if i % 12 else '-'},{label(x)}", ""),
    "NA that is a class": ("x,label", lambda i, x: f"{x},{('EU', 'NA', 'AS')[int(x) % 3]}", ""),
    "quotes after a space": ('"kind", "size", "label"', lambda i, x: f'"a", {x}, "{label(x)}"', ""),
    "empty columns at the end": ("size;n;label;;", lambda i, x: f"{x};{i};{label(x)};;".replace(".", ","), ""),
    "a title above the header": ("My table\n\nkind,size,label", lambda i, x: f"a,{x},{label(x)}", ""),
    "empty rows at the end": ("kind;size;label", lambda i, x: f"a;{x};{label(x)}".replace(".", ","), ";;\n" * 20),
    "no header": ("a,63.4,7.5,L", lambda i, x: f"a,{x},{x / 2:.2f},{label(x)}", ""),
    "a row of totals": ("kind,size,label", lambda i, x: f"a,{x},{20 * x:.1f}", "Total,9999.0,203311.5\n"),
    "a target of money": ("kind,size,label", lambda i, x: f'a,{x},"${20 * x:,.2f}"', ""),
    "a row of units": ("kind,size,label\n-,cm,EUR", lambda i, x: f"a,{x},{20 * x:.2f}", ""),
}
"""Kind of file -> header, a row, what stands below."""

PROGRESS = ("compiling", "training", "ended")
"""How lines begin that are about no data."""

S = np.array(SIZES)
LABELS = np.where(S > 50, "L", "S")
X = pd.DataFrame({"s": S})
classifier = partial(TabularClassifier, (16,), epochs=16, random_state=0)


def learnt(rows: Any, labels: Any, **more: Any) -> str:
    return f"accuracy {classifier().fit(rows, labels, **more).score(X, LABELS):.2f}"


def accuracy(cells: Any) -> str:
    return (
        f"accuracy {classifier().fit(pd.DataFrame({'k': cells}), LABELS).score(pd.DataFrame({'k': cells}), LABELS):.2f}"
    )


def unlearnt() -> Any:
    return classifier(metric=lambda y, output: float("nan")).fit(X, LABELS)


def periods() -> Any:
    return classifier().fit(X, pd.Series(pd.PeriodIndex(np.where(S > 50, "2020-01", "2021-01"), freq="M"))).classes_


def spelled() -> Any:
    model = classifier().fit(pd.DataFrame({"k": np.where(S > 50, "True", "False")}), LABELS)
    return model.predict(pd.DataFrame({"k": [True, False]}))


def checked(formula: str, x: float) -> str:
    return f"witness: {backlit.trace(formula, x=x).check().status}"


def derived(formula: str) -> str:
    lines = backlit.trace(formula, x=1.0).derivation("x").to_latex().splitlines()
    return next(line.strip(" &=\\") for line in lines if "10^" in line)


def beyond(clip: bool) -> Any:
    t = np.arange(120.0)
    model = TabularRegressor((16,), epochs=16, random_state=0, clip=clip).fit(pd.DataFrame({"t": t}), 2 * t)
    return (model.predict(pd.DataFrame({"t": [300.0]})) > 238).tolist()


CALLS: Mapping[str, Callable[[], Any]] = {
    "numbers with a marker, in a frame": lambda: accuracy([f"{x:.1f}" if i % 9 else "?" for i, x in enumerate(S)]),
    "ISO text with nanoseconds": lambda: accuracy(
        [f"2020-01-{1 + int(x / 4):02d} 10:00:00.{i:09d}" for i, x in enumerate(S)]
    ),
    "text of pandas as an array": lambda: learnt(X, pd.Series(LABELS).values),
    "numbers in an object array: R2 above 0.99": lambda: (
        MLPRegressor(hidden_layer_sizes=(8,), solver="lbfgs", random_state=0)
        .fit(S[:, None], (3 * S).astype(object))
        .score(S[:, None], 3 * S)
        > 0.99
    ),
    "a column of pd.cut": lambda: accuracy(pd.cut(S, 4)),
    "big-endian numbers": lambda: accuracy(S.astype(">f8")),
    "records": lambda: learnt(X.to_records(index=False), LABELS),
    "groups with a missing one": lambda: learnt(X, LABELS, groups=["g", "h", None, "i"] * 30),
    "text True at the fit, a flag at predict": spelled,
    "periods as a column": lambda: accuracy(pd.PeriodIndex(pd.Timestamp("2010") + pd.to_timedelta(S, "D"), freq="D")),
    "periods as classes": periods,
    "a metric that is never a number": unlearnt,
    "sin at 1e6": lambda: checked("sin(x)", 1e6),
    "selu at its kink": lambda: checked("selu(x)", 0.0),
    "(1 - cos x) / x^2 at 1e-8": lambda: checked("(1-cos(x))/x**2", 1e-8),
    "a branch that is not chosen": lambda: checked("where(x<1, x, sqrt(x))", 0.0),
    "a small constant in LaTeX": lambda: derived("x*1e-7"),
    "x^2": lambda: backlit.trace("x^2", x=2.0).notes[0],
    "3(x+1)": lambda: backlit.trace("3(x+1)", x=2.0).notes[0],
    "a trend, beyond what was seen": lambda: (
        f"above the largest target: {beyond(True)}, with clip=False {beyond(False)}"
    ),
    "dates in a drop-in": lambda: MLPClassifier((4,)).fit(
        pd.DataFrame({"d": pd.Timestamp("2020") + pd.to_timedelta(S, "D")}), LABELS
    ),
}
"""Kind of input -> what is done with it."""


def trained(header: str, row: Callable[[int, float], str], below: str) -> str:
    """The first line that `backlit train` says of a file, or that it trained."""
    rows = "".join(row(i, x) + "\n" for i, x in enumerate(SIZES))
    Path("t.csv").write_text(f"{header}\n{rows}{below}", encoding="utf-8")
    said = io.StringIO()
    with contextlib.ExitStack() as stack:
        for kind in (TabularClassifier, TabularRegressor):
            quick = partial(kind, (16,), epochs=16, n_members=1)
            stack.enter_context(mock.patch(f"backlit.cli.training.{kind.__name__}", quick))
        stack.enter_context(contextlib.redirect_stderr(said))
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        status = main(["train", "t.csv", "--target", "label"])
    lines = [line.removeprefix("backlit: ").removeprefix("t.csv: ") for line in said.getvalue().splitlines()]
    about = [line for line in lines if "'kind' is left out" not in line and not line.startswith(PROGRESS)]
    return (
        f"{'refused' if status else 'trained'}: {'; '.join(about[:2])}" if about else ("refused", "trained")[not status]
    )


def called(call: Callable[[], Any]) -> str:
    """What a call answers, warns or refuses."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", backlit.DataWarning)
        try:
            answer = str(call())
        except backlit.BacklitError as error:
            answer = f"refused: {error}"
    return "; ".join([answer, *(str(warning.message).splitlines()[0] for warning in caught)])


def run() -> dict[str, Any]:
    """Each input and what it got; an error that is not Backlit's ends the run."""
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            gets = {f"{name} (file)": trained(*parts) for name, parts in FILES.items()}
        finally:
            os.chdir(here)
    gets |= {name: called(call) for name, call in CALLS.items()}
    return {"tried": len(gets), "gets": gets}


if __name__ == "__main__":
    result = run()
    print(json.dumps(result, indent=1, ensure_ascii=False))
    if "--record" in sys.argv:
        write("inputs", result)
