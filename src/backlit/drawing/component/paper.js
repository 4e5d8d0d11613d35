// What is printed beside the page as it stands: a worksheet, whose blanks a hand can fill, and slides, one a step. Each
// kind has a size of its pages in the style; a printer, or "save as PDF", does the rest.
const BLANK = {width: 76, height: 22}; // 20 mm and as much as a row has, of a page of 96 pixels an inch
const SLIDE = {width: 920, height: 370}; // of 254 by 143 mm less margins, title and sentence

function pictureCopy(view, zoom = 1) {
  const copy = view.root.querySelector(".§picture svg").cloneNode(true);
  copy.querySelectorAll("style, .§reach, .§traveller").forEach((one) => one.remove());
  for (const one of [copy, ...copy.querySelectorAll("[tabindex], [data-box]")]) ["tabindex", "role", "aria-label"].forEach((name) => one.removeAttribute(name));
  copy.querySelectorAll(".§current, .§lit").forEach((one) => one.classList.remove("§current", "§lit"));
  copy.setAttribute("width", Math.floor(copy.viewBox.baseVal.width * zoom));
  copy.setAttribute("height", Math.floor(copy.viewBox.baseVal.height * zoom));
  return copy;
}

// The circuit with all values, and a blank for each gradient of the set; the answers stand on a page of their own.
function worksheetOf(view, sheet, seed, {said, title}) {
  const asked = new Blanks(wiresToAsk(view.wiring, seed)), {digits} = writing, {step} = view;
  writing.digits = ALL_DIGITS;
  view.blanks = asked;
  view.move(view.last);
  sheet.arrange(PAPER);
  drawFolds(view, view.folds);
  view.paint(asked);
  const copy = pictureCopy(view), {output, byName} = view.wiring;
  for (const text of copy.querySelectorAll("text[data-gradient]")) {
    if (!asked.has(text.dataset.gradient)) continue;
    const blank = document.createElementNS(copy.namespaceURI, "rect"), [x, y] = numbersOf(text, ["x", "y"]);
    for (const [name, value] of Object.entries({x, y: y - 14, ...BLANK, rx: 3, class: "§blank"})) blank.setAttribute(name, value);
    text.replaceWith(blank);
  }
  const answers = [...asked].map((name) => element("li", {}, partial(output, name), ` = ${formatted(byName.get(name).gradient)}`));
  const line = (word) => element("span", {}, said[word]);
  const made = [
    element("section", {className: "§leaf"}, element("h2", {}, title), element("p", {className: "§who"}, line("name"), line("date"), line("points")),
      element("p", {}, said.worksheet_task.replace("{output}", output).replace("{seed}", seed)), copy),
    element("section", {className: "§leaf §answers"}, element("h2", {}, `${said.answers} · ${title}`), element("ol", {}, ...answers)),
  ];
  delete view.blanks;
  writing.digits = digits;
  view.move(step);
  return made;
}

// Every step with its sentence.
function slidesOf(view, sheet, {title, told}) {
  const {step} = view, size = sheet.arrange(SLIDE), made = [];
  drawFolds(view, view.folds);
  for (let at = 0; size && at <= view.last; at += 1) {
    view.move(at);
    view.paint(NOTHING_ASKED);
    const copy = pictureCopy(view, Math.min(SLIDE.width / size.width, SLIDE.height / size.height, LARGEST_ZOOM));
    const box = at ? copy.querySelector(`g[data-box="${CSS.escape(view.current.name)}"]`) : null;
    box?.classList.add("§current");
    made.push(element("section", {className: "§leaf §slide"}, element("h2", {}, title), copy, element("p", {}, told(view.current)), element("small", {}, `${at} / ${view.last}`)));
  }
  view.move(step);
  return made;
}

// The buttons below the picture: what it is saved as, and what is printed of it.
function offerSaving(root, {tikz, signal, said, told, view, seed, sheet, tell, again}) {
  const paper = root.querySelector(".§paper"), title = () => (root.querySelector("h1") ?? view().root.querySelector("svg title")).textContent;
  const number = () => seed() ?? 1 + Math.floor(Math.random() * MOST_SEEDS);
  const papers = {
    worksheet: () => worksheetOf(view(), sheet(), number(), {said, title: title()}),
    slides: () => slidesOf(view(), sheet(), {title: title(), told}),
  };
  const printed = (kind) => {
    if (!sheet().ready) { tell(said.too_large); return; }
    paper.replaceChildren(...papers[kind]());
    root.classList.add("§on-paper");
    again();
    print();
  };
  addEventListener("afterprint", () => {
    root.classList.remove("§on-paper");
    paper.replaceChildren();
  }, {signal});
  const acts = {svg: () => save(view(), "svg"), png: () => save(view(), "png"), print: () => print(),
    tikz: () => download(new Blob([tikzFile(view(), tikz)], {type: "text/x-tex"}), "circuit.tex"), worksheet: () => printed("worksheet"), slides: () => printed("slides")};
  for (const [kind, act] of Object.entries(acts)) root.querySelector(`.§save-${kind}`).addEventListener("click", act);
}
