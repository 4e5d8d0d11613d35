"""The circuit in JupyterLab, in marimo and in a plain frame, as they are: `make notebooks`.

Each is started on this machine's own address, shows the sigmoid neuron, and is looked at in Chromium: the stage is
whole, follows the host's dark theme, and its letters have 12 pixels. Screenshots go into a folder that is named, or a
new one, outside of the repository.
"""

from __future__ import annotations

import functools
import http.server
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FORMULA = "1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))"
INPUTS = {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}
SHOWN = f"backlit.trace({FORMULA!r}, **{INPUTS!r}).widget()"
CODE = f"import backlit\n{SHOWN}"
MARIMO = f"""import marimo
app = marimo.App()

@app.cell
def _():
    import backlit
    {SHOWN}
    return
"""

SIZE = {"width": 1280, "height": 800}
PATIENCE = 60.0  # seconds until a server answers
LEAST_LETTERS = 12.0  # pixels
DARK = 128  # of 255: a background below is dark

AT_THE_END = "(seek) => { seek.value = seek.max; seek.dispatchEvent(new Event('input')); }"

MEASURED = """(root) => {
  const picture = root.querySelector(".backlit-view:not([hidden]) .backlit-picture");
  const svg = picture.querySelector("svg"), bar = root.querySelector(".backlit-panel").getBoundingClientRect();
  const room = picture.getBoundingClientRect(), drawn = svg.getBoundingClientRect();
  const shown = (text) => text.textContent && text.getClientRects().length;
  const letters = [...svg.querySelectorAll("text")].filter(shown);
  const scale = drawn.width / svg.viewBox.baseVal.width;
  const grounds = [];
  const out = (one) => one.parentElement ?? one.getRootNode().host; // of a shadow as well
  for (let one = root; one; one = out(one)) grounds.push(getComputedStyle(one).backgroundColor);
  const pane = (one) => { // what is seen at once: of a notebook that scrolls within the window, its own height
    let seen = innerHeight;
    while ((one = out(one))) {
      const scrolls = /auto|scroll/.test(getComputedStyle(one).overflowY);
      if (scrolls && one !== document.body) seen = one.clientHeight;
    }
    return Math.min(seen, innerHeight);
  };
  const shade = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return a > 0 ? (r + g + b) / 3 : null;
  };
  const over = [room.left - drawn.left, drawn.right - room.right, room.top - drawn.top, drawn.bottom - room.bottom];
  return {
    least: Math.min(...letters.map((text) => parseFloat(getComputedStyle(text).fontSize) * scale)),
    cut: over.map(Math.round),
    boxes: svg.querySelectorAll("g[data-box]").length,
    beyond: Math.round(root.getBoundingClientRect().right - innerWidth),
    high: Math.round(drawn.bottom - bar.top),
    seen: Math.round(pane(root)),
    ink: shade(getComputedStyle(letters[0]).fill),
    ground: grounds.map(shade).find((one) => one !== null) ?? 255,
  };
}"""


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def started(command: list[str], address: str, folder: Path, **environment: str) -> Iterator[None]:
    """A server that answers at an address; its output goes to a file."""
    with (folder / "server.txt").open("w") as said:
        running = subprocess.Popen(
            command, cwd=folder, stdout=said, stderr=said, env={**os.environ, **environment}, start_new_session=True
        )
        try:
            end = time.monotonic() + PATIENCE
            while not _answers(address):
                if running.poll() is not None or time.monotonic() > end:
                    sys.exit(f"{command[2]} does not answer: {(folder / 'server.txt').read_text()[-2000:]}")
                time.sleep(0.3)
            yield
        finally:
            running.terminate()
            running.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


@contextmanager
def jupyterlab(folder: Path, dark: bool) -> Iterator[tuple[str, str]]:
    """A notebook in JupyterLab: its address, and what is done there until the widget stands."""
    cell = {"cell_type": "code", "id": "one", "metadata": {}, "execution_count": None, "outputs": [], "source": CODE}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "neuron.ipynb").write_text(json.dumps(book), encoding="utf-8")
    theme = {"theme": "JupyterLab Dark" if dark else "JupyterLab Light"}
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "themes.jupyterlab-settings").write_text(json.dumps(theme))
    quiet = folder / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    quiet.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
    port, token = free_port(), secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    command += [f"--IdentityProvider.token={token}", f"--LabApp.user_settings_dir={folder / 'settings'}"]
    command += [f"--LabApp.workspaces_dir={folder / 'workspaces'}"]
    address = f"http://127.0.0.1:{port}"
    with started(command, f"{address}/api", folder, JUPYTER_CONFIG_DIR=str(folder / "config")):
        yield f"{address}/lab/tree/neuron.ipynb?token={token}", "run"


@contextmanager
def marimo(folder: Path, dark: bool) -> Iterator[tuple[str, str]]:
    """The same in marimo, as an application."""
    theme = f'[display]\ntheme = "{"dark" if dark else "light"}"\n'
    (folder / "neuron.py").write_text(MARIMO, encoding="utf-8")
    (folder / "pyproject.toml").write_text(f'[tool.marimo.display]\ntheme = "{"dark" if dark else "light"}"\n')
    (folder / ".marimo.toml").write_text(theme)
    port = free_port()
    command = [sys.executable, "-m", "marimo", "run", "neuron.py", "--headless", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--no-token"]
    with started(command, f"http://127.0.0.1:{port}/", folder):
        yield f"http://127.0.0.1:{port}/", "wait"


@contextmanager
def frame(folder: Path, dark: bool) -> Iterator[tuple[str, str]]:
    """The file in an `<iframe>` of a page of somebody else's, as a course's page has it."""
    import backlit

    (folder / "neuron.html").write_text(backlit.trace(FORMULA, **INPUTS).to_html(), encoding="utf-8")
    held = '<iframe src="neuron.html" title="circuit" width="100%" height="640" style="border:0"></iframe>'
    (folder / "course.html").write_text(f"<!doctype html><title>course</title><h1>Week 3</h1>{held}", encoding="utf-8")
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/course.html", "wait"
        server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *told: Any) -> None:
        """Say nothing."""


HOSTS = {"jupyterlab": jupyterlab, "marimo": marimo, "frame": frame}


def widget(page: Any, how: str) -> Any:
    """The live component, in whichever frame or shadow root it stands, once its notebook has run."""
    if how == "run":
        page.locator(".jp-Notebook .jp-CodeCell .cm-content").first.click(timeout=60_000)
        page.wait_for_function("() => /Idle/.test(document.getElementById('jp-main-statusbar')?.textContent)")
        page.keyboard.press("Shift+Enter")
    where = page.frame_locator("iframe[title=circuit]") if page.locator("iframe[title=circuit]").count() else page
    root = where.locator(".backlit-circuit-view.backlit-live")
    root.wait_for(timeout=30_000)
    return root


def look(browser: Any, name: str, dark: bool, folder: Path) -> list[str]:
    """What is wrong with the component in a host; a picture of it is written."""
    said = f"{name}-{'dark' if dark else 'light'}"
    with tempfile.TemporaryDirectory() as made, HOSTS[name](Path(made), dark) as (address, how):
        scheme = "dark" if dark and name == "frame" else "light"  # a notebook's own theme counts, not the system's
        page = browser.new_page(viewport=SIZE, color_scheme=scheme)
        page.goto(address)
        try:
            root = widget(page, how)
        except Exception:
            page.screenshot(path=folder / f"{said}.png")  # what stood there instead
            raise
        root.locator(".backlit-seek").evaluate(AT_THE_END)
        root.evaluate("(root) => root.scrollIntoView({block: 'start'})")
        page.wait_for_timeout(500)  # of the host's own scrolling
        page.screenshot(path=folder / f"{said}.png")
        found = root.evaluate(MEASURED)
        page.close()
    print(said, json.dumps(found))
    wrong = [f"{said}: letters of {found['least']:.1f} pixels"] if found["least"] < LEAST_LETTERS - 0.05 else []
    wrong += [f"{said}: the picture is cut by {found['cut']}"] if max(found["cut"]) > 1 else []
    wrong += [f"{said}: {found['beyond']} pixels beyond the window"] if found["beyond"] > 1 else []
    if found["high"] > found["seen"]:
        wrong.append(f"{said}: bar and picture take {found['high']} pixels, {found['seen']} are seen at once")
    if (found["ground"] < DARK) != dark or (found["ink"] > DARK) != dark:
        wrong.append(f"{said}: the theme is not followed: ink {found['ink']:.0f} on {found['ground']:.0f}")
    return wrong


def main(folder: Path) -> None:
    """Look at all."""
    from playwright.sync_api import sync_playwright

    installed = filter(None, map(shutil.which, ("chromium", "google-chrome")))
    path = os.environ.get("BACKLIT_CHROMIUM") or next(installed, None)
    folder.mkdir(parents=True, exist_ok=True)
    wrong = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for name in HOSTS:
            for dark in (False, True):
                wrong += look(browser, name, dark, folder)
        browser.close()
    print(f"screenshots: {folder}")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="backlit-notebooks-")))
