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

  // As `draw` (of INITIALIZERS) has it; rng: {uniform(low, high), normal(scale = 1)}.
  initialize(draw, rng) {
    const saturating = this.layers[0].gate === "sigmoid";
    for (const {inputs, outputs, weights, biases} of this.layers) {
      for (let at = weights; at < biases + outputs; at += 1) this.theta[at] = draw(rng, {inputs, outputs, weights: at < biases, saturating});
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

// An optimizer at work on one network: its memory, the learning rate, and how many steps it has taken.
class Optimizing {
  constructor(name, network, rate) {
    const {vectors, settings, step} = OPTIMIZERS[name], size = network.theta.length;
    Object.assign(this, {network, run: step, size, state: new Float64Array(Math.max(vectors, 1) * size), settings: [rate, 0, ...settings]});
  }

  step(rows, targets) {
    const {network, state, settings, size} = this, cost = network.backward(rows, targets);
    settings[1] += 1;
    this.run(network.theta, network.gradient, state, size, settings, size);
    return cost;
  }
}
