// Which mistake an answer is: MISTAKES, the table, comes from Python; here are its forms, and what the formulas read.
// scale: the largest contribution, however small; where several cancel, what is left is judged beside it.
function sameNumber(a, b, scale) {
  return Math.abs(a - b) <= Math.max(TOLERANCE * Math.max(Math.abs(a), Math.abs(b)), NEXT_TO_ZERO * scale);
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
  const scale = Math.max(0, ...arrivals.map(({contribution}) => Math.abs(contribution)));
  if (sameNumber(answer, box.gradient, scale)) return "right";
  const leads = (wrong) => Number.isFinite(wrong) && !sameNumber(wrong, box.gradient, scale) && sameNumber(answer, wrong, scale);
  return MISTAKES.find((mistake) => wrongAnswers(mistake, box, arrivals).some(leads))?.name ?? "unknown";
}

// Numbers from 0 to 1 that the seed decides (a multiplicative congruential generator: Park and Miller 1988).
function drawing(seed) {
  let state = seed % 2147483647 || 1;
  return () => (state = state * 48271 % 2147483647) / 2147483647;
}

// A set: at most so many gradients, which ones by the seed, in the order in which backpropagation finds them.
const MOST_ASKED = 8, MOST_SEEDS = 9999, HINTS = 3;
function wiresToAsk(wiring, seed) {
  const wires = wiring.boxes.filter((box) => box.kind !== "constant" && typeof box.gradient === "number" && wiring.outOf.get(box.name).length);
  const draw = drawing(seed), left = wires.map(({name}) => name);
  while (left.length > MOST_ASKED) left.splice(Math.floor(draw() * left.length), 1);
  return left.reverse();
}

// Three hints, each of which says more: which rule, the factors, one of them.
function hintsAt(wiring, name, said) {
  const links = wiring.outOf.get(name).filter((link) => link.contribution !== null), {output} = wiring, [first] = links;
  const {pattern} = wiring.byName.get(first.target), above = (link) => (link.target === output ? "1" : partialText(output, link.target));
  const factors = links.map((link) => `${above(link)} · ${link.local_formula ? factorText(link.local_formula) : partialText(link.target, name)}`);
  const rule = links.length > 1 ? said.hint_fork : said.hint_rule;
  return [
    [rule.replace("{wire}", name).replace("{count}", links.length).replace("{top}", first.target), links.length === 1 && pattern ? said[`hint_${pattern}`] : ""].join(" ").trim(),
    `${partialText(output, name)} = ${factors.join(" + ")}`,
    `${partialText(output, first.target)} = ${formatted(first.upstream)}`,
  ];
}
