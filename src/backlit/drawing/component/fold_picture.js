// A fold in the picture: its last gate's box grows over the others; where that would cover what stays, a tube joins them.
const CLEAR = 14; // pixels between a grown box and its neighbours

function drawFolds(view, folds) {
  view.find(".§fold-shape").forEach((shape) => shape.remove());
  const inside = new Map(folds.flatMap((fold) => [...fold.members].map((name) => [name, fold])));
  const unseen = (name) => inside.has(name) && inside.get(name).end !== name;
  const within = (at) => {
    const {source, target} = view.model.links[at];
    return inside.has(source) && inside.get(source) === inside.get(target);
  };
  const hide = (css, hidden) => view.find(`[data-${css}]`).forEach((part) => part.classList.toggle("§inside", hidden(part.dataset[css])));
  for (const css of ["box", "value", "gradient", "row"]) hide(css, unseen);
  for (const css of ["edge", "chip", "link"]) hide(css, within);
  // a wire's line stands before what a pointer reaches, its arrowhead behind; a mark of "not computed" before a gradient
  for (const edge of view.find("[data-edge]")) {
    for (const part of [edge.previousElementSibling, edge.nextElementSibling]) part.classList.toggle("§inside", within(edge.dataset.edge));
  }
  for (const text of view.find("text[data-gradient]")) {
    for (const part of [text.previousElementSibling, text.nextElementSibling]) {
      if (part.tagName === "circle") part.classList.toggle("§inside", unseen(text.dataset.gradient));
    }
  }
  for (const [name, box] of view.named) {
    box.classList.toggle("§folded", inside.get(name)?.end === name);
    shrink(box);
  }
  for (const fold of folds) {
    const room = roomOf(view, fold, inside);
    if (room) grow(view.named.get(fold.end), room, view.wiring.byName.get(fold.end).formula);
    else joinByTube(view, fold, within);
  }
}

function sideOf(shape) {
  const [x, y, width, height] = ["x", "y", "width", "height"].map((what) => Number(shape.getAttribute(what)));
  return {left: x, top: y, right: x + width, bottom: y + height};
}

// The rectangle around a fold's gates; null where another box or a label of a wire that stays lies in it.
function roomOf(view, fold, inside) {
  const rect = (name) => sideOf(view.named.get(name).querySelector("rect"));
  const all = [...fold.members].filter((name) => view.model.into.get(name).length).map(rect);
  const room = {left: Math.min(...all.map((one) => one.left)), top: Math.min(...all.map((one) => one.top)),
    right: Math.max(...all.map((one) => one.right)), bottom: Math.max(...all.map((one) => one.bottom))};
  const meets = (one, clear) => one.left < room.right + clear && one.right > room.left - clear && one.top < room.bottom + clear && one.bottom > room.top - clear;
  const others = [...view.named.keys()].filter((name) => !fold.members.has(name)).map(rect);
  const chips = view.find("rect[data-chip]").filter((chip) => {
    const {source, target} = view.model.links[chip.dataset.chip];
    return !inside.has(source) || inside.get(source) !== inside.get(target);
  }).map(sideOf);
  return others.some((one) => meets(one, CLEAR)) || chips.some((one) => meets(one, 0)) ? null : room;
}

function grow(box, {left, top, right, bottom}, formula) {
  const middle = (left + right) / 2, [shape, symbol, ...labels] = box.querySelectorAll("rect, text");
  keep(shape, {x: left, y: top, width: right - left, height: bottom - top});
  keep(symbol, {x: middle, y: (top + bottom) / 2 + 6});
  symbol.dataset.text ??= symbol.textContent;
  symbol.textContent = formula;
  if (symbol.getComputedTextLength() > right - left - 20) symbol.textContent = "⊞";
  if (labels[0]) keep(labels[0], {x: middle, y: top - 6});
  labels.slice(1).forEach((label) => label.classList.add("§inside"));
}

// Changes attributes and remembers what they were.
function keep(shape, changed) {
  shape.before_ ??= Object.fromEntries(Object.keys(changed).map((name) => [name, shape.getAttribute(name)]));
  for (const [name, value] of Object.entries(changed)) shape.setAttribute(name, value);
}

function shrink(box) {
  for (const shape of box.querySelectorAll("rect, text")) {
    for (const [name, value] of Object.entries(shape.before_ ?? {})) shape.setAttribute(name, value);
    delete shape.before_;
    if (shape.dataset.text) { shape.textContent = shape.dataset.text; delete shape.dataset.text; }
    shape.classList.remove("§inside");
  }
}

function joinByTube(view, fold, within) {
  const svg = (tag, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  const gate = (name) => fold.members.has(name) && view.model.into.get(name).length;
  const edges = view.find("[data-edge]").filter(({dataset: {edge}}) => within(edge) && gate(view.model.links[edge].source) && gate(view.model.links[edge].target));
  for (const layer of ["outline", "filling"]) {
    const shape = svg("g", {class: `§fold-shape §${layer}`});
    shape.append(...edges.map((edge) => svg("path", {d: edge.getAttribute("d")})));
    for (const name of [...fold.members].filter(gate)) {
      const rect = view.named.get(name).querySelector("rect");
      shape.append(svg("rect", Object.fromEntries(["x", "y", "width", "height", "rx"].map((what) => [what, rect.getAttribute(what)]))));
    }
    view.root.querySelector("g[data-box]").before(shape);
  }
}
