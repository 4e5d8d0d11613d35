// Which mistake an answer is: MISTAKES, the table, comes from Python; here are its forms, and what the formulas read.
function sameNumber(a, b) {
  return Math.abs(a - b) <= Math.max(TOLERANCE * Math.max(Math.abs(a), Math.abs(b)), NEXT_TO_ZERO);
}

// The local gradient of a gate's operand; that of a constant stands on no link.
function localAt(wiring, name, slot) {
  const links = wiring.into.get(name), {local} = links[slot];
  if (typeof local === "number") return local;
  const box = wiring.byName.get(name), gate = GATES[box.gate];
  if (!gate) return null;
  const operands = links.map((link) => wiring.byName.get(link.source).value);
  return gate.locals ? gate.locals(operands, box.value)[slot] : gate.local[slot](...operands, box.value);
}

// What comes back to a wire through each operand of each gate that takes it.
function arrivalsAt(wiring, name) {
  return wiring.outOf.get(name).filter((link) => link.contribution !== null).map((link) => {
    const operands = wiring.into.get(link.target), next = wiring.outOf.get(link.target);
    const other = operands.length === 2 ? localAt(wiring, link.target, 1 - operands.indexOf(link)) : null;
    const throughOne = next.length === 1 && wiring.into.get(next[0].target).length === 1;
    return {
      upstream: link.upstream, local: link.local, contribution: link.contribution, single: operands.length === 1,
      swapped: Number.isFinite(other) ? other : null,
      beyond: throughOne ? wiring.byName.get(next[0].target).gradient : null,
    };
  });
}

// Every number that a mistake would answer.
function wrongAnswers({form, needs, compute}, box, arrivals) {
  if (form === "whole") return [compute(box)];
  const able = arrivals.filter((arrival) => !needs || (arrival[needs] !== null && arrival[needs] !== false));
  const answers = able.map(compute), sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
  if (form === "one") return answers.length > 1 ? answers : [];
  if (form === "alone") return answers.length > 1 ? [...answers, sum(answers)] : answers;
  const changes = answers.map((answer, at) => answer - able[at].contribution);
  const each = answers.map((answer, at) => box.gradient - able[at].contribution + answer);
  return answers.length > 1 ? [...each, box.gradient + sum(changes)] : each;
}

// "right", the name of a mistake, or "unknown".
function judge(wiring, name, answer) {
  const box = wiring.byName.get(name), arrivals = arrivalsAt(wiring, name);
  if (sameNumber(answer, box.gradient)) return "right";
  const leads = (wrong) => Number.isFinite(wrong) && !sameNumber(wrong, box.gradient) && sameNumber(answer, wrong);
  return MISTAKES.find((mistake) => wrongAnswers(mistake, box, arrivals).some(leads))?.name ?? "unknown";
}

// Another wire than the last one whose gradient can be asked for; null where there is none.
function wireToAsk(wiring, last) {
  const wires = wiring.boxes.filter((box) => box.kind !== "constant" && typeof box.gradient === "number" && wiring.outOf.get(box.name).length);
  const others = wires.filter((box) => box.name !== last), from = others.length ? others : wires;
  return from.length ? from[Math.floor(Math.random() * from.length)].name : null;
}
