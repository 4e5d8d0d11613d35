"""`backlit open` as a command: it says where it is, answers, and ends when it is told to."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backlit.cli import main
from backlit.engine.program import program

START = "import sys; from backlit.cli import main; sys.exit(main(['open', '--no-browser', *sys.argv[1:]]))"


def started(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", START, "--port", "0", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def port_of(running: subprocess.Popen[str]) -> int:
    assert running.stdout is not None
    found = re.search(r"Backlit is open at http://127\.0\.0\.1:(\d+)/ ", running.stdout.readline())
    assert found is not None
    return int(found[1])


@pytest.mark.parametrize(("told", "status"), [(signal.SIGINT, 0), (signal.SIGTERM, 0)])
def test_it_answers_and_ends_even_while_a_training_is_watched(told: int, status: int) -> None:
    program("float64")  # or the first line would be that the engine is compiled
    with started("--lang", "ko") as running:
        port = port_of(running)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/circuit")
        assert '<html lang="ko">' in connection.getresponse().read().decode()
        connection.request("POST", "/api/sessions", b'{"data": "xor"}', {"Origin": f"http://127.0.0.1:{port}"})
        assert connection.getresponse().read()
        connection.request("POST", "/api/sessions/1/play", b"{}", {"Origin": f"http://127.0.0.1:{port}"})
        assert connection.getresponse().read()
        connection.request("GET", "/api/sessions/1/feed")
        watched = connection.getresponse()
        assert watched.readline().startswith(b"data: ")
        running.send_signal(told)
        _, said = running.communicate(timeout=30)
        assert (running.returncode, said) == (status, "")
        connection.close()


STUCK = """
import sys, threading
from backlit.cli import main
from backlit.web import server
from backlit.web.views.circuit import endpoints
server.LAST_GRACE = 1.0
endpoints.circuit = lambda query: threading.Event().wait()
sys.exit(main(['open', '--no-browser', '--port', '0']))
"""


def test_it_ends_even_while_a_librarys_call_does_not() -> None:
    command = [sys.executable, "-c", STUCK]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        port = port_of(running)
        with socket.create_connection(("127.0.0.1", port)) as sock:
            lines = (f"Host: 127.0.0.1:{port}", f"Origin: http://127.0.0.1:{port}", "Content-Length: 2", "", "{}")
            sock.sendall("\r\n".join(["POST /api/circuit HTTP/1.1", *lines]).encode())
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/circuit")
            assert connection.getresponse().status == 200  # so that the request before it is under way
            connection.close()
            running.send_signal(signal.SIGTERM)
            running.communicate(timeout=60)
        assert running.returncode == 0


def test_a_port_in_use_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["open", "--no-browser", "--port", str(port)]) == 2
    assert re.fullmatch(rf"backlit: port {port} cannot be used: .*; choose another --port.*\n", capsys.readouterr().err)


@pytest.mark.parametrize("option", ["--model", "--data"])
def test_a_file_that_is_not_there_is_one_line(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["open", "--no-browser", "--port", "0", option, "none.parquet"]) == 2
    said = capsys.readouterr()
    assert "Backlit is open" not in said.out
    assert "none.parquet" in said.err
    assert said.err.count("\n") == 1


def test_a_missing_extra_names_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken: Any = None  # what Python keeps of a module that cannot be imported
    monkeypatch.delitem(sys.modules, "backlit.web.server", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", broken)
    assert main(["open", "--no-browser"]) == 2
    assert 'pip install "backlit[web]"' in capsys.readouterr().err


def test_the_page_comes_with_the_package_in_both_languages() -> None:
    from backlit.web.messages import ENDONYMS, MESSAGES
    from backlit.web.view import all_views

    assert MESSAGES.keys() == ENDONYMS.keys() == {"en", "ko"}
    for table in (MESSAGES, *(view.messages for view in all_views().values())):
        english = table["en"]
        for lang in MESSAGES:
            assert table[lang].keys() == english.keys()
            for name, text in table[lang].items():
                assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", english[name])), name
