// Play and pause: step after step, each with what it does to see, at a speed of the reader's choice.
class Player {
  constructor(root) {
    Object.assign(this, {root, motion: new Motion(root), playing: null});
    this.button = root.querySelector(".§play");
    this.button.addEventListener("click", () => this.toggle());
  }

  // begin(); next() -> {view, back} of the step to come, or null at the end; pass() makes it.
  plays(steps) { this.steps = steps; }

  toggle() { this.playing ? this.pause() : this.play(); }

  pause() {
    this.playing = null;
    this.motion.stop();
    this.sign();
  }

  async play() {
    const own = this.playing = {}, speed = () => Number(this.root.querySelector(".§speed").value);
    this.sign();
    this.steps.begin();
    for (let next = this.steps.next(); next && this.playing === own; next = this.steps.next()) {
      const {view, back} = next, {gates, into, byName} = view.wiring;
      const box = back ? gates[view.last - view.step - 1] : gates[view.step];
      const links = into.get(box.name).filter((link) => !back || byName.get(link.source).kind !== "constant");
      await this.motion.send(view, links, back, speed());
      if (this.playing !== own) return;
      this.steps.pass();
      await new Promise((rested) => setTimeout(rested, REST / speed()));
    }
    if (this.playing === own) this.pause();
  }

  sign() {
    const {play, pause} = this.button.dataset;
    this.button.textContent = this.playing ? "❚❚" : "▶";
    this.button.ariaLabel = this.button.title = this.playing ? pause : play;
  }
}
