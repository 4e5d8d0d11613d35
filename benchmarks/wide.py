"""What looking at a wide network costs: ``python -m benchmarks wide``: 784-512-10, one row, a chosen weight.

Milliseconds until the picture stands in a real Chromium without a window: of an address that is opened in a browser
that has just been started, and of a weight that is chosen then. And milliseconds from frame to frame, 60 a second at
most, while that picture is moved, enlarged, stepped through and played.
"""

from __future__ import annotations

import csv
import statistics
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.browser import SIZE, browser, served
from benchmarks.record import write

ROWS, PIXELS, HIDDEN, CLASSES = 1_000, 784, 512, 10
BLANK = 0.8
"""Share of pixels that are 0, as of digits."""

STANDS = """() => {
  window.stands = (but) => new Promise((done) => {
    const look = () => {
      const frame = document.querySelector("iframe.circuit");
      const drawn = frame && frame !== but && frame.contentDocument?.querySelector(".backlit-live svg");
      if (drawn && drawn.getBoundingClientRect().height > 50) requestAnimationFrame(() => requestAnimationFrame(done));
      else requestAnimationFrame(look);
    };
    look();
  }).then(() => performance.now());
  window.first = window.stands(null);
}"""
"""When a picture other than that of a frame has been painted."""

CHOOSE = """async (name) => {
  const begun = performance.now(), before = document.querySelector("iframe.circuit");
  const field = document.getElementById("weight");
  field.value = name;
  field.dispatchEvent(new Event("change"));
  return await window.stands(before) - begun;
}"""

FRAMES = """async ([what, count]) => {
  const {contentDocument: inside, contentWindow: there} = document.querySelector("iframe.circuit");
  const picture = inside.querySelector(".backlit-picture"), one = (css) => inside.querySelector(`.backlit-${css}`);
  const press = (key) => inside.body.dispatchEvent(new there.KeyboardEvent("keydown", {key, bubbles: true}));
  const acts = {
    move: (at) => picture.scrollTo(40 * (at % 30), 20 * (at % 20)),
    enlarge: (at) => one(at % 8 < 4 ? "larger" : "smaller").click(),
    step: (at) => press(at % 16 < 8 ? "ArrowRight" : "ArrowLeft"),
    play: () => undefined,
  };
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve)), times = [];
  press("Home");
  if (what === "move") for (let at = 0; at < 6; at += 1) one("larger").click();
  if (what === "play") one("play").click();
  await frame();
  let before = await frame();
  for (let at = 0; at < count; at += 1) {
    acts[what](at);
    const now = await frame();
    times.push(now - before);
    before = now;
  }
  if (what === "play") one("play").click();
  one("fit").click();
  return times;
}"""


def run(rounds: int = 5, weights: int = 9, frames: int = 120) -> None:
    """Measure all of it; medians."""
    opened, chosen = [], []
    moved: dict[str, list[float]] = {"move": [], "enlarge": [], "step": [], "play": []}
    with tempfile.TemporaryDirectory() as folder:
        options = _files(Path(folder))
        for _ in range(rounds):
            with served(*options) as address, browser() as started:
                page = started.new_page(viewport=SIZE)
                page.add_init_script(f"({STANDS})()")
                page.goto(f"{address}/model#weight=w[1][300][7]")
                opened.append(page.evaluate("() => window.first"))
                page.locator("#sides:not([aria-busy]) .witnesses").wait_for()
                chosen += [page.evaluate(CHOOSE, f"w[1][{301 + at}][{at}]") for at in range(weights)]
                page.locator("#sides:not([aria-busy]) .witnesses").wait_for()
                page.locator("iframe.circuit").scroll_into_view_if_needed()
                for what, times in moved.items():
                    times += page.evaluate(FRAMES, [what, frames])
    _tell(opened, chosen, moved)


def _tell(opened: list[float], chosen: list[float], moved: dict[str, list[float]]) -> None:
    """Show and keep the medians, of frames their slowest twentieth as well."""
    table = Table("", "median, ms", "slowest, ms", title=f"{PIXELS}-{HIDDEN}-{CLASSES}, a chosen weight")
    kept: dict[str, Any] = {}
    for name, times in (("address opened", opened), ("weight chosen", chosen)):
        kept[name] = [round(statistics.median(times)), round(max(times))]
        table.add_row(name, *map(str, kept[name]))
    for what, times in moved.items():
        slow = statistics.quantiles(times, n=20)[-1]
        kept[f"frames, {what}"] = [round(statistics.median(times), 1), round(slow, 1)]
        table.add_row(f"frame to frame, {what}", *(f"{time:.1f}" for time in kept[f"frames, {what}"]))
    Console().print(table, "of frames not the slowest, but what one of twenty exceeds")
    write("wide", {"milliseconds, median and slowest (of frames: one of twenty is slower)": kept})


def _files(folder: Path) -> tuple[str, ...]:
    """A table of invented images and a network that has seen it, as options of the command."""
    from sklearn.exceptions import ConvergenceWarning

    from backlit import MLPClassifier

    chance = np.random.default_rng(0)
    X = np.where(chance.random((ROWS, PIXELS)) < BLANK, 0, chance.integers(1, 256, (ROWS, PIXELS))) / 255
    y = chance.integers(0, CLASSES, ROWS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        MLPClassifier((HIDDEN,), max_iter=3, random_state=0).fit(X, y).save(folder / "wide.backlit")
    with (folder / "wide.csv").open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow([*(f"p{at}" for at in range(PIXELS)), "digit"])
        lines.writerows([*(f"{value:.4g}" for value in row), label] for row, label in zip(X, y, strict=True))
    return "--model", str(folder / "wide.backlit"), "--data", str(folder / "wide.csv"), "--target", "digit"
