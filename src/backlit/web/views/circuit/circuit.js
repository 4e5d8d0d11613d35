// Any formula as a circuit: the server computes and draws it, and its interactive document is shown as it is.
import {byId, element, given, lang, newest, onEnter, post, showProblem, showCircuit, word} from "/static/common.js";
import {numbersTyped, numbersWritten} from "/static/numbers.js";
import {copyButton, onBack, readLink, writeLink} from "/static/link.js";
import {shareButton} from "/static/share.js";

const formula = byId("formula"), inputs = byId("inputs"), stage = byId("stage"), examples = byId("examples");
let values = {}, shown = {formula: null, state: undefined}; // the circuit that is drawn, and what its document shows of it

// -- numbers of inputs ------------------------------------------------------------------------------------------------
function field(name) {
  const box = element("input", {type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false", "data-name": name,
    oninput: () => change(name, box)});
  box.value = numbersWritten(values[name]);
  return element("label", {}, element("span", {}, name), box);
}

function change(name, box) {
  const typed = numbersTyped(box.value, given.most_numbers);
  box.setAttribute("aria-invalid", String(typed === null));
  if (typed === null) return showProblem(word("no_number", {name}));
  values[name] = typed;
  draw.forget(); // an answer that is on its way would bring the number before
  return draw.later();
}

const fields = () => [...inputs.querySelectorAll("input")];

function showInputs(inputValues) {
  const before = fields().map((box) => box.dataset.name).join();
  values = inputValues;
  if (before !== Object.keys(inputValues).join()) inputs.replaceChildren(...Object.keys(inputValues).map(field));
}

// -- asking, and showing ------------------------------------------------------------------------------------------------
const draw = newest(async (signal, entered = false) => {
  const answer = await post("/api/circuit", {expression: formula.value, values, lang}, signal);
  showInputs(answer.values);
  byId("notes").textContent = [refused, ...answer.notes].filter(Boolean).join("; "); // how the formula was read, where it is spelled otherwise
  const same = formula.value === shown.formula, visited = !same && shown.formula !== null;
  shown = {formula: formula.value, state: arriving ?? (same ? withoutInputs(shown.state) : undefined)};
  arriving = undefined;
  remember(visited);
  const frame = showCircuit(stage, answer.frame, `${word("circuit")}: ${formula.value}`, shown.state);
  frame.addEventListener("load", () => {
    follow(frame);
    if (!entered) return;
    frame.contentWindow?.focus();
    frame.contentDocument?.querySelector(".backlit-view:not([hidden]) .backlit-picture")?.focus(); // from here the arrow keys step
  });
});

// What the circuit's document shows stands in the page's address.
function follow(frame) {
  const root = frame.contentDocument?.querySelector("main"), own = () => frame.contentWindow?.location.hash.slice(1);
  root?.classList.add("backlit-fields-beside"); // the page has fields for the same numbers
  root?.addEventListener("backlit-changed", () => setTimeout(() => {
    if (!frame.isConnected || own() === undefined) return;
    shown.state = own();
    remember();
  }, 300));
}

let refused = ""; // what is said of a link that was left out, until another formula is typed
let arriving; // what the document is to show, as the address says it

// The numbers of the document's fields are the page's own.
function withoutInputs(state) {
  if (state === undefined) return undefined;
  const parts = new URLSearchParams(state);
  parts.delete("input");
  return String(parts);
}

// The address says what is shown; another formula is a place that going back comes to.
function remember(visited = false) {
  writeLink({formula: formula.value, values: JSON.stringify(values), state: withoutInputs(shown.state)}, visited);
  for (const chip of examples.querySelectorAll("[data-at]")) {
    const {formula: text, values: numbersOfIt} = given.examples[chip.dataset.at];
    const same = text === formula.value && Object.entries(numbersOfIt).every(([name, value]) => JSON.stringify(values[name]) === JSON.stringify(value));
    chip.setAttribute("aria-pressed", String(same));
  }
}

function pick({formula: text, values: numbersOfIt}) {
  formula.value = text;
  values = {...numbersOfIt};
  inputs.replaceChildren();
  draw();
}

examples.append(...given.examples.map((example, at) =>
  element("button", {type: "button", "data-at": at, "aria-pressed": "false", onclick: () => pick(example)}, word(`example_${example.name}`))));
formula.addEventListener("input", () => {
  refused = "";
  byId("notes").textContent = "";
  draw.later();
});
byId("form").addEventListener("submit", (event) => event.preventDefault());
// A form of several fields without a button is not submitted by Enter; here Enter draws at once and enters the circuit.
onEnter(byId("form"), (box) => box.getAttribute("aria-invalid") === "true" || draw(true));

function fromAddress() {
  const link = readLink(["formula", "values", "state"]);
  refused = link ? "" : byId("notes").textContent;
  arriving = link?.state;
  if (!link?.formula) return given.examples[0];
  try {
    return {formula: link.formula, values: JSON.parse(link.values ?? "{}")};
  } catch {
    return {formula: link.formula, values: {}};
  }
}

function arrive() {
  shown = {formula: null, state: undefined};
  pick(fromAddress());
}

examples.after(copyButton());
stage.after(shareButton(() => stage.querySelector("iframe.circuit")));
onBack(arrive);
arrive();
