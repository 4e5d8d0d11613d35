// Where everything stands, as src/backlit/drawing/layout.py has it: a column is an approach (local gradients), the boxes,
// a stub (value above, gradient below) and a departure (a fork's contributions); links bend only between columns.
class Arranging {
  constructor({boxes, links}) {
    const index = new Map(boxes.map((box, at) => [box.name, at]));
    Object.assign(this, {boxes, links, d: DECLARED.drawn, ends: links.map((link) => [index.get(link.source), index.get(link.target)])});
    this.leaving = boxes.map(() => []);
    this.arriving = boxes.map(() => []);
    this.ends.forEach(([source, target], at) => { this.leaving[source].push(at); this.arriving[target].push(at); });
    Object.assign(this, columnsOf(boxes.length, this.ends));
    this.sizes = boxes.map((box, at) => this.sizeOf(box, at));
    this.names = boxes.map(nameOver);
    this.labels = boxes.map((box, at) => wireTexts(box, this.leaving[at].map((link) => links[link])));
    this.locals = links.map((link) => `× ${formatted(link.local, ALL_DIGITS)}`);
    this.chips = this.locals.map((text) => pixelsOf(text, this.d.smallSize) + 2 * this.d.chipPadding);
  }

  isGiven(at) { return !this.arriving[at].length; }

  sizeOf(box, at) {
    const given = this.isGiven(at), text = pixelsOf(cutText(box.symbol), given ? this.d.nameSize : this.d.symbolSize);
    return [Math.max(this.d.box, text + 14), Math.max(given ? this.d.givenHeight : this.d.box, (this.arriving[at].length - 1) * this.d.port + 22)];
  }

  // Half of what a box keeps free in its row.
  halfOf(at) {
    const bare = this.isGiven(at) && !this.names[at], {half, givenHalf, box, port} = this.d;
    return Math.max(bare ? givenHalf : Math.max(half, this.sizes[at][1] / 2 + half - box / 2), (this.leaving[at].length - 1) * port / 2 + port);
  }

  layout() {
    const edges = this.links.flatMap((_, at) => viaOf(this.ends, this.lanes, at).slice(1).map((vertex, place) => [viaOf(this.ends, this.lanes, at)[place], vertex]));
    const halves = this.column.map((_, vertex) => (vertex < this.boxes.length ? this.halfOf(vertex) : this.d.laneHalf));
    const rows = new Rows(this.column, edges), y = rows.heights(halves), top = Math.min(...y.map((at, vertex) => at - halves[vertex]));
    this.y = y.map((at) => at - top);
    this.outY = this.ports(this.leaving, (at) => viaOf(this.ends, this.lanes, at)[1]);
    this.inY = this.ports(this.arriving, (at) => viaOf(this.ends, this.lanes, at).at(-2));
    this.placeColumns();
    return {
      width: this.right.at(-1), height: Math.max(...this.y.map((at, vertex) => at + halves[vertex])), halves, columnOf: this.column, y: this.y, order: rows.columns,
      columns: this.left.map((left, at) => [left, this.centre[at], this.stubEnd[at], this.right[at]]),
      placements: this.boxes.map((_, at) => this.placed(at)), routes: this.links.map((_, at) => this.route(at)),
    };
  }

  // The y of each link's end at its box: as the other ends lie, so that they do not cross at once.
  ports(groups, neighbour) {
    const found = [];
    groups.forEach((group, box) => {
      const ordered = [...group].sort((a, b) => this.y[neighbour(a)] - this.y[neighbour(b)] || this.links[a].slot - this.links[b].slot);
      ordered.forEach((link, place) => { found[link] = this.y[box] + (place - (ordered.length - 1) / 2) * this.d.port; });
    });
    return found;
  }

  // The x of each column's parts: left edge, centre of the boxes, end of the stubs, right edge.
  placeColumns() {
    const {gap, arrow, numberSize, smallSize, slope, bend: [least, most]} = this.d, count = Math.max(...this.column) + 1;
    const [approach, shape, stub, depart, climb] = Array.from({length: 5}, () => new Array(count).fill(0));
    const grow = (list, at, value) => { list[at] = Math.max(list[at], value); };
    this.boxes.forEach((_, box) => {
      const at = this.column[box], overhang = (pixelsOf(this.names[box], smallSize) - this.sizes[box][0]) / 2;
      grow(shape, at, this.sizes[box][0]);
      grow(approach, at, overhang);
      grow(stub, at, Math.max(...this.labels[box].map((text) => pixelsOf(text, numberSize))) + 2 * gap);
      grow(stub, at, overhang);
    });
    this.links.forEach((link, at) => {
      const [source, target] = this.ends[at], stop = this.column[target];
      let column = this.column[source], before = this.outY[at];
      grow(approach, stop, this.chips[at] + arrow + gap);
      if (this.leaving[source].length > 1) grow(depart, column, pixelsOf(formatted(link.contribution, ALL_DIGITS), smallSize) + 3 * gap);
      for (const lane of this.lanes[at]) {
        grow(climb, column, Math.abs(this.y[lane] - before));
        [before, column] = [this.y[lane], column + 1];
      }
      grow(climb, column, Math.abs(this.inY[at] - before));
    });
    Object.assign(this, {left: [], centre: [], stubEnd: [], right: []});
    let x = 0;
    for (let at = 0; at < count; at += 1) {
      this.left.push(x);
      this.centre.push(x + approach[at] + shape[at] / 2);
      this.stubEnd.push(x + approach[at] + shape[at] + stub[at]);
      this.right.push(this.stubEnd[at] + depart[at]);
      x = this.right[at] + (climb[at] > 1 ? Math.min(Math.max(climb[at] * slope, least), most) : gap);
    }
  }

  placed(at) {
    const column = this.column[at], [width, height] = this.sizes[at], [value, gradient] = this.labels[at], fan = this.leaving[at].length;
    return {
      box: this.boxes[at], name: this.names[at], given: this.isGiven(at), x: this.centre[column], y: this.y[at], width, height, value, gradient, forks: fan > 1,
      corner: this.isGiven(at) ? 6 : Math.min(width, height) / 2, wireEnd: fan === 1 ? this.right[column] : this.stubEnd[column],
    };
  }

  route(at) {
    const [source, target] = this.ends[at], start = this.column[source], stop = this.column[target], {gap, arrow} = this.d;
    const y = this.y[source], port = this.outY[at], arrive = this.inY[at], forks = this.leaving[source].length > 1;
    const first = [this.centre[start] + this.sizes[source][0] / 2, y], fork = this.stubEnd[start];
    const points = forks ? [first, [fork, y], [fork + gap, port], [this.right[start], port]] : [first, [this.right[start], y]];
    for (const lane of this.lanes[at]) points.push([this.left[this.column[lane]], this.y[lane]], [this.right[this.column[lane]], this.y[lane]]);
    const edge = this.centre[stop] - this.sizes[target][0] / 2;
    points.push([this.left[stop], arrive], [edge + this.inset(target, arrive), arrive]);
    return {
      link: this.links[at], points, branch: forks ? [fork + 1.5 * gap, port] : null, local: this.locals[at], chipWidth: this.chips[at],
      chip: [edge - arrow - this.chips[at] / 2, arrive],
    };
  }

  // How far the rounded outline of a gate lies inside its bounding box at height y.
  inset(box, y) {
    const [width, height] = this.sizes[box], corner = Math.min(width, height) / 2, beyond = Math.max(0, Math.abs(y - this.y[box]) - (height / 2 - corner));
    return corner - Math.sqrt(Math.max(0, corner ** 2 - beyond ** 2));
  }
}

// What is written over a box: its name, where the symbol does not say it.
const nameOver = (box) => (box.name === box.symbol || box.kind === "constant" ? "" : cutText(box.name));

// The value and the gradient on the wire that leaves a box; a fork's gradient is a sum in sight.
function wireTexts(box, leaving) {
  const value = box.kind === "constant" ? "" : formatted(box.value, ALL_DIGITS), gradient = formatted(box.gradient, ALL_DIGITS);
  if (leaving.length < 2 || box.gradient === null) return [value, gradient];
  const sum = `${added(leaving.map((link) => link.contribution))} = ${gradient}`;
  return [value, sum.length <= DECLARED.drawn.longestSum ? sum : `Σ = ${gradient}`];
}
