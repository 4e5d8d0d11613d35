const SMALLEST = 0.68; // a picture shrinks to the window's width so far; beyond, it scrolls

// The page: steps through the circuit, links picture, derivation and tables, takes new inputs and answers.
function mount(root, given, keys = root) {
  const said = given.words;
  const find = (css) => [...root.querySelectorAll(css)];
  const one = (css) => root.querySelector(css);
  const views = find(".§view").map((section, at) => new View(section, given.views[at], given.longest_sum));
  let current = []; // the elements of the gate that the step passes
  let view = views.find((each) => !each.root.hidden), asked = null, touched = false, wrt = null, choosing = null;
  const lighting = new Lighting(() => view);

  function show(passed = null) {
    view.paint(asked, passed);
    root.classList.toggle("§asking", asked !== null);
    const box = view.current, passing = touched && !(asked !== null && view.step === view.last);
    current.forEach((found) => found.classList.remove("§current"));
    current = [];
    if (box && passing) {
      current.push(view.named.get(box.name));
      if (view.backwards) current.push(...view.wiring.into.get(box.name).map(({source}) => lineOn(source)));
    }
    current = current.filter(Boolean);
    current.forEach((found) => found.classList.add("§current"));
    one(".§told").textContent = told(box);
    one(".§place").textContent = `${view.step} / ${view.last}`;
    one(".§back").disabled = one(".§first").disabled = view.step === 0;
    one(".§on").disabled = one(".§last").disabled = view.step === view.last;
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
    touched = true;
    show(view.move(where));
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
  one(".§first").addEventListener("click", () => go(0));
  one(".§back").addEventListener("click", () => go(view.step - 1));
  one(".§on").addEventListener("click", () => go(view.step + 1));
  one(".§last").addEventListener("click", () => go(view.last));

  // -- the derivation, and what lights up what ------------------------------------------------------------------------
  const inView = (css) => view.root.querySelector(css);
  const lineOn = (name) => inView(`[data-line="${CSS.escape(name)}"]`);

  function derive(name) {
    wrt = inView(".§wrt").value = name;
    lighting.forget(inView(".§derived"));
    writeDerivation(inView(".§derived"), view.wiring, name, said, (line, what) => lighting.meet(line, what));
  }

  // The wires whose gradient can be asked for; the one that was chosen stays chosen where it still stands.
  function offer() {
    const names = view.wiring.boxes.filter((box) => box.kind !== "constant" && box.gradient !== null && box.name !== view.wiring.output).map((box) => box.name);
    inView(".§wrt").replaceChildren(...names.map((name) => element("option", {value: name}, name)));
    inView(".§derivation").hidden = !names.length;
    if (names.length) derive(names.includes(wrt) ? wrt : names[0]);
  }

  // A box that the derivation does not pass brings its own.
  function press(name) {
    if (choosing) { choose(name); return; }
    const offered = [...inView(".§wrt").options].some((option) => option.value === name);
    if (offered && !lineOn(name)) derive(name);
    lighting.pin({box: name});
  }

  function link(section) {
    const inside = (css) => section.find(css);
    const chosen = section.root.querySelector(".§wrt");
    chosen.addEventListener("change", () => derive(chosen.value));
    for (const svg of inside("svg")) {
      svg.setAttribute("role", "group");
      svg.style.minWidth = `${SMALLEST * svg.getAttribute("width")}px`;
    }
    for (const found of inside("g[data-box]")) {
      const name = found.dataset.box, {formula} = section.model.byName.get(name);
      const said = formula && formula !== name ? `${name} = ${formula}` : name;
      found.querySelector("title").textContent = said; // its numbers were those of the first inputs
      found.setAttribute("tabindex", "0");
      found.setAttribute("role", "button");
      found.setAttribute("aria-label", said);
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

  // -- zooms, and gates folded into one -------------------------------------------------------------------------------
  const zooms = find(".§zoom"), folds = one(".§folds"), foldSaid = one(".§fold-said");
  zooms.forEach((button, at) => button.addEventListener("click", () => {
    stopChoosing();
    endQuestion();
    view.root.hidden = true;
    view = views[at];
    view.root.hidden = false;
    zooms.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
    lighting.pin(null);
    refold();
  }));

  function refold() {
    view.refold();
    offer();
    show();
    watchSight(view);
    folds.replaceChildren(...view.folds.map((fold) => {
      const box = view.wiring.byName.get(fold.end), open = element("button", {type: "button", className: "§unfold", ariaLabel: `${said.unfold} ${fold.end}`}, said.unfold);
      open.addEventListener("click", () => {
        view.folds = view.folds.filter((other) => other !== fold);
        endQuestion();
        refold();
        one(".§choose").focus();
      });
      return element("li", {}, open, ` ${said.folded.replace("{count}", fold.gates)}: ${fold.end} = ${box.formula}`);
    }));
  }

  function choose(name) {
    if (view.wiring.into.get(name)?.length) choosing.has(name) ? choosing.delete(name) : choosing.add(name);
    for (const [each, box] of view.named) {
      box.classList.toggle("§chosen", choosing.has(each));
      if (view.wiring.into.get(each)?.length) box.setAttribute("aria-pressed", String(choosing.has(each)));
    }
    one(".§fold").disabled = choosing.size < 2;
  }

  function stopChoosing() {
    choosing = null;
    foldSaid.textContent = "";
    one(".§choose").setAttribute("aria-pressed", "false");
    one(".§fold").disabled = true;
    for (const box of view.named.values()) { box.classList.remove("§chosen"); box.removeAttribute("aria-pressed"); }
  }

  one(".§choose").addEventListener("click", () => {
    if (choosing) { stopChoosing(); return; }
    choosing = new Set();
    foldSaid.textContent = said.fold_choose;
    one(".§choose").setAttribute("aria-pressed", "true");
    choose("");
  });
  one(".§fold").addEventListener("click", () => {
    const names = [...choosing].flatMap((name) => [...(view.folds.find((fold) => fold.end === name)?.members ?? [name])]);
    const made = foldOf(view.model, names);
    if (made.error) { foldSaid.textContent = said[made.error].replace("{names}", made.names?.join(", ")); return; }
    view.folds = [...view.folds.filter((fold) => !made.members.has(fold.end)), made];
    stopChoosing();
    endQuestion();
    refold();
  });

  // -- new inputs -----------------------------------------------------------------------------------------------------
  for (const field of find("input[data-input]")) {
    field.disabled = !view.model.recomputable;
    field.addEventListener("input", () => {
      const value = typed(field.value);
      field.setCustomValidity(value === null ? said.no_number : "");
      if (value === null) return;
      for (const each of views) {
        each.model.set(field.dataset.input, value);
        each.fillTables(said);
      }
      refold();
    });
  }

  // -- practice -------------------------------------------------------------------------------------------------------
  const answer = one(".§answer"), verdict = one(".§verdict");
  function ask() {
    asked = wireToAsk(view.wiring, asked);
    if (asked === null) return;
    one(".§question").textContent = `${partialText(view.wiring.output, asked)} =`;
    one(".§quiz").hidden = false;
    verdict.textContent = answer.value = "";
    go(view.last);
    lighting.pin({box: asked});
    answer.focus();
  }
  function endQuestion() {
    asked = null;
    one(".§quiz").hidden = true;
  }
  one(".§practice").addEventListener("click", ask);
  one(".§quiz").addEventListener("submit", (event) => {
    event.preventDefault();
    const value = typed(answer.value);
    if (value === null) { verdict.textContent = said.no_number; return; }
    const found = judge(view.wiring, asked, value);
    verdict.textContent = said[`verdict_${found}`];
    if (found !== "right") return;
    asked = null;
    show();
    one(".§practice").focus();
  });

  views.forEach(link);
  root.classList.add("§live");
  refold();
}

function dataOf(root) {
  return JSON.parse(root.querySelector("script[type='application/json']").textContent);
}
