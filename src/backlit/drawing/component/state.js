// What is shown as a text for the fragment of an address, which is never sent; and back, each part checked. Such a text
// is data: names are looked up, numbers are read as numbers, and what does not fit this circuit is refused as a whole.
const MOST_STATE = 8000; // letters
const STATE_PARTS = ["zoom", "step", "wrt", "digits", "fold", "input", "set"];

// parts: {zoom, step, wrt, digits, folds: [[names]], inputs: [[name, number]], set: a seed of practice}; what is as at the start is left out.
function stateText({zoom, step, wrt, digits, folds, inputs, set}) {
  const text = new URLSearchParams();
  if (zoom) text.set("zoom", zoom);
  if (step) text.set("step", step);
  if (wrt) text.set("wrt", wrt);
  if (digits) text.set("digits", digits);
  if (set) text.set("set", set);
  for (const names of folds) text.append("fold", JSON.stringify(names));
  for (const pair of inputs) text.append("input", JSON.stringify(pair));
  return String(text);
}

// The parts of a text, or null where it is too long or none of ours. What a part says is judged by who uses it.
function stateOf(text) {
  if (text.length > MOST_STATE) return null;
  const given = new URLSearchParams(text), whole = (name) => (given.has(name) ? Number(given.get(name)) : 0);
  if ([...given.keys()].some((name) => !STATE_PARTS.includes(name))) return null;
  try {
    const listed = (name) => given.getAll(name).map((one) => JSON.parse(one));
    const parts = {zoom: whole("zoom"), step: whole("step"), digits: whole("digits"), set: whole("set"), wrt: given.get("wrt"), folds: listed("fold"), inputs: listed("input")};
    const named = (names) => Array.isArray(names) && names.every((name) => typeof name === "string");
    const numbers = [parts.zoom, parts.step, parts.digits, parts.set].every((number) => Number.isInteger(number) && number >= 0);
    const put = parts.inputs.every((pair) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === "string" && Number.isFinite(pair[1]));
    return numbers && put && parts.folds.every(named) ? parts : null;
  } catch {
    return null;
  }
}

// The address's fragment follows the component, and the component the fragment: a link brings back what it was made of.
const SETTLED = 150; // milliseconds without a change
function followAddress(root, shown) {
  const standing = () => location.hash.slice(1);
  let met = standing(); // the fragment that was last written or read: another one is a link that has yet to arrive
  const arrive = () => {
    met = standing();
    if (met !== shown.text()) shown.restore(met);
  };
  root.querySelector(".§link").hidden = window.top !== window; // a frame's own address is nobody's to keep
  let waiting = 0;
  root.addEventListener("§changed", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (standing() !== met) return;
      try { history.replaceState(null, "", `#${shown.text()}`); } catch { /* a document without an address of its own */ }
      met = standing();
    }, SETTLED);
  });
  addEventListener("hashchange", arrive);
  if (met) arrive();
}
