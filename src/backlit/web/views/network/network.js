// The network view: a training on the server, its pictures as they come, and its buttons.
import {byId, element, fill, get, given, guarded, lang, newest, post, read, showProblem, stored, showCircuit, shown, upload, word} from "/static/common.js";
import {copyButton, onBack, readLink, writeLink} from "/static/link.js";
import {shareButton} from "/static/share.js";
import {Beside} from "./beside.js";
import {choose, chosen, described, fillChoices, restored, showLosses, showTables, showTargets} from "./choices.js";
import {curves} from "./curves.js";
import {keeping} from "./keeping.js";
import {Picture, gradientText} from "./picture.js";
import {Plane} from "./plane.js";
import {Why} from "./why.js";

const KINDS = ["number", "two", "two"]; // by the count of classes; more are "several"
const TABLE_REST = 1000; // milliseconds between two tables of a training that runs

let linked = false; // whether the address has had choices of this visit
let session = null; // the training that is shown: the server's description, its latest picture, and the parts that draw it

// -- one training -----------------------------------------------------------------------------------------------------
const begin = newest(async (signal) => {
  byId("clock").textContent = word("preparing");
  const choices = chosen(), answer = await post("/api/sessions", choices, signal).finally(() => {
    if (session && !signal.aborted) transport(session.picture); // where there will be none, the clock shows the one before
  });
  end();
  const kind = KINDS[answer.classes.length] ?? "several";
  session = {...answer, kind, state: null, tabled: 0};
  session.drawn = new Picture(answer, (neuron) => session?.plane.peek(neuron));
  session.plane = new Plane(answer, {onRow: showRow, onPlane: (plane) => session.drawn.tile(plane)});
  session.why = new Why(session, mend);
  session.feed = listen(answer.number, (picture) => session?.number === answer.number && show(picture));
  showLosses(kind, answer.loss);
  if (!(await beside.begin(session, choices, signal))) byId("notes").textContent = word("beside_gone");
  writeLink({choices: described(), beside: beside.said ?? ""}, linked);
  linked = true;
  byId("size").textContent = word("parameters", {count: answer.parameters.toLocaleString("en")});
  byId("row").max = answer.count - 1;
  byId("row-view").replaceChildren();
  byId("row-hint").textContent = word("one_row_hint");
  show(answer.picture);
  return session;
});

// What is clicked right after a change is meant for the training that the change makes, not for the one that is shown
// until that is there; and where the choices made none, they are sent once more, so that the problem is shown.
let arriving = null; // what comes before a training: the list of tables, or a table that is being uploaded
async function ready() {
  if (arriving && !(await arriving)) return undefined;
  return (await begin.ready()) ?? begin();
}

function listen(number, onPicture) {
  const feed = new EventSource(`/api/sessions/${number}/feed`);
  const current = () => session && (session.number === number || beside.run?.number === number);
  feed.onmessage = (event) => {
    if (!current()) return;
    if (session.lost) { session.lost = false; showProblem(""); }
    onPicture(JSON.parse(event.data));
  };
  feed.onerror = () => {
    if (!current()) return;
    session.lost = true;
    showProblem(word("lost"));
  };
  return feed;
}

// A second run, where there is one, moves with the one in hand.
const beside = new Beside({listen, onRow: (row) => showRow(row), onPicture: () => {
  if (session.picture.state === "running") return; // its own next picture draws both
  transport(session.picture);
  compared(session.picture);
}});

function compared(picture) {
  curves([picture, ...beside.runs], session.kind);
  beside.show(picture);
}

function end() {
  if (!session) return;
  session.feed.close();
  session.plane.close();
  beside.end();
  navigator.sendBeacon(`/api/sessions/${session.number}/close`, "{}");
  session = null;
}

async function command(name, body) {
  await guarded(() => post(`/api/sessions/${session.number}/${name}`, body));
  if (session?.state === "diverged") showProblem(word("diverged")); // its picture came before the answer
}

// -- what is shown ----------------------------------------------------------------------------------------------------
function show(picture) {
  const before = session.state;
  Object.assign(session, {picture, state: picture.state});
  transport(picture);
  session.drawn.show(picture, side());
  compared(picture);
  session.plane.ask(picture.state === "running");
  table(picture);
  session.why.show(picture);
  if (before !== picture.state || picture.state !== "running") announce(picture);
}

const side = () => document.querySelector("input[name=lines]:checked").value;

function transport(picture) {
  const running = picture.state === "running", any = running || beside.running, {points, at, epoch, batch, batches} = picture;
  byId("play").querySelector(".sign").textContent = any ? "❚❚" : "▶";
  byId("play-word").textContent = word(any ? "pause" : "play");
  const parts = [`${word("epoch")} `, element("b", {}, epoch.toLocaleString("en"))];
  if (batch) parts.push(` · ${word("minibatch", {batch, batches})}`);
  if (running && picture.speed) parts.push(` · ${word("epochs_per_second", {speed: shown(picture.speed, 2)})}`);
  parts.push(" · ", element("span", {class: picture.state}, word(`state_${picture.state}`)));
  byId("clock").replaceChildren(...parts);
  const slider = byId("rewind");
  slider.max = String(points.length - 1);
  if (!going.waiting) slider.value = String(at);
  slider.disabled = points.length < 2;
  slider.setAttribute("aria-valuetext", `${word("epoch")} ${shown(points[at][0])}`);
  byId("selection").setAttribute("aria-live", running ? "off" : "polite");
}

// For who does not see the clock: when something has changed, not twenty times a second.
function announce({state, points, at}) {
  const [epoch, loss, score] = points[at];
  const parts = [word(`state_${state}`), `${word("epoch")} ${shown(epoch)}`, `${word("loss_curve")} ${shown(loss)}`,
    `${byId("score-title").textContent} ${shown(score)}`];
  byId("announcement").textContent = parts.join(", ");
  if (state === "diverged") showProblem(word("diverged"));
}

function table(picture, now = false) {
  if (!byId("table-card").open) return;
  if (picture.state === "running" && !now && performance.now() - session.tabled < TABLE_REST) return;
  session.tabled = performance.now();
  const head = ["name", "value", "gradient"].map((name) => element("th", {scope: "col"}, word(name)));
  const row = (name, value, gradient) => element("tr", {"data-row": name}, element("th", {scope: "row"}, name),
    element("td", {class: "value"}, shown(value, 5)), element("td", {class: "gradient"}, gradientText(gradient)));
  const rows = picture.layers.flatMap(({w, b, dw, db}, at) => [
    ...w.flatMap((from, i) => from.map((value, j) => row(`w[${at + 1}][${i}][${j}]`, value, dw[i][j]))),
    ...b.map((value, j) => row(`b[${at + 1}][${j}]`, value, db[j]))]);
  byId("table").replaceChildren(element("table", {}, element("thead", {}, element("tr", {}, head)), element("tbody", {}, rows)));
}

// -- one row ----------------------------------------------------------------------------------------------------------
const showRow = newest(async (signal, row) => {
  if (!(await ready())) return;
  byId("row").value = row;
  const zoom = byId("zoom").value, answer = await post(`/api/sessions/${session.number}/row`, {row, zoom, lang}, signal);
  const {picture} = session, epoch = shown(picture.points[picture.at][0]);
  byId("zoom").value = answer.zoom;
  byId("row-hint").textContent = word("row_loss", {row: answer.row, epoch, loss: shown(answer.loss, 6)});
  if (answer.zoom !== zoom) byId("row-hint").append(` ${word("zoom_bounded")}`);
  session.plane.choose(answer.row);
  session.drawn.showImage(answer.image);
  showCircuit(byId("row-view"), answer.frame, word("one_row"));
});

// The neuron that is pinned, at the row that is shown, or the first one.
const showNeuron = newest(async (signal) => {
  const {layer, to: at} = session.drawn.pinned, row = read(byId("row").value) || 0;
  const answer = await post(`/api/sessions/${session.number}/neuron`, {row, layer, at, lang}, signal);
  byId("row-hint").textContent = word("neuron_opened", {name: `a[${layer}][${at}]`, row, value: shown(answer.value, 6)});
  showCircuit(byId("row-view"), answer.frame, `a[${layer}][${at}]`).scrollIntoView({block: "center"});
});

// -- buttons and keys -------------------------------------------------------------------------------------------------
const pace = () => ({pace: Number(byId("pace").value)});
const train = async () => (await ready()) && command("play", pace());
const step = async () => (await ready()) && command("step");
const toggle = () => (session?.state === "running" || beside.running ? command("pause") : train());

// A mend begins anew, with the choices that it changes, and trains at once.
async function mend(choices) {
  choose(choices);
  await train();
}

// The slider runs ahead of the server: only where it stands when the last answer has come is requested.
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
  const answer = await coming;
  if (arriving === coming) arriving = null;
  if (!answer) return;
  taken = answer.number;
  showTables(stored(answer).tables, taken);
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
byId("compare").addEventListener("click", async () => { if (await ready()) { beside.take(described()); await begin(); } });
byId("alone").addEventListener("click", () => {
  beside.take("null");
  beside.end();
  writeLink({choices: described()});
  compared(session.picture);
});
byId("restart").addEventListener("click", () => begin());
byId("pace").addEventListener("change", () => session?.state === "running" && command("play", pace()));
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
document.querySelectorAll("input[name=lines]").forEach((choice) => choice.addEventListener("change", () => session?.drawn.show(session.picture, side())));
byId("row-form").addEventListener("submit", (event) => { event.preventDefault(); showRow(read(byId("row").value)); });
byId("zoom").addEventListener("change", () => byId("row-view").firstChild && showRow(read(byId("row").value)));
byId("why-card").addEventListener("toggle", () => session?.why.show({...session.picture, state: "paused"}));
byId("open-neuron").addEventListener("click", () => showNeuron());
byId("diagnose").addEventListener("click", () => session?.why.diagnose());
byId("table-card").addEventListener("toggle", () => session && table(session.picture, true));
addEventListener("pagehide", end);
addEventListener("pageshow", (event) => event.persisted && location.reload());

// The choices are those of the address where it has some; going back goes back to the choices before.
function arrive() {
  const link = readLink(["choices", "beside"]);
  if (link?.choices && !restored(link.choices)) byId("notes").textContent = word("link_refused");
  if (!beside.take(link?.beside ?? "null") && link?.beside) byId("notes").textContent = word("link_refused");
  linked = false;
  begin();
}

fillChoices();
byId("choices").append(copyButton());
keeping(ready, () => {
  const {pinned} = session.drawn, row = read(byId("row").value), {kind, layer, from, to} = pinned ?? {};
  return {row: row > 0 ? row : "", weight: kind === "w" ? `w[${layer}][${from}][${to}]` : kind === "b" ? `b[${layer}][${to}]` : ""};
});
byId("row-view").after(shareButton(() => byId("row-view").querySelector("iframe.circuit")));
onBack(arrive);
fill(byId("zoom"), given.zooms.map((zoom) => [zoom, word(`zoom_${zoom}`)]));
const listed = arriving = guarded(() => get("/api/library"));
const {tables} = stored(await listed);
if (arriving === listed) arriving = null;
if (taken === null) {
  showTables(tables, tables.find((table) => table.target)?.number);
  arrive();
}
