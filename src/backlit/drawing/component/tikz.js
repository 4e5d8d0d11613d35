// The picture as it is shown, in TikZ: TIKZ, from Python, has the head, what characters LaTeX needs written otherwise,
// and the scale. Images within boxes are left out.
const TIKZ_SYMBOLS = {name: "inner sep=0pt", symbol: "inner sep=0pt, font=\\normalsize", small: "small", value: "value", gradient: "gradient", branch: "branch"};

function tikzText(text, {special, scientific}) {
  const plain = (part) => [...part].map((letter) => special[letter] ?? letter).join("");
  return text.split(new RegExp(scientific, "u")).map((part, at, all) =>
    at % 3 === 0 ? plain(part) : at % 3 === 1 ? `$${part} \\cdot 10^{${Number(all[at + 1])}}$` : "").join("");
}

// A line of level pieces, bends and turns.
function tikzPath(line, point) {
  let x = 0, y = 0, text = "";
  for (const [, letter, rest] of line.matchAll(/([MHVCQ])([^MHVCQ]*)/g)) {
    const n = rest.trim().split(/[ ,]+/).map(Number), from = [x, y];
    if (letter === "H") x = n[0];
    else if (letter === "V") y = n[0];
    else [x, y] = n.slice(-2);
    const thirds = ([a, b], [c, d]) => [a + 2 / 3 * (c - a), b + 2 / 3 * (d - b)];
    const bends = {C: [n.slice(0, 2), n.slice(2, 4)], Q: [thirds(from, n), thirds([x, y], n)]}[letter];
    text += letter === "M" ? point(x, y) : bends ? ` .. controls ${point(...bends[0])} and ${point(...bends[1])} .. ${point(x, y)}` : ` -- ${point(x, y)}`;
  }
  return text;
}

function tikzFile(view, given) {
  const {head, scale} = given, point = (x, y) => `(${(x * scale).toFixed(3)},${(y * scale).toFixed(3)})`, size = (value) => `${(value * scale).toFixed(3)}cm`;
  const lines = [...head], svg = view.root.querySelector(".§picture svg"), has = (shape, css) => shape.classList.contains(`§${css}`);
  const shown = (shape) => !shape.closest(".§inside, .§traveller, .§fold-shape") && shape.style.visibility !== "hidden";
  for (const shape of [...svg.querySelectorAll(":scope > g *")].filter(shown)) {
    if (shape.tagName === "path" && has(shape, "wire")) lines.push(`  \\draw[arrow${has(shape, "unknown") ? ", unknown" : ""}] ${tikzPath(shape.getAttribute("d"), point)};`);
    else if (shape.tagName === "circle") lines.push(`  \\filldraw[draw=black!75, fill=${has(shape, "fork") ? "black!75" : "white"}] ${point(...numbersOf(shape, ["cx", "cy"]))} circle (1.8pt);`);
    else if (shape.tagName === "rect" && shape.closest("[data-box]")) {
      const [x, y, width, height] = numbersOf(shape, ["x", "y", "width", "height"]), style = has(shape, "given") ? "given" : `gate, rounded corners=${size(0.99 * Math.min(width, height) / 2)}`;
      lines.push(`  \\node[${style}${has(shape, "result") ? ", result" : ""}, minimum width=${size(width)}, minimum height=${size(height)}] at ${point(x + width / 2, y + height / 2)} {};`);
    } else if (shape.tagName === "text" && shape.textContent) {
      const [x, y] = numbersOf(shape, ["x", "y"]), text = tikzText(shape.textContent, given);
      const kind = Object.keys(TIKZ_SYMBOLS).find((css) => has(shape, css));
      if (has(shape, "local")) lines.push(`  \\node[local] at ${point(x, y - 4)} {${text}};`);
      else if (kind) lines.push(`  \\node[${TIKZ_SYMBOLS[kind]}${["name", "symbol", "small"].includes(kind) ? ", anchor=base" : ""}] at ${point(x, y)} {${text}};`);
    }
  }
  return [...lines, "\\end{tikzpicture}", ""].join("\n");
}
