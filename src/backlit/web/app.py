"""The page as an application: which address is answered by what."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from backlit.errors import choose
from backlit.files import dialect_note
from backlit.web.messages import language
from backlit.web.pages import STATIC, page
from backlit.web.qr import qr_code
from backlit.web.responses import errors_as_json, json_response, read_body, read_json
from backlit.web.security import OnlyThisPage
from backlit.web.site import Site
from backlit.web.start_options import StartOptions
from backlit.web.store.library import MOST_UPLOAD_BYTES
from backlit.web.view import Endpoint, all_views, served_files
from backlit.web.work import run_in_thread


async def home(site: Site, request: Request) -> Response:
    """The first view; where a model was named, that of models."""
    name = "model" if site.options.models else next(iter(all_views()))
    return RedirectResponse(f"/{name}?{request.url.query}".rstrip("?"), 307)


async def view(site: Site, request: Request) -> Response:
    """One of the views, in the language that the query names."""
    name = request.url.path.strip("/")
    return HTMLResponse(page(name, language(request.query_params.get("lang"), site.options.lang)))


async def view_file(site: Site, request: Request) -> Response:
    """A script or a style of a view."""
    files = served_files(request.path_params["view"]) if request.path_params["view"] in all_views() else {}
    name = request.path_params["file"]
    if name not in files:
        return Response(status_code=404)
    content, media_type = files[name]
    return Response(content, media_type=media_type)


async def frame(site: Site, request: Request) -> Response:
    """A circuit's own document."""
    kept = site.frames.get(request.path_params["number"])
    return HTMLResponse(kept.html, headers={"Content-Security-Policy": kept.policy})


async def library(site: Site, request: Request) -> Response:
    """Tables and models by number."""
    return json_response(await run_in_thread(_listed, site))


async def upload(site: Site, request: Request) -> Response:
    """Take in a table or a model: its bytes are the body, its name is in the query."""
    kinds = {"tables": site.library.upload_table, "models": site.library.upload_model}
    take_in = choose("kind of upload", request.path_params["kind"], kinds)
    name, data = request.query_params.get("name", ""), await read_body(request, MOST_UPLOAD_BYTES)
    number = await run_in_thread(take_in, name, data)
    return json_response({"number": number, **await run_in_thread(_listed, site)})


async def example(site: Site, request: Request) -> Response:
    """Take in the example; the numbers of its model and its table, and the lists anew."""
    model, table = await run_in_thread(site.library.open_example)
    return json_response({"model": model, "table": table, **await run_in_thread(_listed, site)})


async def qr(site: Site, request: Request) -> Response:
    """An address as a QR code."""
    return json_response({"svg": qr_code((await read_json(request)).get("text"))})


def _listed(site: Site) -> dict[str, Any]:
    age = site.library.age  # before the lists, which may grow meanwhile
    tables = [
        {
            "number": number,
            "name": table.name,
            "target": table.target,
            "columns": table.read().column_names,
            "finding": dialect_note(table.read()),
        }
        for number, table in site.library.tables.items()
    ]
    models = [
        {"number": number, "name": file.name, "target": getattr(file.model, "target_name_", None)}
        for number, file in site.library.models.items()
    ]
    return {"age": age, "tables": tables, "models": models}


def _routes(site: Site) -> Iterator[BaseRoute]:
    def route(address: str, endpoint: Endpoint) -> Route:
        method, path = address.split()
        return Route(path, errors_as_json(partial(endpoint, site)), methods=[method])

    yield route("GET /", home)
    yield Mount("/static", StaticFiles(directory=STATIC))
    yield route("GET /frame/{number:str}", frame)
    yield route("GET /api/library", library)
    yield route("POST /api/example", example)
    yield route("POST /api/qr", qr)
    yield route("POST /api/upload/{kind:str}", upload)
    yield route("GET /views/{view:str}/{file:str}", view_file)
    for name, declared in all_views().items():
        yield route(f"GET /{name}", view)
        for address, endpoint in declared.endpoints.items():
            yield route(address, endpoint)


def application(options: StartOptions, port: int) -> Starlette:
    """The page, ready to be served at one port of this machine.

    Parameters
    ----------
    options : StartOptions
    port : int
        Requests for any other host or port are refused.

    Raises
    ------
    BacklitError
        If a file that the options name cannot be used.
    """
    site = Site(options)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        site.close()

    app = Starlette(routes=list(_routes(site)), middleware=[Middleware(OnlyThisPage, port=port)], lifespan=lifespan)
    app.state.site = site
    return app
