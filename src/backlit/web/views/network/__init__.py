"""The view of a network in training."""

from __future__ import annotations

from backlit.declared.initializers import INITIALIZERS
from backlit.declared.optimizers import OPTIMIZERS
from backlit.web.live.problems import TOYS
from backlit.web.live.settings import ENDINGS, HIDDEN_GATES, MOST_LAYERS, MOST_NEURONS
from backlit.web.row_trace import ROW_ZOOMS
from backlit.web.view import View
from backlit.web.views.network import endpoints
from backlit.web.views.network.messages import MESSAGES

VIEW = View(
    order=2,
    messages=MESSAGES,
    endpoints={
        "POST /api/sessions": endpoints.begin,
        "GET /api/sessions/{number:str}/feed": endpoints.feed,
        "GET /api/sessions/{number:str}/plane": endpoints.plane,
        "GET /api/sessions/{number:str}/flow": endpoints.flow,
        "GET /api/sessions/{number:str}/diagnosis": endpoints.diagnosis,
        "GET /api/sessions/{number:str}/model": endpoints.model,
        "GET /api/sessions/{number:str}/rows": endpoints.rows,
        "POST /api/sessions/{number:str}/keep": endpoints.keep,
        "POST /api/sessions/{number:str}/row": endpoints.row,
        "POST /api/sessions/{number:str}/neuron": endpoints.one_neuron,
        "POST /api/sessions/{number:str}/{command:str}": endpoints.command,
    },
    settings={
        "toys": list(TOYS),
        "gates": HIDDEN_GATES,
        "losses": {kind: ending.losses for kind, ending in ENDINGS.items()},
        "optimizers": list(OPTIMIZERS),
        "inits": list(INITIALIZERS),
        "zooms": ROW_ZOOMS,
        "mostLayers": MOST_LAYERS,
        "mostNeurons": MOST_NEURONS,
    },
)
