// Picture, tables and derivation light each other up: what belongs to a box, a wire, or a line of the derivation.
const BELONGS = {
  box: (wiring, name) => ({boxes: [name], links: wiring.into.get(name) ?? [], lines: [name]}),
  line: (wiring, name) => ({boxes: [name], links: wiring.outOf.get(name) ?? [], lines: [name]}),
  link: (wiring, at) => {
    const link = wiring.links.find((other) => other.at === at);
    return link ? {boxes: [link.target], links: [link], lines: [link.source]} : {boxes: [], links: [], lines: []};
  },
};

class Lighting {
  constructor(view) {
    Object.assign(this, {view, pinned: null, met: []});
  }

  // An element stands for something: {box}, {link} or {line}. Pointing at it and focus light up, a click keeps the light.
  meet(element, what, pressed = () => {}) {
    for (const when of ["pointerenter", "focusin"]) element.addEventListener(when, () => this.light(what));
    for (const when of ["pointerleave", "focusout"]) element.addEventListener(when, () => this.light(this.pinned));
    element.addEventListener("click", () => { this.pinned = what; this.light(what); pressed(); });
    this.met.push([element, what]);
  }

  forget(inside) {
    this.met = this.met.filter(([element]) => !inside.contains(element));
  }

  pin(what) {
    this.pinned = what;
    this.light(what);
  }

  light(what) {
    const kind = what && Object.keys(what)[0];
    const {boxes, links, lines} = what ? BELONGS[kind](this.view().wiring, what[kind]) : {boxes: [], links: [], lines: []};
    const numbers = new Set(links.map((link) => link.at));
    const lit = {box: (name) => boxes.includes(name), link: (at) => numbers.has(at), line: (name) => lines.includes(name)};
    for (const [element, stands] of this.met) {
      const [own, value] = Object.entries(stands)[0];
      element.classList.toggle("§lit", this.view().root.contains(element) && lit[own](value));
    }
  }
}
