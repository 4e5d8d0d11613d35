// The chain rule for one wire: the ways to the output as products, and a line for each wire between.
const MOST_PATHS = 6, MOST_LINES = 200;

// Boxes that the chain rule for a wire passes, in forward order.
function between(wiring, name) {
  const ahead = wiring.reach([name], "outOf"), behind = wiring.reach([wiring.output], "into");
  return wiring.boxes.filter((box) => ahead.has(box.name) && behind.has(box.name));
}

// Every way from a wire to the output as links from the output's end on; none where there are too many to read.
function pathsFrom(wiring, name) {
  const passed = new Set(between(wiring, name).map((box) => box.name)), ways = new Map([[wiring.output, 1]]);
  const out = (at) => wiring.outOf.get(at).filter((link) => passed.has(link.target));
  for (const box of [...wiring.boxes].reverse()) {
    if (box.name === wiring.output || !passed.has(box.name)) continue;
    ways.set(box.name, out(box.name).reduce((sum, link) => Math.min(sum + ways.get(link.target), MOST_PATHS + 1), 0));
  }
  if (!passed.has(name) || ways.get(name) > MOST_PATHS) return [];
  const found = [], stack = [[name, []]];
  while (stack.length) {
    const [at, links] = stack.pop();
    if (at === wiring.output) found.push(links);
    else for (const link of out(at).reverse()) stack.push([link.target, [link, ...links]]);
  }
  return found;
}

// A factor: the derivative, its formula, its number; pressed, it lights up its wire.
function factorOf(link) {
  const lines = [link.local_formula, formatted(link.local)];
  return element("button", {
    type: "button", className: "§factor",
    ariaLabel: `${partialText(link.target, link.source)} = ${[...new Set(lines)].filter(Boolean).join(" = ")}`,
  }, partial(link.target, link.source), element("span", {}, lines[0]), element("span", {className: "§of-gradient"}, bracketed(link.local)));
}

// One wire's gradient, summed over the gates that read it: upstream times local; the output's own upstream is 1.
function lineOf(wiring, name) {
  const {output} = wiring, out = wiring.outOf.get(name).filter((link) => link.contribution !== null);
  const alone = out.length === 1 && out[0].target === output;
  const formula = (link) => alone ? link.local_formula || "…" : factorText(link.local_formula || "…");
  const local = (link) => alone ? formatted(link.local) : bracketed(link.local);
  const upstream = (link, written) => link.target === output ? "" : `${written} · `;
  const symbols = out.map((link) => upstream(link, partialText(output, link.target)) + formula(link)).join(" + ");
  const numbers = out.map((link) => upstream(link, bracketed(link.upstream)) + local(link)).join(" + ");
  const results = [numbers, formatted(wiring.byName.get(name).gradient)].filter((text, at, all) => text && text !== all[at - 1] && text !== symbols);
  const spoken = [partialText(output, name), symbols, ...results].filter(Boolean).join(" = ");
  const drawn = out.flatMap((link, at) => [at ? " + " : " = ", ...(link.target === output ? [] : [partial(output, link.target), " · "]), formula(link)]);
  const written = results.map((text) => element("span", {className: "§of-gradient"}, ` = ${text}`));
  return element("button", {type: "button", className: "§line", ariaLabel: spoken}, partial(output, name), ...drawn, ...written);
}

// Writes the derivation into its part of the page; `meet` is told of each element and what it stands for.
function writeDerivation(place, wiring, name, said, meet) {
  const passed = between(wiring, name), products = [], paths = pathsFrom(wiring, name);
  const product = (path) => path.reduce((all, link) => all * link.local, 1);
  const numbers = paths.flat().every((link) => typeof link.local === "number");
  paths.forEach((path, at) => {
    const line = element("div", {className: "§product"});
    line.append(paths.length > 1 ? `${said.path.replace("{number}", at + 1)}: ` : "", partial(wiring.output, name), paths.length > 1 ? " ← " : " = ");
    path.forEach((link, position) => {
      const factor = factorOf(link);
      meet(factor, {link: link.at});
      line.append(position ? "·" : "", factor);
    });
    line.append(element("strong", {className: "§of-gradient"}, path.length ? (numbers ? `= ${formatted(product(path))}` : "") : formatted(1)));
    products.push(line);
  });
  const lines = element("ol", {className: "§lines"});
  for (const box of passed.reverse().filter((box) => box.name !== wiring.output).slice(0, MOST_LINES)) {
    const line = lineOf(wiring, box.name);
    line.dataset.line = box.name;
    meet(line, {line: box.name});
    lines.append(element("li", {}, line));
  }
  place.replaceChildren(...products, lines);
}
