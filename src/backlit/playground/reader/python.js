// Texts and numbers as Python writes them, so that messages are the same in both languages.
const SPACES = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/u;
const UNPRINTABLE = /[\p{C}\p{Z}]/u;
const PLAIN_ASCII = /^[\x20-\x7e]$/;
const CLOSE_ENOUGH = 0.6; // of difflib

const isSpace = (char) => SPACES.test(char);
const isPrintable = (char) => char === " " || !UNPRINTABLE.test(char);
const splitOnSpaces = (text) => text.split(new RegExp(SPACES.source, "gu")).filter(Boolean);
const oneBlank = (text) => splitOnSpaces(text).join(" ");
const isDigits = (text) => /^[0-9]+$/.test(text);

// A text in quotes.
function repr(text) {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'", short = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", [quote]: `\\${quote}`};
  const escape = (char) => {
    const code = char.codePointAt(0);
    if (char in short) return short[char];
    if (isPrintable(char)) return char;
    const [letter, digits] = code < 256 ? ["x", 2] : code < 65536 ? ["u", 4] : ["U", 8];
    return `\\${letter}${code.toString(16).padStart(digits, "0")}`;
  };
  return quote + Array.from(text, escape).join("") + quote;
}

// A template of `str.format`: names in braces, perhaps with !r or :, behind them.
function filled(template, fields) {
  const put = (all, name, how) => {
    if (!name) return all[0];
    const value = fields[name];
    if (how === "!r") return repr(value);
    return how === ":," ? String(value).replace(/\B(?=(\d{3})+$)/g, ",") : String(value);
  };
  return template.replace(/\{\{|\}\}|\{(\w+)(!r|:,)?\}/g, put);
}

// A power of ten as Python writes it: e-05.
const powerText = (power) => `e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;

// `repr` of a float, but 2 for 2.0.
function constantText(value) {
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return String(value + 0);
  const [lead, power] = value.toExponential().split("e"), size = Number(power);
  if (size < -4 || size >= 16) return lead + powerText(size);
  const digits = lead.replace(/[-.]/g, ""), sign = value < 0 ? "-" : "";
  if (size < 0) return `${sign}0.${"0".repeat(-size - 1)}${digits}`;
  const whole = digits.slice(0, size + 1).padEnd(size + 1, "0");
  return `${sign}${whole}.${digits.slice(size + 1) || "0"}`;
}

// A number by the format g.
function general(value, digits = 6) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [lead, power] = value.toExponential(digits - 1).split("e"), size = Number(power);
  const bare = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  return size < -4 || size >= digits ? bare(lead) + powerText(size) : bare(value.toFixed(Math.max(0, digits - 1 - size)));
}

// difflib's likeness of two texts: twice the letters of the blocks that they share, by both lengths.
function likeness(a, b) {
  const shared = (low, high, from, to) => {
    let [best, at, there] = [0, low, from];
    for (let i = low; i < high; i += 1) {
      for (let j = from; j < to; j += 1) {
        let size = 0;
        while (i + size < high && j + size < to && a[i + size] === b[j + size]) size += 1;
        if (size > best) [best, at, there] = [size, i, j];
      }
    }
    return best && best + shared(low, at, from, there) + shared(at + best, high, there + best, to);
  };
  return a.length + b.length ? 2 * shared(0, a.length, 0, b.length) / (a.length + b.length) : 1;
}

// The first of difflib's close matches: the most alike, the last in the alphabet among equals.
function closeMatch(word, known) {
  const scored = known.map((name) => [likeness([...name], [...word]), name]).filter(([score]) => score >= CLOSE_ENOUGH);
  return scored.reduce((best, one) => (!best || one[0] > best[0] || (one[0] === best[0] && one[1] > best[1]) ? one : best), null)?.[1] ?? "";
}
