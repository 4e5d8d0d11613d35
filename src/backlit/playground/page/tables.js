// The component around a circuit: its template filled with this circuit's picture, fields and tables.
function cell(css, text) {
  return element("td", {className: css.split(" ").filter(Boolean).map((name) => `§${name}`).join(" ")}, text);
}

function rowOf(name, cells) {
  const row = element("tr", {}, element("th", {scope: "row"}, name), ...cells);
  row.dataset.row = name;
  return row;
}

// Every wire, and central differences beside the gradients of inputs.
function wireRows(circuit, said) {
  const model = new CircuitModel(circuit);
  return circuit.boxes.map((box) => {
    const {difference, agrees} = box.kind === "input" && model.recomputable && model.live.has(model.output) ? model.witness(box.name) : {};
    const verdict = cell(agrees === true || agrees === undefined ? "" : "no", agrees === undefined ? "" : said[agrees === null ? "undecided" : agrees ? "yes" : "no"]);
    return rowOf(box.name, [
      cell("", box.gate ? box.formula : said[box.kind]), cell("value number", formatted(box.value, ALL_DIGITS)),
      cell("gradient number", formatted(box.gradient, ALL_DIGITS)), cell("", box.pattern ? said[box.pattern] : ""),
      cell("number witness", difference === undefined ? "" : formatted(difference, ALL_DIGITS)), verdict,
    ]);
  });
}

function edgeRows(circuit) {
  return circuit.links.map((link) => rowOf(link.target, [
    cell("", link.source), cell("", link.local_formula), cell("number", formatted(link.local, ALL_DIGITS)),
    cell("gradient number", formatted(link.upstream, ALL_DIGITS)), cell("gradient number", formatted(link.contribution, ALL_DIGITS)),
  ]));
}

function fieldOf(box) {
  const input = element("input", {inputMode: "decimal", value: String(box.value)});
  input.dataset.input = box.name;
  return element("label", {}, `${box.name} = `, input);
}

// The component's element for a formula's circuits, not yet alive: its template has a view for each zoom.
function componentOf(template, {circuits, whole}, title, said, lang) {
  const root = template.content.firstElementChild.cloneNode(true), views = [...root.querySelectorAll(".§view")], shown = Object.values(circuits);
  for (const extra of views.splice(shown.length)) extra.remove();
  if (views.length < 2) root.querySelector(".§zoom").parentNode.remove();
  views.forEach((view, at) => {
    view.hidden = at > 0;
    fillView(view, shown[at], title, said, lang);
  });
  root.querySelector(".§fields").replaceChildren(...(whole ? [] : shown[0].boxes.filter((box) => box.kind === "input").map(fieldOf)));
  return root;
}

function fillView(view, circuit, title, said, lang) {
  view.querySelector(".§picture").replaceChildren(pictureOf(circuit, title, said, lang));
  const [wires, edges] = view.querySelectorAll(".§tables tbody");
  wires.replaceChildren(...wireRows(circuit, said));
  edges.replaceChildren(...edgeRows(circuit));
  const sources = circuit.links.map((link) => link.source), [, , local, branch, dashed] = view.querySelectorAll(".§key li");
  local.hidden = !circuit.links.length;
  branch.hidden = new Set(sources).size === sources.length;
  dashed.hidden = view.querySelector(":scope > p").hidden = circuit.boxes.every((box) => box.gradient !== null);
}
