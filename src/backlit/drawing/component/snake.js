// A picture laid out anew for the room that there is: columns as wide as their numbers need, long rows wrapped, each
// again from left to right. Python gives the columns (left end, centre, where forks part, right end) and all that stands
// in them; here everything keeps its place within its column.
const NEAR = 0.2, PADDING = 3, LABEL_GAP = 7, ARROW_ROOM = 9, LANE_STEP = 7, ROW_GAP = 5; // units of the picture: pixels at zoom 1
const TIGHTEST_BEND = 14, LARGEST_BEND = 90, MOST_BENT = 0.55, ROUND = 7;
const LARGEST_ZOOM = 2.2, LEGIBLE_ZOOM = 1.25, MOST_COLUMNS = 60; // beyond so many columns rows are filled, not balanced

// Exact widths of texts, in the font that they are shown in.
const ruler = {};
function widthOf(text, shape) {
  ruler.canvas ??= document.createElement("canvas").getContext("2d");
  const {fontStyle, fontWeight, fontSize, fontFamily} = getComputedStyle(shape);
  ruler.canvas.font = [fontStyle, fontWeight, fontSize, fontFamily].join(" ");
  return ruler.canvas.measureText(text).width;
}

const numbersOf = (shape, names) => names.map((name) => Number(shape.getAttribute(name)));

// A line as level pieces {from, to, y}; bends join one to the next.
function piecesOf(line) {
  const pieces = [];
  let x = 0, y = 0, joined = false;
  for (const [, letter, rest] of line.matchAll(/([MHC])([^MHC]*)/g)) {
    const given = rest.trim().split(/[ ,]+/).map(Number);
    if (letter === "H") {
      if (joined) pieces.at(-1).to = given[0];
      else pieces.push({from: x, to: given[0], y});
      [x, joined] = [given[0], true];
    } else {
      [x, y] = given.slice(-2);
      joined = false;
    }
  }
  return pieces;
}

class Sheet {
  constructor(view, svg) {
    Object.assign(this, {view, svg, group: svg.querySelector(":scope > g")});
    this.columns = (svg.dataset.columns ?? "").split(" ").filter(Boolean).map((column) => column.split(",").map(Number));
    if (!this.columns.length || this.group.children.length > LARGE) return;
    this.extents = this.columns.map(() => [Infinity, -Infinity]);
    this.marks = [...this.group.querySelectorAll(":scope > :not(g), :scope > g > *")].map((shape) => this.markOf(shape)).filter(Boolean);
    this.widths = new Map([...view.named].map(([name, box]) => [name, Number(box.querySelector("rect").getAttribute("width"))]));
    this.small = svg.querySelector("text[data-number]") ?? svg;
    svg.querySelector(":scope > g + g")?.remove(); // the legend stands below the picture
    this.ready = true;
  }

  columnOf(x) {
    let at = 0;
    while (at + 1 < this.columns.length && this.columns[at + 1][0] <= x + NEAR) at += 1;
    return at;
  }

  markOf(shape) {
    const kind = shape.tagName, mark = {shape, kind};
    if (kind === "rect" || kind === "image") [mark.x, mark.y, mark.width, mark.height] = numbersOf(shape, ["x", "y", "width", "height"]);
    else if (kind === "text") [mark.x, mark.y] = numbersOf(shape, ["x", "y"]);
    else if (kind === "circle") [mark.x, mark.y] = numbersOf(shape, ["cx", "cy"]);
    else if (kind === "path") {
      mark.line = shape.getAttribute("d");
      if (mark.line.includes("l")) [mark.x, mark.y] = mark.line.slice(1).split(/[ l]/).map(Number);
      else mark.pieces = piecesOf(mark.line);
    } else return null;
    for (const {from, to, y} of mark.pieces ?? []) {
      for (let at = this.columnOf(from); at <= this.columnOf(to); at += 1) this.reach(at, y - 5, y + 5);
    }
    if (!mark.pieces) {
      mark.column = this.columnOf(mark.x + (mark.width ?? 0) / 2);
      this.reach(mark.column, mark.y - (kind === "text" ? 12 : 0), mark.y + (mark.height ?? 5));
    }
    return mark;
  }

  reach(at, top, bottom) {
    const extent = this.extents[at];
    extent[0] = Math.min(extent[0], top);
    extent[1] = Math.max(extent[1], bottom);
  }

  // -- how wide columns are with the numbers that they show at the end --------------------------------------------------
  measure() {
    const {view, columns} = this, links = new Map(view.wiring.links.map((link) => [link.at, link]));
    const before = columns.map(() => 0), after = columns.map(() => 0), apart = columns.map(() => 0);
    this.chips = new Map();
    for (const {shape, kind, column, width, x} of this.marks) {
      const {box, value, gradient, chip, link, number} = {...shape.dataset, ...(["rect", "image", "text"].includes(kind) ? shape.parentNode.dataset : {})};
      if (box !== undefined) {
        const half = (width ?? widthOf(shape.textContent, shape)) / 2;
        before[column] = Math.max(before[column], half);
        after[column] = Math.max(after[column], half);
      } else if (value !== undefined || gradient !== undefined) {
        const blank = value === undefined && view.blanks?.has(gradient);
        const wide = blank ? BLANK.width : widthOf(view.longestOf(value ?? gradient, value === undefined ? "gradient" : "value"), shape) + 1;
        after[column] = Math.max(after[column], x - columns[column][1] + wide + LABEL_GAP / 2);
      } else if (chip !== undefined) {
        const shown = links.get(Number(chip)), text = shown ? `× ${formatted(shown.local)}` : "";
        const room = widthOf(text, this.small) + 8, half = (this.widths.get(view.model.links[chip].target) ?? 44) / 2;
        this.chips.set(Number(chip), room);
        before[column] = Math.max(before[column], half + ARROW_ROOM + room + PADDING);
      } else if (link !== undefined && number === "contribution") {
        apart[column] = Math.max(apart[column], widthOf(formatted(links.get(Number(link))?.contribution), shape) + 2 * LABEL_GAP);
      }
    }
    for (const {pieces} of this.marks) {
      for (const {from} of pieces ?? []) {
        const at = this.columnOf(from);
        if (from - columns[at][2] > NEAR && from < columns[at][3]) apart[at] = Math.max(apart[at], 2 * LABEL_GAP); // a fork
      }
    }
    this.parts = columns.map((column, at) => {
      const stub = before[at] + after[at], gap = at + 1 < columns.length ? columns[at + 1][0] - column[3] : 0;
      const bend = gap <= LABEL_GAP + NEAR ? Math.min(gap, LABEL_GAP / 2) : Math.max(TIGHTEST_BEND, Math.min(LARGEST_BEND, gap * MOST_BENT));
      return {centre: before[at], stub, width: stub + apart[at], bend};
    });
  }

  // The wires that pass from one column to the next: where a row ends there, each turns into the next row.
  crossing(at) {
    const right = this.columns[at][3], left = this.columns[at + 1][0];
    return this.marks.filter(({pieces, shape}) => pieces?.length && !shape.matches(".§reach") && pieces[0].from < right && pieces.at(-1).to >= left - NEAR);
  }

  // Rows as [first, last] column: of all ways to cut, the one whose letters are largest in the room; where they are large
  // enough in several, the one with the fewest rows.
  rows(room) {
    const count = this.parts.length, wide = (first, last) => {
      let all = 0;
      for (let at = first; at <= last; at += 1) all += this.parts[at].width + (at < last ? this.parts[at].bend : 0);
      return all + 2 * PADDING + (first ? 2 * LANE_STEP : 0) + (last + 1 < count ? LANE_STEP : 0);
    };
    const filled = (limit) => {
      const cut = [];
      for (let first = 0, last = 0; first < count; first = last = last + 1) {
        while (last + 1 < count && wide(first, last + 1) <= limit) last += 1;
        cut.push([first, last]);
      }
      return cut;
    };
    const limits = count > MOST_COLUMNS ? [room.width] : [...new Set(this.parts.flatMap((_, first) => this.parts.slice(first).map((_, more) => wide(first, first + more))))];
    let best = null;
    for (const limit of limits) {
      const cut = filled(limit), width = Math.max(...cut.map(([first, last]) => wide(first, last)));
      const zoom = Math.min(room.width / width, room.height / this.heightOf(cut), LARGEST_ZOOM);
      const fits = width <= room.width + NEAR; // letters of full size scroll downwards rather than to the side
      const legible = Math.min(zoom, LEGIBLE_ZOOM), gain = best && legible - best.legible;
      const better = !best || (fits === best.fits ? gain > 0.01 || (gain > -0.01 && cut.length < best.cut.length) : fits);
      if (better) best = {cut, legible, fits};
    }
    return best.cut;
  }

  extentOf([first, last]) {
    const some = this.extents.slice(first, last + 1);
    return [Math.min(...some.map(([top]) => top)), Math.max(...some.map(([, bottom]) => bottom))];
  }

  heightOf(cut) {
    return cut.reduce((all, row) => {
      const [top, bottom] = this.extentOf(row);
      return all + bottom - top + (row[0] ? ROW_GAP + LANE_STEP * (1 + this.crossing(row[0] - 1).length) : 0);
    }, 2 * PADDING);
  }

  // -- everything to its place ------------------------------------------------------------------------------------------
  arrange(room) {
    if (!this.ready) return null;
    writing.ofArrays = null;
    this.measure();
    if (this.parts.some(({width}) => width + 2 * PADDING + 3 * LANE_STEP > room.width)) {
      writing.ofArrays = FEW_DIGITS; // rather than cut: no row could be made narrower
      this.measure();
    }
    const cut = this.rows(room);
    this.places = [];
    let y = PADDING, width = 0;
    this.turns = cut.map((row) => (row[0] ? this.crossing(row[0] - 1) : []));
    cut.forEach((row, number) => {
      const [top, bottom] = this.extentOf(row), lanes = this.turns[number].length, leaving = this.turns[number + 1]?.length ?? 0;
      if (number) y += ROW_GAP + LANE_STEP * (1 + lanes);
      let x = PADDING + (lanes ? LANE_STEP * (1 + lanes) : 0);
      const start = x;
      for (let at = row[0]; at <= row[1]; at += 1) {
        const {centre, stub, width: wide, bend} = this.parts[at];
        this.places[at] = {row: number, left: x, centre: x + centre, stub: x + stub, right: x + wide, down: y - top, start};
        x += wide + (at < row[1] ? bend : 0);
      }
      for (let at = row[0]; at <= row[1]; at += 1) Object.assign(this.places[at], {end: x, above: y, below: y + bottom - top});
      width = Math.max(width, x + LANE_STEP * leaving + PADDING);
      y += bottom - top;
    });
    for (const mark of this.marks) this.put(mark);
    this.group.setAttribute("transform", "");
    this.size = {width: Math.ceil(width), height: Math.ceil(y + PADDING)};
    this.svg.setAttribute("viewBox", `0 0 ${this.size.width} ${this.size.height}`);
    const page = this.svg.querySelector(":scope > rect");
    if (page) { page.setAttribute("width", this.size.width); page.setAttribute("height", this.size.height); }
    return this.size;
  }

  across(x, column) {
    const [left, centre, stub, right] = this.columns[column], place = this.places[column];
    if (Math.abs(x - left) < NEAR) return place.left;
    if (Math.abs(x - right) < NEAR) return place.right;
    return x >= stub - NEAR ? place.stub + x - stub : place.centre + x - centre;
  }

  put({shape, kind, x, y, width, column, line, pieces}) {
    if (pieces) { shape.setAttribute("d", this.drawn(shape, pieces)); return; }
    const {down} = this.places[column], {chip, link, number} = shape.dataset;
    if (kind === "path") shape.setAttribute("d", `M${this.across(x, column).toFixed(1)} ${(y + down).toFixed(1)}${line.slice(line.indexOf("l"))}`);
    else if (kind === "circle") { shape.setAttribute("cx", this.across(x, column)); shape.setAttribute("cy", y + down); }
    else if (chip !== undefined || number === "local") {
      const at = Number(chip ?? link), room = this.chips.get(at), edge = this.across(this.edgeOf(at, column), column) - ARROW_ROOM;
      if (kind === "rect") { shape.setAttribute("x", edge - room); shape.setAttribute("width", room); }
      else shape.setAttribute("x", edge - room / 2);
      shape.setAttribute("y", y + down);
    } else {
      const middle = (width ?? 0) / 2;
      shape.setAttribute("x", this.across(x + middle, column) - middle);
      shape.setAttribute("y", y + down);
    }
  }

  // Where the box begins that a chip stands before.
  edgeOf(at, column) {
    return this.columns[column][1] - (this.widths.get(this.view.model.links[at].target) ?? 44) / 2;
  }

  // A line in its new place: level pieces cut where rows end, bends within a row, turns between two.
  drawn(shape, pieces) {
    const parts = [];
    for (const {from, to, y} of pieces) {
      let first = this.columnOf(from);
      const last = this.columnOf(to);
      let begin = this.across(from, first);
      for (; first < last; first += 1) {
        const here = this.places[first], next = this.places[first + 1];
        if (here.row === next.row) continue;
        parts.push({row: here.row, at: first, from: begin, to: here.right, y: y + here.down});
        begin = next.left;
      }
      parts.push({row: this.places[last].row, at: last, from: begin, to: this.across(to, last), y: y + this.places[last].down});
    }
    const n = (value) => value.toFixed(1);
    return parts.map((part, at) => {
      const before = parts[at - 1], level = `H${n(part.to)}`;
      if (!before) return `M${n(part.from)} ${n(part.y)}${level}`;
      if (before.row !== part.row) return `${this.turn(shape, before, part)}${level}`;
      if (before.y === part.y) return level;
      const middle = n((before.to + part.from) / 2);
      return `C${middle} ${n(before.y)} ${middle} ${n(part.y)} ${n(part.from)} ${n(part.y)}${level}`;
    }).join("");
  }

  // From the end of a row to the beginning of the next: down at the right, back between the rows, down at the left.
  turn(shape, before, part) {
    const lines = this.turns[part.row], own = shape.matches(".§reach") ? shape.previousElementSibling : shape;
    const order = lines.map((mark) => mark.shape).indexOf(own), lane = LANE_STEP * (lines.length - Math.max(order, 0));
    const from = this.places[before.at], to = this.places[part.at], right = from.end + lane, level = from.below + ROW_GAP / 2 + lane;
    const left = to.start - LANE_STEP * (1 + Math.max(order, 0)), n = (value) => value.toFixed(1);
    const corner = (x0, y0, x1, y1) => `Q${n(x0)} ${n(y0)} ${n(x1)} ${n(y1)}`;
    const up = level > before.y ? 1 : -1, down = part.y > level ? 1 : -1;
    return `H${n(right - ROUND)}${corner(right, before.y, right, before.y + up * ROUND)}V${n(level - up * ROUND)}${corner(right, level, right - ROUND, level)}` +
      `H${n(left + ROUND)}${corner(left, level, left, level + down * ROUND)}V${n(part.y - down * ROUND)}${corner(left, part.y, left + ROUND, part.y)}H${n(part.from)}`;
  }
}
