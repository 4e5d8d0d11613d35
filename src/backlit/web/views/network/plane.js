// What the network answers over two of its inputs, with the rows as points.
import {byId, drawn, element, fill, get, word} from "/static/common.js";
import {bytes, css, diverging, dots, ground, ink, likeliest, ofClass, onScheme, shape} from "/static/colours.js";

const SIZE = 640, RADIUS = 7.5, NEAR = 24, PALEST = 0.3;
const LEAST = 200; // milliseconds between two planes of a training that runs; the server may ask for more

export class Plane {
  // described: what the server says of a training; onRow(number) when a point is chosen; onPlane(plane) when one came;
  // host: the element that it is drawn in.
  constructor(described, {onRow, onPlane, host = byId("plane")}) {
    this.described = described;
    this.host = host;
    this.onPlane = onPlane;
    this.last = null;
    this.busy = this.requested = this.closed = false;
    this.chosen = this.peeked = null;
    this.axes(described.columns.slice(0, described.rows.x[0]?.length ?? 0));
    if (!this.possible) return;
    this.field = element("canvas", {width: SIZE, height: SIZE, class: "field", "aria-hidden": "true"});
    this.points = element("canvas", {width: SIZE, height: SIZE, role: "img", "aria-busy": "true"}); // until there are points
    this.points.addEventListener("click", (event) => this.pick(event, onRow));
    this.names = {across: element("p", {class: "axis"}), up: element("p", {class: "axis up-axis"})};
    this.host.replaceChildren(this.names.up, element("div", {class: "frame"}, this.field, this.points), this.names.across, this.legend());
    this.named();
    onScheme(() => { if (!this.closed && this.last) this.show(this.last); });
  }

  axes(columns) {
    this.possible = columns.length > 1;
    byId("axes").hidden = columns.length < 3;
    if (!this.possible) { this.host.replaceChildren(element("p", {class: "hint"}, word("one_input"))); return; }
    const options = columns.map((name, at) => [String(at), name]);
    for (const [id, first] of [["across", this.described.axes[0]], ["up", this.described.axes[1]]]) {
      fill(byId(id), options, String(first));
      byId(id).onchange = () => this.turned(id);
    }
  }

  get pair() { return [Number(byId("across").value), Number(byId("up").value)]; }

  // Both axes never show the same input: the other one takes what this one had.
  turned(id) {
    const other = byId(id === "across" ? "up" : "across"), [across, up] = this.shown;
    if (byId("across").value === byId("up").value) other.value = String(id === "across" ? across : up);
    this.named();
    this.ask();
  }

  named() {
    this.shown = this.pair;
    const [across, up] = this.shown.map((at) => this.described.columns[at]);
    this.names.across.textContent = `${across} →`;
    this.names.up.textContent = `↑ ${up}`;
    this.points.setAttribute("aria-label", word("plane_label", {across, up}));
  }

  // Asks for the plane as it is now; while one is on its way, or a training has to rest from the last one, after that.
  async ask(running = false) {
    if (!this.possible || this.closed) return;
    this.requested = true;
    this.running = running;
    if (!running) this.wake?.();
    if (this.busy) return;
    this.busy = true;
    while (this.requested && !this.closed) {
      this.requested = false;
      const [across, up] = this.pair;
      const answer = await get(`/api/sessions/${this.described.number}/plane?across=${across}&up=${up}`).catch(() => null);
      if (answer && !this.closed) { this.show(answer); if (this.pending) this.peek(this.pending); this.onPlane(answer); }
      if (this.running) await this.rested(Math.max(LEAST, 1000 * (answer?.rest ?? 1)));
    }
    this.busy = false;
  }

  rested(milliseconds) {
    return new Promise((resolve) => {
      this.wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }

  show(plane) {
    this.last = plane;
    this.points.removeAttribute("aria-busy");
    const context = this.field.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(this.peeked ? this.neuron(plane) : this.answers(plane), 0, 0, SIZE, SIZE);
    this.dot(plane.extent);
  }

  answers(plane) {
    const answers = plane.answers.map((text) => bytes(text));
    if (answers.length > 1) return dots(plane.side, (at) => likeliest(answers.map((one) => one[at] / 255)));
    if (this.described.classes.length) return dots(plane.side, (at) => likeliest([1 - answers[0][at] / 255, answers[0][at] / 255]));
    return dots(plane.side, (at) => diverging(answers[0][at] / 127.5 - 1, 0.6));
  }

  neuron(plane) {
    const shares = bytes(plane.neurons[this.peeked.layer][this.peeked.at], true);
    return dots(plane.tile, (at) => diverging(shares[at] / 127, 0.75));
  }

  // What one neuron makes of the plane, for a while; null: the answers again. Before the first plane has come, it waits.
  peek(neuron) {
    this.pending = this.last ? null : neuron;
    if (!this.last || this.closed) return;
    this.peeked = neuron && neuron.layer < this.last.neurons.length ? neuron : null;
    byId("plane-title").textContent = this.peeked ? word("neuron_makes", {name: neuron.name}) : word("plane");
    this.show(this.last);
  }

  position([left, right, bottom, top], x) {
    const [across, up] = this.pair;
    return [(x[across] - left) / (right - left) * SIZE, (top - x[up]) / (top - bottom) * SIZE];
  }

  dot(extent) {
    const context = this.points.getContext("2d"), {rows} = this.described;
    context.clearRect(0, 0, SIZE, SIZE);
    context.lineWidth = 2;
    rows.x.forEach((x, at) => {
      const [left, top] = this.position(extent, x), outline = new Path2D(this.outline(at)), colour = css(this.colour(at));
      context.save();
      context.translate(left, top);
      context.fillStyle = rows.held[at] ? css(ground()) : colour;
      context.strokeStyle = rows.held[at] ? colour : css(ground());
      context.fill(outline);
      context.stroke(outline);
      if (rows.number[at] === this.chosen) {
        context.strokeStyle = css(ink());
        context.lineWidth = 4;
        context.stroke(new Path2D(shape(0, RADIUS * 2)));
      }
      context.restore();
    });
  }

  outline(at) { return shape(this.described.classes.length ? this.described.rows.y[at] : 0, RADIUS); }

  colour(at) {
    const {classes, rows} = this.described;
    if (classes.length) return ofClass(rows.y[at]);
    const share = rows.y[at] / 2;
    return diverging(Math.sign(share) * Math.max(Math.abs(share), PALEST), 1);
  }

  choose(row) {
    this.chosen = row;
    if (this.possible && this.last) this.dot(this.last.extent);
  }

  pick(event, onRow) {
    if (!this.last) return;
    const box = this.points.getBoundingClientRect(), scale = SIZE / box.width;
    const at = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    const far = this.described.rows.x.map((x) => { const [left, top] = this.position(this.last.extent, x); return Math.hypot(left - at[0], top - at[1]); });
    const nearest = far.indexOf(Math.min(...far));
    if (far[nearest] <= NEAR * scale) onRow(this.described.rows.number[nearest]);
  }

  legend() {
    const {classes, rows} = this.described, sign = (d, marks) => drawn("svg", {viewBox: "-9 -9 18 18", "aria-hidden": "true", class: "sign"}, drawn("path", {d, ...marks}));
    const items = classes.map((name, at) => [sign(shape(at, 6), {class: `class-${at % 7}`}), name]);
    if (rows.held.includes(true)) items.push([sign(shape(0, 6), {class: "filled"}), word("learnt_from")], [sign(shape(0, 6), {class: "hollow"}), word("held_out")]);
    return element("ul", {class: "legend"}, items.map((parts) => element("li", {}, parts)));
  }

  close() { this.closed = true; }
}
