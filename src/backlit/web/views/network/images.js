// Wide layers as images: weight matrices as heat maps, and where the inputs are an image, each first neuron's weights.
import {byId, element, word} from "/static/common.js";
import {bytes, diverging, enlarged, raster, shade} from "/static/colours.js";

const CLEAR = 1; // of colours
const LARGEST = 150, SMALLEST = 40; // pixels of a heat map's sides

export class Images {
  // of: the image of a row, null where the inputs are none; onPixel(at) when one of a neuron's weights is chosen.
  constructor(of, onPixel) {
    Object.assign(this, {of, maps: {}, images: {}, side: ""});
    this.canvas = element("canvas", {}); // an image, with a name, once it shows one
    this.caption = element("figcaption", {});
    byId("neuron-image").replaceChildren(this.canvas, this.caption);
    byId("neuron-image").hidden = true;
    byId("maps").hidden = true;
    byId("maps").replaceChildren();
    this.canvas.addEventListener("click", ({offsetX, offsetY}) => {
      const {clientWidth, clientHeight} = this.canvas, {rows, columns} = this.of, low = (share, most) => Math.max(0, Math.min(most - 1, Math.floor(share * most)));
      onPixel(low(offsetY / clientHeight, rows) * columns + low(offsetX / clientWidth, columns));
    });
  }

  get pixels() { return this.of ? this.of.rows * this.of.columns : 0; }

  take(maps, images, side) {
    Object.assign(this, {maps, images, side});
    this.showMaps();
  }

  input() { return raster(this.of, shade); }

  neurons() { return (this.images[this.side] ?? []).map((one) => raster(one, (share) => diverging(share, CLEAR))); }

  // A number as its colour tells it.
  number(side, from, to) {
    const {shares, most} = this.images[side][to];
    return (bytes(shares)[from] / 127 - 1) * most;
  }

  // The weights into the neuron that is pointed at, enlarged; the chosen one has a frame.
  look(picked, name) {
    const figure = byId("neuron-image"), image = picked?.layer === 1 ? this.images[this.side]?.[picked.to] : null;
    figure.hidden = !image;
    if (!image) return;
    enlarged(image, (share) => diverging(share, CLEAR), this.canvas, {marked: picked.kind === "w" ? picked.from : null});
    this.caption.textContent = word(this.side ? "gradient_image" : "neuron_image", {name});
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", this.caption.textContent);
  }

  showMaps() {
    const maps = this.maps[this.side] ?? [], figure = byId("maps");
    figure.hidden = !maps.length;
    if (!maps.length) return;
    if (figure.querySelectorAll("canvas").length !== maps.length) {
      figure.replaceChildren(element("figcaption", {}), element("ul", {}, maps.map((_, at) => element("li", {}, element("canvas", {role: "img", "aria-label": `w[${at + 1}]`}), `w[${at + 1}]`))));
    }
    figure.querySelector("figcaption").textContent = word(this.side ? "gradient_maps" : "maps");
    figure.querySelectorAll("canvas").forEach((canvas, at) => {
      const {rows, columns} = maps[at], scale = LARGEST / Math.max(rows, columns);
      raster(maps[at], (share) => diverging(share, CLEAR), canvas);
      canvas.style.width = `${Math.max(SMALLEST, columns * scale)}px`;
      canvas.style.height = `${Math.max(SMALLEST, rows * scale)}px`;
    });
  }
}
