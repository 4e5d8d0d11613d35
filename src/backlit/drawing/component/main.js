// The page: steps through the circuit, links picture, derivation and tables, takes new inputs and answers.
// `signal` ends what it hears of the window.
function mount(root, given, keys = root, signal = undefined) {
  const said = given.words;
  const find = (css) => [...root.querySelectorAll(css)];
  const one = (css) => root.querySelector(css);
  const views = find(".§view").map((section, at) => new View(section, given.views[at], given.longest_sum));
  let current = []; // the elements of the gate that the step passes
  let view = views.find((each) => !each.root.hidden), asked = NOTHING_ASKED, touched = false, wrt = null, choosing = null;
  let notice = ""; // said in the place of the step's sentence, until the next step
  const lighting = new Lighting(() => view), stage = new Stage(root), player = new Player(root);

  function show(passed = null) {
    view.paint(asked, passed);
    root.classList.toggle("§asking", asked.size > 0);
    const box = view.current, passing = touched && !(asked.size && view.step === view.last);
    current.forEach((found) => found.classList.remove("§current"));
    current = [];
    if (box && passing) {
      current.push(view.named.get(box.name));
      if (view.backwards) current.push(...view.wiring.into.get(box.name).map(({source}) => lineOn(source)));
    }
    current = current.filter(Boolean);
    current.forEach((found) => found.classList.add("§current"));
    one(".§told").textContent = notice || told(box);
    const half = view.wiring.gates.length, seek = one(".§seek");
    one(".§place").textContent = `${view.step} / ${view.last}`;
    seek.max = String(view.last);
    seek.value = String(view.step);
    seek.setAttribute("aria-valuetext", `${view.step > half ? said.backward : said.forward} ${view.step > half ? view.step - half : view.step} / ${half}`);
    one(".§back").disabled = view.step === 0;
    one(".§on").disabled = view.step === view.last;
    stage.follow(passing && box ? view.named.get(box.name) : null);
    root.dispatchEvent(new Event("§changed"));
  }

  // One sentence of numbers for the gate that a step passes; it is read out to who cannot see the picture.
  function told(box) {
    if (!box) return said.start;
    const {into, byName, output} = view.wiring, links = into.get(box.name);
    if (!view.backwards) {
      const values = links.map((link) => `${link.source} = ${formatted(byName.get(link.source).value)}`);
      return `${box.name} = ${box.formula} = ${formatted(box.value)}   (${[...new Set(values)].join(", ")})`;
    }
    if (box.gradient === null) return `${partialText(output, box.name)}: ${said.not_computed}`;
    if (asked.size) return said.asking.replace("{wire}", partialText(output, asked.now));
    return links.filter((link) => byName.get(link.source).kind !== "constant").map((link) =>
      `${partialText(output, link.source)} ← ${said.upstream} ${bracketed(link.upstream)} × ${said.local} ${bracketed(link.local)} = ${formatted(link.contribution)}`,
    ).join("\n");
  }

  function go(where) {
    player.pause();
    step(where);
  }

  function step(where) {
    touched = true;
    notice = "";
    show(view.move(where));
  }

  const moves = {ArrowRight: () => view.step + 1, ArrowLeft: () => view.step - 1, Home: () => 0, End: () => view.last};
  keys.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      lighting.pin(null);
      if (root.matches(".§presenting")) present();
    }
    const elsewhere = event.target !== document.body && !root.contains(event.target);
    const writes = ["INPUT", "SELECT"].includes(event.target.tagName);
    if (elsewhere || writes || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in moves) go(moves[event.key]());
    else if (event.key === "p") present();
    else if (event.key === " " && !event.target.matches("button, [role=button], summary")) player.toggle();
    else return;
    event.preventDefault();
  }, {signal});
  player.plays({
    begin: () => { if (view.step === view.last) step(0); },
    next: () => (view.step < view.last ? {view, back: view.step >= view.wiring.gates.length} : null),
    pass: () => step(view.step + 1),
  });
  one(".§seek").addEventListener("input", ({target}) => go(Number(target.value)));
  one(".§back").addEventListener("click", () => go(view.step - 1));
  one(".§on").addEventListener("click", () => go(view.step + 1));

  // -- the stage ------------------------------------------------------------------------------------------------------
  for (const [css, times] of [["larger", STEP_OF_ZOOM], ["smaller", 1 / STEP_OF_ZOOM], ["fit", null]]) {
    one(`.§${css}`).addEventListener("click", () => stage.scale(times));
  }
  one(".§digits").addEventListener("click", ({currentTarget}) => {
    writing.digits = writing.digits === ALL_DIGITS ? 3 : ALL_DIGITS;
    currentTarget.setAttribute("aria-pressed", String(writing.digits === ALL_DIGITS));
    refold();
  });

  // For a projector: nothing but the picture, as large as the screen.
  function present() {
    const on = root.classList.toggle("§presenting");
    one(".§present").setAttribute("aria-pressed", String(on));
    if (on) root.requestFullscreen?.().catch(() => {}); // where a frame may not, it fills the frame
    else if (document.fullscreenElement) document.exitFullscreen();
    stage.fit(view);
  }
  one(".§present").addEventListener("click", present);
  document.addEventListener("fullscreenchange", () => {
    if (!document.fullscreenElement && root.matches(".§presenting")) present();
  }, {signal});
  let width = 0;
  new ResizeObserver(() => {
    if (root.clientWidth === width) return;
    width = root.clientWidth;
    stage.fit(view);
    show();
  }).observe(root);
  addEventListener("resize", () => stage.fit(view), {signal});
  addEventListener("beforeprint", () => stage.print(view), {signal});
  addEventListener("afterprint", () => stage.fit(view), {signal});
  offerSaving(root, {tikz: given.tikz, signal, said, told, view: () => view, seed: () => practised?.seed, sheet: () => stage.sheet(view), tell: (text) => tell(text),
    again: () => { stage.fit(view); show(); }});

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
      stage.pannable(svg.parentNode);
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
    const ended = view.step > 0 && view.step === view.last;
    view = views[at];
    if (ended) view.step = view.last;
    view.root.hidden = false;
    zooms.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
    lighting.pin(null);
    refold();
  }));

  function refold() {
    view.refold();
    stage.fit(view);
    view.index();
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
    field.addEventListener("input", () => put(field));
  }

  function put(field) {
    const value = typed(field.value);
    field.setCustomValidity(value === null ? said.no_number : "");
    if (value === null) return;
    for (const each of views) {
      each.model.set(field.dataset.input, value);
      each.fillTables(said);
    }
    refold();
  }

  // -- practice -------------------------------------------------------------------------------------------------------
  const answer = one(".§answer"), verdict = one(".§verdict");
  let practised = null; // the set: its seed, how many are asked, right, right at once, and what has been said of the one in hand

  function ask(seed = 1 + Math.floor(Math.random() * MOST_SEEDS)) {
    const wires = wiresToAsk(view.wiring, seed);
    if (!wires.length) return;
    asked = new Blanks(wires);
    practised = {seed, asked: wires.length, right: 0, first: 0};
    if (writing.digits !== ALL_DIGITS) one(".§digits").click(); // an answer is worked out from what is shown
    one(".§quiz").hidden = false;
    verdict.textContent = "";
    go(view.last);
    next();
    stage.fit(view); // the question takes room of the picture's
  }

  // The next blank of the set, or the end of it.
  function next() {
    [asked.now] = asked;
    Object.assign(practised, {hints: 0, tries: 0});
    const {seed, asked: count, right, first} = practised;
    one(".§score").textContent = said.set.replace("{seed}", seed).replace("{asked}", count).replace("{right}", right).replace("{first}", first);
    for (const control of find(".§quiz label, .§quiz button")) control.hidden = !asked.size;
    answer.value = "";
    if (asked.size) {
      one(".§question").textContent = `${partialText(view.wiring.output, asked.now)} =`;
      lighting.pin({box: asked.now});
      answer.focus();
    } else {
      verdict.textContent += ` ${said.set_done}`;
      asked = NOTHING_ASKED;
      one(".§practice").focus();
    }
    show();
  }

  function found(right) {
    practised.right += right;
    practised.first += right && !practised.tries && !practised.hints;
    asked.delete(asked.now);
    next();
  }

  function endQuestion() {
    asked = NOTHING_ASKED;
    practised = null;
    one(".§quiz").hidden = true;
  }
  one(".§practice").addEventListener("click", () => ask());
  one(".§hint").addEventListener("click", () => {
    practised.hints = Math.min(practised.hints + 1, HINTS);
    verdict.textContent = hintsAt(view.wiring, asked.now, said).slice(0, practised.hints).join("  ");
    stage.fit(view);
    answer.focus();
  });
  one(".§show-me").addEventListener("click", () => {
    verdict.textContent = `${partialText(view.wiring.output, asked.now)} = ${formatted(view.wiring.byName.get(asked.now).gradient)}`;
    found(0);
  });
  one(".§quiz").addEventListener("submit", (event) => {
    event.preventDefault();
    const value = typed(answer.value);
    if (value === null) { verdict.textContent = said.no_number; return; }
    const judged = judge(view.wiring, asked.now, value);
    verdict.textContent = said[`verdict_${judged}`];
    if (judged === "right") found(1);
    else practised.tries += 1;
    stage.fit(view); // what is said takes room of the picture's
  });

  // -- what is shown, as a text ---------------------------------------------------------------------------------------
  const fields = find("input[data-input]"), first = new Map(fields.map((field) => [field.dataset.input, field.value]));
  const gatesOf = (fold) => [...fold.members].filter((name) => view.model.into.get(name).length);

  function text() {
    const inputs = fields.filter(({value, dataset}) => typed(value) !== null && value !== first.get(dataset.input));
    return stateText({
      zoom: views.indexOf(view), step: view.step, wrt: wrt === inView(".§wrt").options[0]?.value ? "" : wrt,
      digits: writing.digits === ALL_DIGITS ? ALL_DIGITS : 0, folds: view.folds.map(gatesOf),
      inputs: inputs.map(({value, dataset}) => [dataset.input, typed(value)]), set: practised?.seed ?? 0,
    });
  }

  function tell(text) { one(".§told").textContent = notice = text; }

  // Puts back what such a text says, or says that it is none of this circuit and leaves all as it is.
  function restore(fragment) {
    const parts = stateOf(fragment), to = parts && views[parts.zoom];
    const known = to && parts.inputs.every(([name]) => first.has(name) && to.model.recomputable) && (!parts.wrt || to.model.byName.has(parts.wrt));
    const folds = known ? parts.folds.map((names) => (names.every((name) => to.model.into.get(name)?.length) ? foldOf(to.model, names) : {error: true})) : [];
    if (!known || folds.some((fold) => fold.error) || ![0, ALL_DIGITS].includes(parts.digits)) {
      tell(said.refused);
      return false;
    }
    player.pause();
    notice = "";
    for (const field of fields) {
      const value = parts.inputs.find(([name]) => name === field.dataset.input)?.[1] ?? typed(first.get(field.dataset.input));
      if (typed(field.value) === value) continue;
      field.value = String(value);
      put(field);
    }
    if ((writing.digits === ALL_DIGITS) !== Boolean(parts.digits)) one(".§digits").click();
    if (to !== view) zooms[parts.zoom].click();
    view.folds = folds;
    wrt = parts.wrt || wrt;
    refold();
    touched = parts.step > 0;
    view.move(parts.step);
    show();
    if (parts.set) ask(parts.set);
    return true;
  }
  one(".§link").addEventListener("click", async () => {
    const address = `${location.href.split("#")[0]}#${text()}`;
    try {
      await navigator.clipboard.writeText(address);
      tell(said.copied);
    } catch {
      tell(address); // where the clipboard is not to be had, it can be copied from here
    }
  });

  views.forEach(link);
  root.classList.add("§live");
  refold();
  return {text, restore};
}

function dataOf(root) {
  return JSON.parse(root.querySelector("script[type='application/json']").textContent);
}
