// What a person chooses for the network: data, layers, loss and how it is trained, as the server takes it.
import {byId, element, fill, given, read, word} from "/static/common.js";

const FIRST = [[4, "tanh"], [4, "tanh"]], PACES = [["2", "pace_slow"], ["20", "pace_middle"], ["100", "pace_fast"], ["0", "pace_full"]];
const layers = byId("layers");
let tables = [];

const changed = () => byId("choices").dispatchEvent(new Event("change"));

// -- layers -----------------------------------------------------------------------------------------------------------
function layerFields([width, gate]) {
  const gates = element("select", {"aria-label": word("gate")});
  fill(gates, given.gates.map((name) => [name, name]), gate);
  const row = element("div", {class: "layer", role: "group"},
    element("input", {type: "number", min: 1, max: given.mostNeurons, value: width, "aria-label": word("neurons")}), gates,
    element("button", {type: "button", onclick: () => remove(row)}, "×"));
  return row;
}

function remove(row) {
  row.remove();
  numbered();
  byId("add-layer").focus();
  changed();
}

function numbered() {
  [...layers.children].forEach((row, at) => {
    const number = at + 1, button = row.querySelector("button");
    row.setAttribute("aria-label", word("layer", {number}));
    button.title = word("remove_layer", {number});
    button.setAttribute("aria-label", button.title);
  });
  byId("add-layer").disabled = layers.children.length >= given.mostLayers;
}

function add() {
  const last = [...layers.children].at(-1);
  layers.append(layerFields(last ? [4, last.querySelector("select").value] : FIRST[0]));
  numbered();
  changed();
}

// -- data -------------------------------------------------------------------------------------------------------------
export const table = () => tables.find(({number}) => byId("data").value === `table:${number}`);

const group = (label, options) => element("optgroup", {label}, options.map(([value, text]) => element("option", {value}, text)));

// Lists what there is to learn from; a table that was just taken in is chosen.
export function showTables(listed, chosen) {
  const data = byId("data"), before = chosen ? `table:${chosen}` : data.value;
  tables = listed;
  data.replaceChildren(group(word("toy_data"), given.toys.map((name) => [name, word(`toy_${name}`)])));
  if (tables.length) data.append(group(word("your_tables"), tables.map(({number, name}) => [`table:${number}`, name])));
  if (before) data.value = before;
  showTargets();
}

export function showTargets() {
  const selected = table();
  byId("target-label").hidden = !selected;
  byId("finding").textContent = selected?.finding ?? "";
  if (selected) fill(byId("target"), selected.columns.map((name) => [name, name]), selected.target ?? selected.columns.at(-1));
}

// -- losses -----------------------------------------------------------------------------------------------------------
// Offers the losses that go with the target: two classes, several, or a number.
export function showLosses(kind, chosen) {
  fill(byId("loss"), given.losses[kind].map((name) => [name, name.replaceAll("_", " ")]), chosen);
}

// -- the whole form ---------------------------------------------------------------------------------------------------
export function fillChoices() {
  layers.replaceChildren(...FIRST.map(layerFields));
  numbered();
  fill(byId("optimizer"), given.optimizers.map((name) => [name, name]), "adam");
  fill(byId("init"), given.inits.map((name) => [name, name]), "glorot");
  fill(byId("pace"), PACES.map(([value, name]) => [value, word(name)]), "20");
  byId("add-layer").addEventListener("click", add);
}

// The mend of a diagnosis: the choices that it changes.
export function choose({hidden, ...others}) {
  if (hidden) {
    layers.replaceChildren(...hidden.map(layerFields));
    numbered();
  }
  for (const [id, value] of Object.entries(others)) byId(id).value = String(value);
  changed();
}

// As a link says them: a table by its name, since its number is of one start of the page.
export function described() {
  const {table: number, ...others} = chosen();
  return JSON.stringify(number === undefined ? others : {...others, table: table().name});
}

// Choices as a link says them, as the server takes them; null where they are none of this page's, or about no table of it.
export function posted(text) {
  let said;
  try { said = JSON.parse(text); } catch { return null; }
  if (said === null || typeof said !== "object" || Array.isArray(said)) return null;
  const {table: name, ...others} = said, own = tables.find((one) => one.name === name);
  return name === undefined ? others : own ? {...others, table: own.number} : null;
}

// The choices that a link says, each checked before any is taken; false where one is none of this page's.
export function restored(text) {
  let said;
  try { said = JSON.parse(text); } catch { return false; }
  if (said === null || typeof said !== "object" || Array.isArray(said)) return false;
  const {hidden = [], data, table: name, target, loss = "", ...others} = said, numbers = ["rate", "batch", "penalty", "held", "seed"];
  const own = tables.find((one) => one.name === name), gates = new Set(given.gates), losses = Object.values(given.losses).flat();
  const layer = (one) => Array.isArray(one) && Number.isInteger(one[0]) && one[0] >= 1 && one[0] <= given.mostNeurons && gates.has(one[1]);
  const known = Object.entries(others).every(([id, value]) => numbers.includes(id) ? Number.isFinite(value)
    : ["optimizer", "init"].includes(id) && given[`${id}s`].includes(value));
  const source = name === undefined ? given.toys.includes(data) : own && own.columns.includes(target);
  if (!known || !source || !Array.isArray(hidden) || hidden.length > given.mostLayers || !hidden.every(layer) || (loss && !losses.includes(loss))) return false;
  layers.replaceChildren(...hidden.map(layerFields));
  numbered();
  byId("data").value = own ? `table:${own.number}` : data;
  showTargets();
  if (own) byId("target").value = target;
  fill(byId("loss"), [[loss, loss.replaceAll("_", " ")]]);
  for (const [id, value] of Object.entries(others)) byId(id).value = String(value);
  return true;
}

// What is posted; a number that is none goes as null, so that the server says what it needs.
export function chosen() {
  const selected = table(), number = (id) => read(byId(id).value);
  return {
    ...(selected ? {table: selected.number, target: byId("target").value} : {data: byId("data").value}),
    hidden: [...layers.children].map((row) => [read(row.querySelector("input").value), row.querySelector("select").value]),
    loss: byId("loss").value,
    optimizer: byId("optimizer").value,
    init: byId("init").value,
    ...Object.fromEntries(["rate", "batch", "penalty", "held", "seed"].map((id) => [id, number(id)])),
  };
}
