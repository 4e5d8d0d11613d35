// The tree of a formula: {value}, {id}, or {gate, operands, axis}; and walks that never recurse, so that its depth is free.
const numberNode = (value) => ({value});
const nameNode = (id) => ({id});
const callNode = (gate, operands, axis = null) => ({gate, operands, axis});

// Every node after its operands, operands from left to right.
function postorder(root) {
  const backwards = [], stack = [root];
  while (stack.length) {
    const node = stack.pop();
    backwards.push(node);
    if (node.gate) stack.push(...node.operands);
  }
  return backwards.reverse();
}

// Combines a tree from the leaves up: visit(node, results of its operands).
function foldTree(root, visit) {
  const results = [];
  for (const node of postorder(root)) results.push(visit(node, node.gate ? results.splice(results.length - node.operands.length) : []));
  return results[0];
}

const namesIn = (root) => [...new Set(postorder(root).filter((node) => node.id !== undefined).map((node) => node.id))];

function substituted(root, values) {
  return foldTree(root, (node, operands) => (node.id !== undefined ? values[node.id] ?? node : node.gate ? callNode(node.gate, operands, node.axis) : node));
}

// A tree that Python emitted: a number, a name, or [gate, operands].
function emittedTree(tree) {
  if (typeof tree === "number") return numberNode(tree);
  return typeof tree === "string" ? nameNode(tree) : callNode(tree[0], tree.slice(1).map(emittedTree));
}
