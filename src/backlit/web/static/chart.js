// A chart of a few lines: axes with round numbers, a moment that is marked, dots where the lines are then.
import {drawn, element, shown} from "./common.js";

const WIDTH = 460, HEIGHT = 210, LEFT = 48, RIGHT = 12, TOP = 10, BOTTOM = 26;

// Round numbers between two ends: 1, 2 or 5 times a power of ten apart.
function ticks(low, high, about = 4) {
  const rough = (high - low) / about, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= rough);
  const values = [];
  for (let at = Math.ceil(low / step); at * step <= high + step * 1e-9; at += 1) values.push(Number((at * step).toPrecision(12)));
  return values;
}

// Ends that hold all numbers that are ones.
export function ends(values, room = 0.05) {
  const finite = values.filter(Number.isFinite);
  const low = Math.min(...finite, Infinity), high = Math.max(...finite, -Infinity);
  if (!finite.length) return [0, 1];
  const more = (high - low || Math.abs(high) || 1) * room;
  return [low - more, high + more];
}

// lines: [{points: [[x, y], ...], css, dashed}]. The answer's mark(now, dots, tangents) moves the marked moment (an x, or
// null), the dots [{at: [x, y], css}] and the tangents [{from: [x, y], to: [x, y], css}].
export function chart(host, {label, x, y, lines, now = null, dots = [], width = WIDTH, height = HEIGHT}) {
  const right = width - RIGHT, low = height - BOTTOM;
  const across = (value) => LEFT + (value - x[0]) / (x[1] - x[0]) * (right - LEFT);
  const up = (value) => low - (value - y[0]) / (y[1] - y[0]) * (low - TOP);
  const position = ([a, b]) => `${across(a).toFixed(1)},${up(b).toFixed(1)}`;
  const picture = drawn("svg", {class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label});
  for (const value of ticks(...y)) {
    picture.append(drawn("line", {class: "grid", x1: LEFT, x2: right, y1: up(value), y2: up(value)}),
      drawn("text", {x: LEFT - 8, y: up(value) + 4, "text-anchor": "end"}, shown(value, 3)));
  }
  for (const value of ticks(...x, width / 90)) {
    picture.append(drawn("text", {x: across(value), y: height - 6, "text-anchor": "middle"}, shown(value, 5)));
  }
  const line = (points, css) => drawn("polyline", {class: `line ${css}`, points: points.map(position).join(" ")});
  for (const {points, css, dashed} of lines) {
    const kept = points.filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b));
    picture.append(line(kept, dashed ? `${css} dashed` : css));
  }
  const moving = drawn("g");
  picture.append(moving);
  const mark = (moment, marked, tangents = []) => moving.replaceChildren(
    ...(moment === null ? [] : [drawn("line", {class: "now", x1: across(moment), x2: across(moment), y1: TOP, y2: low})]),
    ...tangents.map(({from, to, css}) => line([from, to], css)),
    ...marked.map(({at, css}) => drawn("circle", {class: `dot ${css}`, cx: across(at[0]), cy: up(at[1]), r: 5.5})),
  );
  mark(now, dots);
  host.replaceChildren(picture);
  return {picture, mark};
}

// rows: [{name, css, dashed, value}]
export function legend(rows) {
  return element("ul", {class: "legend"}, rows.map(({name, css, dashed, value}) => element("li", {},
    drawn("svg", {viewBox: "0 0 24 10", "aria-hidden": "true"},
      drawn("line", {class: `line ${css}${dashed ? " dashed" : ""}`, x1: 1, x2: 23, y1: 5, y2: 5, "stroke-width": 3})),
    name, value === undefined ? null : element("b", {}, value))));
}
