"""What looking costs: ``python -m benchmarks page``: steps through a large circuit, and a training that is watched.

A step's time is from one frame to the next, with a key between them, in a real Chromium without a window: at most 60
frames a second; the work alone is the script's part of it. A watched training has a listener that takes every message
and asks for the plane as often as the page does.
"""

from __future__ import annotations

import asyncio
import operator
import shutil
import statistics
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.picture import network
from benchmarks.record import write

STEPS = 300
STEP = """async (steps) => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve)), times = [];
  const press = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
  press("Home");
  await frame();
  let before = await frame();
  for (let step = 0; step < steps; step++) {
    const begun = performance.now();
    press("ArrowRight");
    const work = performance.now() - begun, now = await frame();
    times.push([now - before, work]);
    before = now;
  }
  return times;
}"""


def run(rounds: int = 21, seconds: float = 1.5) -> None:
    """Measure both; medians."""
    console = Console()
    html = network().to_html()
    frames, work = _steps(html)
    console.print(
        f"{STEPS} steps in a page of {len(html) / 1e6:.1f} MB: {1000 / statistics.median(frames):.0f} frames a second"
    )
    share = _watched(rounds, seconds, console)
    write(
        "page",
        {
            "steps": STEPS,
            "milliseconds a frame": round(statistics.median(frames), 2),
            "milliseconds of work": round(statistics.median(work), 2),
            "slowest tenth, work": round(statistics.quantiles(work, n=10)[-1], 2),
            "epochs a second, watched over unwatched": share,
        },
    )


def _steps(html: str) -> tuple[list[float], list[float]]:
    """Milliseconds from frame to frame with a step in each, and of the script's work for it."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        file = Path(folder, "circuit.html")
        file.write_text(html, encoding="utf-8")
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(file.as_uri())
        values = page.evaluate(STEP, STEPS)
        browser.close()
    frames, work = zip(*values, strict=True)
    return list(frames), list(work)


def _watched(rounds: int, seconds: float, console: Console) -> float:
    """Epochs a second of a training that is watched, over those of one that nobody watches; median of rounds."""
    rates: dict[str, list[float]] = {"alone": [], "watched": []}
    for _ in range(rounds):
        with ThreadPoolExecutor(1) as thread:  # of its own, as a training that is watched has
            rates["alone"].append(thread.submit(_alone, seconds).result())
        rates["watched"].append(_live(seconds))
    table = Table("training", "epochs a second", title=f"two moons, medians of {rounds} rounds of {seconds:g} s")
    for name, values in rates.items():
        table.add_row(name, f"{statistics.median(values):,.0f}")
    console.print(table)
    return round(statistics.median(map(operator.truediv, rates["watched"], rates["alone"])), 3)


def _alone(seconds: float) -> float:
    from backlit.engine.threads import single_threaded_blas
    from backlit.web.live.learner import Learner
    from backlit.web.live.problems import toy
    from backlit.web.live.settings import settings_of

    learner = Learner(toy("moons", 0), settings_of({}))
    begun = time.perf_counter()
    with single_threaded_blas():
        learner.run(lambda epoch: time.perf_counter() - begun > seconds)
    return learner.epoch / (time.perf_counter() - begun)


def _live(seconds: float) -> float:
    from backlit.web.live.problems import toy
    from backlit.web.live.session import TrainingSession
    from backlit.web.live.settings import settings_of

    live = TrainingSession(toy("moons", 0), settings_of({}))
    over = threading.Event()

    async def listen() -> None:
        async for _ in live.feed.listen():
            if over.is_set():
                return

    def ask() -> None:
        while not over.wait(live.plane(0, 1)["rest"]):
            pass

    watchers = [threading.Thread(target=lambda: asyncio.run(listen())), threading.Thread(target=ask)]
    for watcher in watchers:
        watcher.start()
    begun = time.perf_counter()
    live.play(0)
    time.sleep(seconds)
    live.pause()
    taken = time.perf_counter() - begun
    over.set()
    live.close()
    for watcher in watchers:
        watcher.join()
    return float(live.picture()["epoch"]) / taken
