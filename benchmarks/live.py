"""What watching costs and gives: ``python -m benchmarks live``: two moons, a network that trains on the page.

Epochs a second of a training whose listener takes every picture over HTTP and asks for the plane as often as the page
does, but paints nothing, over those of one that nobody watches; and pictures a second, at 20 epochs a second and as
fast as it can, that arrive at that listener, and that a real Chromium without a window shows.
"""

from __future__ import annotations

import http.client
import json
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from benchmarks.browser import SIZE, browser, served
from benchmarks.record import write

PACES = {"20 epochs a second": 20, "as fast as it can": 0}
LEAST = 0.2
"""Seconds that the page lies between two planes, at least: ``views/network/plane.js``."""

SHOWN = """async ([pace, seconds]) => {
  const later = (milliseconds) => new Promise((over) => setTimeout(over, milliseconds));
  document.getElementById("pace").value = String(pace);
  document.getElementById("restart").click();
  await later(1500);
  document.getElementById("play").click();
  await later(1500);
  let count = 0;
  const seen = new MutationObserver(() => { count += 1; });
  seen.observe(document.getElementById("clock"), {childList: true});
  const frames = [], begun = performance.now();
  for (let before = begun; before - begun < 1000 * seconds;) {
    const now = await new Promise((resolve) => requestAnimationFrame(resolve));
    frames.push(now - before);
    before = now;
  }
  seen.disconnect();
  const taken = (performance.now() - begun) / 1000;
  document.getElementById("play").click();
  await later(1500);
  return [count / taken, frames.length / taken];
}"""


class Client:
    """Who asks a page's server, as its scripts do."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._port = urlsplit(address).port

    def ask(self, path: str, body: Any = None) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        sent = None if body is None else json.dumps(body)
        connection.request("GET" if body is None else "POST", path, sent, {"Origin": self.address})
        return connection.getresponse()

    def answer(self, path: str, body: Any = None) -> Any:
        with self.ask(path, body) as response:
            return json.loads(response.read())


def run(rounds: int = 9, seconds: float = 2.0) -> None:
    """Measure all of it; medians."""
    shares, rates, arrived = [], [], {name: [] for name in PACES}  # type: ignore[var-annotated]
    with served() as address:
        client = Client(address)
        for _ in range(rounds):
            with ThreadPoolExecutor(1) as thread:  # of its own, as a training that is watched has
                alone = thread.submit(_alone, seconds).result()
            for name, pace in PACES.items():
                epochs, pictures = _watched(client, pace, seconds)
                arrived[name].append(pictures)
            rates.append((alone, epochs))
            shares.append(epochs / alone)
        shown = _shown(address, seconds)
    table = Table("pace", "pictures a second, read", "shown by Chromium", title=f"medians of {rounds} rounds")
    kept = {}
    for name, values in arrived.items():
        kept[name] = {"read": round(statistics.median(values), 1), "shown": round(shown[name], 1)}
        table.add_row(name, *map(str, kept[name].values()))
    alone, epochs = (statistics.median(values) for values in zip(*rates, strict=True))
    share = round(statistics.median(shares), 3)
    Console().print(table, f"epochs a second: {epochs:,.0f} watched, {alone:,.0f} alone; median of ratios {share}")
    write("live", {"pictures a second": kept, "epochs a second, watched over unwatched": share, "rounds": rounds})


def _alone(seconds: float) -> float:
    """Epochs a second of a training that nobody watches."""
    from backlit.engine.threads import single_threaded_blas
    from backlit.web.live.learner import Learner
    from backlit.web.live.problems import toy
    from backlit.web.live.settings import settings_of

    learner = Learner(toy("moons", 0), settings_of({}))
    begun = time.perf_counter()
    with single_threaded_blas():
        learner.run(lambda epoch: time.perf_counter() - begun > seconds)
    return learner.epoch / (time.perf_counter() - begun)


def _watched(client: Client, pace: float, seconds: float) -> tuple[float, float]:
    """Epochs and pictures a second of a training at a pace, as who reads it sees them."""
    number = client.answer("/api/sessions", {"data": "moons"})["number"]
    with _planes(client, number), client.ask(f"/api/sessions/{number}/feed") as feed:
        client.answer(f"/api/sessions/{number}/play", {"pace": pace})
        begun, seen = time.perf_counter(), []
        while time.perf_counter() - begun < seconds:
            line = feed.readline()
            if line.startswith(b"data: "):
                seen.append((time.perf_counter(), json.loads(line[6:])["epoch"]))
    client.answer(f"/api/sessions/{number}/close", {})
    seen = [one for one in seen if one[1]]  # those before the first epoch are none of the pace
    (first, epoch), (last, ended) = seen[0], seen[-1]
    return (ended - epoch) / (last - first), (len(seen) - 1) / (last - first)


@contextmanager
def _planes(client: Client, number: str) -> Iterator[None]:
    """Asks for the plane again and again, as the page does."""
    over = threading.Event()

    def ask() -> None:
        rest = 0.0
        while not over.wait(max(LEAST, rest)):
            rest = client.answer(f"/api/sessions/{number}/plane?across=0&up=1")["rest"]

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield
    finally:
        over.set()
        asking.join()


def _shown(address: str, seconds: float) -> dict[str, float]:
    """Pictures a second that a browser shows, by pace."""
    shown = {}
    with browser() as started:
        page = started.new_page(viewport=SIZE)
        page.goto(f"{address}/network")
        page.locator("#size:not(:empty)").wait_for()
        for name, pace in PACES.items():
            shown[name], _ = page.evaluate(SHOWN, [pace, seconds])
    return shown
