// What a view shows stands in its address's fragment, which is never sent: it can be kept, and copied as a link. Going
// back goes back; the other views and the other language keep it.
import {byId, element, showProblem, word} from "/static/common.js";

const MOST = 8000; // letters
const view = location.pathname.slice(1), store = (name) => `backlit ${name}`;

function keep() {
  sessionStorage.setItem(store(view), location.hash);
  for (const link of document.querySelectorAll(".language")) bind(link, location.hash);
}

function bind(link, hash) { link.setAttribute("href", link.getAttribute("href").split("#")[0] + hash); }

// The links to the other views bring back what they showed.
for (const link of document.querySelectorAll(".top nav a")) {
  bind(link, (link.pathname === location.pathname ? location.hash : sessionStorage.getItem(store(link.pathname.slice(1)))) ?? "");
}

// names: what may stand in it, each as text. The answer is {} where nothing does, null where something else does: that
// is refused with a word.
export function readLink(names) {
  const text = location.hash.slice(1), given = new URLSearchParams(text);
  if (text.length > MOST || [...given.keys()].some((name) => !names.includes(name))) {
    byId("notes").textContent = word("link_refused");
    return null;
  }
  return Object.fromEntries(given);
}

// visited: whether this is a place that going back comes to.
export function writeLink(values, visited = false) {
  const text = String(new URLSearchParams(Object.entries(values).filter(([, value]) => value !== "" && value !== undefined)));
  if (text === location.hash.slice(1)) return;
  if (text.length > MOST) { showProblem(word("link_long")); return; }
  history[visited ? "pushState" : "replaceState"](null, "", text ? `#${text}` : location.pathname + location.search);
  keep();
}

export function onBack(arrive) {
  addEventListener("popstate", () => { keep(); arrive(); });
}

// The button that copies the address.
export function copyButton() {
  const button = element("button", {type: "button", class: "copy-link", onclick: async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = word("link_copied");
    } catch {
      button.textContent = location.href;
    }
  }}, word("link_copy"));
  return button;
}

keep();
