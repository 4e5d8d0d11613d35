"""Who is answered, what a page may load and run, and what no request can reach."""

from __future__ import annotations

import re
from typing import Any

import pytest

from backlit.errors import BacklitError
from backlit.web.messages import MESSAGES
from backlit.web.pages import page
from backlit.web.server import _listening
from backlit.web.view import all_views

PLACES = [
    "/",
    *(f"/{view}" for view in all_views()),
    "/static/page.css",
    "/views/circuit/circuit.js",
    "/api/library",
    "/api/slow?w=2&b=2&rate=1",
    "/nowhere",
]


def test_it_listens_on_this_machine_only() -> None:
    with _listening(0) as sock:
        assert sock.getsockname()[0] == "127.0.0.1"
        sock.listen(1)
        with pytest.raises(BacklitError, match=r"port \d+ cannot be used"):
            _listening(sock.getsockname()[1])


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "localhost:1", "[::1]:{port}", ""]
)
def test_foreign_hosts_are_refused(client: Any, place: str, host: str) -> None:
    found = client.ask("GET", place, Host=host.format(port=client.port))
    assert found.status == 421
    assert b"Backlit" not in found.body


def test_both_names_of_this_machine_are_answered(client: Any) -> None:
    for name in ("127.0.0.1", "localhost", "LOCALHOST"):
        assert client.ask("GET", "/circuit", Host=f"{name}:{client.port}").status == 200


def test_two_hosts_are_one_too_many(client: Any) -> None:
    connection = client.connect()
    connection.putrequest("GET", "/circuit", skip_host=True)
    for host in (f"127.0.0.1:{client.port}", "evil.example"):
        connection.putheader("Host", host)
    connection.endheaders()
    assert connection.getresponse().status in (400, 421)
    connection.close()


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:1", "https://127.0.0.1:{port}", ""]
)
@pytest.mark.parametrize(
    ("method", "place"), [("POST", "/api/circuit"), ("POST", "/api/sessions"), ("GET", "/api/library")]
)
def test_other_pages_are_refused(client: Any, method: str, place: str, origin: str) -> None:
    assert client.ask(method, place, b"{}", Origin=origin.format(port=client.port)).status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_pages_may_link_here_and_nothing_else(client: Any, site: str) -> None:
    assert client.ask("GET", "/circuit", Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate").status == 200
    assert client.ask("GET", "/api/library", Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors").status == 403
    assert client.ask("POST", "/api/sessions", b"{}", Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate").status == 403


def test_a_change_has_to_come_from_the_page(client: Any) -> None:
    assert client.ask("POST", "/api/circuit", b'{"expression": "x"}').status == 403  # nothing says who asks
    assert client.ask("POST", "/api/circuit", b'{"expression": "x"}', Sec_Fetch_Site="same-origin").status == 200


def directives(policy: str) -> dict[str, str]:
    return dict(part.strip().partition(" ")[::2] for part in policy.split(";"))


@pytest.mark.parametrize("place", PLACES)
def test_every_answer_says_what_may_run(client: Any, place: str) -> None:
    found = client.get(place)
    policy = directives(found.headers["content-security-policy"])
    assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'none'", "'self'", "'self'")
    assert policy["frame-ancestors"] == "'none'"
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "unsafe" not in found.headers["content-security-policy"]


def test_refusals_say_it_too(client: Any) -> None:
    for found in (client.ask("GET", "/", Host="evil.example"), client.ask("POST", "/api/sessions", b"{}")):
        assert "script-src 'self'" in found.headers["content-security-policy"]


def test_a_circuit_runs_its_own_script_and_no_other(client: Any) -> None:
    found = client.get(client.post("/api/circuit", {"expression": "x * y"}).json["frame"])
    policy = directives(found.headers["content-security-policy"])
    assert re.fullmatch(r"'sha256-[\w+/]+='", policy["script-src"])
    assert (policy["default-src"], policy["frame-ancestors"]) == ("'none'", "'self'")


@pytest.mark.parametrize("lang", MESSAGES)
@pytest.mark.parametrize("view", all_views())
def test_pages_hold_no_script_and_no_style_of_their_own(view: str, lang: str) -> None:
    html = page(view, lang)
    assert re.findall(r"<script(?![^>]*(?:src=|application/json))", html) == []
    assert re.findall(r"<[^>]*\s(?:on\w+|style)=", html) == []
    assert re.findall(r"(?:https?:)?//[\w.]+", html.replace("http://www.w3.org", "")) == []  # nothing from elsewhere


@pytest.mark.parametrize(
    "place",
    [
        "/static/../pages.py", "/static/%2e%2e/pages.py", "/static/..%2fpages.py", "/static/..%5cpages.py",
        "/static//etc/passwd", "/static/%2fetc%2fpasswd", "/../../etc/passwd", "/frame/../pages", "/frame/%2e%2e",
        "/static/", "/static/%00", "/frame.html", "/views/circuit/endpoints.py", "/views/circuit/../../pages.py",
        "/views/circuit/..%2f..%2fpages.py", "/views/../pages.py", "/views/circuit/", "/views/nowhere/circuit.js",
    ],
)  # fmt: skip
def test_no_path_leads_outside(client: Any, place: str) -> None:
    found = client.get(place)
    assert found.status in (400, 404)
    assert b"import" not in found.body
    assert b"root:" not in found.body


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(client: Any, method: str) -> None:
    assert client.ask(method, "/api/circuit", b"{}", Origin=client.origin).status == 405


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"null", b"\xff\xfe", b"[" * 60_000, b'{"expression": NaN}'])
def test_what_is_no_question_is_said_in_one_line(client: Any, body: bytes) -> None:
    found = client.ask("POST", "/api/circuit", body, Origin=client.origin)
    assert found.status == 422
    assert found.json["error"]
    assert "\n" not in found.json["error"]


def test_a_question_has_a_limit(client: Any) -> None:
    assert client.post("/api/circuit", b" " * 70_000).status == 413


def test_a_limit_holds_where_no_length_is_said(client: Any) -> None:
    connection = client.connect()
    parts = iter([b" " * 1_000] * 100)
    headers = {"Origin": client.origin}
    try:
        connection.request("POST", "/api/circuit", parts, headers, encode_chunked=True)
    except (BrokenPipeError, ConnectionResetError):
        pass  # it has hung up already
    else:
        assert connection.getresponse().status == 413
    connection.close()
    assert client.get("/api/library").status == 200


@pytest.mark.parametrize(
    "place", ["/api/upload/secrets?name=a.csv", "/api/sessions/1/destroy", "/api/sessions/999/play"]
)
def test_unknown_places_are_said(client: Any, place: str) -> None:
    found = client.post(place, {})
    assert found.status in (404, 422)
    assert found.json["error"]


def test_what_takes_too_long_is_given_up_and_ends(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    from backlit.web import work
    from backlit.web.views.circuit import endpoints

    ended = threading.Event()

    def endless(query: Any) -> None:
        try:
            while True:
                pass
        finally:
            ended.set()

    monkeypatch.setattr(work, "ANSWER_TIME_LIMIT", 0.05)
    monkeypatch.setattr(endpoints, "circuit", endless)
    found = client.post("/api/circuit", {"expression": "x"})
    assert (found.status, "smaller" in found.json["error"]) == (503, True)
    assert ended.wait(60)
