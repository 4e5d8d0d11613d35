#!/bin/sh
# brain.js 1.6.1: the JSON of a leaky relu network does not hold its slope.
# Expected: a network with leakyReluAlpha: 0.3 answers alike after toJSON and fromJSON, as one with another activation
#   does; toFunction, which is made from the same JSON, answers like run.
# Happens: toJSON writes the activation and the training options, and not leakyReluAlpha. fromJSON takes 0.01. As the
#   slope multiplies every layer, answers shrink by 30 for each layer. toFunction still has the 0.3 of the live object,
#   so that the two ways of shipping one network differ.
# Hurt: whoever trains in one process and predicts in another, or reads the JSON with another tool.
# Needs Node and npm. Exit status 0: brain.js still does this.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --silent --no-audit --no-fund --prefix "$work" brain.js@1.6.1
cat > "$work/slope.js" <<'END'
const brain = require("brain.js");

let state = 24;
Math.random = () => (state = (state * 48271) % 2147483647) / 2147483647;
const rows = [[0, 1, 1], [1, 0, 1], [1, 1, 0.5]].map(([a, b, y]) => ({input: [a, b], output: [y]}));
let still = true;
for (const activation of ["sigmoid", "tanh", "leaky-relu"]) {
  const net = new brain.NeuralNetwork({hiddenLayers: [3], activation, leakyReluAlpha: 0.3});
  net.train(rows, {iterations: 200});
  const json = JSON.parse(JSON.stringify(net.toJSON()));
  const read = new brain.NeuralNetwork();
  read.fromJSON(json);
  const row = [0.7, 0.6];
  const [live, loaded, written] = [net.run(row)[0], read.run(row)[0], net.toFunction()(row)[0]];
  console.log(`${activation}: run ${live.toFixed(4)}, after JSON ${loaded.toFixed(4)}, toFunction ${written.toFixed(4)}`);
  const same = Math.abs(live - loaded) < 1e-6;
  still = still && Math.abs(live - written) < 1e-5 && (activation === "leaky-relu" ? !same : same);
  still = still && !JSON.stringify(json).includes("lpha");
}
process.exit(still ? 0 : 1);
END
NODE_PATH="$work/node_modules" node "$work/slope.js"
