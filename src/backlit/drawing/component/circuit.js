// The circuit as data: recomputed forward and backward, gate by gate, by the formulas in GATES.
class CircuitModel {
  constructor(given) {
    this.output = given.output;
    this.boxes = given.boxes;
    this.links = given.links;
    this.byName = new Map(this.boxes.map((box) => [box.name, box]));
    this.into = new Map(this.boxes.map((box) => [box.name, []]));
    this.outOf = new Map(this.boxes.map((box) => [box.name, []]));
    for (const link of this.links) {
      this.into.get(link.target).push(link);
      this.outOf.get(link.source).push(link);
    }
    this.gates = this.boxes.filter((box) => this.into.get(box.name).length);
    this.inputs = this.boxes.filter((box) => box.kind === "input" || box.kind === "parameter");
    this.recomputable = this.gates.every((box) => box.gate in GATES) &&
      this.inputs.every((box) => typeof box.value === "number");
    this.stale = false;
  }

  // Put in a number and compute everything anew; false where a gate has no formula here, and numbers are now stale.
  set(name, value) {
    this.byName.get(name).value = value;
    if (!this.recomputable) { this.stale = true; return false; }
    this.forward();
    this.backward();
    return true;
  }

  operands(box) {
    return this.into.get(box.name).map((link) => this.byName.get(link.source).value);
  }

  forward() {
    for (const box of this.gates) box.value = GATES[box.gate].value(...this.operands(box));
  }

  // Upstream times local into each operand, from the output back; what no path reaches stays not computed.
  backward() {
    for (const box of this.boxes) box.gradient = null;
    this.byName.get(this.output).gradient = 1;
    for (const box of [...this.gates].reverse()) {
      const operands = this.operands(box);
      this.into.get(box.name).forEach((link, slot) => {
        link.local = GATES[box.gate].local[slot](...operands, box.value);
        link.upstream = box.gradient;
        link.contribution = box.gradient === null ? null : box.gradient * link.local;
        const source = this.byName.get(link.source);
        if (link.contribution === null || source.kind === "constant") return;
        source.gradient = (source.gradient ?? 0) + link.contribution;
      });
    }
  }
}
