// My model: a saved model, one row of a table, one weight; why it would move, and the circuit of the row's loss.
import {byId, element, fill, get, given, guarded, lang, newest, post, read, stored, showCircuit, shown, upload, word} from "/static/common.js";

let weight = null; // the one that is asked for; null: the steepest

// -- what there is ----------------------------------------------------------------------------------------------------
function showShelf(found, taken = {}) {
  const {models, tables} = stored(found);
  for (const [id, things] of [["model", models], ["table", tables]]) {
    const before = taken[id] ?? byId(id).value;
    fill(byId(id), things.map(({number, name}) => [number, name]));
    if (things.some(({number}) => number === before)) byId(id).value = before;
  }
  showTargets();
  const missing = [["no_model", models], ["no_table", tables]].filter(([, things]) => !things.length);
  byId("missing").textContent = missing.map(([name]) => word(name)).join(" ");
}

const one = (id) => stored()[`${id}s`].find(({number}) => number === byId(id).value);

function showTargets() {
  const table = one("table"), model = one("model"), columns = table?.columns ?? [];
  const known = [model?.target, table?.target].find((name) => columns.includes(name));
  fill(byId("target"), columns.map((name) => [name, name]), known ?? columns.at(-1));
  byId("finding").textContent = table?.finding ?? "";
}

// -- one row, one weight ----------------------------------------------------------------------------------------------
const explain = newest(async (signal) => {
  if (!one("model") || !one("table")) return;
  byId("found").setAttribute("aria-busy", "true");
  try {
    const zoom = byId("zoom").value, row = read(byId("row").value);
    const asked = {model: byId("model").value, table: byId("table").value, target: byId("target").value, row, weight, zoom, lang};
    show(await post("/api/explain", asked, signal), zoom);
  } finally {
    if (!signal.aborted) byId("found").removeAttribute("aria-busy");
  }
});

function show(found, zoom) {
  byId("found").hidden = false;
  byId("row").max = found.rows - 1;
  byId("earlier").disabled = found.row === 0;
  byId("later").disabled = found.row === found.rows - 1;
  byId("weight").value = found.weight;
  byId("zoom").value = found.zoom;
  const sure = found.probability === null ? "" : ` (${word("probability", {probability: shown(found.probability, 3)})})`;
  facts(byId("facts"), [["label", `${found.target} = ${found.label}`], ["prediction", found.prediction + sure], ["loss", shown(found.loss, 6)]]);
  weights(found);
  const cells = found.cells.map(([name, text]) => [element("th", {scope: "row"}, name), element("td", {}, text)]);
  byId("cells").replaceChildren(table(["column", "value"], cells));
  chain(found);
  byId("bounded").textContent = found.zoom === zoom ? "" : word("zoom_bounded");
  showCircuit(byId("circuit"), found.frame, word("the_circuit"));
}

const facts = (host, rows) => host.replaceChildren(...rows.map(([name, text]) => element("div", {}, element("dt", {}, word(name)), element("dd", {}, text))));

const table = (head, rows) => element("table", {},
  element("thead", {}, element("tr", {}, head.map((name) => element("th", {scope: "col"}, word(name))))),
  element("tbody", {}, rows.map((cells) => (cells instanceof Element ? cells : element("tr", {}, cells)))));

function weights(found) {
  const rows = found.weights.map(({name, reads, value, gradient}) => element("tr", {class: name === found.weight ? "chosen" : null},
    element("th", {scope: "row"}, element("button", {type: "button", "aria-pressed": String(name === found.weight), onclick: () => look(name)}, name)),
    element("td", {}, reads), element("td", {class: "value number"}, shown(value, 6)), element("td", {class: "gradient number"}, shown(gradient, 6))));
  byId("weights").replaceChildren(table(["weight", "reads", "value", "gradient"], rows));
}

// The derivation as the server set it, the gradient from three sides, and the same as plain text.
function chain(found) {
  const {engine, graph, difference} = found.witnesses, sides = element("dl", {class: "facts witnesses"});
  facts(sides, [["side_graph", shown(graph, 9)], ["side_engine", shown(engine, 9)], ["side_difference", shown(difference, 9)]]);
  sides.append(element("div", {class: found.agrees ? "agrees" : "disagrees"}, element("dd", {}, word(found.agrees ? "sides_agree" : "sides_differ"))));
  const set = new DOMParser().parseFromString(found.mathml, "text/html");
  byId("chain").replaceChildren(...set.querySelectorAll("math"));
  byId("sides").replaceChildren(sides);
  byId("chain-text").textContent = found.text;
}

function look(name) {
  weight = name;
  explain().then(() => byId("weights").querySelector("[aria-pressed=true]")?.focus());
}

// -- choices ----------------------------------------------------------------------------------------------------------
const anew = () => { weight = null; explain(); };

function move(by) {
  byId("row").value = String(Math.max(0, (read(byId("row").value) || 0) + by));
  explain();
}

async function takeIn(kind, id, file) {
  const found = await guarded(() => upload(kind, file));
  if (!found) return;
  showShelf(found, {[id]: found.number});
  anew();
}

byId("form").addEventListener("submit", (event) => event.preventDefault());
byId("model").addEventListener("change", () => { showTargets(); anew(); });
byId("table").addEventListener("change", () => { showTargets(); byId("row").value = "0"; anew(); });
byId("target").addEventListener("change", anew);
byId("row").addEventListener("input", () => explain.later());
byId("zoom").addEventListener("change", () => explain());
byId("weight").addEventListener("change", () => { weight = byId("weight").value.trim() || null; explain(); });
byId("earlier").addEventListener("click", () => move(-1));
byId("later").addEventListener("click", () => move(1));
for (const [kind, id] of [["models", "model"], ["tables", "table"]]) {
  byId(`${id}-file`).addEventListener("change", (event) => event.target.files[0] && takeIn(kind, id, event.target.files[0]));
}

fill(byId("zoom"), given.zooms.map((zoom) => [zoom, word(`zoom_${zoom}`)]));
const found = await guarded(() => get("/api/library"));
if (found) showShelf(found);
explain();
