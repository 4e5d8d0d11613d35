"""The view of a saved model: one row, one weight."""

from __future__ import annotations

from backlit.web.row_trace import ROW_ZOOMS
from backlit.web.view import View
from backlit.web.views.model.endpoints import explain_endpoint
from backlit.web.views.model.messages import MESSAGES

VIEW = View(
    order=4,
    messages=MESSAGES,
    endpoints={"POST /api/explain": explain_endpoint},
    settings={"zooms": ROW_ZOOMS},
)
