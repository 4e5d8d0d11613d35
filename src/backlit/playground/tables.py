"""What the page's scripts read formulas with: gates, grammar, words and limits, emitted from where they stand."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from backlit.declared.gate_kinds import AnyGate, Gate
from backlit.declared.gates import GATES
from backlit.drawing import labels, layout, measure, svg
from backlit.drawing.style import STYLE
from backlit.formula import dictionary, messages, notes, parts, refusals, simplify, stacks, text
from backlit.formula.derivative import local_tree
from backlit.formula.expression import MAX_CHARACTERS, MAX_DEPTH, Expression, Name, Number, fold
from backlit.formula.javascript import VALUES_READ, gates_module, mistakes_module, read_conditions
from backlit.formula.precedence import ATOM, BINDING
from backlit.graph import messages as graph_messages
from backlit.graph.tape import RESULT
from backlit.graph.wire import FOLDED
from backlit.playground.arrays import array_gates_module, unrolling_module
from backlit.playground.messages import MESSAGES
from backlit.tracing.zooms import MOST_WIRES
from backlit.web.views.circuit.endpoints import AXES, MOST_GATES, MOST_INPUT_NUMBERS, STARTS

LARGEST_ARRAY = 10_000
"""Numbers of an array that a formula computes: a gate such as columnwise may multiply them."""


def as_json(tree: Expression) -> Any:
    """A tree as a number, a name, or a list of the gate and its operands.

    Examples
    --------
    >>> from backlit.formula.expression import parse
    >>> as_json(parse("y * (1 - y)", GATES))
    ['mul', 'y', ['sub', 1.0, 'y']]
    """

    def written(node: Expression, operands: list[Any]) -> Any:
        if isinstance(node, Number):
            return node.value
        return node.id if isinstance(node, Name) else [node.gate, *operands]

    return fold(tree, written)


@cache
def declared_module() -> str:
    """JavaScript that defines ``GATES`` (values and slopes as functions), ``MISTAKES`` and ``DECLARED`` (the rest)."""
    declared = {**_gates(), **_grammar(), **_words(), **_characters(), **_writing(), "drawn": _drawn()}
    text = json.dumps(declared, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    said = json.dumps(MESSAGES, ensure_ascii=False, separators=(",", ":"))
    names = [name for name, gate in GATES.items() if GATES.is_builtin(name) and isinstance(gate, Gate)]
    tables = f"const DECLARED = {text}, SAID = {said};"
    return "\n".join([gates_module(names), _values_read(names), mistakes_module(), tables])


def arrays_module() -> str:
    """JavaScript that defines ``ARRAY_GATES`` and ``UNROLLING``."""
    return f"{array_gates_module()}\n{unrolling_module()}"


def _values_read(names: Iterable[str]) -> str:
    """JavaScript that defines ``VALUES_READ``: of each gate that chooses, which operands' values its value needs."""
    lines = []
    for name in names:
        gate = GATES[name]
        assert isinstance(gate, Gate)
        operands = ", ".join(gate.operands)
        if conditions := read_conditions(gate, VALUES_READ):
            written = ", ".join(f"({operands}) => {condition}" for condition in conditions)
            lines.append(f"  {json.dumps(name)}: [{written}],")
    return "\n".join(["const VALUES_READ = {", *lines, "};"])


def _gates() -> dict[str, Any]:
    return {"gates": {name: _gate(gate) for name, gate in GATES.items() if GATES.is_builtin(name)}}


def _gate(gate: AnyGate) -> dict[str, Any]:
    """A gate as labels and pictures need it; `local` is missing where it works on whole arrays."""
    shown: dict[str, Any] = {"operands": gate.operands, "symbol": gate.symbol or gate.name, "pattern": gate.pattern}
    if isinstance(gate, Gate):
        shown["local"] = [as_json(local_tree(gate, slot)) for slot in range(len(gate.operands))]
    return shown


def _grammar() -> dict[str, Any]:
    binding = {
        "choice": parts.CHOICE,
        "comparison": parts.COMPARISON,
        "sum": parts.SUM,
        "product": parts.PRODUCT,
        "sign": parts.SIGN,
        "power": parts.POWER,
    }
    limits = {
        "characters": MAX_CHARACTERS,
        "depth": MAX_DEPTH,
        "size": stacks.MAX_SIZE,
        "gates": MOST_GATES,
        "wires": MOST_WIRES,
        "numbers": LARGEST_ARRAY,
        "side": MOST_INPUT_NUMBERS,
        "shown": refusals.SHOWN_CHARACTERS,
        "part": refusals.LONGEST_PART,
        "noted": notes.LONGEST_NOTED,
    }
    return {
        "binding": binding,
        "limits": limits,
        "starts": STARTS,
        "axes": AXES,
        "infix": parts.INFIX,
        "operands": dictionary.OPERANDS,
        "functions": dictionary.FUNCTIONS,
        "ofAnalysis": sorted(dictionary.OF_ANALYSIS),
        "touching": sorted(dictionary.TOUCHING),
        "many": dictionary.MANY,
        "constants": dictionary.CONSTANTS,
        "refused": dictionary.REFUSED,
        "infixWords": dictionary.INFIX_WORDS,
        "logicalWords": dictionary.LOGICAL_WORDS,
        "notNumbers": sorted(dictionary.NOT_NUMBERS),
        "refusedSigns": dictionary.REFUSED_SIGNS,
        "signs": dictionary.SIGNS,
        "comparisons": dictionary.COMPARISONS,
        "superscripts": dictionary.SUPERSCRIPTS,
        "modules": sorted(dictionary.MODULES),
    }


def _words() -> dict[str, Any]:
    return {
        "faults": {key: fault._asdict() for key, fault in messages.FAULTS.items()},
        "result": RESULT,
        "frame": messages.FRAME,
        "note": messages.NOTE,
        "noteMore": messages.NOTE_MORE,
        "leftOut": messages.LEFT_OUT,
        "graph": graph_messages.MESSAGES,
        "fitting": graph_messages.FITTING,
        "and": graph_messages.AND,
        "shaped": graph_messages.SHAPED,
        "folded": FOLDED,
        "theseConstants": graph_messages.CONSTANTS,
        "valueMends": {**graph_messages.VALUE_MENDS, "": graph_messages.TOO_LARGE},
        "gradientMends": {
            **{f"{gate}/{slot}": mend for (gate, slot), mend in graph_messages.GRADIENT_MENDS.items()},
            "": graph_messages.UNDEFINED,
        },
    }


def _characters() -> dict[str, Any]:
    """Of every writing system the digit 0, and what is printed as an exponent."""
    every = list(map(chr, range(sys.maxunicode + 1)))
    zeros = [ord(char) for char in every if unicodedata.decimal(char, None) == 0]
    raised = "".join(char for char in every if unicodedata.decomposition(char).startswith("<super>"))
    return {"zeros": zeros, "raised": raised}


def _writing() -> dict[str, Any]:
    """How a tree is written as text, and made simpler before."""
    neutral: Mapping[str, tuple[float | None, float | None]] = simplify.NEUTRAL
    return {
        "bindingOfText": {**BINDING, "": ATOM},
        "infixOfText": text.INFIX,
        "strictOfText": text.STRICT,
        "neutral": neutral,
        "longestConstant": simplify.LONGEST,
    }


def _drawn() -> dict[str, Any]:
    """The sizes of a picture, in pixels, and its style."""
    return {
        "narrow": measure.NARROW,
        "longestName": labels.LONGEST_NAME,
        "longestSum": labels.LONGEST_SUM,
        "numberSize": labels.NUMBER_SIZE,
        "smallSize": labels.SMALL_SIZE,
        "symbolSize": labels.SYMBOL_SIZE,
        "nameSize": labels.NAME_SIZE,
        "box": layout.BOX,
        "givenHeight": layout.GIVEN_HEIGHT,
        "port": layout.PORT,
        "half": layout.HALF,
        "givenHalf": layout.GIVEN_HALF,
        "laneHalf": layout.LANE_HALF,
        "gap": layout.GAP,
        "arrow": layout.ARROW,
        "chipPadding": layout.CHIP_PADDING,
        "slope": layout.SLOPE,
        "bend": layout.BEND,
        "margin": svg.MARGIN,
        "heading": svg.HEADING,
        "bare": svg.BARE,
        "style": STYLE,
    }
