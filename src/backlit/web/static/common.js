// What every view shares: words, questions to the server, problems in one line, elements.
export const given = JSON.parse(document.getElementById("given").textContent);
export const lang = given.lang;

// A word in the page's language; {name} in it is filled in.
export function word(name, values = {}) {
  return (given.words[name] ?? name).replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}

export const byId = (id) => document.getElementById(id);

// -- elements: text is always text, never markup --------------------------------------------------------------------
function built(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

export const element = (tag, attributes, ...children) => built(document.createElement(tag), attributes, children);

export const drawn = (tag, attributes, ...children) =>
  built(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

// Options of a select: pairs of value and text.
export function fill(select, options, chosen) {
  select.replaceChildren(...options.map(([value, text]) => element("option", {value}, text)));
  if (chosen !== undefined) select.value = chosen;
}

// -- numbers --------------------------------------------------------------------------------------------------------
// A person's number; NaN where it is none. A comma and a true minus sign are read as well.
export function read(text) {
  const plain = text.trim().replace(/[−–]/g, "-").replace(",", ".");
  return plain === "" ? NaN : Number(plain);
}

// As circuits, texts and files write numbers: to some significant digits, with a plain minus sign and exponents of two digits.
export function shown(value, digits = 4) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "inf");
  const [, power] = (value + 0).toExponential(digits - 1).split("e");
  if (value === 0 || (power >= -4 && power < Math.max(digits, 6))) return String(Number((value + 0).toPrecision(digits)));
  return `${Number((value + 0).toExponential(digits - 1).split("e")[0])}e${power[0]}${power.slice(1).padStart(2, "0")}`;
}

// -- the server -----------------------------------------------------------------------------------------------------
// What is wrong, in words that can be shown.
class Problem extends Error {}

export function showProblem(text) {
  const line = byId("problem");
  if (line.textContent !== text) line.textContent = text;
}

async function sent(path, options) {
  try {
    return await fetch(path, {...options, headers: {...options.headers, "Accept-Language": lang}});
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(word("lost"));
  }
}

async function answered(path, options) {
  const response = await sent(path, options);
  const result = await response.json().catch((error) => {
    if (error.name === "AbortError") throw error;
    return {error: word("lost")};
  });
  if (!response.ok || result.error) throw new Problem(result.error ?? word("lost"));
  return result;
}

// A file that the server makes, and its name.
export async function answeredFile(path) {
  const response = await sent(path, {}), named = response.headers.get("Content-Disposition")?.match(/filename\*=UTF-8''(.+)$/);
  if (!response.ok || !named) throw new Problem((await response.json().catch(() => ({}))).error ?? word("lost"));
  return {blob: await response.blob(), name: decodeURIComponent(named[1])};
}

export const get = (path, signal) => answered(path, {signal});

export const post = (path, body = {}, signal) =>
  answered(path, {method: "POST", body: JSON.stringify(body), headers: {"Content-Type": "application/json"}, signal});

// kind: "tables" or "models". The answer has the number of the new one, and the lists anew.
export const upload = (kind, file) =>
  answered(`/api/upload/${kind}?name=${encodeURIComponent(file.name)}`, {method: "POST", body: file});

// The newest list of tables and models: answers may come out of their order.
let library = {age: -1, tables: [], models: []};
export function stored(listed) {
  if (listed && listed.age > library.age) library = listed;
  return library;
}

// Runs something that may go wrong; a problem is shown in one line, and cleared by the next success.
export async function guarded(work) {
  try {
    const result = await work();
    showProblem("");
    return result;
  } catch (error) {
    if (error.name === "AbortError") return undefined;
    if (!(error instanceof Problem)) throw error;
    showProblem(error.message);
    return undefined;
  }
}

// Only the newest question counts: those before are cancelled, sent or waiting, as they are by forget().
// work(signal) -> promise. later() asks when nobody has called for a while; ready() asks at once what waits, and is
// settled when the newest is answered: with its answer, or undefined where it was a problem.
export function newest(work, milliseconds = 250) {
  let before = null, waiting = 0, answer;
  const ask = (...rest) => {
    ask.forget();
    before = new AbortController();
    const {signal} = before;
    return (answer = guarded(() => work(signal, ...rest)));
  };
  ask.forget = () => {
    clearTimeout(waiting);
    waiting = 0;
    before?.abort();
  };
  ask.later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => ask(), milliseconds);
  };
  ask.ready = async () => {
    if (waiting) ask();
    const awaited = answer, result = await awaited;
    return awaited === answer && !waiting ? result : ask.ready();
  };
  return ask;
}

// What Enter does in the one-line fields of a form; a syllable that is still being composed ends with Enter too.
export function onEnter(form, act) {
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("input:not([type=file])")) return;
    act(event.target);
  });
}

// -- a circuit: the document that the server wrote, as high as what is in it ------------------------------------------
// state: the text of what it shows, as its address's fragment says it; unless given, who stood at the end stays there.
const PAST_THE_END = 99999, LEAST_ROOM = 320, ENOUGH = 0.5, BESIDE_PICTURE = 116; // the last one: pixels of the bar, the sentence, the fields
export function showCircuit(host, address, title, state) {
  const old = host.querySelector("iframe.circuit"), live = old?.contentDocument?.querySelector(".backlit-live");
  const seek = live?.querySelector(".backlit-seek"), asked = new URLSearchParams(live ? "" : old?.src.split("#")[1]); // not there yet
  const ended = seek ? Number(seek.value) > 0 && seek.value === seek.max : Number(asked.get("step")) === PAST_THE_END;
  const full = live?.querySelector(".backlit-digits[aria-pressed=true]") ?? asked.has("digits");
  const kept = [ended && `step=${PAST_THE_END}`, full && "digits=6"].filter(Boolean).join("&");
  const shown = state ?? kept; // an empty fragment would scroll the page to the frame's top
  const frame = element("iframe", {class: "circuit", src: shown ? `${address}#${shown}` : address, title});
  if (old) frame.style.height = old.style.height;
  frame.addEventListener("load", () => {
    const inside = frame.contentDocument?.querySelector("main");
    if (!inside) return;
    const fit = () => {
      const whole = frame.contentDocument?.documentElement; // none once another circuit has replaced it
      if (whole) frame.style.height = `${Math.ceil(whole.offsetHeight) + 48}px`;
    };
    inside.classList.add("backlit-embedded");
    const measure = () => {
      const below = innerHeight - host.getBoundingClientRect().top - scrollY - BESIDE_PICTURE; // without scrolling, where that is enough
      const room = below >= ENOUGH * innerHeight ? below : innerHeight - BESIDE_PICTURE;
      frame.contentDocument?.documentElement.style.setProperty("--backlit-room", Math.max(LEAST_ROOM, room));
      frame.contentWindow?.dispatchEvent(new Event("resize"));
    };
    measure();
    addEventListener("resize", measure);
    new ResizeObserver(fit).observe(inside);
    fit();
  });
  host.replaceChildren(frame);
  return frame;
}
