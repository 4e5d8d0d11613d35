// Gates folded into one: the links into a fold carry its local derivative, the chain rule over what is inside.

// What becomes one box when some gates are chosen, or {error, names}: the gates between them and constants of theirs too.
function foldOf(model, chosen) {
  if (chosen.some((name) => typeof model.byName.get(name).value !== "number")) return {error: "fold_arrays"};
  const before = model.reach(chosen, "into"), after = model.reach(chosen, "outOf");
  const members = new Set(model.gates.map((box) => box.name).filter((name) => before.has(name) && after.has(name)));
  if (members.size < 2) return {error: "fold_few"};
  const read = (name) => name === model.output || !model.outOf.get(name).every((link) => members.has(link.target));
  const ends = [...members].filter(read);
  if (ends.length > 1) return {error: "fold_several", names: ends};
  for (const box of model.boxes) {
    const out = model.outOf.get(box.name);
    if (box.kind === "constant" && out.length && out.every((link) => members.has(link.target))) members.add(box.name);
  }
  return {members, end: ends[0], gates: [...members].filter((name) => model.into.get(name).length).length};
}

// A formula with the formulas of what is inside in place of their names.
function unrolled(model, name, members) {
  const box = model.byName.get(name);
  if (!model.into.get(name).length) return formatted(box.value);
  return box.formula.replace(/[A-Za-z_]\w*(\[\d+\])*/g, (word, _, at, whole) => {
    if (!members.has(word) || word === name) return word;
    const inner = unrolled(model, word, members);
    return stands(inner, whole.slice(0, at).trim().slice(-1), whole.slice(at + word.length).trim()[0] ?? "") ? inner : `(${inner})`;
  });
}

// Whether a formula needs no brackets between these neighbours.
function stands(formula, left, right) {
  let open = formula.replace(/\[\d+\]/g, "");
  while (/\([^()]*\)/.test(open)) open = open.replace(/\([^()]*\)/g, "");
  if (/^\w+$/.test(open)) return true;
  const free = (signs) => signs.includes(left || " ") && " ),+-".includes(right || " ");
  return / [+-] |^-|if/.test(open) ? free(" (,") || (/^[^-]/.test(open) && free("+")) : free(" (,+-");
}

// Of every member the end's derivative with respect to it: as a number, and as factors in symbols.
function slopes(model, {members, end}) {
  const found = new Map([[end, {value: 1, factors: []}]]);
  for (const box of [...model.boxes].reverse()) {
    if (!members.has(box.name) || box.name === end) continue;
    const parts = model.outOf.get(box.name).map((link) => through(found.get(link.target), link));
    const value = parts.every((part) => part.value !== null) ? parts.reduce((sum, part) => sum + part.value, 0) : null;
    found.set(box.name, {value, factors: parts.length === 1 ? parts[0].factors : [parts.map((part) => inProduct(part.factors)).join(" + ")]});
  }
  return found;
}

function through(slope, link) {
  const value = slope.value === null || link.local === null ? null : slope.value * link.local;
  return {value, factors: [...slope.factors, link.local_formula].filter((factor) => factor && factor !== "1")};
}

// Factors as one formula; two signs that cancel are not written.
function inProduct(factors) {
  const rest = factors.filter((factor) => factor !== "-1");
  if ((factors.length - rest.length) % 2) {
    const signed = rest.findIndex((factor) => /^-[^+-]*$/.test(factor));
    if (signed < 0) rest.unshift("-1");
    else rest[signed] = rest[signed].slice(1);
  }
  return rest.length > 1 ? rest.map(factorText).join(" · ") : rest[0] ?? "1";
}

// The model as the reader sees it with these folds.
function folded(model, folds) {
  if (!folds.length) return model;
  const inside = new Map(folds.flatMap((fold) => [...fold.members].map((name) => [name, fold])));
  const boxes = model.boxes.filter((box) => (inside.get(box.name)?.end ?? box.name) === box.name).map((box) => {
    const fold = inside.get(box.name);
    return fold ? {...box, formula: unrolled(model, fold.end, fold.members), fold} : box;
  });
  const inner = new Map(folds.map((fold) => [fold, slopes(model, fold)])), counts = new Map();
  const links = model.links.filter((link) => !inside.has(link.source) || inside.get(link.source).end === link.source)
    .filter((link) => !(inside.has(link.source) && inside.get(link.source) === inside.get(link.target)))
    .map((link) => {
      const fold = inside.get(link.target);
      if (!fold) return link;
      const slope = through(inner.get(fold).get(link.target), link), slot = counts.get(fold) ?? 0;
      counts.set(fold, slot + 1);
      return {...link, target: fold.end, slot, local: slope.value, local_formula: inProduct(slope.factors), upstream: model.byName.get(fold.end).gradient};
    });
  return new Wiring(boxes, links, model.output);
}
