// Only what is new: a text that is written again is laid out again, and a large picture has thousands.
function write(shown, text) {
  if (shown.textContent !== text) shown.textContent = text;
}

// The wires whose gradients are blanks, and the one that is asked for now.
class Blanks extends Set {
  now = null;
}
const NOTHING_ASKED = new Blanks();

// One picture with its tables at one step: values of the gates passed forward, gradients of those passed back.
class View {
  constructor(root, given, longest) {
    Object.assign(this, {root, longest}); // longest: letters of a fork's sum that have room
    this.model = new CircuitModel(given);
    this.wiring = this.model; // what is shown: the model itself, or the model with some gates folded
    this.folds = [];
    this.step = 0;
    this.named = new Map(); // box -> its elements, so that a step need not search
    for (const found of this.find("[data-box]")) this.named.set(found.dataset.box, found);
    for (const reach of this.find(".§reach")) reach.setAttribute("d", reach.previousElementSibling.getAttribute("d"));
    this.index();
  }

  // The elements that tell a number of a box, by its name, or of a link, by its place.
  index() {
    this.tells = {value: new Map(), gradient: new Map(), link: new Map(), chip: new Map()};
    for (const [what, found] of Object.entries(this.tells)) {
      for (const shown of this.find(`[data-${what}]`)) {
        const key = shown.dataset[what];
        if (found.has(key)) found.get(key).push(shown);
        else found.set(key, [shown]);
      }
    }
  }

  // What is shown anew after a change of folds or numbers; who stood at the end stays there.
  refold() {
    const ended = this.step > 0 && this.step === this.last;
    this.wiring = folded(this.model, this.folds);
    this.step = ended ? this.last : Math.min(this.step, this.last);
  }

  // A number on a wire, at its longest: when all has been computed.
  longestOf(name, what) {
    const box = this.wiring.byName.get(name);
    if (!box) return "";
    return (what === "value" ? formatted(box.value) : this.gradientAt(box, this.reached(this.last), NOTHING_ASKED).text);
  }

  find(css) { return [...this.root.querySelectorAll(css)]; }

  get last() { return 2 * this.wiring.gates.length; }

  get backwards() { return this.step > this.wiring.gates.length; }

  get current() {
    const gates = this.wiring.gates;
    if (this.step === 0) return null;
    return this.backwards ? gates[this.last - this.step] : gates[this.step - 1];
  }

  reached(step = this.step) {
    const {boxes, gates, into} = this.wiring, back = step - gates.length;
    const given = boxes.filter((box) => !into.get(box.name).length);
    const names = (some) => some.map((box) => box.name);
    return {
      valued: new Set(names([...given, ...gates.slice(0, step)])),
      returned: new Set(back > 0 ? names(gates.slice(-back)) : []),
      begun: back >= 0,
    };
  }

  gradientAt(box, known, asked) {
    if (!known.begun) return {text: "", done: false};
    if (asked.has(box.name)) return {text: box.name === asked.now ? "?" : "□", done: true};
    const out = this.wiring.outOf.get(box.name);
    if (box.name === this.wiring.output && !out.length) return {text: formatted(box.gradient), done: true};
    const arrived = out.filter((link) => known.returned.has(link.target));
    if (!out.length || box.gradient === null) return {text: this.step === this.last ? formatted(null) : "", done: true};
    if (!arrived.length) return {text: "", done: false};
    const done = arrived.length === out.length, total = formatted(box.gradient);
    if (out.length === 1) return {text: total, done};
    const terms = added(arrived.map((link) => link.contribution)), sum = done ? `${terms} = ${total}` : `${terms} + …`;
    if (sum.length <= this.longest) return {text: sum, done};
    return {text: done ? `Σ = ${total}` : "Σ …", done};
  }

  // Go to a step. The answer is the gate that was passed, where all that changes is told beside it and its operands.
  move(step) {
    const before = this.step, half = this.wiring.gates.length;
    this.step = Math.max(0, Math.min(this.last, step));
    const low = Math.min(before, this.step), high = Math.max(before, this.step);
    if (high - low !== 1 || !(high < half || (low >= half && high < this.last))) return null;
    return this.wiring.gates[low < half ? low : this.last - high];
  }

  // All numbers, or those beside a gate that was passed.
  paint(asked, passed = null) {
    const into = passed && this.wiring.into.get(passed.name), places = into?.map((link) => String(link.at));
    const some = (what, keys) => (passed ? [...new Set(keys)].map((key) => this.tells[what].get(key) ?? []) : [...this.tells[what].values()]).flat();
    const known = this.reached(), {byName} = this.wiring, stale = this.model.stale;
    const links = new Map(this.wiring.links.map((link) => [link.at, link]));
    const hidden = (link) => asked.has(link.source) || asked.has(link.target);
    for (const shown of some("value", [passed?.name])) {
      const box = byName.get(shown.dataset.value);
      write(shown, box && known.valued.has(box.name) ? formatted(box.value) : "");
      shown.classList.toggle("§stale", stale);
    }
    for (const shown of some("gradient", into?.map((link) => link.source))) {
      const box = byName.get(shown.dataset.gradient);
      const {text, done} = box ? this.gradientAt(box, known, asked) : {text: "", done: true};
      write(shown, text);
      shown.classList.toggle("§pending", !done);
      shown.classList.toggle("§stale", stale);
    }
    for (const shown of some("link", places)) {
      const link = links.get(Number(shown.dataset.link)), what = shown.dataset.number;
      const told = link && known.returned.has(link.target) && !hidden(link);
      write(shown, told ? (what === "local" ? "× " : "") + formatted(link[what]) : "");
    }
    for (const shown of some("chip", places)) {
      const link = links.get(Number(shown.dataset.chip));
      const visibility = link && known.returned.has(link.target) && !hidden(link) ? "" : "hidden";
      if (shown.style.visibility !== visibility) shown.style.visibility = visibility;
    }
  }

  // After a new input: its numbers, and central differences of its own.
  fillTables(said) {
    const [wires, edges] = this.find(".§tables tbody");
    [...wires.rows].forEach((row, at) => {
      for (const what of ["value", "gradient"]) row.querySelector(`.§${what}`).textContent = formatted(this.model.boxes[at][what], ALL_DIGITS);
      this.fillWitness(row, this.model.boxes[at], said);
    });
    [...edges.rows].forEach((row, at) => {
      ["local", "upstream", "contribution"].forEach((what, place) => {
        row.querySelectorAll(".§number")[place].textContent = formatted(this.model.links[at][what], ALL_DIGITS);
      });
    });
    this.root.querySelector(".§tables").classList.toggle("§stale", this.model.stale);
    this.find(".§undecided").forEach((line) => { line.hidden = true; }); // it told of the numbers before
  }

  fillWitness(row, box, said) {
    const cell = row.querySelector(".§witness");
    if (!cell?.textContent || this.model.stale) return;
    const {difference, agrees} = this.model.witness(box.name), verdict = cell.nextElementSibling;
    cell.textContent = formatted(difference, ALL_DIGITS);
    verdict.textContent = said[agrees === null ? "undecided" : agrees ? "yes" : "no"];
    verdict.classList.toggle("§no", agrees !== true);
  }
}
