// A graph of single numbers -> the circuit that the component computes, steps through and derives with. The wires, their
// names and the errors are those of src/backlit/graph.
class Recording {
  // Of a formula's tree, and a number for each variable in it.
  static of({tree, result}, values) {
    const recording = new Recording();
    recording.wires = Object.entries(values).map(([name, value]) => ({name, kind: "input", value, gate: "", operands: []}));
    const scope = new Map(recording.wires.map((wire) => [wire.name, wire]));
    recording.output = foldTree(tree, (node, operands) => {
      if (node.id !== undefined) return scope.get(node.id);
      checkCall(node);
      return node.gate ? recording.record(node.gate, operands) : recording.constant(node.value);
    });
    recording.refuseNotFinite();
    recording.nameGates(result || DECLARED.result);
    return recording;
  }

  wires = [];

  record(gate, operands) {
    return this.keep({name: "", kind: "gate", gate, operands, value: GATES[gate].value(...operands.map((operand) => operand.value))});
  }

  constant(value) { return this.keep({name: "", kind: "constant", gate: "", operands: [], value}); }

  keep(wire) {
    this.wires.push(wire);
    return wire;
  }

  // Every value that the output depends on is finite; one in a branch that is not chosen need not be.
  refuseNotFinite() {
    if (this.wires.every((wire) => Number.isFinite(wire.value))) return;
    const read = new Set([this.output]);
    for (const wire of [...this.wires].reverse()) {
      if (!read.has(wire)) continue;
      const conditions = VALUES_READ[wire.gate], values = wire.operands.map((operand) => operand.value);
      wire.operands.forEach((operand, slot) => { if (!conditions || conditions[slot](...values)) read.add(operand); });
    }
    const bad = this.wires.find((wire) => read.has(wire) && !Number.isFinite(wire.value));
    if (!bad) return;
    const mend = DECLARED.valueMends[bad.gate] ?? DECLARED.valueMends[""];
    throw new FormulaFault(this.worded("value", mend, bad, {gate: bad.gate, written: inMessage(bad)}));
  }

  // The error for a link whose contribution is not finite.
  refuseGradient(wire, slot) {
    const {gradientMends} = DECLARED, mend = gradientMends[`${wire.gate}/${slot}`] ?? gradientMends[""];
    throw new FormulaFault(this.worded("gradient", mend, wire, {gate: wire.gate, written: wireFormula(wire), operand: inMessage(wire.operands[slot])}));
  }

  worded(key, mends, wire, fields) {
    const at = wire.operands.filter((operand) => operand.kind !== "constant").map((operand) => `${inMessage(operand)} = ${shortNumber(operand.value)}`);
    return Object.fromEntries(Object.entries(DECLARED.graph[key]).map(([lang, text]) => [lang, filled(text, {
      ...fields, mend: filled(mends[lang], fields), where: [...new Set(at)].join(", ") || DECLARED.theseConstants[lang],
    })]));
  }

  nameGates(result) { this.shown = namedWires(this.wires, this.output, result); }

  // What the component takes: boxes in forward order and the links between them, with values and gradients.
  circuit() {
    const {shown, output} = this;
    const boxes = this.wires.map((wire) => ({
      name: shown.get(wire), kind: wire.gate && wire === output ? "output" : wire.kind, symbol: wire.gate ? DECLARED.gates[wire.gate].symbol : wireFormula(wire),
      formula: wire.gate ? wireFormula(wire) : "", value: wire.value, gradient: null, pattern: wire.gate ? DECLARED.gates[wire.gate].pattern : "", gate: wire.gate,
    }));
    const links = this.wires.flatMap((wire) => wire.operands.map((operand, slot) => ({
      source: shown.get(operand), target: shown.get(wire), slot, local: null, upstream: null, contribution: null, local_formula: localFormula(wire, slot),
    })));
    const model = new CircuitModel({boxes, links, output: shown.get(output)});
    model.backward();
    const wires = new Map(this.wires.map((wire) => [shown.get(wire), wire]));
    for (const box of [...model.gates].reverse()) {
      const bad = model.into.get(box.name).find((link) => link.contribution !== null && !Number.isFinite(link.contribution));
      if (bad) this.refuseGradient(wires.get(box.name), bad.slot);
    }
    return {boxes: model.boxes, links: model.links, output: model.output};
  }
}

// The output's own name; q1, q2, ... for the other gates; c1, c2, ... for numbers, in pictures only: wire -> what is shown.
function namedWires(wires, output, result = "") {
  const taken = new Set(wires.map((wire) => wire.name));
  if (result && output.gate && !output.name && !taken.has(result)) taken.add(output.name = result);
  const free = (letter) => {
    let at = 0;
    return () => { do at += 1; while (taken.has(letter + at)); return letter + at; };
  };
  const gate = free("q");
  for (const wire of wires) if (wire.gate && !wire.name) wire.name = gate();
  for (const wire of wires) taken.add(wire.name);
  const constant = free("c");
  return new Map(wires.map((wire) => [wire, wire.name || constant()]));
}

// Gates of one element each take no axis=, and axis= goes with one array.
function checkCall({gate, operands, axis}) {
  const count = operands?.length, takes = gate && DECLARED.gates[gate].operands.length;
  if (!gate || axis === null) return;
  if (has(DECLARED.folded, gate) && count > takes) throw new FormulaFault(wordsOf(DECLARED.graph.axis_of_many, {gate, count}));
  if (count !== takes) throw new FormulaFault(wordsOf(DECLARED.graph.operands, {gate, number: takes, count, example: `${gate}(${DECLARED.gates[gate].operands.join(", ")})`}));
  if (gate in GATES) throw new FormulaFault(wordsOf(DECLARED.graph.no_axis, {gate}));
}

// A message of this room, or another's, in each language; a field may have a text for each.
const wordsOf = (texts, fields) => Object.fromEntries(Object.entries(texts).map(([lang, text]) => [lang, filled(text, Object.fromEntries(
  Object.entries(fields).map(([name, field]) => [name, field?.[lang] ?? field])))]));
const worded = (key, fields) => wordsOf(Object.fromEntries(Object.entries(SAID).map(([lang, words]) => [lang, words[key]])), fields);
