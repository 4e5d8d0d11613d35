// Which column each box takes, and the lanes of links that pass other columns: boxes stand as far right as they can.
// Vertices are numbers, first the boxes in the circuit's order, then the lanes; a link is [source, target].
function columnsOf(count, ends) {
  const readers = Array.from({length: count}, () => []), height = new Array(count).fill(0);
  for (const [source, target] of ends) readers[source].push(target);
  for (let box = count - 1; box >= 0; box -= 1) height[box] = 1 + Math.max(-1, ...readers[box].map((reader) => height[reader]));
  const most = Math.max(...height), column = height.map((steps) => most - steps);
  const lanes = ends.map(([source, target]) => {
    const made = [];
    for (let at = column[source] + 1; at < column[target]; at += 1) made.push(column.push(at) - 1);
    return made;
  });
  return {column, lanes};
}

// The vertices that a link passes, its ends included.
const viaOf = (ends, lanes, at) => [ends[at][0], ...lanes[at], ends[at][1]];
