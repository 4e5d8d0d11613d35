// What a step does, seen: a value travels along its wire into the gate, a gradient flows back and is multiplied as it
// passes the chip of the local gradient. Who asked for less motion sees the step alone.
const TRAVEL = 900, REST = 450; // milliseconds at speed 1
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

class Motion {
  constructor(root) {
    this.root = root;
    this.moving = [];
  }

  // Sends numbers along wires; the answer is settled when all have arrived, or were stopped.
  async send(view, links, back, speed) {
    this.stop();
    if (still()) return;
    const svg = view.root.querySelector(".§picture svg");
    const sent = links.map((link) => this.one(view, svg, link, back)).filter(Boolean);
    if (!sent.length) return;
    const begun = performance.now();
    await new Promise((arrived) => {
      const stopped = () => { sent.forEach(({dot}) => dot.remove()); arrived(); };
      this.moving = [stopped];
      const frame = (now) => {
        if (this.moving[0] !== stopped) return;
        const share = Math.min(1, (now - begun) / TRAVEL * speed);
        sent.forEach(({place}) => place(share));
        if (share < 1) requestAnimationFrame(frame);
        else this.stop();
      };
      requestAnimationFrame(frame);
    });
  }

  stop() {
    const [stopped] = this.moving;
    this.moving = [];
    stopped?.();
  }

  one(view, svg, link, back) {
    const line = svg.querySelector(`[data-edge="${link.at}"]`), chip = svg.querySelector(`rect[data-chip="${link.at}"]`);
    if (!line || line.matches(".§inside")) return null;
    const make = (tag, css) => { const made = document.createElementNS("http://www.w3.org/2000/svg", tag); made.setAttribute("class", css); return made; };
    const dot = make("g", "§traveller"), disc = make("circle", back ? "§flows" : "§travels"), text = make("text", back ? "§gradient" : "§value");
    disc.setAttribute("r", 6);
    text.setAttribute("y", -11);
    dot.append(disc, text);
    svg.querySelector(":scope > g").append(dot);
    const whole = line.getTotalLength(), passing = chip ? Number(chip.getAttribute("x")) + Number(chip.getAttribute("width")) / 2 : Infinity;
    const said = back ? [formatted(link.upstream), formatted(link.contribution)] : [formatted(view.wiring.byName.get(link.source).value)];
    const end = line.getPointAtLength(whole), chipAt = whole - Math.max(0, end.x - passing);
    return {dot, place: (share) => {
      const gone = back ? whole * (1 - share) : whole * share, {x, y} = line.getPointAtLength(gone);
      dot.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
      write(text, back && gone < chipAt ? said[1] : said[0]);
    }};
  }
}
