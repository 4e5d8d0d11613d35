// A formula over whole arrays: each wire has one, as in src/backlit/graph; forward, backward, and what it says of itself.
const SHORT = 3; // vectors of so many numbers are written out
const shapeText = (shape) => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
const elementName = (name, index) => name + index.map((at) => `[${at}]`).join("");

class ArrayRecording {
  constructor({tree, result}, values) {
    this.wires = Object.entries(values).map(([name, value]) => ({name, kind: "input", value: arrayOfNumbers(value), gate: "", operands: [], axis: null}));
    const scope = new Map(this.wires.map((wire) => [wire.name, wire]));
    this.output = foldTree(tree, (node, operands) => (node.id !== undefined ? scope.get(node.id) : this.record(node, operands)));
    this.refuseNotFinite();
    this.shown = namedWires(this.wires, this.output, result || DECLARED.result);
  }

  record(node, operands) {
    checkCall(node);
    const wire = {name: "", kind: node.gate ? "gate" : "constant", gate: node.gate ?? "", operands, axis: node.axis ?? null, rule: node.gate};
    wire.value = node.gate ? valueOf(wire) : arrayOf(node.value);
    if (wire.value.size > DECLARED.limits.numbers) throw new FormulaFault(worded("many_numbers", {gate: node.gate, count: wire.value.size, limit: DECLARED.limits.numbers}));
    this.wires.push(wire);
    return wire;
  }

  // -- what the output depends on, where a choice left others out -----------------------------------------------------
  reads() {
    if (this.found) return this.found;
    const yes = np.full_like(this.output.value, true), found = new Map([[this.output, {value: yes, slope: yes}]]);
    for (const wire of [...this.wires].reverse()) {
      const here = found.get(wire);
      if (!here) continue;
      partsRead(wire, here).forEach((part, slot) => {
        const operand = wire.operands[slot], {shape} = operand.value, before = found.get(operand);
        const mine = {value: fittedMask(part.value, wire, shape), slope: fittedMask(part.slope, wire, shape)}, either = (a, b) => elementwise((one, other) => one || other, a, b);
        found.set(operand, before ? {value: either(before.value, mine.value), slope: either(before.slope, mine.slope)} : mine);
      });
    }
    this.found = found;
    return found;
  }

  refuseNotFinite() {
    if (this.wires.every((wire) => wire.value.flat.every(Number.isFinite))) return;
    const reads = this.reads();
    for (const wire of this.wires) {
      if (!reads.has(wire)) continue;
      const bad = wire.value.flat.findIndex((value, at) => !Number.isFinite(value) && reads.get(wire).value.flat[at]);
      if (bad < 0) continue;
      const index = [...np.ndindex(...wire.value.shape)][bad];
      throw this.fault("value", DECLARED.valueMends[wire.gate] ?? DECLARED.valueMends[""], wire, [index, wire.value.shape], {gate: wire.gate, written: inMessage(wire)});
    }
  }

  fault(key, mends, wire, place, fields) {
    const mend = Object.fromEntries(Object.entries(mends).map(([lang, text]) => [lang, filled(text, fields)]));
    const where = Object.fromEntries(Object.entries(DECLARED.theseConstants).map(([lang, constants]) => {
      const parts = wire.operands.map((operand) => placeText(operand, ...place, lang));
      return [lang, [...new Set(parts)].filter(Boolean).join(", ") || constants];
    }));
    return new FormulaFault(wordsOf(DECLARED.graph[key], {...fields, mend, where}));
  }

  // -- backward: upstream times local into each operand; none where the output is several numbers ---------------------
  backward() {
    const live = new Set(this.wires.filter((wire) => wire.kind === "input")), gradients = new Map(), edges = new Map();
    for (const wire of this.wires) if (wire.operands.some((operand) => live.has(operand))) live.add(wire);
    if (!this.output.value.ndim && live.has(this.output)) gradients.set(this.output, arrayOf(1));
    for (const wire of [...this.wires].reverse()) {
      const upstream = gradients.get(wire), none = {local: null, upstream: null, contribution: null};
      if (!wire.gate || !upstream) { edges.set(wire, wire.operands.map(() => none)); continue; }
      edges.set(wire, wire.operands.map((operand, slot) => {
        if (!live.has(operand)) return none;
        const local = localOf(wire, slot);
        return {local, upstream, contribution: this.contribution(wire, slot, upstream, local), operand};
      }));
      for (const {operand, contribution} of edges.get(wire)) {
        if (!operand) continue;
        const before = gradients.get(operand);
        gradients.set(operand, before ? elementwise((a, b) => a + b, before, contribution) : contribution);
      }
    }
    return {gradients, edges};
  }

  // Upstream times local in the operand's shape; 0 where a choice left the operand out, were its slope infinite.
  contribution(wire, slot, upstream, local) {
    const {shape} = wire.operands[slot].value, whole = ARRAY_GATES[wire.gate];
    const pulled = whole ? arrayOf(whole.vjp[slot](upstream, operandValues(wire), wire.value, wire.axis)) : elementwise((a, b) => a * b, upstream, local);
    const summed = unbroadcast(pulled, shape);
    if (summed.flat.every(Number.isFinite)) return summed;
    const here = this.reads().get(wire), slope = here ? np.broadcast_to(partsRead(wire, here)[slot].slope, wire.value.shape) : np.full_like(wire.value, false);
    const left = whole ? (slope.flat.some(Boolean) ? pulled : np.zeros_like(pulled)) : elementwise((read, value) => (read ? value : 0), slope, pulled);
    const fitted = unbroadcast(left, shape);
    if (fitted.flat.every(Number.isFinite)) return fitted;
    const mends = DECLARED.gradientMends[`${wire.gate}/${slot}`] ?? DECLARED.gradientMends[""];
    throw this.fault("gradient", mends, wire, [[], []], {gate: wire.gate, written: wireFormula(wire), operand: inMessage(wire.operands[slot])});
  }

  // What a picture shows: numbers, short vectors, or shapes.
  circuit() {
    const {gradients, edges} = this.backward(), {shown} = this;
    const boxes = this.wires.map((wire) => ({
      name: shown.get(wire), kind: wire.gate && wire === this.output ? "output" : wire.kind, symbol: wire.gate ? DECLARED.gates[wire.gate].symbol : wireFormula(wire),
      formula: wire.gate ? wireFormula(wire) : "", value: arrayText(wire.value), gradient: arrayText(gradients.get(wire)), pattern: wire.gate ? DECLARED.gates[wire.gate].pattern : "", gate: wire.gate,
    }));
    const links = this.wires.flatMap((wire) => wire.operands.map((operand, slot) => {
      const {local, upstream, contribution} = edges.get(wire)[slot];
      return {source: shown.get(operand), target: shown.get(wire), slot, local: arrayText(local), upstream: arrayText(upstream), contribution: arrayText(contribution), local_formula: localFormula(wire, slot)};
    }));
    return {boxes, links, output: shown.get(this.output)};
  }
}

const operandValues = (wire) => wire.operands.map((operand) => operand.value);

// Numbers, or lists of them in lists, as an array.
function arrayOfNumbers(value) {
  if (!Array.isArray(value)) return arrayOf(value);
  const parts = value.map(arrayOfNumbers);
  return new NumbersArray([parts.length, ...parts[0].shape], parts.flatMap((part) => part.flat));
}

function valueOf(wire) {
  const values = operandValues(wire), {gate, axis} = wire;
  try {
    if (gate in GATES) return elementwise(GATES[gate].value, ...values);
    if (axis !== null && !values[0].ndim) throw new ShapeFault(); // NumPy lets a number have an axis
    return arrayOf(ARRAY_GATES[gate].value(...values, axis));
  } catch (error) {
    if (!(error instanceof ShapeFault)) throw error;
    const shapes = Object.fromEntries(Object.entries(DECLARED.and).map(([lang, between]) => [lang, values.map(({shape}) => shapeText(shape)).join(between)]));
    throw new FormulaFault(wordsOf(DECLARED.graph[axis === null ? "do_not_fit" : "no_such_axis"], {gate, shapes, axis, mend: DECLARED.fitting[gate] ?? DECLARED.fitting[""]}));
  }
}

function localOf(wire, slot) {
  if (wire.gate in ARRAY_GATES) return arrayOf(ARRAY_GATES[wire.gate].jacobian[slot](operandValues(wire), wire.value, wire.axis));
  return elementwise(GATES[wire.gate].local[slot], ...operandValues(wire), wire.value);
}

// What a gate reads of each operand, in its output's shape; a gate over whole arrays reads all or nothing.
function partsRead(wire, here) {
  const some = (mask) => arrayOf(mask.flat.some(Boolean)), {gate, operands} = wire;
  if (gate in ARRAY_GATES) return operands.map(() => ({value: some(here.value), slope: some(here.slope)}));
  const among = (mask, condition) => (condition ? elementwise((read, ...values) => read && condition(...values), mask, ...operandValues(wire)) : mask);
  return operands.map((_, slot) => ({value: among(here.value, VALUES_READ[gate]?.[slot]), slope: among(here.slope, GATES[gate].read?.[slot])}));
}

// A mask in an operand's shape: read where any of the elements that it was stretched over is.
function fittedMask(mask, wire, shape) {
  if (wire.gate in ARRAY_GATES) return np.broadcast_to(mask, shape);
  return collected(np.broadcast_to(mask, wire.value.shape), shape, (row) => row.some(Boolean));
}

const unbroadcast = (gradient, shape) => collected(gradient, shape, total);

// Elements combined over the axes along which an operand was stretched.
function collected(array, shape, combine) {
  const extra = array.ndim - shape.length;
  let found = array;
  for (let axis = 0; axis < array.ndim; axis += 1) {
    if (axis < extra || (shape[axis - extra] === 1 && array.shape[axis] !== 1)) found = reduced(found, {axis, keepdims: true}, combine);
  }
  return found.reshape(shape);
}

// A number as it is, a short vector by its numbers, another array by its shape.
function arrayText(array) {
  if (!array) return null;
  if (!array.ndim) return array.flat[0];
  return array.ndim === 1 && array.size <= SHORT ? `[${array.flat.map((value) => general(value + 0, 3)).join(", ")}]` : `[${array.shape.join("x")}]`;
}

// An operand's value where an output is: x = 0, x[2] = 0, or its shape.
function placeText(operand, index, shape, lang) {
  const {value, kind} = operand, name = inMessage(operand);
  if (!value.ndim) return kind === "constant" ? "" : `${name} = ${shortNumber(value.flat[0])}`;
  const extra = shape.length - value.ndim, stretches = extra >= 0 && value.shape.every((size, axis) => size === 1 || size === shape[axis + extra]);
  if (!stretches) return filled(DECLARED.shaped[lang], {operand: name, shape: shapeText(value.shape)});
  return `${elementName(name, index.slice(extra))} = ${shortNumber(itemOf(np.broadcast_to(value, shape), index))}`;
}
