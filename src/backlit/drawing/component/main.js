const SMALLEST = 0.7; // a picture shrinks to the window's width so far; beyond, it scrolls

// The page: steps through the circuit, links picture, derivation and tables, takes new inputs and answers.
function mount(root, given, keys = root) {
  const said = given.words;
  const find = (css) => [...root.querySelectorAll(css)];
  const one = (css) => root.querySelector(css);
  const views = find(".view").map((section, at) => new View(section, given.views[at]));
  let view = views[0], asked = null, touched = false, wrt = null;
  const lighting = new Lighting(root, () => view.wiring);

  function show() {
    view.paint(asked);
    root.classList.toggle("asking", asked !== null);
    const box = view.current, passing = touched && !(asked !== null && view.step === view.last);
    find(".current").forEach((found) => found.classList.remove("current"));
    if (box && passing) {
      view.named.get(box.name).classList.add("current");
      if (view.backwards) {
        for (const {source} of view.wiring.into.get(box.name)) one(`[data-line="${CSS.escape(source)}"]`)?.classList.add("current");
      }
    }
    one(".told").textContent = told(box);
    one(".place").textContent = `${view.step} / ${view.last}`;
    one(".back").disabled = one(".first").disabled = view.step === 0;
    one(".on").disabled = one(".last").disabled = view.step === view.last;
  }

  // One sentence of numbers for the gate that a step passes; it is read out to who cannot see the picture.
  function told(box) {
    if (!touched && view.step === view.last) return said.start;
    if (!box) return said.before;
    const {into, byName, output} = view.wiring, links = into.get(box.name);
    if (!view.backwards) {
      const values = links.map((link) => `${link.source} = ${formatted(byName.get(link.source).value)}`);
      return `${box.name} = ${box.formula} = ${formatted(box.value)}   (${[...new Set(values)].join(", ")})`;
    }
    if (box.gradient === null) return `${partialText(output, box.name)}: ${said.not_computed}`;
    if (asked !== null) return said.asking.replace("{wire}", partialText(output, asked));
    return links.filter((link) => byName.get(link.source).kind !== "constant").map((link) =>
      `${partialText(output, link.source)} ← ${said.upstream} ${bracketed(link.upstream)} × ${said.local} ${bracketed(link.local)} = ${formatted(link.contribution)}`,
    ).join("\n");
  }

  function go(where) {
    view.step = Math.max(0, Math.min(view.last, where));
    touched = true;
    show();
  }

  const moves = {ArrowRight: () => view.step + 1, ArrowLeft: () => view.step - 1, Home: () => 0, End: () => view.last};
  keys.addEventListener("keydown", (event) => {
    if (event.key === "Escape") lighting.pin(null);
    const elsewhere = event.target !== document.body && !root.contains(event.target);
    const writes = ["INPUT", "SELECT"].includes(event.target.tagName);
    if (elsewhere || writes || event.ctrlKey || event.altKey || event.metaKey || !(event.key in moves)) return;
    event.preventDefault();
    go(moves[event.key]());
  });
  one(".first").addEventListener("click", () => go(0));
  one(".back").addEventListener("click", () => go(view.step - 1));
  one(".on").addEventListener("click", () => go(view.step + 1));
  one(".last").addEventListener("click", () => go(view.last));

  // -- the derivation, and what lights up what ------------------------------------------------------------------------
  const chosen = one(".wrt"), derivation = one(".derived");

  function derive(name) {
    wrt = chosen.value = name;
    lighting.forget(derivation);
    writeDerivation(derivation, view.wiring, name, said, (line, what) => lighting.meet(line, what));
  }

  // The wires whose gradient can be asked for; the one that was chosen stays chosen where it still stands.
  function offer() {
    const names = view.wiring.boxes.filter((box) => box.kind !== "constant" && box.gradient !== null && box.name !== view.wiring.output).map((box) => box.name);
    chosen.replaceChildren(...names.map((name) => element("option", {value: name}, name)));
    one(".derivation").hidden = !names.length;
    if (names.length) derive(names.includes(wrt) ? wrt : names[0]);
  }
  chosen.addEventListener("change", () => derive(chosen.value));

  // A box that the derivation does not pass brings its own.
  function press(name) {
    const offered = [...chosen.options].some((option) => option.value === name);
    if (offered && !one(`[data-line="${CSS.escape(name)}"]`)) derive(name);
    lighting.pin({box: name});
  }

  function link(section) {
    const inside = (css) => section.find(css);
    for (const svg of inside("svg")) {
      svg.setAttribute("role", "group");
      svg.style.minWidth = `${SMALLEST * svg.getAttribute("width")}px`;
    }
    for (const found of inside("g[data-box]")) {
      const name = found.dataset.box;
      found.setAttribute("tabindex", "0");
      found.setAttribute("role", "button");
      found.setAttribute("aria-label", name);
      lighting.meet(found, {box: name}, () => press(name));
      found.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        found.dispatchEvent(new MouseEvent("click", {bubbles: true}));
      });
    }
    for (const found of inside("[data-row]")) lighting.meet(found, {box: found.dataset.row});
    for (const found of inside("[data-edge], [data-chip]")) lighting.meet(found, {link: Number(found.dataset.edge ?? found.dataset.chip)});
  }

  // -- new inputs -----------------------------------------------------------------------------------------------------
  for (const field of find("input[data-input]")) {
    field.disabled = !view.model.recomputable;
    field.addEventListener("input", () => {
      const value = typed(field.value);
      field.setCustomValidity(value === null ? said.no_number : "");
      if (value === null) return;
      for (const each of views) {
        each.model.set(field.dataset.input, value);
        each.fillTables();
      }
      offer();
      show();
    });
  }

  // -- practice -------------------------------------------------------------------------------------------------------
  const answer = one(".answer"), verdict = one(".verdict");
  function ask() {
    asked = wireToAsk(view.wiring, asked);
    if (asked === null) return;
    one(".question").textContent = `${partialText(view.wiring.output, asked)} =`;
    one(".quiz").hidden = false;
    verdict.textContent = answer.value = "";
    go(view.last);
    lighting.pin({box: asked});
    answer.focus();
  }
  one(".practice").addEventListener("click", ask);
  one(".quiz").addEventListener("submit", (event) => {
    event.preventDefault();
    const value = typed(answer.value);
    if (value === null) { verdict.textContent = said.no_number; return; }
    const found = judge(view.wiring, asked, value);
    verdict.textContent = said[`verdict_${found}`];
    if (found !== "right") return;
    asked = null;
    show();
    one(".practice").focus();
  });

  views.forEach(link);
  root.classList.add("live");
  offer();
  show();
}

function dataOf(root) {
  return JSON.parse(root.querySelector("script[type='application/json']").textContent);
}
