// A second run beside the one in hand: its own choices, one clock for both, which the server keeps.
import {byId, element, post, shown, word} from "/static/common.js";
import {posted} from "./choices.js";
import {Plane} from "./plane.js";

// The axes are those of the run in hand.
class SecondPlane extends Plane {
  axes(columns) {
    this.possible = columns.length > 1;
    this.turn = () => { this.named(); this.ask(); };
    if (this.possible) for (const id of ["across", "up"]) byId(id).addEventListener("change", this.turn);
    else this.host.replaceChildren(element("p", {class: "hint"}, word("one_input")));
  }

  close() {
    super.close();
    for (const id of ["across", "up"]) byId(id).removeEventListener("change", this.turn);
  }
}

const CHOICES = ["optimizer", "rate", "batch", "penalty", "init", "seed"];
const layersOf = ({hidden}) => hidden.map(([width, gate]) => `${width} ${gate}`).join(" · ") || "–";
const dataOf = ({data, table, target}) => JSON.stringify([data, table, target]);

export class Beside {
  // onPicture() when its picture is another; listen(number, onPicture) -> the feed of a training.
  constructor({listen, onPicture, onRow}) {
    Object.assign(this, {listen, onPicture, onRow, said: null, run: null});
  }

  get running() { return this.run?.picture.state === "running"; }

  get runs() { return this.run ? [this.run.picture] : []; }

  // Choices as a link says them; what is none of this page's is refused: false.
  take(text) {
    const right = posted(text) !== null;
    this.said = right ? text : null;
    return right;
  }

  // Begins anew beside a training that has just begun; the answer is whether it could: not where the data are others.
  async begin(session, choices, signal) {
    this.end();
    if (this.said === null) return true;
    const own = posted(this.said);
    if (dataOf(own) !== dataOf(choices)) { this.said = null; return false; }
    const answer = await post("/api/sessions", own, signal);
    await post(`/api/sessions/${session.number}/beside`, {other: answer.number}, signal);
    byId("beside").hidden = false;
    const plane = new SecondPlane(answer, {onRow: this.onRow, onPlane: () => undefined, host: byId("beside-plane")});
    this.run = {...answer, own, choices, kind: session.kind, loss: [session.loss, answer.loss], plane};
    this.run.feed = this.listen(answer.number, (picture) => {
      if (this.run?.number !== answer.number) return;
      this.run.picture = picture;
      plane.ask(picture.state === "running");
      this.onPicture();
    });
    plane.ask();
    return true;
  }

  end() {
    byId("beside").hidden = true;
    if (!this.run) return;
    this.run.feed.close();
    this.run.plane.close();
    navigator.sendBeacon(`/api/sessions/${this.run.number}/close`, "{}");
    this.run = null;
  }

  // Both runs as a table: numbers that stand, then the choices in which they differ.
  show(picture) {
    if (!this.run) return;
    const {own, choices, loss, kind} = this.run, score = word(kind === "number" ? "r2_curve" : "accuracy_curve");
    const numbers = [["epoch", word("epoch")], [1, word("loss_curve")], [2, score], [3, word("held_loss")], [4, word("held_score", {score})]];
    const told = ({points, at, epoch}, key) => (key === "epoch" ? epoch.toLocaleString("en") : shown(points[at][key]));
    const rows = numbers.map(([key, name]) => [name, told(picture, key), told(this.run.picture, key)]);
    rows.push(...[["layers", layersOf(choices), layersOf(own)], ["loss", ...loss.map((name) => name.replaceAll("_", " "))],
      ...CHOICES.map((name) => [name, String(choices[name]), String(own[name])])]
      .filter(([, here, there]) => here !== there).map(([name, ...both]) => [word(name), ...both]));
    const head = ["", word("this_run"), word("run_beside")].map((text) => (text ? element("th", {scope: "col"}, text) : element("td")));
    byId("runs").replaceChildren(element("table", {}, element("thead", {}, element("tr", {}, head)),
      element("tbody", {}, rows.map(([name, ...both]) => element("tr", {}, element("th", {scope: "row"}, name), both.map((text) => element("td", {}, text)))))));
  }
}
