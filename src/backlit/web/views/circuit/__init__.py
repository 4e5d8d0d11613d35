"""The view of a formula as a circuit."""

from __future__ import annotations

from dataclasses import asdict

from backlit.web.view import View
from backlit.web.views.circuit.endpoints import EXAMPLES, MOST_INPUT_NUMBERS, circuit_endpoint
from backlit.web.views.circuit.messages import MESSAGES

VIEW = View(
    order=1,
    messages=MESSAGES,
    endpoints={"POST /api/circuit": circuit_endpoint},
    settings={"examples": [asdict(example) for example in EXAMPLES], "most_numbers": MOST_INPUT_NUMBERS},
)
