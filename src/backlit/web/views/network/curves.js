// Loss and score over the epochs: of the rows that are learnt from, and of those held out.
import {byId, shown, word} from "/static/common.js";
import {chart, ends, legend} from "/static/chart.js";

const SIDES = [{name: "learnt_from", css: "c-blue", column: 0, dashed: false}, {name: "held_out", css: "c-red", column: 2, dashed: true}];

// A point is [epoch, loss, score, held-out loss, held-out score].
const LOSS = 1, SCORE = 2;

// What lies beyond the chart is drawn at its edge.
function curve(host, points, at, first, label, y) {
  const within = (value) => (value === null ? NaN : Math.max(y[0], Math.min(y[1], value)));
  const point = points[at], sides = SIDES.filter(({column}) => points.some((other) => other[first + column] !== null));
  const lines = sides.map(({css, dashed, column}) => ({css, dashed, points: points.map((other) => [other[0], within(other[first + column])])}));
  const dots = sides.filter(({column}) => point[first + column] !== null).map(({css, column}) => ({at: [point[0], within(point[first + column])], css}));
  chart(host, {label, x: [0, Math.max(points.at(-1)[0], 1)], y, lines, dots, now: point[0]});
  host.append(legend(sides.map(({name, css, dashed, column}) => ({name: word(name), css, dashed, value: shown(point[first + column])}))));
}

const all = (points, first) => points.flatMap((point) => SIDES.map(({column}) => point[first + column]));

// kind: what is learnt, "two" classes, "several" or a "number", which has R² for a score.
export function curves(points, at, kind) {
  const score = word(kind === "number" ? "r2_curve" : "accuracy_curve");
  const losses = ends([...all(points, LOSS), 0].map((value) => value ?? NaN));
  const scores = kind === "number" ? ends([...all(points, SCORE).map((value) => Math.max(value ?? NaN, -1)), 0, 1]) : [0, 1.04];
  byId("score-title").textContent = score;
  curve(byId("loss-curve"), points, at, LOSS, word("loss_curve"), [0, losses[1]]);
  curve(byId("score-curve"), points, at, SCORE, score, scores);
}
