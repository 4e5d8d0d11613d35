// Why learning is slow: both costs from one start, epoch by epoch, with the factors of their gradients.
import {byId, element, get, given, newest, onEnter, read, shown, word} from "/static/common.js";
import {chart, ends, legend} from "/static/chart.js";
import {copyButton, onBack, readLink, writeLink} from "/static/link.js";

const COSTS = ["quadratic", "cross_entropy"];
const FACTORS = [["error", "c-red", "v-red"], ["slope", "c-green", "v-green"], ["x", "c-soft", "v-soft"]];
const REPLAY = 8; // seconds
const REACH = 8; // of z, each way, on the picture of the sigmoid
const HALF = {width: 360, height: 190}, NARROW = matchMedia("(max-width: 34rem)");

const dials = ["w", "b", "rate", "epochs", "match"].map(byId), [w, b] = dials;
const when = byId("when"), play = byId("play");
const sigmoid = (z) => 1 / (1 + Math.exp(-z));
let costs = null, cards = [], playing = 0;

// -- one cost: its product, its bars, its curves ------------------------------------------------------------------------
const column = {error: "error", slope: "slope", x: "input", dcdw: "gradient"};
const sides = (cost) => FACTORS.filter(([name]) => cost === "quadratic" || name !== "slope");
const pairs = (values) => values.map((value, epoch) => [epoch, value]);

function titled(word_, host) {
  return element("div", {}, element("h3", {}, word(word_)), host);
}

function bar(name, css, absent) {
  const fill = element("i", {class: css}), number = element("b", {});
  const row = element("div", {class: absent ? "factor absent" : "factor"}, element("span", {}, word(name)),
    element("span", {class: "track", "aria-hidden": "true"}, fill), absent ? element("small", {}, word("no_slope")) : number);
  const put = (value) => {
    fill.style.width = `${100 * Math.min(1, Math.abs(value))}%`;
    number.textContent = shown(value);
  };
  return {row, put: absent ? () => {} : put};
}

function card(cost, data) {
  const product = element("p", {class: "product"}), verdict = element("p", {class: "soft"}, below(data));
  const bars = [...FACTORS, ["dcdw", "c-purple"]].map(([name, css]) => ({name, ...bar(name, css, cost !== "quadratic" && name === "slope")}));
  const [output, where, factors] = [0, 1, 2].map(() => element("div"));
  const last = data.output.length - 1, x = [0, last];
  const steps = Array.from({length: 8 * REACH + 1}, (_, at) => at / 4 - REACH);
  const charts = {
    output: chart(output, {label: word("output_curve"), x, y: [0, 1], lines: [{points: pairs(data.output), css: "c-blue"}], ...HALF}),
    where: chart(where, {label: word("on_sigmoid"), x: [-REACH, REACH], y: [-0.05, 1.05],
      lines: [{points: steps.map((z) => [z, sigmoid(z)]), css: "c-soft"}], ...HALF}),
    factors: chart(factors, {label: word("factors"), x, y: ends([0, 1, ...data.gradient, ...data.error], 0.02),
      lines: [...sides(cost).map(([name, css]) => ({points: pairs(data[column[name]]), css, dashed: name === "x"})),
        {points: pairs(data.gradient), css: "c-purple", dashed: cost !== "quadratic"}], ...HALF, width: NARROW.matches ? 360 : 760}),
  };
  const names = [...sides(cost).map(([name, css]) => ({name: word(name), css, dashed: name === "x"})), {name: word("dcdw"), css: "c-purple", dashed: cost !== "quadratic"}];
  const section = element("section", {class: "card cost", "data-cost": cost, "aria-label": word(cost)},
    element("header", {}, element("h2", {}, word(cost)), element("span", {class: "soft"}, `η = ${shown(data.rate)}`), verdict),
    product, element("div", {class: "factors"}, bars.map(({row}) => row)),
    element("div", {class: "pair"}, titled("output_curve", output), titled("on_sigmoid", where)),
    element("div", {}, titled("factors", factors), legend(names)));
  return {section, show: (epoch) => showEpoch(cost, data, epoch, {product, bars, charts})};
}

function below(data) {
  return data.below_half === null ? word("never_below") : word("below_half", {epoch: data.below_half});
}

const bracketed = (value) => (value < 0 ? `(${shown(value)})` : shown(value));

function showEpoch(cost, data, epoch, {product, bars, charts}) {
  const at = (name) => data[column[name]][epoch], a = data.output[epoch];
  const numbers = sides(cost).flatMap(([name, , css], factor) => [factor ? " × " : "", element("span", {class: css}, bracketed(at(name)))]);
  const symbols = sides(cost).map(([name]) => (name === "error" ? `(${word(name)})` : word(name))).join(" · ");
  const slowed = cost === "quadratic" && at("slope") < 0.1 && a > 0.5;
  product.replaceChildren(`${word("dcdw")} = ${symbols}`, element("br"), "= ", ...numbers, " = ", element("strong", {class: "v-purple"}, shown(at("dcdw"))),
    element("small", {}, slowed ? word("small_slope") : "\u00a0"));
  bars.forEach(({name, put}) => put(at(name)));
  charts.output.mark(epoch, [{at: [epoch, a], css: "c-blue"}]);
  charts.factors.mark(epoch, [...sides(cost), ["dcdw", "c-purple"]].map(([name, css]) => ({at: [epoch, at(name)], css})));
  const z = Math.max(-REACH, Math.min(REACH, Math.log(a / (1 - a)))), rise = data.slope[epoch];
  charts.where.mark(null, [{at: [z, a], css: "c-blue"}],
    [{from: [z - 1.6, a - 1.6 * rise], to: [z + 1.6, a + 1.6 * rise], css: "c-green"}]);
}

// -- time -----------------------------------------------------------------------------------------------------------------
function show(epoch) {
  when.value = epoch;
  byId("epoch-number").textContent = epoch;
  for (const each of cards) each.show(epoch);
}

function stop() {
  cancelAnimationFrame(playing);
  playing = 0;
  byId("play-word").textContent = word("replay");
  play.querySelector(".sign").textContent = "▶";
}

// Where a replay comes to rest is a place that the address keeps.
function rest() {
  stop();
  remember();
}

function replay() {
  if (playing) return rest();
  const last = Number(when.max), from = Number(when.value) >= last ? 0 : Number(when.value);
  let begun = null;
  const frame = (now) => {
    begun ??= now;
    const epoch = Math.min(last, from + Math.floor((now - begun) / 1000 * last / REPLAY));
    show(epoch);
    if (epoch < last) playing = requestAnimationFrame(frame);
    else rest();
  };
  playing = requestAnimationFrame(frame);
  byId("play-word").textContent = word("pause");
  play.querySelector(".sign").textContent = "❚❚";
  return undefined;
}

// -- the address ------------------------------------------------------------------------------------------------------
// The dials as they are at the start, where the address says nothing of them.
const start = () => ({w: given.starts.at(-1)[0], b: given.starts.at(-1)[1], rate: given.rate, epochs: given.epochs, match: "rate", at: 0});

function remember(visited = false) {
  const first = start(), now = {...Object.fromEntries(dials.map((dial) => [dial.id, dial.value])), at: when.value};
  writeLink(Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== String(first[name]))), visited);
}

// A number within the dial's own ends, or null; how the two costs are matched is one of the two.
function allowed(name, text) {
  if (name === "match") return [...byId("match").options].some(({value}) => value === text) ? text : null;
  const number = read(text), {min, max} = name === "at" ? {min: 0, max: given.mostEpochs} : byId(name);
  const within = Number.isFinite(number) && (min === "" || number >= Number(min)) && (max === "" || number <= Number(max));
  return within && (name === "rate" ? number > 0 : true) ? String(number) : null;
}

function arrive() {
  const link = readLink([...dials.map(({id}) => id), "at"]) ?? {};
  const asked = Object.entries(link).map(([name, text]) => [name, allowed(name, text)]);
  if (asked.some(([, value]) => value === null)) {
    byId("notes").textContent = word("link_refused");
    asked.length = 0;
  }
  const {at, ...values} = {...start(), ...Object.fromEntries(asked)};
  for (const dial of dials) dial.value = values[dial.id];
  when.max = values.epochs;
  when.value = at;
  showDials();
  ask();
}

// -- asking -----------------------------------------------------------------------------------------------------------------
const ask = newest(async (signal) => {
  const query = Object.fromEntries(dials.map((dial) => [dial.id, dial.id === "match" ? dial.value : String(read(dial.value))]));
  costs = await get(`/api/slow?${new URLSearchParams(query)}`, signal);
  stop();
  cards = COSTS.map((cost) => card(cost, costs[cost]));
  byId("costs").replaceChildren(...cards.map(({section}) => section));
  when.max = costs.quadratic.output.length - 1;
  show(Math.min(Number(when.value), Number(when.max)));
  remember(changed);
  changed = true;
}, 120);
let changed = false; // whether the dials that are shown next are a place that going back comes to

function showDials() {
  for (const dial of [w, b]) dial.nextElementSibling.textContent = shown(Number(dial.value));
  for (const chip of byId("starts").children) {
    chip.setAttribute("aria-pressed", String(chip.dataset.start === `${Number(w.value)},${Number(b.value)}`));
  }
}

byId("starts").append(...given.starts.map(([at, offset], start) => element("button", {type: "button", "data-start": `${at},${offset}`, "aria-pressed": "false",
  onclick: () => { [w.value, b.value] = [at, offset]; show(0); showDials(); ask(); }}, word(["start_good", "start_bad"][start]))));
byId("epochs").max = given.mostEpochs;
for (const dial of dials) dial.addEventListener("input", () => { showDials(); ask.later(); });
byId("form").addEventListener("submit", (event) => event.preventDefault());
onEnter(byId("form"), () => ask());
when.addEventListener("input", () => { stop(); show(Number(when.value)); });
when.addEventListener("change", () => remember());
play.addEventListener("click", replay);
document.addEventListener("keydown", (event) => {
  if (event.key !== " " || event.target.closest("button, input, select, a")) return;
  event.preventDefault();
  replay();
});
byId("form").append(copyButton());
onBack(() => { changed = false; arrive(); });
arrive();
