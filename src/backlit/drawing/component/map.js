// A small map of a picture that is larger than its room: what is in sight has a frame, and where it is pressed, the
// picture goes. It is for the eye and the pointer; the keyboard scrolls the picture itself.
const MAP_SIDES = {width: 150, height: 90}; // pixels, at most

class SmallMap {
  constructor(picture) {
    this.picture = picture;
    this.canvas = element("canvas", {});
    this.frame = element("div", {className: "§sight"});
    this.map = element("div", {className: "§map", ariaHidden: "true", hidden: true}, this.canvas, this.frame);
    picture.append(this.map);
    picture.addEventListener("scroll", () => this.follow(), {passive: true});
    for (const when of ["pointerdown", "pointermove"]) this.map.addEventListener(when, (event) => this.go(event));
  }

  // Drawn anew where the picture has been laid out or sized anew.
  draw() {
    const {picture, map, canvas} = this, svg = picture.querySelector("svg"), slack = 2;
    map.hidden = picture.scrollWidth <= picture.clientWidth + slack && picture.scrollHeight <= picture.clientHeight + slack;
    if (map.hidden) return;
    const {x: left, y: top, width, height} = svg.viewBox.baseVal, scale = Math.min(MAP_SIDES.width / width, MAP_SIDES.height / height);
    const sharp = devicePixelRatio || 1, context = canvas.getContext("2d"), {matrix} = svg.querySelector(":scope > g").transform.baseVal.consolidate() ?? {matrix: {e: 0, f: 0}};
    Object.assign(canvas, {width: Math.ceil(width * scale * sharp), height: Math.ceil(height * scale * sharp)});
    canvas.style.width = `${width * scale}px`;
    canvas.style.height = `${height * scale}px`;
    context.scale(scale * sharp, scale * sharp);
    context.translate(matrix.e - left, matrix.f - top);
    context.fillStyle = getComputedStyle(map).color;
    for (const shape of svg.querySelectorAll("g[data-box]:not(.§inside) > rect")) {
      const [boxX, boxY, wide, high] = numbersOf(shape, ["x", "y", "width", "height"]), least = 1.5 / scale;
      context.fillRect(boxX, boxY, Math.max(wide, least), Math.max(high, least));
    }
    this.follow();
  }

  get shares() {
    const {scrollWidth, scrollHeight} = this.picture;
    return [this.canvas.clientWidth / scrollWidth, this.canvas.clientHeight / scrollHeight];
  }

  follow() {
    if (this.map.hidden) return;
    const {scrollLeft, scrollTop, clientWidth, clientHeight} = this.picture, [across, down] = this.shares;
    Object.assign(this.frame.style, {left: `${scrollLeft * across}px`, top: `${scrollTop * down}px`, width: `${clientWidth * across}px`, height: `${clientHeight * down}px`});
  }

  go(event) {
    event.stopPropagation(); // the picture is dragged by what lies below
    if (event.type === "pointermove" && !(event.buttons & 1)) return;
    const {clientWidth, clientHeight} = this.picture, [across, down] = this.shares, {left, top} = this.canvas.getBoundingClientRect();
    this.picture.scrollTo((event.clientX - left) / across - clientWidth / 2, (event.clientY - top) / down - clientHeight / 2);
    event.preventDefault();
  }
}
