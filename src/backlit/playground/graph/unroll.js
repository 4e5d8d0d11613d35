// A graph over arrays -> the same computation over single numbers: every element its own wire, as src/backlit/graph/
// unroll.py has it, whose rules are here translated.
function elementsOf(graph) {
  const recording = new Recording(), cells = new Map();
  const wireOf = (value) => (typeof value === "object" ? value : recording.constant(value));
  const {rules, elementwise: eachElement} = UNROLLING((gate, operands) => recording.record(gate, operands.map(wireOf)));
  for (const wire of graph.wires.filter(({kind}) => kind === "constant")) cells.set(wire, arrayOf(recording.constant(wire.value.flat[0])));
  for (const wire of graph.wires) {
    if (wire.kind === "constant") continue;
    const own = wire.gate ? (rules[wire.gate] ?? eachElement)(wire, cells, "gates") : wire.value.map((value) => recording.keep({name: "", kind: wire.kind, gate: "", operands: [], value}));
    cells.set(wire, own);
    [...np.ndindex(...own.shape)].forEach((index, at) => { own.flat[at].name ||= elementName(wire.name, index); });
  }
  recording.output = cells.get(graph.output).flat[0];
  recording.nameGates();
  return recording;
}

// About how many wires that makes.
const unrolledSize = (graph) => UNROLLING(null).count(graph, "gates");
