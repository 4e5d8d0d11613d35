"""The view that the page begins with: lessons, each with a question to predict the answer of."""

from __future__ import annotations

from backlit.web.view import View
from backlit.web.views.lessons.endpoints import described, picture
from backlit.web.views.lessons.messages import MESSAGES

VIEW = View(
    order=0,
    messages=MESSAGES,
    endpoints={"GET /api/lesson": picture},
    settings={"lessons": described()},
)
