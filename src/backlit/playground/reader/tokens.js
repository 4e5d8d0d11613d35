// A formula's text as tokens; each keeps where it stands, in characters from 0, whatever keyboard or printer it came from.
const RADIX = /0[xXbBoO][0-9a-fA-F]+(?![\p{L}\p{N}_])/uy, DIGITS = /(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?/y;
const SIGN_TEXT = /\*\*|=\/=|<=|>=|=<|=>|==|!=|<>|:=|\/\/|&&/y;
const INVISIBLE = new Set("\u200b\u200c\u200d\u2060\u2061\u2063\ufeff"), PI_SIGN = "π", ONE_UNIT = "\uffff";
const RAISED = new Set(DECLARED.raised), KEPT = new Set([...Object.keys(DECLARED.superscripts), ...Object.keys(DECLARED.comparisons).filter((sign) => sign.length === 1), ..."≠√π"]);

const isIdentifier = (text) => /^[\p{XIDS}_]\p{XIDC}*$/u.test(text);
const isInName = (char) => /^\p{XIDC}$/u.test(char) && char !== PI_SIGN && !RAISED.has(char);
const has = (table, name) => Object.hasOwn(table, name);

// One plain character for each of the text's.
function canonicalChar(char) {
  const {signs, zeros} = DECLARED;
  if (PLAIN_ASCII.test(char)) return char;
  if (has(signs, char)) return signs[char];
  if (KEPT.has(char)) return char;
  if (isSpace(char) || INVISIBLE.has(char)) return " ";
  if (/\p{Nd}/u.test(char)) return String(char.codePointAt(0) - zeros.findLast((zero) => zero <= char.codePointAt(0)));
  if (RAISED.has(char)) return char;
  const compatible = char.normalize("NFKC");
  return Array.from(compatible).length === 1 ? signs[compatible] ?? compatible : char;
}

// The tokens of canonical characters, and one more for the end.
function tokensOf(chars) {
  const text = chars.map((char) => (char.length === 1 ? char : ONE_UNIT)).join(""), tokens = [];
  let at = 0;
  const meets = (pattern) => { pattern.lastIndex = at; return pattern.exec(text)?.[0]; };
  const add = (kind, spelled, length) => { tokens.push({kind, text: spelled, start: at, end: at + length}); at += length; };
  while (at < chars.length) {
    if (chars[at] === " ") { at += 1; continue; }
    const radix = meets(RADIX), number = radix ? "" : meets(DIGITS);
    let end = at;
    while (has(DECLARED.superscripts, chars[end] ?? "")) end += 1;
    if (radix) add("radix", radix, radix.length);
    else if (number) add("number", number, number.length);
    else if (end > at) add("power", chars.slice(at, end).map((char) => DECLARED.superscripts[char]).join(""), end - at);
    else {
      if (chars[at] === PI_SIGN) end += 1;
      else while (end < chars.length && isInName(chars[end])) end += 1;
      const name = chars.slice(at, end).join("").normalize("NFKC");
      if (isIdentifier(name)) add("name", name, end - at);
      else { const sign = meets(SIGN_TEXT) ?? chars[at]; add("sign", sign, Array.from(sign).length); }
    }
  }
  tokens.push({kind: "end", text: "", start: chars.length, end: chars.length});
  return tokens;
}
