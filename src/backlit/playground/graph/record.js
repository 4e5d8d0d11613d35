// A formula and numbers for its variables -> the circuit that the component computes, steps through and derives with.
// The wires, their names and the errors are those of src/backlit/graph.
class Recording {
  constructor(text, values) {
    const {tree, notes, result} = readFormula(text, new Set(Object.keys(values))), variables = namesIn(tree);
    this.notes = notes;
    this.values = Object.fromEntries(variables.map((name) => [name, values[name] ?? FIRST_VALUE]));
    const gates = postorder(tree).filter((node) => node.gate), arrays = gates.find((node) => !(node.gate in GATES));
    if (gates.length > DECLARED.limits.gates) throw new FormulaFault(worded("many_gates", {count: gates.length, limit: DECLARED.limits.gates}));
    if (arrays) throw new FormulaFault(worded("arrays", {name: arrays.gate}));
    const notFinite = variables.find((name) => !Number.isFinite(this.values[name]));
    if (notFinite) throw new FormulaFault(wordsOf(DECLARED.notFinite.not_finite, {name: notFinite, value: general(this.values[notFinite])}));
    this.inputs = variables.map((name) => ({name, kind: "input", value: this.values[name], gate: "", operands: []}));
    this.wires = [...this.inputs];
    const scope = new Map(this.inputs.map((wire) => [wire.name, wire]));
    this.output = foldTree(tree, (node, operands) => (node.id !== undefined ? scope.get(node.id) : this.record(node, operands)));
    this.refuseNotFinite();
    this.nameGates(result || DECLARED.result);
  }

  record(node, operands) {
    const wire = node.gate ? {name: "", kind: "gate", gate: node.gate, operands, value: GATES[node.gate].value(...operands.map((operand) => operand.value))}
      : {name: "", kind: "constant", gate: "", operands: [], value: node.value};
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
    return Object.fromEntries(Object.entries(DECLARED.notFinite[key]).map(([lang, text]) => [lang, filled(text, {
      ...fields, mend: filled(mends[lang], fields), where: [...new Set(at)].join(", ") || DECLARED.theseConstants[lang],
    })]));
  }

  // The output's own name; q1, q2, ... for the other gates; c1, c2, ... for numbers, in pictures only.
  nameGates(result) {
    const taken = new Set(this.inputs.map((wire) => wire.name));
    if (this.output.gate && !taken.has(result)) taken.add(this.output.name = result);
    const free = (letter) => {
      let at = 0;
      return () => { do at += 1; while (taken.has(letter + at)); return letter + at; };
    };
    const gate = free("q");
    for (const wire of this.wires) if (wire.gate && !wire.name) wire.name = gate();
    for (const wire of this.wires) taken.add(wire.name);
    const constant = free("c");
    this.shown = new Map(this.wires.map((wire) => [wire, wire.name || constant()]));
  }

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

const FIRST_VALUE = 1; // of a variable that has none yet

// A message of this room, or another's, in each language.
const wordsOf = (texts, fields) => Object.fromEntries(Object.entries(texts).map(([lang, text]) => [lang, filled(text, fields)]));
const worded = (key, fields) => wordsOf(Object.fromEntries(Object.entries(SAID).map(([lang, words]) => [lang, words[key]])), fields);
