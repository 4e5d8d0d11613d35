"""The view of slow learning: two costs from one start."""

from __future__ import annotations

from backlit.web.view import View
from backlit.web.views.slow.endpoints import EPOCHS, MOST_EPOCHS, RATE, STARTS, slow_endpoint
from backlit.web.views.slow.messages import MESSAGES

VIEW = View(
    order=3,
    messages=MESSAGES,
    endpoints={"GET /api/slow": slow_endpoint},
    settings={"starts": STARTS, "rate": RATE, "epochs": EPOCHS, "mostEpochs": MOST_EPOCHS},
)
