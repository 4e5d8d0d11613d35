// My model: a saved model, one row of a table, one weight; why it would move, and the circuit of the row's loss.
import {byId, element, fill, get, given, guarded, lang, newest, post, read, stored, showCircuit, shown, upload, word} from "/static/common.js";

import {diverging, enlarged, onScheme, shade} from "/static/colours.js";
import {copyButton, onBack, readLink, writeLink} from "/static/link.js";
import {shareButton} from "/static/share.js";

let weight = null; // the one that is chosen; null: the steepest

// -- what there is ----------------------------------------------------------------------------------------------------
function showLibrary(answer, taken = {}) {
  const {models, tables} = stored(answer);
  for (const [id, things] of [["model", models], ["table", tables]]) {
    const before = taken[id] ?? byId(id).value;
    fill(byId(id), things.map(({number, name}) => [number, name]));
    if (things.some(({number}) => number === before)) byId(id).value = before;
  }
  showTargets();
  const missing = [["no_model", models], ["no_table", tables]].filter(([, things]) => !things.length);
  byId("missing").textContent = missing.map(([name]) => word(name)).join(" ");
  byId("without-model").hidden = !missing.length;
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
  witness.forget();
  if (!one("model") || !one("table")) return;
  byId("explanation").setAttribute("aria-busy", "true");
  if (byId("explanation").hidden) byId("progress").textContent = word("computing", {model: one("model").name, table: one("table").name});
  try {
    const zoom = byId("zoom").value, row = read(byId("row").value);
    const query = {model: byId("model").value, table: byId("table").value, target: byId("target").value, row, weight, zoom, lang};
    const answer = await post("/api/explain", query, signal);
    show(answer, zoom);
    if (!answer.unlabelled) witness({...query, weight: answer.weight});
  } finally {
    if (!signal.aborted) { byId("explanation").removeAttribute("aria-busy"); byId("progress").textContent = ""; }
  }
});

// The other two sides take longer than the picture: they are asked for once it stands.
const witness = newest(async (signal, query) => {
  const frame = byId("circuit").querySelector("iframe.circuit");
  byId("sides").setAttribute("aria-busy", "true");
  await new Promise((stands) => { frame.addEventListener("load", stands); signal.addEventListener("abort", stands); });
  if (signal.aborted) return;
  sides(await post("/api/witnesses", query, signal));
  byId("sides").removeAttribute("aria-busy");
});

function show(answer, zoom) {
  byId("explanation").hidden = false;
  byId("row").max = answer.rows - 1;
  byId("earlier").disabled = answer.row === 0;
  byId("later").disabled = answer.row === answer.rows - 1;
  for (const card of document.querySelectorAll(".labelled")) card.hidden = Boolean(answer.unlabelled);
  const sure = answer.probability === null ? "" : ` (${word("probability", {probability: shown(answer.probability, 3)})})`;
  facts(byId("facts"), [["label", `${answer.target} = ${answer.label}`], ["prediction", answer.prediction + sure],
    ...(answer.unlabelled ? [] : [["loss", shown(answer.loss, 6)]])]);
  const cells = answer.cells.map(([name, text]) => [element("th", {scope: "row"}, name), element("td", {}, text)]);
  byId("cells").replaceChildren(table(["column", "value"], cells));
  byId("unlabelled").textContent = answer.unlabelled ?? "";
  if (answer.unlabelled) return;
  byId("weight").value = answer.weight;
  byId("zoom").value = answer.zoom;
  weights(answer);
  chain(answer);
  images(answer);
  byId("bounded").textContent = answer.zoom === zoom ? "" : word("zoom_bounded");
  showCircuit(byId("circuit"), answer.frame, word("the_circuit"));
  remember();
}

const facts = (host, rows) => host.replaceChildren(...rows.map(([name, text]) => element("div", {}, element("dt", {}, word(name)), element("dd", {}, text))));

const table = (head, rows) => element("table", {},
  element("thead", {}, element("tr", {}, head.map((name) => element("th", {scope: "col"}, word(name))))),
  element("tbody", {}, rows.map((cells) => (cells instanceof Element ? cells : element("tr", {}, cells)))));

function weights(answer) {
  const rows = answer.weights.map(({name, reads, value, gradient}) => element("tr", {class: name === answer.weight ? "chosen" : null},
    element("th", {scope: "row"}, element("button", {type: "button", "aria-pressed": String(name === answer.weight), onclick: () => look(name)}, name)),
    element("td", {}, reads), element("td", {class: "value number"}, shown(value, 6)), element("td", {class: "gradient number"}, shown(gradient, 6))));
  byId("weights").replaceChildren(table(["weight", "reads", "value", "gradient"], rows));
}

// The derivation as the server set it, and the same as plain text.
function chain(answer) {
  const set = new DOMParser().parseFromString(answer.mathml, "text/html");
  byId("chain").replaceChildren(...set.querySelectorAll("math"));
  byId("chain-text").textContent = answer.text;
  witnessed([["side_graph", shown(answer.gradient, 9)], ["side_engine", "…"], ["side_difference", "…"]], "", "…");
}

// The gradient from three sides.
function sides({witnesses: {graph, engine, difference}, agrees, undecided}) {
  const verdict = word(agrees ? "sides_agree" : undecided ? "sides_undecided" : "sides_differ");
  const rows = [["side_graph", shown(graph, 9)], ["side_engine", shown(engine, 9)], ["side_difference", shown(difference, 9)]];
  witnessed(rows, agrees ? "agrees" : "disagrees", undecided ? `${verdict}: ${undecided}` : verdict);
}

function witnessed(rows, css, said) {
  const list = element("dl", {class: "facts witnesses"});
  facts(list, rows);
  list.append(element("div", {class: css}, element("dd", {}, said)));
  byId("sides").replaceChildren(list);
}

// Where the inputs are an image: the row, and the weights into the neuron of the chosen one, each as it lies.
let pictured = [];
function images(answer) {
  pictured = answer.images;
  for (const host of [byId("row-image"), byId("weight-images")]) host.replaceChildren();
  for (const {kind, marked, neuron, ...image} of pictured) {
    const canvas = element("canvas", {role: "img", "aria-label": word(`image_${kind}`, {neuron})});
    enlarged(image, kind === "row" ? shade : (share) => diverging(share, 1), canvas, {marked: marked ?? null});
    byId(kind === "row" ? "row-image" : "weight-images").append(element("figure", {}, canvas, element("figcaption", {}, word(`image_${kind}`, {neuron}))));
  }
}
onScheme(() => images({images: pictured}));

function look(name) {
  weight = name;
  explain().then(() => byId("weights").querySelector("[aria-pressed=true]")?.focus());
}

// -- the address: names of files, as the numbers of the library are those of one start ----------------------------------
let shownPlace = null; // the row and weight that are shown: another one is a place that going back comes to
function remember() {
  const place = `${byId("model").value} ${byId("table").value} ${byId("row").value} ${weight ?? ""}`;
  writeLink({model: one("model")?.name, table: one("table")?.name, target: byId("target").value,
    row: byId("row").value === "0" ? "" : byId("row").value, weight: weight ?? "", zoom: byId("zoom").value === given.zooms[0] ? "" : byId("zoom").value},
  shownPlace !== null && place !== shownPlace);
  shownPlace = place;
}

function arrive() {
  const link = readLink(["model", "table", "target", "row", "weight", "zoom"]) ?? {};
  const named = (id) => stored()[`${id}s`].find(({name}) => name === link[id])?.number;
  const absent = ["model", "table"].filter((id) => link[id] && !named(id));
  const row = link.row ?? "0", zoom = link.zoom ?? given.zooms[0];
  const foreign = !/^\d{1,9}$/.test(row) || !given.zooms.includes(zoom);
  if (absent.length) byId("notes").textContent = word("link_absent", {names: absent.map((id) => link[id]).join(", ")});
  if (foreign) byId("notes").textContent = word("link_refused");
  shownPlace = null;
  const taken = absent.length || foreign ? {} : {model: named("model"), table: named("table")};
  showLibrary(undefined, taken);
  if (!absent.length && !foreign) {
    if (link.target && one("table")?.columns.includes(link.target)) byId("target").value = link.target;
    byId("row").value = row;
    byId("zoom").value = zoom;
    weight = link.weight ?? null;
  }
  explain();
}

// -- choices ----------------------------------------------------------------------------------------------------------
// Another model or table: no number of the one before stays under its name.
const anew = () => { weight = null; byId("explanation").hidden = true; byId("unlabelled").textContent = ""; explain(); };

function move(by) {
  byId("row").value = String(Math.max(0, (read(byId("row").value) || 0) + by));
  explain();
}

async function takeIn(kind, id, file) {
  const answer = await guarded(() => upload(kind, file));
  if (!answer) return;
  showLibrary(answer, {[id]: answer.number});
  anew();
}

async function openExample() {
  byId("example").disabled = true;
  byId("progress").textContent = word("learning_example");
  const answer = await guarded(() => post("/api/example"));
  byId("example").disabled = false;
  byId("progress").textContent = "";
  if (!answer) return;
  showLibrary(answer, answer);
  byId("row").value = "0";
  anew();
}

byId("example").addEventListener("click", openExample);
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
const answer = await guarded(() => get("/api/library"));
if (answer) showLibrary(answer);
byId("form").append(copyButton());
byId("circuit").after(shareButton(() => byId("circuit").querySelector("iframe.circuit")));
onBack(arrive);
arrive();
