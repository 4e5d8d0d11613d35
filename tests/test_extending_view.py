"""A page view is one folder: added to a copy of the package, its page, script and endpoint are served."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import backlit

FILES = {
    "__init__.py": '''"""The view that greets."""

from backlit.web.view import View
from backlit.web.views.hello.endpoints import greet

MESSAGES = {
    "en": {"hello": "Greeting", "hello_lead": "A view of one folder.", "who": "Name"},
    "ko": {"hello": "인사", "hello_lead": "폴더 하나로 된 보기.", "who": "이름"},
}

VIEW = View(order=5, messages=MESSAGES, endpoints={"GET /api/hello": greet}, settings={"names": ["Ada"]})
''',
    "endpoints.py": '''"""Greeting."""

from backlit.web.responses import json_response


async def greet(site, request):
    """A greeting."""
    return json_response({"greeting": f"Hello, {request.query_params['name']}"})
''',
    "hello.html": '<label><span>$who</span><select id="name"></select></label><p id="greeting"></p>\n',
    "hello.js": """import {byId, fill, get, given} from "/static/common.js";

fill(byId("name"), given.names.map((name) => [name, name]));
byId("greeting").textContent = (await get(`/api/hello?name=${byId("name").value}`)).greeting;
""",
}

# One request after another, without a socket, as the page's own browser would make them.
SERVED = """
import asyncio, json, sys
from backlit.web.app import application
from backlit.web.start_options import StartOptions

app = application(StartOptions(), 8000)

async def get(path, query=b""):
    sent = []
    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}
    async def send(message):
        sent.append(message)
    headers = [(b"host", b"127.0.0.1:8000")]
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": query,
             "headers": headers, "http_version": "1.1", "scheme": "http", "root_path": ""}
    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:]).decode()

async def answers():
    paths = [("/hello",), ("/hello", b"lang=ko"), ("/circuit",), ("/views/hello/hello.js",),
             ("/views/hello/endpoints.py",), ("/api/hello", b"name=Ada")]
    return [await get(*path) for path in paths]

json.dump(asyncio.run(answers()), sys.stdout)
app.state.site.close()
"""


def test_a_view_is_one_folder(tmp_path: Path) -> None:
    package = shutil.copytree(
        Path(backlit.__file__).parent, tmp_path / "backlit", ignore=shutil.ignore_patterns("__pycache__")
    )
    folder = package / "web" / "views" / "hello"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", SERVED],
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
        encoding="utf-8",
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    page, korean, circuit, script, source, answer = json.loads(done.stdout)
    assert page[0] == 200
    assert '<script type="module" src="/views/hello/hello.js"></script>' in page[1]
    assert "<h1>Greeting</h1><p>A view of one folder.</p>" in page[1]
    assert '"names": ["Ada"]' in page[1]
    assert "<h1>인사</h1>" in korean[1]
    assert '<a href="/hello?lang=en">Greeting</a></nav>' in circuit[1]  # the last one of the navigation
    assert script == [200, FILES["hello.js"]]
    assert source[0] == 404
    assert answer == [200, '{"greeting":"Hello, Ada"}']
