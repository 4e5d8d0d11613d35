// A circuit's picture with the marks that the component finds its parts by: what src/backlit/drawing/svg.py writes.
const SVG_SPACE = "http://www.w3.org/2000/svg";

function svgNode(tag, css, attributes = {}, ...children) {
  const made = document.createElementNS(SVG_SPACE, tag);
  if (css) made.setAttribute("class", css.split(" ").map((name) => `§${name}`).join(" "));
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, typeof value === "number" && !name.startsWith("data") ? value.toFixed(1) : value);
  made.append(...children);
  return made;
}

const svgText = (css, x, y, content, attributes = {}) => svgNode("text", css, {x, y, ...attributes}, content);

// Level pieces joined by bends that leave and arrive level.
function pathOf(points) {
  const n = (value) => value.toFixed(1), [[x, y], [level]] = points;
  let line = `M${n(x)} ${n(y)}H${n(level)}`;
  for (let at = 1; at + 2 < points.length; at += 2) {
    const [[x0, y0], [x1, y1], [x2]] = points.slice(at, at + 3), middle = n((x0 + x1) / 2);
    line += `${y0 === y1 ? "" : `C${middle} ${n(y0)} ${middle} ${n(y1)} ${n(x1)} ${n(y1)}`}H${n(x2)}`;
  }
  return line;
}

const tipAt = (x, y) => svgNode("path", "tip", {d: `M${x.toFixed(1)} ${y.toFixed(1)}l-8 -4v8z`});

function* wireParts({link, points, branch}, at) {
  const line = pathOf(points), unknown = link.contribution === null;
  yield svgNode("path", unknown ? "wire unknown" : "wire", {d: line});
  yield svgNode("path", "reach", {d: line, "data-edge": at});
  yield tipAt(...points.at(-1));
  if (branch && unknown) yield svgNode("circle", "hollow", {cx: branch[0] + 5, cy: branch[1], r: 4});
}

function* stubParts({box, x, y, width, value, gradient, forks, wireEnd}, output) {
  const start = x + width / 2, unknown = box.gradient === null, {gap} = DECLARED.drawn;
  if (box.name === output && !forks) {
    yield svgNode("path", unknown ? "wire unknown" : "wire", {d: `M${start.toFixed(1)} ${y.toFixed(1)}H${wireEnd.toFixed(1)}`});
    yield tipAt(wireEnd, y);
  }
  if (value) yield svgText("value", start + gap, y - 7, value, {"data-value": box.name});
  if (unknown) yield svgNode("circle", "hollow", {cx: start + gap + 4, cy: y, r: 4});
  yield svgText("gradient", start + gap, y + 17, gradient, {"data-gradient": box.name});
  if (forks) yield svgNode("circle", "fork", {cx: wireEnd, cy: y, r: 3.5});
}

function* edgeLabels({link, local, chip: [x, y], chipWidth, branch}, at) {
  yield svgNode("rect", "chip", {x: x - chipWidth / 2, y: y - 8.5, width: chipWidth, height: 17, rx: 8.5, "data-chip": at});
  yield svgText("local", x, y + 4, local, {"data-link": at, "data-number": "local"});
  if (branch) yield svgText("branch", branch[0], branch[1] + 14, formatted(link.contribution, ALL_DIGITS), {"data-link": at, "data-number": "contribution"});
}

function boxPart({box, name, given, x, y, width, height, corner}, output, said) {
  const css = `${box.kind} ${given ? "given" : "gate"}${box.name === output ? " result" : ""}`;
  const group = svgNode("g", "", {"data-box": box.name}, svgNode("title", "", {}, box.name),
    svgNode("rect", css, {x: x - width / 2, y: y - height / 2, width, height, rx: corner}),
    svgText(given ? "name" : "symbol", x, y + (given ? 5 : 6.5), cutText(box.symbol)));
  if (name) group.append(svgText("small", x, y - height / 2 - 6, name));
  if (box.pattern) group.append(svgText("small", x, y + height / 2 + 14, said[`short_${box.pattern}`]));
  return group;
}

function pictureOf(circuit, title, said, lang) {
  const layout = new Arranging(circuit).layout(), {margin, heading, bare: [left, top]} = DECLARED.drawn;
  const width = Math.round(layout.width + 2 * margin - 2 * left), height = Math.round(layout.height + heading + 2 * margin - top);
  const columns = layout.columns.map((column) => column.map((x) => x.toFixed(1)).join(",")).join(" ");
  const svg = svgNode("svg", "circuit", {role: "img", lang, width: String(width), height: String(height), viewBox: `${left} ${top} ${width} ${height}`, "data-columns": columns},
    svgNode("title", "", {}, title), svgNode("style", "", {}, DECLARED.drawn.style),
    svgNode("rect", "page", {width: String(width + 2 * left), height: String(height + top), rx: 10}));
  const group = svgNode("g", "", {transform: `translate(${margin} ${margin + heading})`});
  layout.routes.forEach((route, at) => group.append(...wireParts(route, at)));
  layout.placements.forEach((placement) => group.append(...stubParts(placement, circuit.output)));
  layout.routes.forEach((route, at) => group.append(...edgeLabels(route, at)));
  group.append(...layout.placements.map((placement) => boxPart(placement, circuit.output, said)));
  svg.append(group, svgNode("g", "legend"));
  return svg;
}
