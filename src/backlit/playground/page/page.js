// The page without Python: a field for a formula, and the component with its circuit. What is shown stands in the
// address's fragment, which is never sent; of one that does not fit here nothing is taken, and a line says so.
const MOST_FRAGMENT = 8000, TYPING = 250, WRITING = 200; // letters; milliseconds
const FEW_SHOWN = writing.digits;
const FRAGMENT_PARTS = ["formula", "values", "state"];
const {lang, words: said, examples} = JSON.parse(document.getElementById("given").textContent), own = SAID[lang];
const [field, template, problem, notes, inputs] = ["formula", "template", "problem", "notes", "inputs"].map((id) => document.getElementById(id));
let shown = null; // {text, root, component, formula}
let alive = new AbortController(), refused = "";

// -- showing ----------------------------------------------------------------------------------------------------------
function show(text, values, state = "", visited = false) {
  try {
    const formula = recorded(text, values), {fault, whole} = formula;
    inputs.hidden = !whole;
    if (whole) showInputs(inputs, formula.values, put);
    if (fault) throw fault;
    const root = componentOf(template, formula, text, said, lang), circuits = Object.values(formula.circuits), again = inPlace(text, formula);
    alive.abort();
    alive = new AbortController();
    document.querySelector("main").replaceWith(root);
    writing.digits = FEW_SHOWN; // a set of practice asks for more, of its own circuit
    const component = mount(root, {views: circuits, words: said, longest_sum: DECLARED.drawn.longestSum, tikz: dataOf(root).tikz}, document, alive.signal);
    if (again) component.restore(again);
    else if (state && !component.restore(state)) refused = own.refused;
    shown = {text, root, component, formula};
    root.addEventListener("§changed", later(remember, WRITING));
    complain(null);
    notes.textContent = [refused, formula.outputs ? filled(own.outputs, {count: formula.outputs}) : "", ...formula.notes.map((note) => noteText(note, lang))].filter(Boolean).join("; ");
    remember(visited);
    return true;
  } catch (error) {
    if (!(error instanceof FormulaFault)) throw error;
    complain(error);
    return false;
  }
}

// What is wrong, with its place in the formula marked; the circuit before stays in sight, but not as the answer.
function complain(error, ofFormula = true) {
  field.setAttribute("aria-invalid", String(Boolean(error) && ofFormula));
  const main = document.querySelector("main");
  main.classList.toggle("outdated", Boolean(error));
  for (const part of main.children) part.inert = Boolean(error); // not the landmark itself
  problem.replaceChildren();
  if (!error) return;
  notes.textContent = refused;
  const chars = Array.from(field.value.trim()), at = error.column - 1;
  const marked = error.column ? [element("code", {}, chars.slice(0, at).join(""), element("mark", {}, chars[at] ?? " "), chars.slice(at + 1).join(""))] : [];
  problem.append(...marked, element("span", {}, error.texts[lang]));
}

// What is shown of the circuit, where it is the same but for its numbers.
function inPlace(text, {circuits, whole}) {
  const names = (each) => JSON.stringify(Object.values(each).map(({boxes}) => boxes.map(({name}) => name)));
  return whole && text === shown?.text && names(circuits) === names(shown.formula.circuits) ? shown.component.text() : "";
}

// New numbers for a variable of a formula over arrays; null where what is typed is none.
function put(name, value) {
  if (value === null) {
    complain(new FormulaFault(worded("no_number", {name, most: MOST_SIDE})), false);
    return;
  }
  kept[name] = value;
  redraw();
}

// The numbers that stand in the component's fields; those of other formulas are kept for their names.
const kept = {};
function valuesNow() {
  for (const input of shown?.root.querySelectorAll("input[data-input]") ?? []) {
    const value = typed(input.value);
    if (value !== null) kept[input.dataset.input] = value;
  }
  return kept;
}

const valuesOf = (formula, all) => Object.fromEntries(Object.entries(formula.values).map(([name, value]) => [name, all[name] ?? value]));

function later(action, wait) {
  let waiting = 0;
  return () => { clearTimeout(waiting); waiting = setTimeout(action, wait); };
}

// -- the address ------------------------------------------------------------------------------------------------------
function fragment() {
  const state = new URLSearchParams(shown.component.text());
  state.delete("input"); // the numbers are the page's own
  const text = new URLSearchParams({formula: shown.text, values: JSON.stringify(valuesOf(shown.formula, valuesNow()))});
  if (String(state)) text.set("state", String(state));
  return String(text);
}

function remember(visited = false) {
  if (!shown.root.isConnected || field.getAttribute("aria-invalid") === "true") return;
  const text = fragment();
  for (const link of document.querySelectorAll("a.language")) link.href = `${link.href.split("#")[0]}#${text}`;
  if (text === location.hash.slice(1) || text.length > MOST_FRAGMENT) return;
  history[visited === true ? "pushState" : "replaceState"](null, "", `#${text}`);
}

// {formula, values, state} of the address; {} where nothing stands there, null where something else does.
function linked() {
  const text = location.hash.slice(1), given = new URLSearchParams(text);
  if (text.length > MOST_FRAGMENT || [...given.keys()].some((name) => !FRAGMENT_PARTS.includes(name))) return null;
  if (!given.has("formula")) return text ? null : {};
  try {
    const values = JSON.parse(given.get("values") ?? "{}");
    const numbers = values && typeof values === "object" && !Array.isArray(values) && Object.values(values).every((value) => areNumbers(value, MOST_SIDE));
    return numbers ? {formula: given.get("formula"), values, state: given.get("state") ?? ""} : null;
  } catch {
    return null;
  }
}

function arrive() {
  const link = linked(), {formula, values, state = ""} = link?.formula !== undefined ? link : examples[0];
  refused = link ? "" : own.refused;
  Object.assign(kept, values);
  field.value = formula;
  show(formula, values, state);
}

// -- the form ---------------------------------------------------------------------------------------------------------
const enter = (visited) => show(field.value, valuesNow(), "", visited);
field.addEventListener("input", () => { refused = ""; });
field.addEventListener("input", later(() => { if (field.value !== shown?.text) enter(true); }, TYPING));
const redraw = later(() => show(field.value, kept), TYPING / 2);
inputs.addEventListener("keydown", ({key}) => { if (key === "Enter") shown?.root.querySelector(".§view:not([hidden]) .§picture").focus(); });
document.getElementById("form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (enter(field.value !== shown?.text)) shown.root.querySelector(".§view:not([hidden]) .§picture").focus(); // from here the arrow keys step
});
document.getElementById("examples").append(...examples.map(({name, formula, values}) => {
  const button = element("button", {type: "button"}, own[`example_${name}`]);
  button.addEventListener("click", () => { field.value = formula; refused = ""; Object.assign(kept, values); show(formula, values, "", true); });
  return button;
}));
document.getElementById("copy").addEventListener("click", async ({currentTarget: button}) => {
  try {
    await navigator.clipboard.writeText(location.href);
    button.textContent = own.copied;
  } catch {
    notes.textContent = location.href; // where the clipboard is not to be had, it can be copied from here
  }
});
addEventListener("popstate", arrive);
arrive();
