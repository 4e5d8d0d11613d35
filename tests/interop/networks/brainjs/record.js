// Records networks of brain.js (MIT), their inputs and brain.js's own outputs; record.sh installs it and runs this.
const {writeFileSync} = require("node:fs");

let state = Number(process.env.SEED || 24);
Math.random = () => {  // brain.js draws its weights with it: the same networks on every machine
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
};

const cases = [];

// The first of several starts that tells the rows apart: a dead relu would say nothing.
function trained(brain, options, rows) {
  const learningRate = (options.activation || "sigmoid").includes("relu") ? 0.02 : 0.3;
  for (;;) {
    const net = new brain.NeuralNetwork(options);
    net.train(rows, {iterations: 3000, learningRate});
    const values = rows.map((row) => Object.values(net.run(row.input))[0]);
    if (Math.max(...values) - Math.min(...values) > 0.3 || options.activation === "leaky-relu") return net;
  }
}

function record(brain, file, options, rows, names) {
  const net = trained(brain, options, rows);
  const text = JSON.stringify(net.toJSON());
  writeFileSync(file, text);
  const read = new brain.NeuralNetwork();
  read.fromJSON(JSON.parse(text));  // what is in the file, and nothing else, gives the outputs
  const width = names ? names.inputs.length : rows[0].input.length;
  const inputs = Array.from({length: 8}, () => Array.from({length: width}, () => 4 * Math.random() - 2));
  const outputs = inputs.map((row) => {
    const given = names ? Object.fromEntries(names.inputs.map((name, i) => [name, row[i]])) : row;
    const answer = read.run(given);
    return names ? names.outputs.map((name) => answer[name]) : Array.from(answer);
  });
  cases.push({file, tolerance: 1e-5, ...(names && {names}), inputs, outputs});
}

const arrays = [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]
  .map(([a, b, y]) => ({input: [a, b], output: [y]}));
const objects = [[0.2, 0.4, 0.9], [0.9, 0.1, 0.3], [0.5, 0.8, 0.1], [0.1, 0.2, 0.7]]
  .map(([a, b, c]) => ({input: {width: a, 10: b, 9: c}, output: {yes: a > b ? 1 : 0, no: a > b ? 0 : 1}}));
const names = {inputs: ["width", "10", "9"], outputs: ["yes", "no"]};

for (const [version, brain] of [["1", require("brain-1")], ["2", require("brain-2")]]) {
  for (const activation of ["sigmoid", "relu", "leaky-relu", "tanh"])
    record(brain, `v${version}_${activation}.json`, {hiddenLayers: [3], activation}, arrays);
  record(brain, `v${version}_names.json`, {hiddenLayers: [3, 2]}, objects, names);
}
record(require("brain-2"), "v2_slope.json", {hiddenLayers: [3], activation: "leaky-relu", leakyReluAlpha: 0.3}, arrays);

const head = {tool: "brain.js 1.6.1 (v1) and 2.0.0-beta.24 (v2)", licence: "MIT"};
writeFileSync("expected.json", JSON.stringify(head).slice(0, -1) + ', "cases": [\n  '
  + cases.map((one) => JSON.stringify(one)).join(",\n  ") + "\n]}\n");
