// A circuit for others: its document as a file, which is whole; where that is put on the web, its address as a QR code
// and as a frame for a page of a course. What is shown is in the address's fragment.
import {element, guarded, post, word} from "/static/common.js";

const FRAME_HEIGHT = 640;

// frame(): the frame of the circuit that is shown, or null.
export function shareButton(frame) {
  const address = element("input", {type: "url", placeholder: "https://", autocomplete: "off", spellcheck: "false"});
  const told = element("p", {class: "hint", role: "status"}), found = element("div", {class: "shared"});
  const save = element("button", {type: "button", onclick: async () => {
    const made = URL.createObjectURL(new Blob([await (await fetch(frame().src.split("#")[0])).text()], {type: "text/html"}));
    element("a", {href: made, download: "circuit.html"}).click();
    setTimeout(() => URL.revokeObjectURL(made), 1000);
  }}, word("share_save"));
  address.addEventListener("change", () => show(address, frame(), told, found));
  return element("details", {class: "card share"}, element("summary", {}, word("share")), element("p", {class: "hint"}, word("share_hint")),
    element("div", {class: "bar"}, save, element("label", {class: "wide"}, element("span", {}, word("share_address")), address)), told, found);
}

async function show(field, frame, told, found) {
  const given = field.value.trim(), right = /^https?:\/\/\S+$/.test(given);
  told.textContent = given && !right ? word("share_wrong") : "";
  field.setAttribute("aria-invalid", String(Boolean(given) && !right));
  found.replaceChildren();
  if (!right) return;
  const state = frame.contentWindow?.location.hash ?? "", whole = given.split("#")[0] + state;
  const answer = await guarded(() => post("/api/qr", {text: whole}));
  const written = element("textarea", {readonly: true, rows: 4, spellcheck: "false"});
  const made = element("iframe", {src: whole, title: frame.title, width: "100%", height: FRAME_HEIGHT, loading: "lazy", allow: "fullscreen"});
  written.value = new XMLSerializer().serializeToString(made).replace(' xmlns="http://www.w3.org/1999/xhtml"', "");
  if (answer) {
    const picture = document.importNode(new DOMParser().parseFromString(answer.svg, "image/svg+xml").documentElement, true);
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", word("share_qr"));
    found.append(element("figure", {}, picture, element("figcaption", {}, whole)));
  }
  found.append(element("label", {class: "wide"}, element("span", {}, word("share_embed")), written));
}
