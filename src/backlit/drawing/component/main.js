// The page: steps through the circuit, links picture and tables, takes new inputs and answers.
function formatted(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "string") return value;
  return String(Number((value + 0).toPrecision(6))).replace("e+", "e");
}

function bracketed(value) {
  const text = formatted(value);
  return text.startsWith("-") ? `(${text})` : text;
}

function mount(root, given) {
  const model = new CircuitModel(given), said = given.words, last = 2 * model.gates.length;
  const find = (css) => [...root.querySelectorAll(css)];
  const one = (css) => root.querySelector(css);
  let step = last, asked = null;

  // -- what is known at a step: values of the gates passed on the way there, gradients on the way back ---------------
  const reached = () => {
    const forward = model.gates.slice(0, Math.min(step, model.gates.length)).map((box) => box.name);
    const back = step - model.gates.length;
    const returned = back > 0 ? [...model.gates].reverse().slice(0, back).map((box) => box.name) : [];
    return {valued: new Set([...model.boxes.filter((box) => !model.into.get(box.name).length).map((box) => box.name), ...forward]),
      returned: new Set(returned), begun: step >= model.gates.length};
  };

  const gradientAt = (box, known) => {
    if (!known.begun) return {text: "", done: false};
    if (asked === box.name) return {text: "?", done: true};
    const out = model.outOf.get(box.name);
    if (box.name === model.output && !out.length) return {text: formatted(box.gradient), done: true};
    const arrived = out.filter((link) => known.returned.has(link.target));
    if (!out.length || box.gradient === null) return {text: step === last ? formatted(null) : "", done: true};
    if (!arrived.length) return {text: "", done: false};
    const parts = arrived.map((link) => link.contribution);
    const sum = parts.length > 1 ? `${parts.map(bracketed).join(" + ")} = ` : "";
    const done = arrived.length === out.length;
    return {text: done ? sum + formatted(box.gradient) : `${parts.map(bracketed).join(" + ")} + …`, done};
  };

  function show() {
    const known = reached();
    for (const element of find("[data-value]")) {
      element.textContent = known.valued.has(element.dataset.value) ? formatted(model.byName.get(element.dataset.value).value) : "";
      element.classList.toggle("stale", model.stale);
    }
    for (const element of find("[data-gradient]")) {
      const {text, done} = gradientAt(model.byName.get(element.dataset.gradient), known);
      element.textContent = text;
      element.classList.toggle("pending", !done);
      element.classList.toggle("stale", model.stale);
    }
    for (const element of find("[data-link]")) {
      const link = model.links[element.dataset.link], passed = known.returned.has(link.target);
      const hidden = asked !== null && (link.source === asked || link.target === asked);
      const number = link[element.dataset.number];
      element.textContent = passed && !hidden ? (element.dataset.number === "local" ? `× ${formatted(number)}` : formatted(number)) : "";
    }
    for (const element of find("[data-chip]")) {
      const link = model.links[element.dataset.chip], hidden = asked !== null && (link.source === asked || link.target === asked);
      element.style.visibility = known.returned.has(link.target) && !hidden ? "" : "hidden";
    }
    root.classList.toggle("asking", asked !== null);
    const current = currentGate();
    find(".current").forEach((element) => element.classList.remove("current"));
    if (current && step < last || current && asked === null && step === last && touched) {
      find(`[data-box="${CSS.escape(current.name)}"]`).forEach((element) => element.classList.add("current"));
    }
    one(".told").textContent = told(current);
    one(".place").textContent = `${step} / ${last}`;
    one(".back").disabled = one(".first").disabled = step === 0;
    one(".on").disabled = one(".last").disabled = step === last;
  }

  let touched = false;
  function currentGate() {
    if (step === 0) return null;
    return step <= model.gates.length ? model.gates[step - 1] : [...model.gates].reverse()[step - model.gates.length - 1];
  }

  // One sentence of numbers for the gate that a step passes; it is read out to who cannot see the picture.
  function told(box) {
    if (!touched && step === last) return said.start;
    if (!box) return said.before;
    const links = model.into.get(box.name);
    if (step <= model.gates.length) {
      const values = links.map((link) => `${link.source} = ${formatted(model.byName.get(link.source).value)}`);
      return `${box.name} = ${box.formula} = ${formatted(box.value)}   (${[...new Set(values)].join(", ")})`;
    }
    const output = model.output;
    if (box.gradient === null) return `∂${output}/∂${box.name}: ${said.not_computed}`;
    if (asked !== null) return said.asking.replace("{wire}", `∂${output}/∂${asked}`);
    return links.filter((link) => model.byName.get(link.source).kind !== "constant").map((link) =>
      `∂${output}/∂${link.source} ← ${said.upstream} ${bracketed(link.upstream)} × ${said.local} ${bracketed(link.local)} = ${formatted(link.contribution)}`,
    ).join("\n");
  }

  function go(where) {
    step = Math.max(0, Math.min(last, where));
    touched = true;
    show();
  }

  const moves = {ArrowRight: () => step + 1, ArrowLeft: () => step - 1, Home: () => 0, End: () => last};
  document.addEventListener("keydown", (event) => {
    const elsewhere = event.target !== document.body && !root.contains(event.target);
    if (elsewhere || event.target.tagName === "INPUT" || event.ctrlKey || event.altKey || event.metaKey || !(event.key in moves)) return;
    event.preventDefault();
    go(moves[event.key]());
  });
  one(".first").addEventListener("click", () => go(0));
  one(".back").addEventListener("click", () => go(step - 1));
  one(".on").addEventListener("click", () => go(step + 1));
  one(".last").addEventListener("click", () => go(last));

  // -- picture and tables light each other up -------------------------------------------------------------------------
  function light(name) {
    find(".lit").forEach((element) => element.classList.remove("lit"));
    if (name) find(`[data-box="${CSS.escape(name)}"], [data-row="${CSS.escape(name)}"]`).forEach((element) => element.classList.add("lit"));
  }
  for (const element of find("[data-box], [data-row]")) {
    const name = element.dataset.box ?? element.dataset.row;
    for (const when of ["pointerenter", "focusin", "click"]) element.addEventListener(when, () => light(name));
    for (const when of ["pointerleave", "focusout"]) element.addEventListener(when, () => light(null));
  }

  // After a new input; the finite differences belong to the old one.
  function fillTables() {
    const [wires, edges] = find(".tables tbody");
    [...wires.rows].forEach((row, at) => {
      for (const what of ["value", "gradient"]) row.querySelector(`.${what}`).textContent = formatted(model.boxes[at][what]);
      row.querySelectorAll(".witness, .witness + td").forEach((cell) => { cell.textContent = ""; });
    });
    [...edges.rows].forEach((row, at) => {
      ["local", "upstream", "contribution"].forEach((what, place) => {
        row.querySelectorAll(".number")[place].textContent = formatted(model.links[at][what]);
      });
    });
    one(".tables").classList.toggle("stale", model.stale);
  }

  // -- new inputs -----------------------------------------------------------------------------------------------------
  for (const field of find("input[data-input]")) {
    field.disabled = !model.recomputable;
    field.addEventListener("input", () => {
      const value = Number(field.value.replace("−", "-").replace(",", "."));
      field.setCustomValidity(field.value.trim() === "" || !Number.isFinite(value) ? said.no_number : "");
      if (!field.checkValidity()) return;
      model.set(field.dataset.input, value);
      fillTables();
      show();
    });
  }

  // -- practice -------------------------------------------------------------------------------------------------------
  const answer = one(".answer"), verdict = one(".verdict");
  function ask() {
    const wires = model.boxes.filter((box) => box.kind !== "constant" && typeof box.gradient === "number" && model.outOf.get(box.name).length);
    if (!wires.length) return;
    const others = wires.filter((box) => box.name !== asked);
    asked = (others.length ? others : wires)[Math.floor(Math.random() * (others.length || 1))].name;
    one(".question").textContent = `∂${model.output}/∂${asked} =`;
    one(".quiz").hidden = false;
    verdict.textContent = answer.value = "";
    go(last);
    light(asked);
    answer.focus();
  }
  one(".practice").addEventListener("click", ask);
  one(".quiz").addEventListener("submit", (event) => {
    event.preventDefault();
    const value = Number(answer.value.replace("−", "-").replace(",", "."));
    if (answer.value.trim() === "" || !Number.isFinite(value)) { verdict.textContent = said.no_number; return; }
    const found = judge(model, asked, value);
    verdict.textContent = said[`verdict_${found}`];
    if (found !== "right") return;
    asked = null;
    show();
    one(".practice").focus();
  });

  root.classList.add("live");
  show();
  return {model, go};
}

for (const root of document.querySelectorAll(".circuit-view")) {
  mount(root, JSON.parse(root.querySelector("script[type='application/json']").textContent));
}
