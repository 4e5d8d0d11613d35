// Calls of functions: what a name means, here or elsewhere, and the tree that a call of it becomes.
const knownTrees = new Map();

// The tree of one of the dictionary's formulas.
function dictionaryTree(formula) {
  if (!knownTrees.has(formula)) knownTrees.set(formula, new Reader(formula).read());
  return knownTrees.get(formula);
}

// What a name is read as: a gate, or a formula of gates; neither for one of many numbers only.
class Meaning {
  constructor(gate = "", formula = "") {
    Object.assign(this, {gate, formula, tree: formula ? dictionaryTree(formula) : null});
  }

  get operands() {
    if (!this.tree) return DECLARED.gates[this.gate]?.operands ?? [];
    const used = namesIn(this.tree);
    return DECLARED.operands.filter((name) => used.includes(name));
  }

  applied(operands, axis) {
    if (!this.tree) return callNode(this.gate, operands, axis);
    const tree = substituted(this.tree, Object.fromEntries(this.operands.map((name, at) => [name, operands[at]])));
    return axis !== null && tree.gate ? callNode(tree.gate, tree.operands, axis) : tree;
  }

  // How many nodes the tree of a call has: a formula may use an operand more than once.
  size(sizes) {
    if (!this.tree) return 1 + sizes.reduce((sum, size) => sum + size, 0);
    const names = this.operands;
    return postorder(this.tree).reduce((sum, node) => sum + (node.id !== undefined && names.includes(node.id) ? sizes[names.indexOf(node.id)] : 1), 0);
  }

  // A call as this grammar spells it.
  spelled(operands) {
    if (!this.formula) return `${this.gate}(${operands.join(", ")})`;
    if (/^\w+\([cxz, ]*\)$/.test(this.formula)) return `${this.formula.split("(")[0]}(${operands.join(", ")})`;
    const text = (name) => operands[this.operands.indexOf(name)];
    return this.formula.replace(/\(([cxz])\)|\b([cxz])\b/g, (all, inner, bare) => (inner || !/^[\p{L}\p{N}_]+$/u.test(text(bare)) ? `(${text(inner ?? bare)})` : text(bare)));
  }
}

const isCapitalLogarithm = (name) => name.toLowerCase() === "log" && name !== "log";

// What a name means as a function of so many operands; null if it is not read.
function functionNamed(name, count = null) {
  const {gates, functions, many} = DECLARED, small = name.toLowerCase(), counted = functions[`${small}/${count}`];
  if (counted && !isCapitalLogarithm(name)) return new Meaning("", counted);
  if (has(gates, name)) return new Meaning(name);
  if (isCapitalLogarithm(name)) return null;
  if (has(gates, small)) return new Meaning(small);
  if (has(functions, small)) return new Meaning("", functions[small]);
  return has(many, small) ? new Meaning() : null;
}

// The message that answers a function that is not read.
function refusalOf(name) {
  if (isCapitalLogarithm(name)) return "log_capital";
  return has(DECLARED.refused, name.toLowerCase()) ? DECLARED.refused[name.toLowerCase()] : null;
}

// A function of many numbers as gates of two, from left to right; null if it is no such function.
function repeatedGate(name, operands) {
  const [between, end] = has(DECLARED.many, name.toLowerCase()) ? DECLARED.many[name.toLowerCase()] : ["", ""];
  if (!between) return null;
  const tree = operands.slice(1).reduce((total, operand) => callNode(between, [total, operand]), operands[0]);
  return end === "mean" ? callNode("div", [tree, numberNode(operands.length)]) : tree;
}
