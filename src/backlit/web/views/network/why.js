// Why slow: what each factor takes from the gradient on its way back; and, where a training stalls, the cause and the mend.
import {byId, drawn, element, get, guarded, lang, newest, shown, word} from "/static/common.js";

const REST = 1000, STALL_REST = 5000; // milliseconds between two pictures of a training that runs, and two diagnoses
const DECADES = 3; // of a bar at its full length
const STALL = {epochs: 40, points: 12, part: 1 / 3, fall: 0.02, good: 0.9}; // no fall over the last third, and no good score

// The chain from the output down: [name, share in powers of ten, css]; what is left for each layer's weights in between.
function steps({error_share: error, pairing_share: pairing, layers}) {
  const rows = [[word("why_error"), error], [word("why_pairing"), pairing]];
  layers.forEach(({number, gate, weights, sigma, gradient}, at) => {
    if (at) rows.push([word("why_weights", {number: number + 1}), weights], [word("why_sigma", {number, gate}), sigma]);
    rows.push([word("why_left", {number, norm: shown(gradient, 3)})]);
  });
  return rows;
}

function bar(share) {
  const length = Math.min(Math.abs(share) / DECADES, 1) * 100, lost = share < 0;
  return drawn("svg", {class: "decades", viewBox: "-100 0 200 10", preserveAspectRatio: "none", "aria-hidden": "true"},
    drawn("rect", {class: lost ? "lost" : "gained", x: lost ? -length : 0, y: 1, width: length, height: 8}),
    drawn("line", {x1: 0, x2: 0, y1: 0, y2: 10}));
}

function draw(answer) {
  const rows = steps(answer).map(([name, share]) => {
    if (share === undefined) return element("tr", {class: "left"}, element("th", {scope: "row", colspan: 3}, name));
    const number = share === null ? word("why_zero") : `${share < 0 ? "-" : "+"}${Math.abs(share).toFixed(2)}`;
    return element("tr", {}, element("th", {scope: "row"}, name), element("td", {}, bar(share ?? -DECADES)), element("td", {class: "number"}, number));
  });
  byId("why").replaceChildren(element("table", {class: "why"}, element("tbody", {}, rows)));
}

// A loss that has not fallen over the last third of the epochs, of a network that is not good.
export function stalled({points, at}, kind) {
  const [epoch, loss, score] = points[at];
  if (at < STALL.points || epoch < STALL.epochs || (kind !== "number" && score >= STALL.good)) return false;
  const before = points.findLast((point) => point[0] <= epoch * (1 - STALL.part));
  return before !== undefined && before[1] - loss < STALL.fall * Math.abs(before[1]);
}

// One training's part of the card; apply takes the choices of a mend.
export class Why {
  constructor(session, apply) {
    Object.assign(this, {session, apply, asked: 0, told: -Infinity});
    byId("why").replaceChildren();
    byId("verdict").textContent = "";
    byId("symptoms").replaceChildren();
    this.flow = newest(async (signal) => draw(await get(`/api/sessions/${session.number}/flow`, signal)), 0);
    this.symptoms = newest(async (signal) => this.tell(await get(`/api/sessions/${session.number}/diagnosis?lang=${lang}`, signal)), 0);
  }

  show(picture) {
    const running = picture.state === "running", now = performance.now();
    if (byId("why-card").open && (!running || now - this.asked > REST)) {
      this.asked = now;
      this.flow();
    }
    if (running && now - this.told > STALL_REST && stalled(picture, this.session.kind)) this.diagnose(true);
  }

  diagnose(stall = false) {
    this.told = stall ? performance.now() : this.told;
    this.stall = stall;
    if (!stall) byId("verdict").textContent = word("diagnosing");
    return guarded(() => this.symptoms());
  }

  tell({symptoms}) {
    if (this.stall && !symptoms.length) return;
    if (this.stall) {
      this.told = Infinity; // said once
      byId("why-card").open = true;
    }
    byId("verdict").textContent = symptoms.length ? (this.stall ? word("stalled") : "") : word("healthy");
    byId("symptoms").replaceChildren(...symptoms.map(({name, seen, why, mend, choices}) => element("li", {},
      element("p", {}, element("b", {}, name), ` ${seen}`), element("p", {class: "hint"}, why), element("p", {}, mend),
      ...(choices ? [element("button", {type: "button", onclick: () => this.apply(choices)}, word("try_it", {choices: written(choices)}))] : []))));
  }
}

const written = (choices) => Object.entries(choices).map(([name, value]) =>
  `${word(name === "hidden" ? "layers" : name)} ${name === "hidden" ? value.map((layer) => layer.join(" ")).join(", ") : typeof value === "number" ? shown(value, 3) : value}`).join("; ");
