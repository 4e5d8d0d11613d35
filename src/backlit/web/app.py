"""The page as an application: which address is answered by what."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from backlit.errors import BacklitError, choose
from backlit.experiments.one_weight import LectureNetwork
from backlit.files import dialect_note
from backlit.web.answers import answer, answering, body_of, json_of, working
from backlit.web.live.problems import TOYS, Problem, from_table, toy
from backlit.web.live.session import TrainingSession
from backlit.web.live.sessions import TrainingSessions
from backlit.web.live.settings import settings_of
from backlit.web.pages import STATIC, VIEWS, language, page
from backlit.web.security import OnlyThisPage
from backlit.web.start_options import StartOptions
from backlit.web.store.frames import Frames
from backlit.web.store.library import MOST_BYTES, Library
from backlit.web.views.circuit.endpoints import circuit
from backlit.web.views.model.endpoints import explained, one_row, zoom_of
from backlit.web.views.slow.endpoints import slow_learning

FEED = {"X-Accel-Buffering": "no"}


class Site:
    """One start of the page: what it may read, what is in training, and the endpoints."""

    def __init__(self, opened: StartOptions) -> None:
        self.opened = opened
        self.library = Library()
        self.sessions = TrainingSessions()
        self.frames = Frames()
        try:
            for table in opened.tables:
                self.library.open_table(table, opened.target, opened.read_options)
            for model in opened.models:
                self.library.open_model(model)
        except (BacklitError, OSError):
            self.close()
            raise

    def close(self) -> None:
        """End all trainings and streams, and remove uploads."""
        self.sessions.close()
        self.library.close()

    # -- pages --------------------------------------------------------------------------------------------------------

    async def home(self, request: Request) -> Response:
        """The first view."""
        return RedirectResponse(f"/{next(iter(VIEWS))}?{request.url.query}".rstrip("?"), 307)

    async def view(self, request: Request) -> Response:
        """One of the views, in the language that is asked for."""
        name = request.url.path.strip("/")
        return HTMLResponse(page(name, language(request.query_params.get("lang"), self.opened.lang)))

    # -- circuits and slow learning -----------------------------------------------------------------------------------

    async def circuit(self, request: Request) -> Response:
        """A formula as a circuit."""
        return self._framed(await working(circuit, await json_of(request)))

    async def frame(self, request: Request) -> Response:
        """A circuit's own document."""
        found = self.frames.get(request.path_params["number"])
        return HTMLResponse(found.html, headers={"Content-Security-Policy": found.policy})

    def _framed(self, found: dict[str, Any]) -> Response:
        """An answer whose circuit, where it has one, is put behind an address of its own."""
        html = found.pop("document")
        return answer({**found, "frame": self.frames.add(html) if html else None})

    async def slow(self, request: Request) -> Response:
        """Both costs' curves."""
        return answer(await working(slow_learning, dict(request.query_params)))

    # -- what may be read ---------------------------------------------------------------------------------------------

    async def shelved(self, request: Request) -> Response:
        """Tables and models by number."""
        return answer(await working(self._stored))

    async def upload(self, request: Request) -> Response:
        """Take in a table or a model: its bytes are the body, its name is in the query."""
        kinds = {"tables": self.library.upload_table, "models": self.library.upload_model}
        kind = choose("kind of upload", request.path_params["kind"], kinds)
        name, data = request.query_params.get("name", ""), await body_of(request, MOST_BYTES)
        return answer({"number": await working(kind, name, data), **await working(self._stored)})

    def _stored(self) -> dict[str, Any]:
        age = self.library.age  # before the lists, which may grow meanwhile
        tables = [
            {
                "number": number,
                "name": table.name,
                "target": table.target,
                "columns": table.read().column_names,
                "finding": dialect_note(table.read()),
            }
            for number, table in self.library.tables.items()
        ]
        models = [
            {"number": number, "name": found.name, "target": getattr(found.model, "target_name_", None)}
            for number, found in self.library.models.items()
        ]
        return {"age": age, "tables": tables, "models": models}

    async def explain(self, request: Request) -> Response:
        """One row of a table as a model sees it."""
        asked = await json_of(request)
        model, table = self.library.models.get(asked.get("model")), self.library.tables.get(asked.get("table"))
        return self._framed(await working(explained, model, table, asked))

    # -- training -----------------------------------------------------------------------------------------------------

    async def begin(self, request: Request) -> Response:
        """Make a network ready; it does not train yet."""
        asked = await json_of(request)
        live = await working(self._made, asked)
        number = self.sessions.add(live)
        return answer({"number": number, **live.described(), "picture": live.picture()})

    def _made(self, asked: dict[str, Any]) -> TrainingSession:
        settings = settings_of(asked)
        return TrainingSession(self._problem(asked, settings.seed), settings)

    def _problem(self, asked: dict[str, Any], seed: int) -> Problem:
        if "table" not in asked:
            return toy(str(asked.get("data", next(iter(TOYS)))), seed)
        table = self.library.tables.get(asked["table"])
        return from_table(table.name, table.read(), str(asked.get("target", "")))

    async def command(self, request: Request) -> Response:
        """Play, pause, step, go to a moment, close."""
        number, asked = request.path_params["number"], await json_of(request)
        live = self.sessions.get(number)
        commands: dict[str, Callable[[], None]] = {
            "play": lambda: live.play(_within(asked.get("pace"), 0.0, 1_000.0)),
            "pause": live.pause,
            "step": live.step,
            "go": lambda: live.go_to(int(_within(asked.get("at"), 0.0, 1e6))),
            "close": partial(self.sessions.remove, number),
        }
        await working(choose("command", request.path_params["command"], commands))
        return answer({"state": live.state})

    async def feed(self, request: Request) -> Response:
        """The pictures of a training, as they come."""
        live = self.sessions.get(request.path_params["number"])
        return StreamingResponse(live.feed.listen(), media_type="text/event-stream", headers=FEED)

    async def plane(self, request: Request) -> Response:
        """The network's answers over two inputs."""
        live, asked = self.sessions.get(request.path_params["number"]), request.query_params
        axes = (int(_within(asked.get(name, "-1"), -1.0, 1e6)) for name in ("across", "up"))
        return answer(await working(live.plane, *axes))

    async def row(self, request: Request) -> Response:
        """One row's loss as a circuit, with the parameters as they stand."""
        live, asked = self.sessions.get(request.path_params["number"]), await json_of(request)
        lang = language(asked.get("lang"), self.opened.lang)
        row = int(_within(asked.get("row"), 0.0, 1e9))
        return self._framed(await working(self._row, live, row, zoom_of(asked), lang))

    def _row(self, live: TrainingSession, row: int, zoom: str, lang: str) -> dict[str, Any]:
        theta, x, y = live.sample(row)
        traced, zoom = one_row(LectureNetwork(live.blueprint, theta), x, y, zoom)
        traced.title = f"{live.problem.name}, {row}"
        return {"row": row, "loss": traced.value, "zoom": zoom, "document": traced.to_html(lang)}


def _within(value: Any, low: float, high: float) -> float:
    """A number within limits; what is none, or outside, is brought inside."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return low
    return low if math.isnan(number) else min(max(number, low), high)


def application(opened: StartOptions, port: int) -> Starlette:
    """The page, ready to be served at one port of this machine.

    Parameters
    ----------
    opened : StartOptions
    port : int
        Requests for any other host or port are refused.

    Raises
    ------
    BacklitError
        If a file that was named cannot be used.
    """
    site = Site(opened)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        site.close()

    routes = [
        Route("/", site.home),
        *(Route(f"/{view}", site.view) for view in VIEWS),
        Mount("/static", StaticFiles(directory=STATIC)),
        Route("/frame/{number:str}", answering(site.frame)),
        Route("/api/circuit", answering(site.circuit), methods=["POST"]),
        Route("/api/slow", answering(site.slow)),
        Route("/api/library", answering(site.shelved)),
        Route("/api/upload/{kind:str}", answering(site.upload), methods=["POST"]),
        Route("/api/explain", answering(site.explain), methods=["POST"]),
        Route("/api/live", answering(site.begin), methods=["POST"]),
        Route("/api/live/{number:str}/feed", answering(site.feed)),
        Route("/api/live/{number:str}/plane", answering(site.plane)),
        Route("/api/live/{number:str}/row", answering(site.row), methods=["POST"]),
        Route("/api/live/{number:str}/{command:str}", answering(site.command), methods=["POST"]),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(OnlyThisPage, port=port)], lifespan=lifespan)
    app.state.site = site
    return app
