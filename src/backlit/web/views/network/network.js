// The network view: a training on the server, its pictures as they come, and the buttons that it obeys.
import {byId, element, fill, get, given, guarded, lang, newest, post, read, say, stored, showCircuit, shown, upload, word} from "/static/common.js";
import {chosen, fillChoices, showLosses, showTables, showTargets} from "./choices.js";
import {curves} from "./curves.js";
import {Picture, told} from "./picture.js";
import {Plane} from "./plane.js";

const KINDS = ["number", "two", "two"]; // by the count of classes; more are "several"
const TABLE_REST = 1000; // milliseconds between two tables of a training that runs

let live = null; // what the server said of the training that is shown, its latest picture, and the parts that draw it

// -- one training -----------------------------------------------------------------------------------------------------
const begin = newest(async (signal) => {
  byId("clock").textContent = word("preparing");
  const found = await post("/api/sessions", chosen(), signal).finally(() => {
    if (live && !signal.aborted) transport(live.picture); // where there will be none, the clock tells of the one before
  });
  end();
  const kind = KINDS[found.classes.length] ?? "several";
  live = {...found, kind, state: null, tabled: 0};
  live.drawn = new Picture(found, (neuron) => live?.plane.peek(neuron));
  live.plane = new Plane(found, {onRow: showRow, onPlane: (plane) => live.drawn.tile(plane)});
  live.feed = listen(found.number);
  showLosses(kind, found.loss);
  byId("size").textContent = word("parameters", {count: found.parameters.toLocaleString("en")});
  byId("row").max = found.count - 1;
  byId("row-view").replaceChildren();
  byId("row-hint").textContent = word("one_row_hint");
  show(found.picture);
  return live;
});

// What is clicked right after a change is meant for the training that the change makes, not for the one that is shown
// until that is there; and where the choices made none, they are asked for once more, so that it is said why.
let arriving = null; // what comes before a training: the list of tables, or a table that is being uploaded
async function ready() {
  if (arriving && !(await arriving)) return undefined;
  return (await begin.ready()) ?? begin();
}

function listen(number) {
  const feed = new EventSource(`/api/sessions/${number}/feed`);
  feed.onmessage = (event) => {
    if (live?.number !== number) return;
    if (live.lost) { live.lost = false; say(""); }
    show(JSON.parse(event.data));
  };
  feed.onerror = () => {
    if (live?.number !== number) return;
    live.lost = true;
    say(word("lost"));
  };
  return feed;
}

function end() {
  if (!live) return;
  live.feed.close();
  live.plane.close();
  navigator.sendBeacon(`/api/sessions/${live.number}/close`, "{}");
  live = null;
}

async function command(name, body) {
  await guarded(() => post(`/api/sessions/${live.number}/${name}`, body));
  if (live?.state === "diverged") say(word("diverged")); // told before the answer came
}

// -- what is shown ----------------------------------------------------------------------------------------------------
function show(picture) {
  const before = live.state;
  Object.assign(live, {picture, state: picture.state});
  transport(picture);
  live.drawn.show(picture.layers, side());
  curves(picture.points, picture.at, live.kind);
  live.plane.ask(picture.state === "running");
  table(picture);
  if (before !== picture.state || picture.state !== "running") announce(picture);
}

const side = () => document.querySelector("input[name=lines]:checked").value;

function transport(picture) {
  const running = picture.state === "running", {points, at, epoch, batch, batches} = picture;
  byId("play").querySelector(".sign").textContent = running ? "❚❚" : "▶";
  byId("play-word").textContent = word(running ? "pause" : "play");
  const told = [`${word("epoch")} `, element("b", {}, epoch.toLocaleString("en"))];
  if (batch) told.push(` · ${word("minibatch", {batch, batches})}`);
  if (running && picture.speed) told.push(` · ${word("epochs_per_second", {speed: shown(picture.speed, 2)})}`);
  told.push(" · ", element("span", {class: picture.state}, word(`state_${picture.state}`)));
  byId("clock").replaceChildren(...told);
  const slider = byId("rewind");
  slider.max = String(points.length - 1);
  if (!going.waiting) slider.value = String(at);
  slider.disabled = points.length < 2;
  slider.setAttribute("aria-valuetext", `${word("epoch")} ${shown(points[at][0])}`);
  byId("told").setAttribute("aria-live", running ? "off" : "polite");
}

// For who does not see the clock: when something has changed, not twenty times a second.
function announce({state, points, at}) {
  const [epoch, loss, score] = points[at];
  const parts = [word(`state_${state}`), `${word("epoch")} ${shown(epoch)}`, `${word("loss_curve")} ${shown(loss)}`,
    `${byId("score-title").textContent} ${shown(score)}`];
  byId("said").textContent = parts.join(", ");
  if (state === "diverged") say(word("diverged"));
}

function table(picture, now = false) {
  if (!byId("table-card").open) return;
  if (picture.state === "running" && !now && performance.now() - live.tabled < TABLE_REST) return;
  live.tabled = performance.now();
  const head = ["name", "value", "gradient"].map((name) => element("th", {scope: "col"}, word(name)));
  const row = (name, value, gradient) => element("tr", {"data-row": name}, element("th", {scope: "row"}, name),
    element("td", {class: "value"}, shown(value, 5)), element("td", {class: "gradient"}, told(gradient)));
  const rows = picture.layers.flatMap(({w, b, dw, db}, at) => [
    ...w.flatMap((from, i) => from.map((value, j) => row(`w[${at + 1}][${i}][${j}]`, value, dw[i][j]))),
    ...b.map((value, j) => row(`b[${at + 1}][${j}]`, value, db[j]))]);
  byId("table").replaceChildren(element("table", {}, element("thead", {}, element("tr", {}, head)), element("tbody", {}, rows)));
}

// -- one row ----------------------------------------------------------------------------------------------------------
const showRow = newest(async (signal, row) => {
  if (!(await ready())) return;
  byId("row").value = row;
  const zoom = byId("zoom").value, found = await post(`/api/sessions/${live.number}/row`, {row, zoom, lang}, signal);
  const {picture} = live, epoch = shown(picture.points[picture.at][0]);
  byId("zoom").value = found.zoom;
  byId("row-hint").textContent = word("row_loss", {row: found.row, epoch, loss: shown(found.loss, 6)});
  if (found.zoom !== zoom) byId("row-hint").append(` ${word("zoom_bounded")}`);
  live.plane.choose(found.row);
  showCircuit(byId("row-view"), found.frame, word("one_row"));
});

// -- buttons and keys -------------------------------------------------------------------------------------------------
const pace = () => ({pace: Number(byId("pace").value)});
const train = async () => (await ready()) && command("play", pace());
const step = async () => (await ready()) && command("step");
const toggle = () => (live?.state === "running" ? command("pause") : train());

// The slider runs ahead of the server: only where it stands when the last answer has come is asked for.
const going = {waiting: false, to: null};
async function go() {
  going.to = Number(byId("rewind").value);
  if (going.waiting) return;
  going.waiting = true;
  while (going.to !== null) {
    const at = going.to;
    going.to = null;
    await command("go", {at});
  }
  going.waiting = false;
}

let taken = null; // the table that was uploaded last
async function takeIn(file) {
  const coming = arriving = guarded(() => upload("tables", file));
  const found = await coming;
  if (arriving === coming) arriving = null;
  if (!found) return;
  taken = found.number;
  showTables(stored(found).tables, taken);
  anyLoss();
  begin();
}

const KEYS = {" ": toggle, ".": step};
document.addEventListener("keydown", (event) => {
  const busy = event.target.closest("input, select, textarea, button, summary, a, [role=button]");
  if (busy || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});

byId("play").addEventListener("click", toggle);
byId("step").addEventListener("click", step);
byId("restart").addEventListener("click", () => begin());
byId("pace").addEventListener("change", () => live?.state === "running" && command("play", pace()));
byId("rewind").addEventListener("input", go);
byId("file").addEventListener("change", (event) => event.target.files[0] && takeIn(event.target.files[0]));
const anyLoss = () => fill(byId("loss"), [["", ""]]); // the natural one of other data
byId("choices").addEventListener("change", (event) => {
  if (event.target.id === "file") return;
  if (event.target.id === "data") showTargets();
  if (event.target.id === "data" || event.target.id === "target") {
    begin.forget(); // an answer about the other data would choose its loss
    anyLoss();
  }
  begin.later();
});
byId("choices").addEventListener("submit", (event) => event.preventDefault());
document.querySelectorAll("input[name=lines]").forEach((choice) => choice.addEventListener("change", () => live?.drawn.show(live.picture.layers, side())));
byId("row-form").addEventListener("submit", (event) => { event.preventDefault(); showRow(read(byId("row").value)); });
byId("zoom").addEventListener("change", () => byId("row-view").firstChild && showRow(read(byId("row").value)));
byId("table-card").addEventListener("toggle", () => live && table(live.picture, true));
addEventListener("pagehide", end);
addEventListener("pageshow", (event) => event.persisted && location.reload());

fillChoices();
fill(byId("zoom"), given.zooms.map((zoom) => [zoom, word(`zoom_${zoom}`)]));
const listed = arriving = guarded(() => get("/api/library"));
const {tables} = stored(await listed);
if (arriving === listed) arriving = null;
if (taken === null) {
  showTables(tables, tables.find((own) => own.target)?.number);
  begin();
}
