// What the reader answers, in each language at once: where it is, what is wrong, what to write; and notes on how it read.
class FormulaFault extends Error {
  constructor(texts, column = null) {
    super(texts.en);
    Object.assign(this, {texts, column});
  }
}

// The formula in quotes, what lies far from a place left out.
function shownAround(chars, start) {
  const most = DECLARED.limits.shown, text = chars.map((char) => (isSpace(char) ? " " : char));
  if (text.length <= most) return repr(text.join(""));
  const first = Math.max(0, Math.min(start - most / 2, text.length - most)), part = text.slice(first, first + most - 6);
  return repr((first ? "..." : "") + part.join("") + (first + part.length < text.length ? "..." : ""));
}

// A part of a formula as a message repeats it.
function shortened(text) {
  const chars = Array.from(oneBlank(text)).filter(isPrintable);
  return chars.length <= DECLARED.limits.part ? chars.join("") : `${chars.slice(0, 10).join("")}...${chars.slice(-10).join("")}`;
}

function faultAt(chars, start, key, given = {}) {
  const {faults, frame} = DECLARED, line = (value) => (typeof value === "string" ? Array.from(value, (char) => (isPrintable(char) ? char : " ")).join("") : value);
  const fields = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, line(value)]));
  const texts = Object.fromEntries(Object.entries(faults[key]).map(([lang, [what, mend]]) => [lang, filled(frame[lang], {
    what: filled(what, fields), mend: filled(mend, fields), column: start + 1, shown: shownAround(chars, start),
  })]));
  return new FormulaFault(texts, start + 1);
}

// Notes on what was read otherwise than it is spelled: one of each kind, with how many more there are.
class Notes {
  constructor() { this.first = new Map(); }

  add(kind, start, spelled, read) {
    const before = this.first.get(kind);
    if (before) before.more += 1;
    else this.first.set(kind, {column: start + 1, spelled, read, more: 0});
  }

  all() { return [...this.first.values()].sort((a, b) => a.column - b.column); }
}

function noteText(note, lang) {
  const {note: one, noteMore, leftOut} = DECLARED;
  return filled((note.read ? (note.more ? noteMore : one) : leftOut)[lang], note);
}
