// The worker: a network in training, apart from the page, so that a page never waits for it.
const SLICE = 40, SIDE = 48, EDGE = 0.15; // milliseconds of training between two answers; dots of a plane's side; its margin
let training = null;

class Training {
  constructor({rows, targets, hidden, gate, outputs, outputGate, loss, optimizer, rate, penalty, batch, init, seed}) {
    Object.assign(this, {rows, targets, batch, rng: new Generator(seed), epoch: 0, at: 0, running: false, costs: []});
    const layers = [...hidden.map((width) => ({width, gate})), {width: outputs, gate: outputGate}];
    this.network = new DenseNetwork({inputs: rows[0].length, layers, loss});
    this.network.initialize(INITIALIZERS[init], this.rng, rows);
    this.steps = new Optimizing(optimizer, this.network, rate, penalty);
    this.order = this.rng.shuffle(rows.map((_, at) => at));
    this.extent = [0, 1].map((axis) => {
      const values = rows.map((row) => row[axis]), low = Math.min(...values), high = Math.max(...values);
      return [low - EDGE * (high - low), high + EDGE * (high - low)];
    });
  }

  // One mini-batch.
  step() {
    const some = this.order.slice(this.at, this.at + this.batch);
    const cost = this.steps.step(some.map((row) => this.rows[row]), some.map((row) => this.targets[row]));
    this.summed = (this.summed ?? 0) + cost * some.length;
    this.at += this.batch;
    this.diverged = !this.network.theta.every(Number.isFinite);
    if (this.at < this.order.length) return;
    this.costs.push(this.summed / this.order.length);
    [this.summed, this.at] = [0, 0];
    this.epoch += 1;
    this.rng.shuffle(this.order);
  }

  // What the page shows: the mean cost of each epoch so far, and the answers over the plane.
  shown() {
    const [[left, right], [bottom, top]] = this.extent, answers = [];
    for (let down = 0; down < SIDE; down += 1) {
      for (let across = 0; across < SIDE; across += 1) {
        answers.push(...this.network.forward([left + (across + 0.5) / SIDE * (right - left), top - (down + 0.5) / SIDE * (top - bottom)]));
      }
    }
    const mean = this.rows.reduce((sum, row, at) => { this.network.forward(row); return sum + this.network.cost(this.targets[at]); }, 0) / this.rows.length;
    return {epoch: this.epoch, loss: mean, costs: this.costs, extent: this.extent, side: SIDE, answers, running: this.running, diverged: this.diverged};
  }
}

function go() {
  if (!training?.running) return;
  const until = performance.now() + SLICE;
  do training.step(); while (performance.now() < until && !training.diverged);
  if (training.diverged) training.running = false;
  postMessage(training.shown());
  setTimeout(go);
}

onmessage = ({data: {begin, run, step}}) => {
  if (begin) training = new Training(begin);
  if (step) training.step();
  if (run !== undefined) training.running = run;
  if (training.running) go();
  else postMessage(training.shown());
};
