"""What looking costs: ``python -m benchmarks page``: steps through a large circuit.

A step's time is from one frame to the next, with a key between them, in a real Chromium without a window: at most 60
frames a second; the work alone is the script's part of it.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from rich.console import Console

from benchmarks.browser import browser
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


def run() -> None:
    """Measure it; medians."""
    console = Console()
    html = network().to_html()
    frames, work = _steps(html)
    console.print(
        f"{STEPS} steps in a page of {len(html) / 1e6:.1f} MB: {1000 / statistics.median(frames):.0f} frames a second"
    )
    write(
        "page",
        {
            "steps": STEPS,
            "milliseconds a frame": round(statistics.median(frames), 2),
            "milliseconds of work": round(statistics.median(work), 2),
            "slowest tenth, work": round(statistics.quantiles(work, n=10)[-1], 2),
        },
    )


def _steps(html: str) -> tuple[list[float], list[float]]:
    """Milliseconds from frame to frame with a step in each, and of the script's work for it."""
    with tempfile.TemporaryDirectory() as folder, browser() as started:
        file = Path(folder, "circuit.html")
        file.write_text(html, encoding="utf-8")
        page = started.new_page()
        page.goto(file.as_uri())
        values = page.evaluate(STEP, STEPS)
    frames, work = zip(*values, strict=True)
    return list(frames), list(work)
