// Colours of numbers and classes, distinguished without colour as well. Blue and vermillion mean above and below 0; no
// class has them, and each class has a shape.
const CLASSES = ["--purple", "--green", "--amber", "--plum", "--olive", "--teal", "--edge"];
const DARK = matchMedia("(prefers-color-scheme: dark)");

const read = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const kept = new Map();

function triple(name) {
  if (!kept.has(name)) kept.set(name, [1, 3, 5].map((at) => parseInt(read(name).slice(at, at + 2), 16)));
  return kept.get(name);
}

// Calls back when the page turns dark or light.
export function onScheme(work) {
  DARK.addEventListener("change", () => { kept.clear(); work(); });
}

export const css = ([r, g, b], opacity = 1) => `rgb(${r} ${g} ${b} / ${opacity})`;
export const ground = () => triple("--card");
export const ink = () => triple("--ink");
export const ofClass = (at) => triple(CLASSES[at % CLASSES.length]);

const mixed = (from, to, share) => from.map((part, at) => Math.round(part + (to[at] - part) * share));

// From -1 to 1: vermillion, the ground, blue.
export function diverging(share, most = 0.85) {
  const bounded = Math.max(-1, Math.min(1, share));
  return mixed(ground(), triple(bounded < 0 ? "--red-fill" : "--blue-fill"), Math.abs(bounded) * most);
}

// How sure one class is: from the ground to its colour.
export const ofShare = (at, share, most = 0.85) => mixed(ground(), ofClass(at), Math.max(0, Math.min(1, share)) * most);

// Shares of several classes: the colour of the likeliest, the paler the less sure.
export function likeliest(shares, most = 0.72) {
  let best = 0;
  shares.forEach((share, at) => { if (share > shares[best]) best = at; });
  const sure = (shares[best] - 1 / shares.length) / (1 - 1 / shares.length);
  return mixed(ground(), ofClass(best), Math.max(0, sure) * most);
}

// Bytes in base64, as the server writes them.
export function bytes(text, signed = false) {
  const array = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return signed ? new Int8Array(array.buffer) : array;
}

// A canvas of one dot for each number, the first row at the bottom; colour(at) -> three bytes.
export function dots(side, colour, canvas = new OffscreenCanvas(side, side)) {
  const context = canvas.getContext("2d"), image = context.createImageData(side, side);
  for (let at = 0; at < side * side; at += 1) {
    const row = side - 1 - Math.floor(at / side);
    image.data.set([...colour(at), 255], 4 * (row * side + at % side));
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

// A raster that the server wrote, the first row at the top; colour(share) -> three bytes, of a share from -1 to 1.
export function raster({rows, columns, shares}, colour, canvas = new OffscreenCanvas(columns, rows)) {
  if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, {width: columns, height: rows});
  const context = canvas.getContext("2d"), image = context.createImageData(columns, rows);
  bytes(shares).forEach((share, at) => image.data.set([...colour(share / 127 - 1), 255], 4 * at));
  context.putImageData(image, 0, 0);
  return canvas;
}

// The same enlarged, its cells sharp; the one at `marked` has a frame.
export function enlarged(image, colour, canvas, {side = 176, marked = null} = {}) {
  const {rows, columns} = image, times = Math.ceil(side / Math.max(rows, columns));
  Object.assign(canvas, {width: columns * times, height: rows * times});
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(raster(image, colour), 0, 0, canvas.width, canvas.height);
  if (marked === null) return canvas;
  context.strokeStyle = css(ink());
  context.lineWidth = 2;
  context.strokeRect(marked % columns * times, Math.floor(marked / columns) * times, times, times);
  return canvas;
}

// A pixel of an image that is an input: from the ground to the ink.
export const shade = (share) => mixed(ground(), ink(), (share + 1) / 2);

// -- shapes -----------------------------------------------------------------------------------------------------------
const SHAPES = [
  (r) => `M${-r} 0A${r} ${r} 0 1 0 ${r} 0A${r} ${r} 0 1 0 ${-r} 0Z`,
  (r) => `M${-r * 0.9} ${-r * 0.9}H${r * 0.9}V${r * 0.9}H${-r * 0.9}Z`,
  (r) => `M0 ${-r * 1.2}L${r * 1.1} ${r * 0.8}H${-r * 1.1}Z`,
  (r) => `M0 ${-r * 1.3}L${r * 1.3} 0L0 ${r * 1.3}L${-r * 1.3} 0Z`,
  (r) => `M0 ${r * 1.2}L${r * 1.1} ${-r * 0.8}H${-r * 1.1}Z`,
];

// The outline of a class's sign around (0, 0), as an SVG path.
export const shape = (at, radius) => SHAPES[at % SHAPES.length](radius);
