// What stands in a field of a formula's input: a number (0.5), several (1, 2, 4), or rows (1, 2; 3, 4); brackets as in
// Python are read too. The local page has this file as a module, the playground as a part of its script.

// The numbers of a text; null where it has none, or more than `most` in a row or column.
export function numbersTyped(text, most) {
  const plain = text.replace(/[−–]/g, "-").trim(), ofRows = /^\[\s*\[/.test(plain), listed = plain.startsWith("[");
  const rows = plain.replace(/\]\s*,?\s*\[/g, ";").replace(/[[\]]/g, " ").split(";").map((row) => row.split(/[,\s]+/).filter(Boolean).map(Number));
  const several = rows.some((row) => row.length > 1), list = rows.flat();
  const found = ofRows || (several && rows.length > 1) ? rows : list.length > 1 || listed ? list : list[0];
  return areNumbers(found, most) ? found : null;
}

// Whether it is a number, a list of them, or rows of one length, none too long.
export function areNumbers(value, most) {
  const isNumber = (one) => typeof one === "number" && Number.isFinite(one);
  if (!Array.isArray(value)) return isNumber(value);
  const rows = Array.isArray(value[0]) ? value : [value];
  return rows.length <= most && rows.every((row) => Array.isArray(row) && row.length && row.length <= most && row.length === rows[0].length && row.every(isNumber));
}

// As they are typed.
export function numbersWritten(value) {
  if (!Array.isArray(value)) return String(value);
  if (!Array.isArray(value[0])) return value.length > 1 ? value.join(", ") : `[${value}]`;
  return value.length > 1 && value[0].length > 1 ? value.map((row) => row.join(", ")).join("; ") : JSON.stringify(value).replaceAll(",", ", ");
}
