// Which mistake an answer is: each is computed from the circuit's own numbers.
function sameNumber(a, b) {
  return Math.abs(a - b) <= 1e-3 * Math.max(Math.abs(a), Math.abs(b), 1e-9);
}

const MISTAKES = [
  ["sign", (box) => [-box.gradient]],
  ["one_branch", (box, out) => out.length > 1 ? out.map((link) => link.contribution) : []],
  ["local_only", (box, out) => [out.reduce((sum, link) => sum + link.local, 0), ...out.map((link) => link.local)]],
  ["upstream_only", (box, out) => [out.reduce((sum, link) => sum + link.upstream, 0), ...out.map((link) => link.upstream)]],
  ["swapped_inputs", (box, out, wiring) => out.flatMap((link) =>
    wiring.into.get(link.target).filter((other) => other.slot !== link.slot).map((other) => other.contribution))],
  ["value", (box) => [box.value]],
];

// "right", the name of a mistake, or "unknown".
function judge(wiring, name, answer) {
  const box = wiring.byName.get(name), out = wiring.outOf.get(name);
  if (sameNumber(answer, box.gradient)) return "right";
  const found = MISTAKES.find(([, answers]) => answers(box, out, wiring).some((wrong) => wrong !== null && sameNumber(answer, wrong)));
  return found ? found[0] : "unknown";
}

// Another wire than the last one whose gradient can be asked for; null where there is none.
function wireToAsk(wiring, last) {
  const wires = wiring.boxes.filter((box) => box.kind !== "constant" && typeof box.gradient === "number" && wiring.outOf.get(box.name).length);
  const others = wires.filter((box) => box.name !== last), from = others.length ? others : wires;
  return from.length ? from[Math.floor(Math.random() * from.length)].name : null;
}
