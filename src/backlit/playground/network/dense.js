// A multilayer perceptron's passes over rows of numbers: gates, losses and steps are the declared ones, emitted.
const softmaxOf = (z) => {
  const top = Math.max(...z), shares = z.map((value) => Math.exp(value - top)), sum = shares.reduce((all, share) => all + share, 0);
  return {a: shares.map((share) => share / sum), lse: top + Math.log(sum)};
};

class DenseNetwork {
  // layers: [{width, gate}], the output layer last; theta is one vector, of each layer its weights (inputs x outputs) and biases.
  constructor({inputs, layers, loss}) {
    let size = 0, before = inputs;
    this.layers = layers.map(({width, gate}) => {
      const layer = {inputs: before, outputs: width, gate, weights: size, biases: size + before * width};
      [size, before] = [layer.biases + width, width];
      return layer;
    });
    Object.assign(this, {loss, inputs, theta: new Float64Array(size), gradient: new Float64Array(size)});
  }

  // As an entry of INITIALIZERS has it; rng: {uniform(low, high), normal(scale = 1)}.
  initialize({draw, unitVariance}, rng, rows) {
    const saturating = this.layers[0].gate === "sigmoid";
    for (const {inputs, outputs, weights, biases} of this.layers) {
      for (let at = weights; at < biases + outputs; at += 1) this.theta[at] = draw(rng, {inputs, outputs, weights: at < biases, saturating});
    }
    if (unitVariance) this.toUnitVariance(rows);
  }

  // Scale the hidden layers' weights, from the first layer on, so that each pre-activation deviates by 1 over the rows.
  toUnitVariance(rows) {
    const count = Math.min(rows.length, UNIT_VARIANCE.rows), apart = (rows.length - 1) / Math.max(count - 1, 1);
    const sample = Array.from({length: count}, (_, place) => rows[Math.trunc(place * apart)]);
    for (const layer of this.layers.slice(0, -1)) {
      const every = sample.map((row) => { this.forward(row); return layer.z; });
      for (let j = 0; j < layer.outputs; j += 1) {
        const mean = every.reduce((sum, z) => sum + z[j], 0) / count;
        const deviation = Math.sqrt(every.reduce((sum, z) => sum + (z[j] - mean) ** 2, 0) / count);
        if (deviation < UNIT_VARIANCE.least) continue;
        for (let i = 0; i < layer.inputs; i += 1) this.theta[layer.weights + i * layer.outputs + j] /= deviation;
      }
    }
  }

  // The outputs of one row; each layer keeps its inputs x, pre-activations z and activations a.
  forward(row) {
    let x = row;
    for (const layer of this.layers) {
      const {inputs, outputs, weights, biases, gate} = layer, z = new Array(outputs);
      for (let j = 0; j < outputs; j += 1) {
        let sum = 0;
        for (let i = 0; i < inputs; i += 1) sum += x[i] * this.theta[weights + i * outputs + j];
        z[j] = sum + this.theta[biases + j];
      }
      const whole = gate === "softmax" ? softmaxOf(z) : null;
      Object.assign(layer, {x, z, a: whole ? whole.a : z.map((value) => GATES[gate].value(value)), lse: whole?.lse});
      x = layer.a;
    }
    return x;
  }

  // What the row that went forward last costs, by its targets.
  cost(y) {
    const {a, z, lse, gate} = this.layers.at(-1), fused = FUSIONS[`${gate}/${this.loss}`];
    return a.reduce((sum, value, j) => sum + (fused ? fused.term(value, y[j], z[j], lse) : LOSSES[this.loss].term(value, y[j])), 0);
  }

  // The cost's derivative by the output layer's pre-activations.
  errorOf(y) {
    const {a, z, gate} = this.layers.at(-1), fused = FUSIONS[`${gate}/${this.loss}`];
    if (fused) return a.map((value, j) => fused.delta(value, y[j]));
    const slopes = a.map((value, j) => LOSSES[this.loss].local(value, y[j]));
    if (gate !== "softmax") return slopes.map((slope, j) => slope * GATES[gate].local[0](z[j], a[j]));
    const mean = slopes.reduce((sum, slope, j) => sum + slope * a[j], 0);
    return a.map((value, j) => value * (slopes[j] - mean));
  }

  // The gradient of the mean cost of some rows, and that cost.
  backward(rows, targets) {
    const {gradient, theta} = this, share = 1 / rows.length;
    let cost = 0;
    gradient.fill(0);
    rows.forEach((row, at) => {
      this.forward(row);
      cost += this.cost(targets[at]) * share;
      let delta = this.errorOf(targets[at]).map((value) => value * share);
      for (let number = this.layers.length - 1; number >= 0; number -= 1) {
        const {x, inputs, outputs, weights, biases} = this.layers[number], before = this.layers[number - 1], back = new Array(inputs).fill(0);
        for (let j = 0; j < outputs; j += 1) gradient[biases + j] += delta[j];
        for (let i = 0; i < inputs; i += 1) {
          for (let j = 0; j < outputs; j += 1) {
            const place = weights + i * outputs + j;
            gradient[place] += x[i] * delta[j];
            back[i] += theta[place] * delta[j];
          }
        }
        if (before) delta = back.map((value, i) => value * GATES[before.gate].local[0](before.z[i], before.a[i]));
      }
    });
    return cost;
  }
}

// An optimizer at work on one network: its memory, the learning rate, and how many steps it has taken. A penalty is
// in the gradient (L2), or, where the optimizer is declared so, weights decay apart from the step.
class Optimizing {
  constructor(name, network, rate, penalty = 0) {
    const {vectors, settings, step: run, ...kind} = OPTIMIZERS[name], size = network.theta.length;
    Object.assign(this, {...kind, run, network, size, strength: penalty, penalty: 0, state: new Float64Array(Math.max(vectors, 1) * size), settings: [rate, 0, ...settings]});
  }

  // One step; the mean cost of the rows. What the penalty adds to it is in `penalty`.
  step(rows, targets) {
    const {network, settings, strength, size} = this, {theta, gradient, layers} = network, cost = network.backward(rows, targets);
    this.penalty = 0;
    for (const {weights, biases} of strength ? layers : []) {
      const w = theta.subarray(weights, biases), share = strength / rows.length;
      if (this.decoupled) REGULARIZERS.decay_weights(w, w, w.length, 1 - settings[0] * strength);
      else this.penalty += 0.5 * share * REGULARIZERS.add_l2_penalty(gradient.subarray(weights, biases), w, w.length, share);
    }
    settings[1] += 1;
    if (this.matrixStep) layers.forEach((layer, at) => this.stepLayer(layer, at + 1 === layers.length));
    else this.stepRange(0, size);
    return cost;
  }

  stepRange(first, last) {
    const [theta, gradient, state] = [this.network.theta, this.network.gradient, this.state].map((numbers) => numbers.subarray(first));
    this.run(theta, gradient, state, this.size, this.settings, last - first);
  }

  // A hidden layer's weights as one matrix, all else number by number.
  stepLayer({weights, biases, inputs, outputs}, isOutput) {
    if (isOutput) { this.stepRange(weights, biases + outputs); return; }
    const [theta, gradient, state] = [this.network.theta, this.network.gradient, this.state].map((numbers) => numbers.subarray(weights));
    this.matrixStep(0, 0, theta, gradient, state, this.size, inputs, outputs, 1, this.settings[0], this.settings.at(-1));
    this.stepRange(biases, biases + outputs);
  }
}
