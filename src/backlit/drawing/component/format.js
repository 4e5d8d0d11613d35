// How numbers, derivatives and elements are written.
function formatted(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "string") return value;
  return String(Number((value + 0).toPrecision(6))).replace("e+", "e");
}

function bracketed(value) {
  const text = formatted(value);
  return text.startsWith("-") ? `(${text})` : text;
}

// A formula that can stand in a product.
function factorText(formula) {
  return / ([-+*\/]|if) |^-/.test(formula) ? `(${formula})` : formula;
}

function partialText(top, under) {
  return `∂${top}/∂${under}`;
}

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// The same derivative as a fraction.
function partial(top, under) {
  const make = (tag, ...children) => {
    const made = document.createElementNS("http://www.w3.org/1998/Math/MathML", tag);
    made.append(...children);
    return made;
  };
  const row = (name) => make("mrow", make("mo", "∂"), make("mi", name));
  return make("math", make("mfrac", row(top), row(under)));
}

// What a reader typed as a number, or null.
function typed(text) {
  const value = Number(text.replace("−", "-").replace(",", "."));
  return text.trim() === "" || !Number.isFinite(value) ? null : value;
}
