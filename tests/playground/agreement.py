"""What Python and the scripts of the page make of the same formulas, for tests and for `make fuzz`."""

from __future__ import annotations

import json
import math
import random
import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from backlit.declared.gate_kinds import ArrayGate, Gate
from backlit.drawing.component import script
from backlit.errors import BacklitError, FormulaError
from backlit.formula import GATES, local_of, value_of
from backlit.formula.expression import Call, Expression, Name, Number, names, read_formula
from backlit.formula.text import to_text
from backlit.graph import Gradients, Graph, backward, read
from backlit.playground.scripts import drawing_script, graph_script
from backlit.playground.tables import as_json
from backlit.tracing.picture import circuit
from backlit.tracing.zooms import zooms_of_formula

NODE = """
const fs = require("fs"), [, , given, answers] = process.argv;
const listed = (array) => (array ? {shape: array.shape, numbers: array.flat} : null);
const everyNumber = (text, values) => {
  const formula = readFormula(text, new Set(Object.keys(values))), graph = new ArrayRecording(formula, values);
  const {gradients} = graph.backward(), named = graph.wires.filter(({name}) => name);
  return Object.fromEntries(named.map((wire) => [wire.name, [listed(wire.value), listed(gradients.get(wire))]]));
};
const done = JSON.parse(fs.readFileSync(given, "utf8")).map(({text, values}) => {
  try {
    const {tree, notes} = readFormula(text, new Set(Object.keys(values ?? {})));
    const written = notes.map((note) => ["en", "ko"].map((lang) => noteText(note, lang)));
    const bare = (node) => node.id ?? (node.gate ? [node.gate, ...node.operands.map(bare)] : node.value);
    const read = {tree: bare(tree), text: treeText(tree), notes: written};
    if (!values) return read;
    const {fault, circuits, whole} = recorded(text, values);
    if (fault) throw fault;
    const layouts = Object.values(circuits).map((circuit) => new Arranging(circuit).layout());
    return {...read, circuits, layouts, arrays: whole ? everyNumber(text, values) : {}};
  } catch (error) {
    if (!(error instanceof FormulaFault)) throw error;
    return {fault: error.texts, column: error.column};
  }
});
const strange = (value) => typeof value === "number" && !Number.isFinite(value);
const strict = (key, value) => (strange(value) ? general(value) : Object.is(value, -0) ? 0 : value);
fs.writeFileSync(answers, JSON.stringify(done, strict));
"""

VARIABLES = ("x", "y", "z", "w")
CLOSE = 1e-9
"""By so little, as a share, may numbers differ: exp and its like are rounded in their own way in each language."""

EMPTY: Mapping[str, Any] = {"boxes": (), "links": ()}
ROUNDING = 1e-15
"""Of a gate's value, as a share of its largest operand: 1 - y * y has digits of 1."""

OVER_ARRAYS = tuple(name for name, gate in GATES.items() if isinstance(gate, ArrayGate))
SHAPES = ((), (1,), (2,), (3,), (2, 3), (3, 2), (2, 2), (1, 3), (2, 2, 2))
FITTING = 0.8
"""So many cases are drawn so that they may have a gradient."""

ELEMENTWISE = tuple(name for name, gate in GATES.items() if GATES.is_builtin(name) and isinstance(gate, Gate))


def in_browser(cases: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What the scripts answer to each case: a text, and numbers for its variables where it is to be computed."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("all.js", "given.json", "answers.json")]
        paths[0].write_text(
            "\n".join(['"use strict";', graph_script(), script(), drawing_script(), NODE]), encoding="utf-8"
        )
        paths[1].write_text(json.dumps(cases), encoding="utf-8")
        done = subprocess.run(["node", *map(str, paths)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
        answers: list[dict[str, Any]] = json.loads(paths[2].read_text(encoding="utf-8"))
    return answers


def in_python(text: str, values: Mapping[str, Any] | None) -> dict[str, Any]:
    """The same of Python."""
    try:
        formula = read_formula(text, GATES, values or ())
        notes = [[note.text("en"), note.text("ko")] for note in formula.notes]
        answer = {"tree": as_json(formula.tree), "text": to_text(formula.tree), "notes": notes}
        if values is not None:
            graph = read(text, values)
            zooms = shown(graph)
            answer["circuits"] = {zoom: drawn(each) for zoom, each in zooms.items()}
            answer["arrays"] = numbers_of(graph) if "arrays" in zooms else {}
    except BacklitError as error:
        return {"fault": error.texts, "column": error.column if isinstance(error, FormulaError) else None}
    return answer


def shown(graph: Graph) -> dict[str, Graph]:
    """The zooms that the page without Python has: a formula of single numbers as it is written, and arrays."""
    whole = any(np.ndim(wire.value) or isinstance(wire.rule, ArrayGate) for wire in graph.wires)
    return zooms_of_formula(graph) if whole else {"gates": graph}


def numbers_of(graph: Graph) -> dict[str, Any]:
    """Value and gradient of every wire that has a name, each element."""
    gradients = Gradients({}, {}) if graph.output.value.ndim else backward(graph)

    def listed(array: Any) -> Any:
        return None if array is None else {"shape": list(np.shape(array)), "numbers": np.ravel(array).tolist()}

    return {wire.name: [listed(wire.value), listed(gradients[wire])] for wire in graph.wires if wire.name}


def drawn(graph: Graph) -> dict[str, Any]:
    """A graph as a picture has it; there is no gradient of several numbers."""
    made = circuit("", graph, Gradients({}, {}) if graph.output.value.ndim else backward(graph))
    return {
        "boxes": [{**asdict(box), "raster": None} for box in made.boxes],  # heat maps are Python's
        "links": [asdict(link) for link in made.links],
        "output": made.output,
    }


def differing(text: str, here: Any, there: Any, where: str = "") -> str:
    """Where two answers differ, numbers by more than rounding; empty where they do not."""
    if isinstance(here, dict) and isinstance(there, dict):
        pairs: Iterable[tuple[Any, Any, Any]] = ((key, here[key], there.get(key)) for key in here)
    elif isinstance(here, list | tuple) and isinstance(there, list) and len(here) == len(there):
        pairs = ((at, *pair) for at, pair in enumerate(zip(here, there, strict=True)))
    elif isinstance(here, float) and isinstance(there, int | float):
        return "" if math.isclose(here, there, rel_tol=CLOSE) else f"{text}: {where}: {here!r} is not {there!r}"
    elif isinstance(here, str) and isinstance(there, str):
        return "" if shorter(here) == shorter(there) else f"{text}: {where}: {here!r} is not {there!r}"
    else:
        return "" if here == there else f"{text}: {where}: {here!r} is not {there!r}"
    return next(filter(None, (differing(text, one, other, f"{where}/{key}") for key, one, other in pairs)), "")


def shorter(text: str) -> str:
    """A text whose long numbers are cut to what both languages agree on."""
    return re.sub(r"\d+\.\d{10,}(e-?\d+)?", lambda number: f"{float(number[0]):.9g}", text)


def alone(text: str, drawn: Mapping[str, Any]) -> str:
    """Which gate of a circuit is not Python's on its own operands; empty where none is.

    Where a formula loses all its digits, as 1 - tanh(20) ** 2 does, the last bit of tanh is all that is left, and the
    two languages differ in it: there each gate is held alone.
    """
    boxes = {box["name"]: box for box in drawn["boxes"]}
    into: dict[str, list[Any]] = {name: [] for name in boxes}
    out: dict[str, list[Any]] = {name: [] for name in boxes}
    for link in drawn["links"]:
        into[link["target"]].append(link)
        out[link["source"]].append(link)
    for name, box in boxes.items():
        if not box["gate"]:
            continue
        operands = [np.float64(boxes[link["source"]]["value"]) for link in into[name]]
        gate, y = GATES[box["gate"]], np.float64(box["value"])
        pairs = [(value_of(gate)(*operands), y)]
        for slot, link in enumerate(into[name]):
            if link["local"] is not None:
                pairs.append((local_of(gate, slot)(*operands, y), np.float64(link["local"])))
        room = ROUNDING * max(1.0, *map(abs, operands))
        for here, there in pairs:
            if not (math.isclose(here, there, rel_tol=CLOSE, abs_tol=room) or (np.isnan(here) and np.isnan(there))):
                return f"{text}: {box['formula']}: {here!r} is not {there!r}"
        arrived = [link["contribution"] for link in out[name] if link["contribution"] is not None]
        if arrived and not math.isclose(
            math.fsum(arrived), box["gradient"], rel_tol=CLOSE, abs_tol=ROUNDING * max(map(abs, arrived))
        ):
            return f"{text}: {name}: the contributions {arrived} are not {box['gradient']}"
    for link in drawn["links"]:
        upstream, local, contribution = link["upstream"], link["local"], link["contribution"]
        if contribution not in (None, 0) and not math.isclose(upstream * local, contribution, rel_tol=CLOSE):
            return f"{text}: {link}: not upstream times local"
    return ""


def disagreement(case: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    """Where the scripts' answer is not Python's: shapes, texts and errors to the letter, numbers to their rounding."""
    here = in_python(case["text"], case.get("values"))
    differs = differing(repr(case["text"]), here, answer)
    if differs and "fault" in here and "fault" in answer:
        return differing(repr(case["text"]), *(rounded(each["fault"]) for each in (here, answer)))
    if differs and "circuits" in here and "circuits" in answer:
        shape = differing(repr(case["text"]), unnumbered(here), unnumbered(answer))
        return shape or alone(case["text"], answer["circuits"].get("gates", EMPTY))
    return differs


def rounded(texts: Mapping[str, str]) -> dict[str, str]:
    """Messages without the numbers that are nothing but rounding."""
    return {lang: re.sub(r"-?\d(\.\d+)?e-(1[3-9]|[2-9]\d|\d{3})", "0", text) for lang, text in texts.items()}


def unnumbered(answer: Any) -> Any:
    """An answer without the numbers that are computed."""
    if isinstance(answer, dict):
        computed = ("value", "gradient", "local", "upstream", "contribution", "layouts", "numbers")
        return {key: unnumbered(part) for key, part in answer.items() if key not in computed}
    return [unnumbered(part) for part in answer] if isinstance(answer, list | tuple) else answer


def random_tree(rng: random.Random, gates: int) -> Expression:
    """A tree of so many gates, of all that work on single numbers; variables are drawn again and again."""
    if gates <= 0:
        return Name(rng.choice(VARIABLES)) if rng.random() < 0.85 else Number(rng.choice([1, 2, 3, -1.5, 0.25, 10]))
    name = rng.choice(("add", "sub", "mul", "div", "pow") if rng.random() < 0.4 else ELEMENTWISE)
    if name == "pow" and rng.random() < 0.7:
        return Call(name, (random_tree(rng, gates - 1), Number(float(rng.choice([-2, -1, 2, 3, 0.5])))))
    declared = GATES[name]
    shares = [(gates - 1) // len(declared.operands)] * len(declared.operands)
    shares[0] += gates - 1 - sum(shares)
    return Call(name, tuple(random_tree(rng, share) for share in shares))


def random_array_case(rng: random.Random) -> dict[str, Any]:
    """A formula of numbers, vectors and matrices, most of which fit together, with values for its variables."""
    shapes = {name: rng.choice(SHAPES) for name in VARIABLES}
    if rng.random() < FITTING:
        n, m = rng.randint(1, 3), rng.randint(1, 3)
        fitting = rng.sample([(n,), (n, n), (n,), (n, n), (n, m), ()], len(VARIABLES))
        shapes = dict(zip(VARIABLES, fitting, strict=True))
    tree = random_array_tree(rng, rng.randint(1, 6))
    if rng.random() < FITTING:
        tree = Call(rng.choice(("sum", "mean", "logsumexp")), (tree,))
    given = np.random.default_rng(rng.randrange(2**32))
    values = {name: np.round(given.uniform(-3, 3, shapes[name]), 3).tolist() for name in names(tree)}
    return {"text": to_text(tree), "values": values}


def random_array_tree(rng: random.Random, gates: int) -> Expression:
    """A tree of gates over arrays and gates element by element."""
    if gates <= 0:
        return Name(rng.choice(VARIABLES)) if rng.random() < 0.9 else Number(rng.choice([1, 2, -1.5, 0.25]))
    name = rng.choice(
        OVER_ARRAYS if rng.random() < 0.6 else ("add", "sub", "mul", "where", "max", "tanh", *ELEMENTWISE)
    )
    declared = GATES[name]
    shares = [(gates - 1) // len(declared.operands)] * len(declared.operands)
    operands = tuple(random_array_tree(rng, share) for share in shares)
    takes_axis = len(operands) == 1 and name in OVER_ARRAYS
    axis = rng.choice((0, 0, -1, 1)) if takes_axis and rng.random() < 0.25 else None
    return Call(name, operands, axis)


def random_case(rng: random.Random) -> dict[str, Any]:
    """A formula as text, with numbers for its variables."""
    tree = random_tree(rng, rng.randint(0, 12))
    return {"text": to_text(tree), "values": {name: round(rng.uniform(-3, 3), 3) for name in names(tree)}}
