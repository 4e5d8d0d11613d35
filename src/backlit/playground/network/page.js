// The page that trains a network: choices, a worker that trains, the plane of its answers and the curve of its loss.
const MOST_FRAGMENT = 2000, CHECKED = ["data", "hidden", "gate", "loss", "optimizer", "rate", "penalty", "batch", "init", "seed"], TYPED = ["hidden", "rate", "penalty", "batch", "seed"];
const {given, words} = JSON.parse(document.getElementById("given").textContent);
const byId = (id) => document.getElementById(id);
const COLOURS = [[0, 114, 178], [213, 94, 0], [0, 158, 115]];
let worker = null, last = null;

function fill(id, options, chosen) {
  byId(id).replaceChildren(...options.map(([value, text]) => Object.assign(document.createElement("option"), {value, textContent: text, selected: value === chosen})));
}

// -- choices: each is one of a list, or a number within bounds ---------------------------------------------------------
const problem = () => given.problems[byId("data").value];
const fillLosses = (chosen) => fill("loss", given.endings[problem().kind].losses.map((name) => [name, name.replaceAll("_", " ")]), chosen);
const whole = (text, [low, high]) => (/^\d+$/.test(text) && Number(text) >= low && Number(text) <= high ? Number(text) : null);

// What is chosen, or null and a line about the first choice that is out of bounds.
function chosen() {
  const hidden = byId("hidden").value.split(/[\s,]+/).filter(Boolean).map((text) => whole(text, given.bounds.neurons));
  const [rate, penalty] = ["rate", "penalty"].map((id) => (byId(id).value.trim() ? Number(byId(id).value.replace(",", ".")) : NaN)), batch = whole(byId("batch").value, given.bounds.batch), seed = whole(byId("seed").value, given.bounds.seed);
  const wrong = hidden.length > given.bounds.layers[1] || hidden.includes(null) ? "hidden" : !(rate > 0 && rate <= given.bounds.rate) ? "rate" : !(penalty >= 0 && penalty <= given.bounds.penalty) ? "penalty" : batch === null ? "batch" : seed === null ? "seed" : "";
  for (const id of TYPED) byId(id).setAttribute("aria-invalid", String(id === wrong));
  byId("problem").textContent = wrong && words[`needs_${wrong}`];
  if (wrong) return null;
  return {data: byId("data").value, hidden, gate: byId("gate").value, loss: byId("loss").value, optimizer: byId("optimizer").value, rate, penalty, batch, init: byId("init").value, seed};
}

// The choices of a link, each checked before any is taken; false where something is none of this page's.
function take(text) {
  const parts = new URLSearchParams(text);
  if (text.length > MOST_FRAGMENT || [...parts.keys()].some((name) => !CHECKED.includes(name))) return false;
  const listed = {data: Object.keys(given.problems), gate: given.gates, optimizer: given.optimizers, init: given.inits};
  if (Object.entries(listed).some(([id, names]) => parts.has(id) && !names.includes(parts.get(id)))) return false;
  const ending = given.endings[given.problems[parts.get("data") ?? byId("data").value].kind];
  if (parts.has("loss") && !ending.losses.includes(parts.get("loss"))) return false;
  if (TYPED.some((id) => parts.has(id) && !/^[\d., e-]*$/.test(parts.get(id)))) return false;
  for (const [id, value] of parts) if (id !== "loss") byId(id).value = value;
  fillLosses(parts.get("loss"));
  return true;
}

// -- the worker: its script stands in the page as text ---------------------------------------------------------------
const script = URL.createObjectURL(new Blob([byId("training").textContent], {type: "text/javascript"}));

function begin() {
  const choices = chosen();
  if (!choices) return;
  const {rows, targets, kind, outputs} = problem(), {gate: outputGate} = given.endings[kind];
  worker?.terminate();
  worker = new Worker(script);
  worker.onmessage = ({data}) => { last = data; show(); };
  const dense = targets.map((target) => (outputs > 1 ? Array.from({length: outputs}, (_, at) => Number(at === target)) : [target]));
  worker.postMessage({begin: {...choices, rows, targets: dense, outputs, outputGate}});
  const text = String(new URLSearchParams({...choices, hidden: choices.hidden.join(",")}));
  history.replaceState(null, "", `#${text}`);
  for (const link of document.querySelectorAll("a.language")) link.href = `${link.href.split("#")[0]}#${text}`;
}

function show() {
  byId("play").textContent = last.running ? words.pause : words.play;
  byId("clock").textContent = words.clock.replace("{epoch}", last.epoch).replace("{loss}", Number(last.loss.toPrecision(4)));
  if (last.diverged) byId("problem").textContent = words.diverged;
  drawPlane();
  drawCurve();
}

// -- pictures ---------------------------------------------------------------------------------------------------------
const mixed = (shares) => [0, 1, 2].map((at) => shares.reduce((sum, share, colour) => sum + share * COLOURS[colour][at], 0));
const sharesOf = (answers, kind) => (kind === "several" ? answers : kind === "two" ? [1 - answers[0], answers[0]] : [1 / (1 + Math.exp(2 * answers[0])), 1 / (1 + Math.exp(-2 * answers[0]))]);

function drawPlane() {
  const {rows, targets, kind, outputs} = problem(), {side, answers, extent: [[left, right], [bottom, top]]} = last;
  const canvas = byId("plane"), context = canvas.getContext("2d"), small = document.createElement("canvas"), size = canvas.width;
  small.width = small.height = side;
  const inner = small.getContext("2d"), image = inner.createImageData(side, side);
  for (let at = 0; at < side * side; at += 1) {
    const colour = mixed(sharesOf(answers.slice(at * outputs, (at + 1) * outputs), kind));
    image.data.set([...colour.map((part) => 255 - (255 - part) * 0.55), 255], 4 * at);
  }
  inner.putImageData(image, 0, 0);
  context.drawImage(small, 0, 0, size, size);
  rows.forEach(([x, y], at) => {
    const target = targets[at], colour = kind === "number" ? mixed(sharesOf([target], kind)) : COLOURS[target];
    context.beginPath();
    context.arc((x - left) / (right - left) * size, (top - y) / (top - bottom) * size, size / 90, 0, 7);
    context.fillStyle = `rgb(${colour.map(Math.round).join(" ")})`;
    context.fill();
    context.strokeStyle = "#ffffff";
    context.lineWidth = size / 320;
    context.stroke();
  });
}

function drawCurve() {
  const {costs} = last, line = byId("line"), most = Math.max(...costs, 1e-12), every = Math.max(1, Math.ceil(costs.length / 400));
  const points = costs.filter((_, at) => at % every === 0 || at === costs.length - 1).map((cost, at, all) => `${(all.length > 1 ? at / (all.length - 1) * 300 : 0).toFixed(1)},${(98 - cost / most * 94).toFixed(1)}`);
  line.setAttribute("points", points.join(" "));
  byId("most").textContent = costs.length ? `0 – ${Number(most.toPrecision(3))}` : "";
}

// -- the form ---------------------------------------------------------------------------------------------------------
fill("data", Object.keys(given.problems).map((name) => [name, words[`toy_${name}`]]), "moons");
for (const [id, names, first] of [["gate", given.gates, "tanh"], ["optimizer", given.optimizers, "adam"], ["init", given.inits, "glorot"]]) fill(id, names.map((name) => [name, name]), first);
fillLosses();
if (!take(location.hash.slice(1))) byId("notes").textContent = words.refused;
byId("form").addEventListener("submit", (event) => event.preventDefault());
byId("form").addEventListener("change", ({target}) => {
  if (target.id === "data") fillLosses();
  byId("notes").textContent = "";
  begin();
});
byId("play").addEventListener("click", () => worker?.postMessage({run: !last?.running}));
byId("step").addEventListener("click", () => worker?.postMessage({run: false, step: true}));
byId("restart").addEventListener("click", begin);
addEventListener("hashchange", () => {
  if (take(location.hash.slice(1))) begin();
  else byId("notes").textContent = words.refused;
});
begin();
