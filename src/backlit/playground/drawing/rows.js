// In which order boxes and lanes stand in their columns, and at which heights: operands in their gate's order where
// crossings do not decide, each near the middle of its neighbours, none over another.
const SWEEPS = 12;

// Every vertex with its place in reading order: operands before their gate, in the gate's order.
function readingOrder(into, count) {
  const place = new Array(count).fill(-1), stack = [];
  let next = 0;
  for (let root = count - 1; root >= 0; root -= 1) {
    if (place[root] >= 0) continue;
    stack.push([root, 0]);
    place[root] = 0;
    while (stack.length) {
      const top = stack.at(-1), [vertex, at] = top;
      if (at < into[vertex].length) {
        top[1] += 1;
        const operand = into[vertex][at];
        if (place[operand] < 0) { place[operand] = 0; stack.push([operand, 0]); }
      } else {
        place[vertex] = next;
        next += 1;
        stack.pop();
      }
    }
  }
  return place;
}

function crossings(pairs) {
  let count = 0;
  for (let i = 0; i < pairs.length; i += 1) {
    for (let j = 0; j < i; j += 1) count += (pairs[i][0] - pairs[j][0]) * (pairs[i][1] - pairs[j][1]) < 0;
  }
  return count;
}

class Rows {
  constructor(column, edges) {
    const count = column.length;
    Object.assign(this, {column, edges, into: Array.from({length: count}, () => []), out: Array.from({length: count}, () => [])});
    for (const [source, target] of edges) { this.into[target].push(source); this.out[source].push(target); }
    const reading = readingOrder(this.into, count);
    this.columns = Array.from({length: Math.max(...column) + 1}, () => []);
    for (let vertex = 0; vertex < count; vertex += 1) this.columns[column[vertex]].push(vertex);
    for (const members of this.columns) members.sort((a, b) => reading[a] - reading[b]);
    this.order();
  }

  // Barycentres from the left and from the right in turn; the order with the fewest crossings is kept.
  order() {
    let best = this.columns.map((members) => [...members]), fewest = this.crossings();
    for (let sweep = 0; sweep < SWEEPS && fewest; sweep += 1) {
      const forward = sweep % 2 === 1, at = this.positions(), sequence = forward ? this.columns : [...this.columns].reverse();
      for (const members of sequence) {
        const middle = (vertex) => {
          const near = (forward ? this.into : this.out)[vertex];
          return near.length ? near.reduce((sum, other) => sum + at[other], 0) / near.length : at[vertex];
        };
        const mean = new Map(members.map((vertex) => [vertex, middle(vertex)]));
        members.sort((a, b) => mean.get(a) - mean.get(b));
        members.forEach((vertex, place) => { at[vertex] = place; });
      }
      this.swap();
      const now = this.crossings();
      if (now < fewest) [best, fewest] = [this.columns.map((members) => [...members]), now];
    }
    this.columns = best;
  }

  positions() {
    const at = [];
    for (const members of this.columns) members.forEach((vertex, place) => { at[vertex] = place; });
    return at;
  }

  crossings() {
    const at = this.positions(), between = this.columns.map(() => []);
    for (const [source, target] of this.edges) between[this.column[source]].push([at[source], at[target]]);
    return between.reduce((sum, pairs) => sum + crossings(pairs), 0);
  }

  // Neighbours change places where that saves crossings of the links that they have.
  swap() {
    const at = this.positions();
    for (const members of this.columns) {
      for (let place = 0; place + 1 < members.length; place += 1) {
        const [a, b] = [members[place], members[place + 1]], crossed = (first, second) => [this.into, this.out].reduce((sum, side) =>
          sum + side[first].reduce((all, x) => all + side[second].filter((y) => at[y] < at[x]).length, 0), 0);
        if (crossed(b, a) < crossed(a, b)) {
          [members[place], members[place + 1]] = [b, a];
          [at[a], at[b]] = [place + 1, place];
        }
      }
    }
  }

  // The y of each vertex; `halves` is half of what each keeps free in its row.
  heights(halves) {
    const y = new Array(this.column.length).fill(0);
    const put = (members, targets) => spreadOut(targets, members.map((vertex) => halves[vertex])).forEach((at, place) => { y[members[place]] = at; });
    for (const members of this.columns) put(members, members.map(() => 0));
    for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
      const sides = sweep >= SWEEPS - 2 ? [this.into, this.out] : [sweep % 2 ? this.into : this.out];
      for (const members of sweep % 2 ? this.columns : [...this.columns].reverse()) {
        put(members, members.map((vertex) => {
          const near = sides.flatMap((side) => side[vertex]);
          return near.length ? near.reduce((sum, other) => sum + y[other], 0) / near.length : y[vertex];
        }));
      }
    }
    return y;
  }
}

// Positions in the given order, as near to the targets as can be (least squares), that do not overlap.
function spreadOut(targets, halves) {
  const offsets = [0], blocks = [];
  for (let at = 1; at < halves.length; at += 1) offsets.push(offsets[at - 1] + halves[at - 1] + halves[at]);
  targets.forEach((target, at) => {
    let mean = target - offsets[at], size = 1;
    while (blocks.length && blocks.at(-1)[0] >= mean) {
      const [other, more] = blocks.pop();
      [mean, size] = [(mean * size + other * more) / (size + more), size + more];
    }
    blocks.push([mean, size]);
  });
  return blocks.flatMap(([mean, size]) => new Array(size).fill(mean)).map((mean, at) => mean + offsets[at]);
}
