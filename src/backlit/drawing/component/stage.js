// The stage: the picture fills the room that there is, can be moved and enlarged, and keeps the step in hand in sight.
const LEAST_ROOM = 260, STEP_OF_ZOOM = 1.25, SMALLEST_ZOOM = 0.3, BIGGEST_ZOOM = 4, EMBEDDED_SHARE = 0.72;

class Stage {
  constructor(root) {
    this.root = root;
    this.zoom = null; // null: as large as fits
    this.sheets = new Map();
    this.maps = new Map();
  }

  mapOf(picture) {
    if (!this.maps.has(picture)) this.maps.set(picture, new SmallMap(picture));
    return this.maps.get(picture);
  }

  // Pixels for the picture: what the window has left below it; within another page, what that page says, or most of a window.
  room(picture) {
    const {clientWidth: width} = picture, said = Number.parseFloat(getComputedStyle(this.root).getPropertyValue("--§room"));
    const presenting = this.root.matches(".§presenting"), top = picture.getBoundingClientRect().top + (presenting ? this.root.scrollTop : scrollY);
    const above = picture.getBoundingClientRect().top - this.root.getBoundingClientRect().top + 34;
    const own = presenting || this.root.parentNode === document.body ? innerHeight - top - 34 : Math.min(EMBEDDED_SHARE * innerHeight, this.pane() - above);
    return {width, height: Math.max(LEAST_ROOM, said || own)};
  }

  // Pixels that are seen at once of what holds it: of a notebook that scrolls within the window, the notebook's own.
  pane() {
    let seen = innerHeight, one = this.root;
    while ((one = one.parentElement ?? one.getRootNode().host) && one !== document.body) {
      if (["auto", "scroll"].includes(getComputedStyle(one).overflowY) && one.clientHeight >= 2 * LEAST_ROOM) seen = one.clientHeight;
    }
    return Math.min(seen, innerHeight);
  }

  sheet(view) {
    const svg = view.root.querySelector(".§picture svg");
    if (!this.sheets.has(view)) this.sheets.set(view, new Sheet(view, svg));
    return this.sheets.get(view);
  }

  // Lays the picture out for its room, and sizes it.
  fit(view) {
    const picture = view.root.querySelector(".§picture"), sheet = this.sheet(view);
    this.picture = picture;
    if (!picture.clientWidth) return;
    picture.style.height = "";
    const room = this.room(picture);
    drawFolds(view, []);
    const size = sheet.arrange(room);
    drawFolds(view, view.folds);
    this.natural = size;
    if (!size) { this.mapOf(picture).draw(); return; }
    this.whole = Math.max(1, Math.min(room.width / size.width, room.height / size.height, LARGEST_ZOOM));
    picture.style.height = `${Math.floor(room.height)}px`;
    this.apply();
  }

  // Laid out for paper: whole, with letters of 9 points at least.
  print(view) {
    const sheet = this.sheet(view), svg = view.root.querySelector(".§picture svg"), size = sheet.arrange(PAPER);
    drawFolds(view, view.folds);
    if (!size) return;
    svg.setAttribute("width", size.width);
    svg.setAttribute("height", size.height);
  }

  apply() {
    if (!this.natural) return;
    const zoom = this.zoom ?? this.whole, svg = this.picture.querySelector("svg");
    svg.setAttribute("width", Math.floor(this.natural.width * zoom));
    svg.setAttribute("height", Math.floor(this.natural.height * zoom));
    this.mapOf(this.picture).draw();
  }

  scale(times) {
    const {picture} = this, before = this.zoom ?? this.whole;
    this.zoom = times === null ? null : Math.max(SMALLEST_ZOOM, Math.min(BIGGEST_ZOOM, before * times));
    const middle = [picture.scrollLeft + picture.clientWidth / 2, picture.scrollTop + picture.clientHeight / 2];
    this.apply();
    const grown = (this.zoom ?? this.whole) / before;
    picture.scrollTo(middle[0] * grown - picture.clientWidth / 2, middle[1] * grown - picture.clientHeight / 2);
  }

  // The step in hand is brought into sight where it is not.
  follow(box) {
    if (!box || !this.picture) return;
    const inner = this.picture.getBoundingClientRect(), own = box.getBoundingClientRect(), room = 48;
    const off = (low, high, least, most) => (low < least + room ? low - least - room : high > most - room ? high - most + room : 0);
    this.picture.scrollBy(off(own.left, own.right, inner.left, inner.right), off(own.top, own.bottom, inner.top, inner.bottom));
  }

  // Dragged with the mouse where it is larger than its room; a wheel with Ctrl enlarges. Fingers scroll by themselves.
  pannable(picture) {
    let from = null;
    picture.addEventListener("pointerdown", ({pointerType, button, clientX, clientY, target}) => {
      if (pointerType !== "mouse" || button || target.closest("[data-box]")) return;
      from = [clientX + picture.scrollLeft, clientY + picture.scrollTop];
    });
    picture.addEventListener("pointermove", ({clientX, clientY, buttons}) => {
      if (!(buttons & 1)) from = null;
      if (from) picture.scrollTo(from[0] - clientX, from[1] - clientY);
    });
    picture.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.scale(event.deltaY < 0 ? STEP_OF_ZOOM : 1 / STEP_OF_ZOOM);
    }, {passive: false});
  }
}
