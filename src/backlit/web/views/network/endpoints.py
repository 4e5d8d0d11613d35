"""A network in training: begin one, command it, follow its pictures, its plane, one row of its data."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from backlit.errors import BacklitError, choose
from backlit.experiments.one_weight import LectureNetwork
from backlit.web.live.clock import Clock
from backlit.web.live.keeping import kept, model_bytes, rows_csv
from backlit.web.live.one_neuron import neuron
from backlit.web.live.problems import TOYS, Problem, from_table, toy
from backlit.web.live.session import TrainingSession
from backlit.web.live.settings import settings_of
from backlit.web.messages import language
from backlit.web.responses import json_response, read_json
from backlit.web.row_trace import trace_row, zoom_of
from backlit.web.site import Site
from backlit.web.work import run_in_thread

FEED_HEADERS = {"X-Accel-Buffering": "no"}
"""A proxy passes each picture on at once."""


async def begin(site: Site, request: Request) -> Response:
    """Make a network ready; it does not train yet."""
    session = await run_in_thread(_new_session, site, await read_json(request))
    number = site.sessions.add(session)
    return json_response({"number": number, **session.described(), "picture": session.picture()})


def _new_session(site: Site, choices: Mapping[str, Any]) -> TrainingSession:
    settings = settings_of(choices)
    return TrainingSession(_problem(site, choices, settings.seed), settings)


def _problem(site: Site, choices: Mapping[str, Any], seed: int) -> Problem:
    if "table" not in choices:
        return toy(str(choices.get("data", next(iter(TOYS)))), seed)
    table = site.library.tables.get(choices["table"])
    return from_table(table.name, table.read(), str(choices.get("target", "")))


async def command(site: Site, request: Request) -> Response:
    """Play, pause, step, go to a moment, close."""
    number, values = request.path_params["number"], await read_json(request)
    session = site.sessions.get(number)
    clock = session.clock
    commands: dict[str, Callable[[], None]] = {
        "play": lambda: (clock or session).play(_clipped(values.get("pace"), 0.0, 1_000.0)),
        "pause": clock.pause if clock else session.pause,
        "step": clock.step if clock else session.step,
        "go": lambda: _rewind(session, int(_clipped(values.get("at"), 0.0, 1e6))),
        "beside": lambda: _share_clock(session, site.sessions.get(str(values.get("other", "")))),
        "close": partial(site.sessions.remove, number),
    }
    await run_in_thread(choose("command", request.path_params["command"], commands))
    return json_response({"state": session.state})


def _rewind(session: TrainingSession, at: int) -> None:
    if session.clock:
        session.clock.go_to(session, at)
    else:
        session.go_to(at)


def _share_clock(session: TrainingSession, other: TrainingSession) -> None:
    """Put two trainings on one clock, each at its beginning."""
    if session is other:
        raise BacklitError("beside: give another training")
    for one in (session, other):
        one.pause()
        one.go_to(0)
    Clock((session, other))


async def model(site: Site, request: Request) -> Response:
    """The network as a model file."""
    number, session = _session_of(site, request)
    found = await run_in_thread(kept, session, number)
    return _file(await run_in_thread(model_bytes, found), f"{found.name}.backlit", "application/octet-stream")


async def rows(site: Site, request: Request) -> Response:
    """The rows as the network sees them."""
    number, session = _session_of(site, request)
    found = await run_in_thread(kept, session, number)
    return _file(await run_in_thread(rows_csv, session.problem), f"{found.name}.csv", "text/csv")


async def keep(site: Site, request: Request) -> Response:
    """Take the network and its rows in, for the view of saved models; the names of both."""
    number, session = _session_of(site, request)
    found = await run_in_thread(kept, session, number)
    table = await run_in_thread(rows_csv, session.problem)
    await run_in_thread(site.library.keep, found.name, found.model, table, found.target)
    return json_response({"model": f"{found.name}.backlit", "table": f"{found.name}.csv", "target": found.target})


def _session_of(site: Site, request: Request) -> tuple[str, TrainingSession]:
    number = request.path_params["number"]
    return number, site.sessions.get(number)


def _file(content: bytes, name: str, media_type: str) -> Response:
    safe = quote(name)
    return Response(
        content, media_type=media_type, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{safe}"}
    )


async def feed(site: Site, request: Request) -> Response:
    """The pictures of a training, as they come."""
    session = site.sessions.get(request.path_params["number"])
    return StreamingResponse(session.feed.listen(), media_type="text/event-stream", headers=FEED_HEADERS)


async def plane(site: Site, request: Request) -> Response:
    """The network's outputs over two inputs."""
    session, query = site.sessions.get(request.path_params["number"]), request.query_params
    axes = (int(_clipped(query.get(name, "-1"), -1.0, 1e6)) for name in ("across", "up"))
    return json_response(await run_in_thread(session.plane, *axes))


async def flow(site: Site, request: Request) -> Response:
    """Where the gradient is lost on its way back, layer by layer."""
    session = site.sessions.get(request.path_params["number"])
    return json_response(await run_in_thread(session.flow))


async def diagnosis(site: Site, request: Request) -> Response:
    """What keeps the network from learning, and the choices that would mend it."""
    session = site.sessions.get(request.path_params["number"])
    lang = language(request.query_params.get("lang"), site.options.lang)
    return json_response(await run_in_thread(session.diagnosis, lang))


async def row(site: Site, request: Request) -> Response:
    """One row's loss as a circuit, with the parameters as they stand."""
    session, values = site.sessions.get(request.path_params["number"]), await read_json(request)
    lang = language(values.get("lang"), site.options.lang)
    number = int(_clipped(values.get("row"), 0.0, 1e9))
    return site.with_frame(await run_in_thread(_traced, session, number, zoom_of(values), lang))


def _traced(session: TrainingSession, row: int, zoom: str, lang: str) -> dict[str, Any]:
    theta, x, y = session.sample(row)
    traced, zoom = trace_row(LectureNetwork(session.blueprint, theta), x, y, zoom)
    traced.title = f"{session.problem.name}, {row}"
    return {
        "row": row,
        "loss": traced.value,
        "zoom": zoom,
        "image": session.image(row),
        "document": traced.to_html(lang),
    }


async def one_neuron(site: Site, request: Request) -> Response:
    """One neuron at one row as a circuit, with the parameters as they stand."""
    session, values = site.sessions.get(request.path_params["number"]), await read_json(request)
    lang = language(values.get("lang"), site.options.lang)
    row, layer, at = (int(_clipped(values.get(name), 0.0, 1e9)) for name in ("row", "layer", "at"))
    return site.with_frame(await run_in_thread(_neuron, session, row, layer, at, lang))


def _neuron(session: TrainingSession, row: int, layer: int, at: int, lang: str) -> dict[str, Any]:
    traced = neuron(session, row, layer, at)
    return {"row": row, "value": traced.value, "document": traced.to_html(lang)}


def _clipped(value: Any, low: float, high: float) -> float:
    """A number within limits; what is none is the lower limit."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return low
    return low if math.isnan(number) else min(max(number, low), high)
