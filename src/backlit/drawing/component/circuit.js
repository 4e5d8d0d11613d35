const STEP = 6e-6, AGREES = 1e-5, ROUNDING = 1e-15; // of central differences: float64's third root, and what rounding may do

// The circuit as data: boxes in forward order, the links between them, and what is next to what.
class Wiring {
  constructor(boxes, links, output) {
    Object.assign(this, {boxes, links, output});
    this.byName = new Map(boxes.map((box) => [box.name, box]));
    this.into = new Map(boxes.map((box) => [box.name, []]));
    this.outOf = new Map(boxes.map((box) => [box.name, []]));
    for (const link of links) {
      this.into.get(link.target).push(link);
      this.outOf.get(link.source).push(link);
    }
    this.gates = boxes.filter((box) => this.into.get(box.name).length);
  }

  // Every box that is reached from some by following links: "outOf" towards the output, "into" towards the inputs.
  reach(names, way) {
    const found = new Set(names), stack = [...names], end = way === "outOf" ? "target" : "source";
    while (stack.length) {
      for (const link of this[way].get(stack.pop())) {
        if (!found.has(link[end])) { found.add(link[end]); stack.push(link[end]); }
      }
    }
    return found;
  }
}

// Recomputed forward and backward, gate by gate, by the formulas in GATES.
class CircuitModel extends Wiring {
  constructor(given) {
    super(given.boxes, given.links.map((link, at) => ({...link, at})), given.output);
    this.inputs = this.boxes.filter((box) => box.kind === "input" || box.kind === "parameter");
    this.recomputable = this.gates.every((box) => box.gate in GATES) &&
      this.inputs.every((box) => typeof box.value === "number");
    this.stale = false;
    this.live = this.reach(this.inputs.map((box) => box.name), "outOf"); // what depends on an input has a gradient
  }

  // Put in a number and compute everything anew; where a gate has no formula here, the numbers are stale from now on.
  set(name, value) {
    const box = this.byName.get(name);
    if (!box || !this.recomputable) { this.stale = true; return; }
    box.value = value;
    this.forward();
    this.backward();
  }

  // A central difference, forward passes alone, and whether it agrees with the gradient: true, false, or null where the
  // two sides have slopes of their own.
  witness(name) {
    const box = this.byName.get(name), {value, gradient} = box, out = this.byName.get(this.output), at = out.value;
    const step = STEP * Math.max(1, Math.abs(value));
    const [above, below] = [value + step, value - step].map((moved) => { box.value = moved; this.forward(); return out.value; });
    box.value = value;
    this.forward();
    const difference = (above - below) / (2 * step), room = ROUNDING * Math.max(1, Math.abs(at)) / step;
    if (!Number.isFinite(difference)) return {difference: null, agrees: null};
    const near = (a, b) => Math.abs(a - b) <= AGREES * Math.max(Math.abs(a), Math.abs(b)) + room;
    if (near(difference, gradient)) return {difference, agrees: true};
    return {difference, agrees: Math.abs(above + below - 2 * at) / step > AGREES * Math.abs(difference) + room ? null : false};
  }

  operands(box) {
    return this.into.get(box.name).map((link) => this.byName.get(link.source).value);
  }

  forward() {
    for (const box of this.gates) box.value = GATES[box.gate].value(...this.operands(box));
  }

  // Upstream times local into each operand, from the output back; what no path reaches stays not computed. A slope that
  // a choice leaves out counts as 0, were it infinite.
  backward() {
    for (const box of this.boxes) { box.gradient = null; box.read = box.name === this.output; }
    if (this.live.has(this.output)) this.byName.get(this.output).gradient = 1;
    for (const box of [...this.gates].reverse()) {
      const operands = this.operands(box), gate = GATES[box.gate];
      const locals = gate.locals ? gate.locals(operands, box.value) : gate.local.map((local) => local(...operands, box.value));
      this.into.get(box.name).forEach((link, slot) => {
        const source = this.byName.get(link.source);
        const live = this.live.has(source.name); // as Python leaves it: nothing asks for a constant's
        link.local = live ? locals[slot] : null;
        link.upstream = live ? box.gradient : null;
        const read = box.read && (!gate.read || gate.read[slot](...operands));
        source.read ||= read;
        link.contribution = box.gradient === null || !live ? null : read ? box.gradient * link.local : 0;
        if (link.contribution === null) return;
        source.gradient = (source.gradient ?? 0) + link.contribution;
      });
    }
  }
}
