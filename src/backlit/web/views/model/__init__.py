"""The view of a saved model: one row, one weight."""

from __future__ import annotations

from backlit.web.row_trace import ROW_ZOOMS
from backlit.web.view import View
from backlit.web.views.model.endpoints import ahead, explain_endpoint, witnesses_endpoint
from backlit.web.views.model.messages import MESSAGES

VIEW = View(
    order=4,
    messages=MESSAGES,
    endpoints={"POST /api/explain": explain_endpoint, "POST /api/witnesses": witnesses_endpoint},
    settings={"zooms": ROW_ZOOMS},
    ahead=ahead,
)
