// The network as a picture: what each neuron makes of the plane, and a line for each weight, as thick as its number.
import {byId, drawn, element, shown, word} from "/static/common.js";
import {bytes, diverging, dots, ofShare, onScheme} from "/static/colours.js";
import {Images} from "./images.js";

const NODE = 44, COLUMN = 150, TOP = 50, BOTTOM = 26, NARROWEST = 335;
const HEIGHT = 330, CLOSEST = 56, FARTHEST = 84, LETTER = 9.5, EDGE = 28; // rows share the height; names stand at the sides
const THICKEST = 7, SHARPNESS = 2, LONGEST_NAME = 10;
const IMAGE = 150; // pixels across, of inputs that are an image
const ARROWS = {ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0]};

const cut = (text) => (text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME - 1)}…` : text);

const sideWidth = (names) => EDGE + LETTER * Math.max(4, ...names.map((name) => cut(name).length));

export class Picture {
  // onPeek({layer, at, name}) while a neuron is pointed at or has the keyboard's focus, onPeek(null) afterwards.
  constructor(described, onPeek) {
    this.described = described;
    this.onPeek = onPeek;
    this.counts = described.widths.map((width) => Math.min(width, described.shown));
    if (described.image) this.counts[0] = 1;
    this.images = new Images(described.image, (from) => this.pin({kind: "w", layer: 1, from, to: this.picked.to}));
    const tallest = Math.max(...this.counts), last = this.counts.length - 1, names = Array.from({length: this.counts[last]}, (_, at) => this.answer(at));
    this.row = Math.min(FARTHEST, Math.max(CLOSEST, HEIGHT / tallest));
    this.left = described.image ? EDGE / 2 + IMAGE - NODE : sideWidth(described.columns.slice(0, this.counts[0]));
    this.width = this.left + NODE + COLUMN * last + sideWidth(names);
    this.height = TOP + BOTTOM + Math.max(this.row * tallest, described.image ? IMAGE : 0);
    this.picked = this.pinned = null;
    this.layers = null;
    this.draw();
    onScheme(() => { if (this.canvas.isConnected) { if (this.plane) this.tile(this.plane); this.rasters(); } });
  }

  centre(layer, at) {
    const free = this.height - TOP - BOTTOM - this.row * this.counts[layer];
    const across = !layer && this.images.of ? this.left + NODE - IMAGE / 2 : this.left + NODE / 2 + COLUMN * layer;
    return [across, TOP + free / 2 + this.row * (at + 0.5)];
  }

  // -- names ------------------------------------------------------------------------------------------------------------
  entry(layer, at) { return layer ? `a[${layer}][${at}]` : this.described.columns[at]; }

  // As a node is called: an image is one.
  named(layer, at) { return layer || !this.images.of ? this.entry(layer, at) : "x"; }

  answer(at) {
    const {classes} = this.described;
    if (classes.length > 2) return classes[at];
    return classes.length ? `P(${classes[1]})` : "ŷ";
  }

  title(layer) {
    const {gates, widths} = this.described, last = widths.length - 1;
    if (!layer) return this.images.of ? `${word("input")} · ${this.images.of.rows} × ${this.images.of.columns}` : word("input");
    return `${layer === last ? word("output_layer") : word("layer", {number: layer})} · ${gates[layer - 1]}`;
  }

  // -- drawing ----------------------------------------------------------------------------------------------------------
  draw() {
    const picture = drawn("svg", {viewBox: `0 0 ${this.width} ${this.height}`, role: "group", "aria-labelledby": "picture-title", "aria-describedby": "picture-hint"});
    this.ties = [];
    this.nodes = this.counts.map(() => []);
    const touches = drawn("g", {});
    picture.append(this.lines(touches), touches);
    this.counts.forEach((count, layer) => this.column(picture, layer, count));
    this.canvas = element("canvas", {width: this.width * SHARPNESS, height: this.height * SHARPNESS, "aria-hidden": "true"});
    const sheet = element("div", {class: "sheet"}, picture, this.canvas);
    sheet.style.minWidth = `${Math.min(this.width, NARROWEST)}px`;
    sheet.style.maxWidth = `${this.width * 1.2}px`;
    byId("picture").replaceChildren(sheet);
    picture.addEventListener("keydown", (event) => this.key(event));
    picture.addEventListener("pointerleave", () => this.pick(this.pinned));
  }

  lines(touches) {
    const group = drawn("g", {});
    for (let layer = 1; layer < this.counts.length; layer += 1) {
      for (let from = 0; from < this.counts[layer - 1]; from += 1) {
        for (let to = 0; to < this.counts[layer]; to += 1) {
          const [, y0] = this.centre(layer - 1, from), [x1, y1] = this.centre(layer, to), half = NODE / 2, bend = COLUMN / 2, x0 = x1 - COLUMN;
          const d = `M${x0 + half} ${y0}C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1 - half - 8} ${y1}`;
          const bundle = layer === 1 && Boolean(this.images.of); // one line for all pixels
          const line = drawn("path", {d, class: bundle ? "tie bundle" : "tie none"}), picked = bundle ? {kind: "b", layer, to} : {kind: "w", layer, from, to};
          group.append(line);
          touches.append(drawn("path", {d, class: "touch", "data-weight": bundle ? null : `w[${layer}][${from}][${to}]`, onclick: () => this.pin(picked), onpointerenter: () => this.pick(picked)}));
          this.ties.push({layer, from, to, line, bundle});
        }
      }
    }
    return group;
  }

  column(picture, layer, count) {
    const [x] = this.centre(layer, 0), more = !layer && this.images.of ? 0 : this.described.widths[layer] - count;
    picture.append(drawn("text", {x, y: 24, class: "layer-name"}, this.title(layer)));
    for (let at = 0; at < count; at += 1) this.node(picture, layer, at);
    if (more) picture.append(drawn("text", {x, y: this.height - 8, class: "layer-name"}, word("more_neurons", {count: more})));
  }

  node(picture, layer, at) {
    const [x, y] = this.centre(layer, at), image = !layer && Boolean(this.images.of), size = image ? IMAGE : NODE;
    const corner = {x: x - size / 2, y: y - size / 2, width: size, height: size, rx: image ? 3 : 8};
    const picked = {kind: layer ? "b" : "x", layer, to: at}, first = !layer && !at;
    const look = image ? null : {layer, at, name: this.entry(layer, at)};
    const node = drawn("g", {class: image ? "node image" : "node", role: "button", tabindex: first ? 0 : -1, "data-neuron": `${layer},${at}`, onclick: () => this.pin(picked),
      onpointerenter: () => { this.pick(picked); this.onPeek(look); }, onpointerleave: () => this.onPeek(null),
      onfocus: () => { this.pin(picked); if (node.matches(":focus-visible")) this.onPeek(look); }, onblur: () => this.onPeek(null)},
      drawn("rect", {class: "body", ...corner}), drawn("rect", {class: "ring", ...corner}));
    if (layer) node.append(drawn("circle", {class: "bias none", cx: x - NODE / 2 - 1, cy: y, r: 5.5}));
    const last = this.counts.length - 1, name = layer === last ? this.answer(at) : this.named(layer, at);
    if (!layer && !image) node.append(drawn("text", {x: x - NODE / 2 - 10, y: y + 5, "text-anchor": "end"}, cut(name)));
    if (layer === last) node.append(drawn("text", {x: x + NODE / 2 + 10, y: y + 5}, cut(name)));
    node.append(drawn("title", {}, name));
    node.setAttribute("aria-label", name);
    picture.append(node);
    this.nodes[layer].push(node);
  }

  // -- numbers ----------------------------------------------------------------------------------------------------------
  // layers: [{w, b, dw, db}, ...]; maps and images: rasters of each side; side: "" for weights, "d" for gradients.
  show({layers, maps, images}, side) {
    this.layers = layers;
    this.images.take(maps, images, side);
    const drawnLayers = layers.slice(this.images.of ? 1 : 0);
    const most = Math.max(...drawnLayers.flatMap((layer) => layer[`${side}w`].flat()).map((value) => Math.abs(value ?? 0)), 1e-300);
    for (const {layer, from, to, line, bundle} of this.ties) if (!bundle) this.mark(line, "tie", layers[layer - 1][`${side}w`][from][to], most);
    layers.forEach((layer, number) => layer[`${side}b`].forEach((value, at) => {
      const dot = this.nodes[number + 1][at].querySelector(".bias");
      this.mark(dot, "bias", value, 1);
    }));
    this.rasters();
    this.describe();
  }

  // -- images -----------------------------------------------------------------------------------------------------------
  showImage(image) {
    if (!image) return;
    this.images.of = image;
    this.rasters();
  }

  // The image, and what each neuron of the first layer reads it with, in their nodes.
  rasters() {
    const context = this.canvas.getContext("2d"), corner = (layer, at, size) => {
      const [x, y] = this.centre(layer, at);
      return [x - size / 2, y - size / 2, size, size].map((value) => value * SHARPNESS);
    };
    context.imageSmoothingEnabled = false;
    if (this.images.of) context.drawImage(this.images.input(), ...corner(0, 0, IMAGE - 3));
    this.images.neurons().forEach((image, at) => context.drawImage(image, ...corner(1, at, NODE - 3)));
    context.imageSmoothingEnabled = true;
  }

  // Not computed is dotted; 0 is a hair; others are blue above 0 and vermillion below.
  mark(drawing, css, value, most) {
    const sign = value === null || value === undefined ? "none" : value > 0 ? "plus" : value < 0 ? "minus" : "zero";
    const kind = `${css} ${sign}`;
    if (drawing.getAttribute("class") !== kind) drawing.setAttribute("class", kind);
    if (css === "tie") drawing.style.strokeWidth = sign === "none" || sign === "zero" ? "" : (0.4 + THICKEST * Math.abs(value) / most).toFixed(2);
  }

  // What each neuron makes of the plane, where it is drawn.
  tile(plane) {
    this.plane = plane;
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    plane.neurons.forEach((neurons, layer) => neurons.forEach((text, at) => {
      if (this.images.of && layer < 2) return; // of an image two pixels tell nothing
      const shares = bytes(text, true), [x, y] = this.centre(layer, at), half = NODE / 2 - 1.5;
      const corner = [x - half, y - half, 2 * half, 2 * half].map((value) => value * SHARPNESS);
      context.save();
      context.beginPath();
      context.roundRect(...corner, 7 * SHARPNESS);
      context.clip();
      context.drawImage(dots(plane.tile, (dot) => diverging(shares[dot] / 127)), ...corner);
      context.restore();
    }));
    this.outputs(context, plane);
    this.rasters();
  }

  outputs(context, plane) {
    const last = this.counts.length - 1;
    plane.answers.slice(0, this.counts[last]).forEach((text, at) => {
      const shares = bytes(text), [x, y] = this.centre(last, at), half = NODE / 2 - 1.5;
      const corner = [x - half, y - half, 2 * half, 2 * half].map((value) => value * SHARPNESS);
      context.save();
      context.beginPath();
      context.roundRect(...corner, 7 * SHARPNESS);
      context.clip();
      const {classes} = this.described, several = classes.length > 2;
      const colour = (share) => (!classes.length ? diverging(2 * share - 1) : several ? ofShare(at, share) : share < 0.5 ? ofShare(0, 1 - 2 * share) : ofShare(1, 2 * share - 1));
      context.drawImage(dots(plane.side, (dot) => colour(shares[dot] / 255)), ...corner);
      context.restore();
    });
  }

  // -- what is selected -----------------------------------------------------------------------------------------------------
  // Described until another one is pointed at; a pinned one comes back when nothing is.
  pin(picked) {
    this.pinned = picked;
    this.pick(picked);
  }

  pick(picked) {
    this.picked = picked;
    const node = picked && this.nodes[picked.layer][picked.to], all = this.nodes.flat();
    all.forEach((one) => one.classList.toggle("chosen", one === node));
    if (node && picked === this.pinned) all.forEach((one) => one.setAttribute("tabindex", one === node ? 0 : -1));
    this.ties.forEach(({layer, from, to, line, bundle}) => {
      const selected = picked?.layer === layer && picked.to === to && (picked.kind === "b" || bundle || picked.from === from);
      line.dataset.selected = selected;
      line.dataset.path = Boolean(picked?.layer) && this.onPath(picked, layer, from, to);
    });
    byId("open-neuron").hidden = !(this.pinned?.kind === "b");
    this.ties[0].line.parentNode.classList.toggle("picking", Boolean(picked?.layer));
    this.describe();
  }

  // Whether a line carries the chosen weight to the loss, or an input to the weight.
  onPath(picked, layer, from, to) {
    if (layer > picked.layer) return layer > picked.layer + 1 || from === picked.to;
    return picked.kind === "w" && layer < picked.layer && (layer < picked.layer - 1 || to === picked.from);
  }

  // The chosen number's name, value and gradient.
  describe() {
    const host = byId("selection"), {picked} = this;
    this.images.look(picked, picked?.layer === 1 ? this.entry(1, picked.to) : "");
    if (!picked || !this.layers) { host.textContent = word("picture_hint"); return; }
    if (picked.kind === "x" && this.images.of) {
      const {rows, columns} = this.images.of;
      host.textContent = word("image_input", {rows, columns, last: rows * columns - 1});
      return;
    }
    if (picked.kind === "x") { host.textContent = `x[${picked.to}] = ${this.described.columns[picked.to]}`; return; }
    const {kind, layer, from, to} = picked, numbers = this.layers[layer - 1], w = kind === "w";
    const name = w ? `w[${layer}][${from}][${to}]` : `b[${layer}][${to}]`;
    const way = w ? `${this.entry(layer - 1, from)} → ${this.entry(layer, to)}` : this.entry(layer, to);
    if (w && layer === 1 && this.images.of) { this.describePixel(host, name, way); return; }
    const value = w ? numbers.w[from][to] : numbers.b[to], gradient = w ? numbers.dw[from][to] : numbers.db[to];
    host.replaceChildren(element("b", {}, name), ` (${way})  ${word(w ? "weight" : "bias")} `,
      element("span", {class: "value"}, shown(value, 5)), `  ${word("gradient")} `, element("span", {class: "gradient"}, gradientText(gradient)));
  }

  // A weight of an image's pixel: as exact as its colour.
  describePixel(host, name, way) {
    const {from, to} = this.picked, told = (side) => word("about", {value: shown(this.images.number(side, from, to), 2)});
    host.replaceChildren(element("b", {}, name), ` (${way})  ${word("weight")} `,
      element("span", {class: "value"}, told("")), `  ${word("gradient")} `, element("span", {class: "gradient"}, told("d")));
  }

  // Arrows go from neuron to neuron; Enter from one of its weights to the next.
  key(event) {
    const picked = this.pinned;
    if (!picked) return;
    if (event.key === "Escape") { this.pin(null); return; }
    const arrow = ARROWS[event.key];
    if (arrow) {
      const layer = Math.max(0, Math.min(this.counts.length - 1, picked.layer + arrow[0]));
      const to = Math.max(0, Math.min(this.counts[layer] - 1, picked.to + arrow[1]));
      this.nodes[layer][to].focus();
    } else if ((event.key === "Enter" || event.key === " ") && picked.layer) {
      const readable = picked.layer === 1 ? this.images.pixels || this.counts[0] : this.counts[picked.layer - 1];
      const from = picked.kind === "w" ? (picked.from + 1) % readable : 0;
      this.pin({kind: "w", layer: picked.layer, from, to: picked.to});
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

export const gradientText = (number) => (number === null || number === undefined ? word("not_computed") : shown(number, 5));
