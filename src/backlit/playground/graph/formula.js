// A formula and values for its variables, numbers or lists of them -> its circuits, by zoom.
function recorded(text, values) {
  const formula = readFormula(text, new Set(Object.keys(values))), {tree, notes} = formula, limit = DECLARED.limits.gates;
  const gates = postorder(tree).filter((node) => node.gate), own = Object.fromEntries(Object.entries(startsOf(tree)).map(([name, start]) => [name, values[name] ?? start]));
  const whole = gates.some(({gate}) => gate in ARRAY_GATES) || Object.values(own).some(Array.isArray), about = {notes, values: own, whole};
  if (gates.length > limit) return {...about, fault: new FormulaFault(worded("many_gates", {count: gates.length, limit}))};
  try {
    return {...about, ...(whole ? ofArrays(formula, own) : {circuits: {gates: Recording.of(formula, own).circuit()}})};
  } catch (fault) {
    if (!(fault instanceof FormulaFault)) throw fault;
    return {...about, fault};
  }
}

// Values of variables that have none yet, of shapes that the gates over arrays take.
function startsOf(tree) {
  const axes = Object.fromEntries(namesIn(tree).map((name) => [name, 0]));
  for (const {gate, operands} of postorder(tree)) {
    if (!(gate in ARRAY_GATES)) continue;
    operands.forEach(({id}, slot) => { if (id !== undefined) axes[id] = Math.max(axes[id], DECLARED.axes[gate]?.[slot] ?? 1); });
  }
  return Object.fromEntries(Object.entries(axes).map(([name, count]) => [name, DECLARED.starts[count]]));
}

// Arrays whole, and every element with a wire of its own where that can be read; of several outputs how many they are.
function ofArrays(formula, values) {
  const graph = new ArrayRecording(formula, values), {ndim, size} = graph.output.value, fits = !ndim && unrolledSize(graph) <= DECLARED.limits.wires;
  return {outputs: ndim ? size : 0, circuits: {arrays: graph.circuit(), ...(fits ? {gates: elementsOf(graph).circuit()} : {})}};
}
