// Loss and score over the epochs: of the rows that are learnt from, and of those held out.
import {byId, shown, word} from "/static/common.js";
import {chart, ends, legend} from "/static/chart.js";

const SIDES = [{name: "learnt_from", css: "c-blue", column: 0, dashed: false}, {name: "held_out", css: "c-red", column: 2, dashed: true}];

// A point is [epoch, loss, score, held-out loss, held-out score].
const LOSS = 1, SCORE = 2;

const BESIDE = {learnt_from: "c-green", held_out: "c-purple"};

// What lies beyond the chart is drawn at its edge. runs: [{points, at}], the one in hand first.
function curve(host, runs, first, label, y) {
  const within = (value) => (value === null ? NaN : Math.max(y[0], Math.min(y[1], value)));
  const shownSides = runs.flatMap(({points, at}, number) => SIDES.filter(({column}) => points.some((other) => other[first + column] !== null))
    .map(({name, css, ...side}) => ({...side, points, point: points[at], css: number ? BESIDE[name] : css, name: number ? word("beside_side", {side: word(name)}) : word(name)})));
  const lines = shownSides.map(({css, dashed, column, points}) => ({css, dashed, points: points.map((other) => [other[0], within(other[first + column])])}));
  const dots = shownSides.filter(({column, point}) => point[first + column] !== null).map(({css, column, point}) => ({at: [point[0], within(point[first + column])], css}));
  chart(host, {label, x: [0, Math.max(1, ...runs.map(({points}) => points.at(-1)[0]))], y, lines, dots, now: runs[0].points[runs[0].at][0]});
  host.append(legend(shownSides.map(({name, css, dashed, column, point}) => ({name, css, dashed, value: shown(point[first + column])}))));
}

const all = (runs, first) => runs.flatMap(({points}) => points.flatMap((point) => SIDES.map(({column}) => point[first + column])));

// kind: what is learnt, "two" classes, "several" or a "number", which has R² for a score.
export function curves(runs, kind) {
  const score = word(kind === "number" ? "r2_curve" : "accuracy_curve");
  const losses = ends([...all(runs, LOSS), 0].map((value) => value ?? NaN));
  const scores = kind === "number" ? ends([...all(runs, SCORE).map((value) => Math.max(value ?? NaN, -1)), 0, 1]) : [0, 1.04];
  byId("score-title").textContent = score;
  curve(byId("loss-curve"), runs, LOSS, word("loss_curve"), [0, losses[1]]);
  curve(byId("score-curve"), runs, SCORE, score, scores);
}
