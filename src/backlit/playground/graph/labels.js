// A tree as text that reads back to the same tree, and labels of wires: src/backlit/formula/text.py, simplify.py and
// src/backlit/graph/labels.py.
const MESSAGE_DEPTH = 3; // how many gates deep a wire without a name is written out, in messages

function treeText(root) {
  const {bindingOfText: binds, infixOfText: infix} = DECLARED;
  return foldTree(root, (node, operands) => {
    if (node.id !== undefined) return [node.id, binds[""]];
    if (!node.gate) return [node.value === Math.PI ? "pi" : constantText(node.value), node.value >= 0 ? binds[""] : binds.neg];
    if (node.gate === "neg" && node.operands[0].value !== undefined) return [`-(${operands[0][0]})`, binds.neg];
    if (!has(infix, node.gate)) {
      const axis = node.axis === null ? [] : [`axis=${node.axis}`];
      return [`${node.gate}(${[...operands.map(([text]) => text), ...axis].join(", ")})`, binds[""]];
    }
    const texts = bracketedOperands(node.gate, operands);
    let next = 0;
    return [infix[node.gate].replace(/\{(\d?)\}/g, (all, at) => texts[at === "" ? next++ : Number(at)]), binds[node.gate]];
  })[0];
}

// The operands' texts, in brackets where the operator would otherwise tear them apart.
function bracketedOperands(gate, operands) {
  const {bindingOfText: binds, strictOfText} = DECLARED, own = binds[gate], strict = has(strictOfText, gate) ? strictOfText[gate] : [1];
  return operands.map(([text, binding], slot) => (binding < own || (binding === own && strict.includes(slot)) ? `(${text})` : text));
}

// Gates of constants worked out, the branch of a known choice taken; * 1, + 0 and ** 1 left out.
function simplified(root) {
  return foldTree(root, (node, operands) => {
    if (!node.gate) return node;
    const known = operands.every((operand) => operand.value !== undefined);
    if (known && node.gate in GATES) {
      const value = GATES[node.gate].value(...operands.map((operand) => operand.value));
      return Number.isFinite(value) && constantText(value).length <= DECLARED.longestConstant ? numberNode(value) : callNode(node.gate, operands);
    }
    if (node.gate === "where" && operands[0].value !== undefined) return operands[operands[0].value ? 1 : 2];
    const [left, right] = has(DECLARED.neutral, node.gate) ? DECLARED.neutral[node.gate] : [null, null];
    if (left !== null && operands[0].value === left) return operands[1];
    return right !== null && operands[1].value === right ? operands[0] : callNode(node.gate, operands, node.axis);
  });
}

// -- wires: {name, kind, value, gate, operands} -------------------------------------------------------------------------
const leafOf = (wire) => (wire.kind === "constant" ? numberNode(wire.value.flat?.[0] ?? wire.value) : nameNode(wire.name || "..."));

function treeOfWire(wire, depth) {
  if (!wire.gate || !depth) return leafOf(wire);
  return callNode(wire.gate, wire.operands.map((operand) => (operand.name ? leafOf(operand) : treeOfWire(operand, depth - 1))), wire.axis ?? null);
}

// The wire's gate applied to its operands, such as q1 * z; for an input its name, for a constant its number.
const wireFormula = (wire) => treeText(treeOfWire(wire, 1));

const inMessage = (wire) => wire.name || treeText(treeOfWire(wire, MESSAGE_DEPTH));

function localFormula(wire, slot) {
  const scope = {y: nameNode(wire.name)}, {operands, local} = DECLARED.gates[wire.gate];
  if (!local) return ""; // a gate over whole arrays has a Jacobian
  operands.forEach((name, at) => { scope[name] = leafOf(wire.operands[at]); });
  return treeText(simplified(substituted(emittedTree(local[slot]), scope)));
}

function shortNumber(value) {
  const text = general(value);
  return Number(text) === value ? constantText(Number(text)) : text;
}
