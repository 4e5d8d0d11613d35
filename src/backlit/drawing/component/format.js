// How numbers, derivatives and elements are written; numbers and sums as the picture was drawn with them.
// The sign before a class, here and in the style, is replaced by a prefix (MARK in __init__.py).
const writing = {digits: 3, ofArrays: null}; // significant ones; a button asks for six
const ALL_DIGITS = 6, FEW_DIGITS = 2;

function formatted(value, digits = writing.digits) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "string") return writing.ofArrays ? value.replace(/\d+\.\d+/g, (number) => String(Number(Number(number).toPrecision(writing.ofArrays)))) : value;
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "inf").replace("NaN", "nan");
  if (Number.isInteger(value) && Math.abs(value) < 10 ** ALL_DIGITS) return String(value + 0); // whole numbers stay whole
  const [lead, power] = (value + 0).toExponential(digits - 1).split("e");
  if (power >= -4 && power < ALL_DIGITS) return String(Number((value + 0).toPrecision(digits)));
  return `${Number(lead)}e${power[0]}${power.slice(1).padStart(2, "0")}`;
}

// Numbers with a sign between them.
function added(values) {
  const [first, ...rest] = values.map((value) => formatted(value));
  return first + rest.map((text) => text.startsWith("-") ? ` - ${text.slice(1)}` : ` + ${text}`).join("");
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
