// What translated Python asks of NumPy and of Python itself. An array is a shape and its elements in rows; elements are
// numbers, or wires that are recorded. Where NumPy raises a ValueError or an IndexError, a ShapeFault is thrown.
class ShapeFault extends Error {}
const ELLIPSIS = Symbol("...");

class NumbersArray {
  constructor(shape, flat) { Object.assign(this, {shape, flat}); }
  get ndim() { return this.shape.length; }
  get size() { return this.flat.length; }
  get strides() { return this.shape.map((_, axis) => sizeOf(this.shape.slice(axis + 1))); }
  reshape(...shape) { return np.reshape(this, Array.isArray(shape[0]) ? shape[0] : shape); }
  sum(options) { return np.sum(this, options); }
  map(change) { return new NumbersArray(this.shape, this.flat.map(change)); }
  * [Symbol.iterator]() {
    if (!this.ndim) throw new ShapeFault();
    for (let row = 0; row < this.shape[0]; row += 1) yield itemOf(this, row);
  }
}

const sizeOf = (shape) => shape.reduce((all, size) => all * size, 1);
const arrayOf = (value) => (value instanceof NumbersArray ? value : new NumbersArray([], [value]));
const sliceOf = (start, stop = null) => ({start, stop});
const isSlice = (key) => key !== null && typeof key === "object" && "stop" in key;
const isTrue = (value) => Boolean(Array.isArray(value) ? value.length : value);
const lengthOf = (value) => (value instanceof NumbersArray ? value.shape[0] : value.length);
const listOf = (values) => (Array.isArray(values) ? values : [...values]);
const largest = (values) => Math.max(...values);
const zipped = (left, right) => left.map((value, at) => [value, right[at]]);
const rangeOf = (count) => Array.from({length: count}, (_, at) => at);
const isIn = (value, several) => (Array.isArray(several) ? several.includes(value) : has(several, value));

function unpacked(values, count) {
  if (values.length !== count) throw new ShapeFault();
  return values;
}

function axisOf(axis, ndim) {
  const counted = axis < 0 ? axis + ndim : axis;
  if (!(counted >= 0 && counted < ndim)) throw new ShapeFault();
  return counted;
}

// The elements at an offset and some steps: every view of an array, as an array of its own.
function strided({flat}, shape, strides, offset = 0) {
  const found = new Array(sizeOf(shape)), index = shape.map(() => 0);
  let from = offset;
  for (let to = 0; to < found.length; to += 1) {
    found[to] = flat[from];
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      index[axis] += 1;
      from += strides[axis];
      if (index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return new NumbersArray(shape, found);
}

// value[key]: of a list, a mapping or an array.
function itemOf(value, key) {
  if (value instanceof Map) return value.get(key);
  if (Array.isArray(value)) {
    if (isSlice(key)) return value.slice(key.start ?? 0, key.stop ?? undefined);
    return value[axisOf(key, value.length)];
  }
  const keys = Array.isArray(key) ? key : [key], before = keys.indexOf(ELLIPSIS), taken = keys.filter((one) => one !== null && one !== ELLIPSIS).length;
  if (taken > value.ndim) throw new ShapeFault();
  const every = new Array(value.ndim - taken).fill(sliceOf(null)), full = before < 0 ? [...keys, ...every] : [...keys.slice(0, before), ...every, ...keys.slice(before + 1)];
  const shape = [], strides = [], own = value.strides;
  let axis = 0, offset = 0;
  for (const one of full) {
    if (one === null) { shape.push(1); strides.push(0); continue; }
    const size = value.shape[axis], stride = own[axis];
    axis += 1;
    if (!isSlice(one)) { offset += axisOf(one, size) * stride; continue; }
    const [start, stop] = [one.start ?? 0, one.stop ?? size].map((end) => Math.min(Math.max(end < 0 ? end + size : end, 0), size));
    shape.push(Math.max(0, stop - start));
    strides.push(stride);
    offset += start * stride;
  }
  const found = strided(value, shape, strides, offset);
  return shape.length ? found : found.flat[0];
}

// value[key] = put.
function assign(value, key, put) {
  const places = itemOf(value.map((_, at) => at), key);
  np.broadcast_to(put, places.shape).flat.forEach((number, at) => { value.flat[places.flat[at]] = number; });
}

function elementwise(change, ...arrays) {
  const stretched = np.broadcast_arrays(...arrays), [{shape, size}] = stretched;
  return new NumbersArray(shape, rangeOf(size).map((at) => change(...stretched.map((array) => array.flat[at]))));
}

const ON_NUMBERS = {add: (a, b) => a + b, sub: (a, b) => a - b, mul: (a, b) => a * b, div: (a, b) => a / b, floordiv: (a, b) => Math.floor(a / b)};

// Python's operators; of wires they record the gate of that name.
function operatorsOf(record) {
  const one = (name) => (a, b) => (typeof a === "object" || typeof b === "object" ? record(name, [a, b]) : ON_NUMBERS[name](a, b));
  const of = (name) => (a, b) => {
    if (Array.isArray(a)) return [...a, ...b];
    return a instanceof NumbersArray || b instanceof NumbersArray ? elementwise(one(name), a, b) : one(name)(a, b);
  };
  return Object.fromEntries(Object.keys(ON_NUMBERS).map((name) => [name, of(name)]));
}

function reduced(x, {axis = null, keepdims = false}, combine) {
  const array = arrayOf(x), at = axis === null ? null : axisOf(axis, array.ndim);
  const rows = at === null ? array.reshape(1, -1) : np.moveaxis(array, at, -1).reshape(-1, array.shape[at]);
  const shape = keepdims ? array.shape.map((size, each) => (at === null || each === at ? 1 : size)) : at === null ? [] : array.shape.filter((_, each) => each !== at);
  return new NumbersArray(shape, [...rows].map((row) => combine(row.flat)));
}

const total = (row) => row.reduce((sum, value) => sum + value, 0);

const np = {
  asarray: arrayOf,
  shape: (x) => arrayOf(x).shape,
  ndim: (x) => arrayOf(x).ndim,
  size: (x) => arrayOf(x).size,
  sum: (x, options = {}) => reduced(x, options, total),
  mean: (x, options = {}) => reduced(x, options, (row) => total(row) / row.length),
  max: (x, options = {}) => reduced(x, options, (row) => row.reduce((most, value) => Math.max(most, value))),
  exp: (x) => arrayOf(x).map(Math.exp),
  log: (x) => arrayOf(x).map(Math.log),
  full_like: (x, value) => arrayOf(x).map(() => value),
  ones_like: (x) => np.full_like(x, 1),
  zeros_like: (x) => np.full_like(x, 0),
  eye: (size) => new NumbersArray([size, size], rangeOf(size * size).map((at) => Number(at % (size + 1) === 0))),
  atleast_1d: (x) => (np.ndim(x) ? x : arrayOf(x).reshape(1)),

  reshape(x, shape) {
    const array = arrayOf(x), known = sizeOf(shape.filter((size) => size !== -1)), full = shape.map((size) => (size === -1 ? array.size / known : size));
    if (sizeOf(full) !== array.size || !full.every(Number.isInteger)) throw new ShapeFault();
    return new NumbersArray(full, array.flat);
  },
  squeeze(x, {axis = null}) {
    const gone = axis === null ? null : axisOf(axis, x.ndim);
    return new NumbersArray(x.shape.filter((size, each) => (gone === null ? size !== 1 : each !== gone)), x.flat);
  },
  expand_dims(x, axis) {
    const shape = [...arrayOf(x).shape];
    shape.splice(axisOf(axis, shape.length + 1), 0, 1);
    return arrayOf(x).reshape(shape);
  },
  moveaxis(x, from, to) {
    const axes = rangeOf(x.ndim), [moved] = axes.splice(axisOf(from, x.ndim), 1);
    axes.splice(axisOf(to, x.ndim), 0, moved);
    return strided(x, axes.map((axis) => x.shape[axis]), axes.map((axis) => x.strides[axis]));
  },
  swapaxes(x, one, other) {
    const axes = rangeOf(x.ndim), [i, j] = [axisOf(one, x.ndim), axisOf(other, x.ndim)];
    [axes[i], axes[j]] = [j, i];
    return strided(x, axes.map((axis) => x.shape[axis]), axes.map((axis) => x.strides[axis]));
  },
  broadcast_shapes(...shapes) {
    const ndim = Math.max(...shapes.map((shape) => shape.length));
    return rangeOf(ndim).map((axis) => {
      const sizes = shapes.map((shape) => shape[axis - ndim + shape.length] ?? 1), size = sizes.find((one) => one !== 1) ?? 1;
      if (sizes.some((one) => one !== 1 && one !== size)) throw new ShapeFault();
      return size;
    });
  },
  broadcast_to(x, shape) {
    const array = arrayOf(x), extra = shape.length - array.ndim, own = array.strides;
    if (extra < 0 || array.shape.some((size, axis) => size !== 1 && size !== shape[axis + extra])) throw new ShapeFault();
    return strided(array, shape, shape.map((_, axis) => (axis < extra || array.shape[axis - extra] === 1 ? 0 : own[axis - extra])));
  },
  broadcast_arrays(...arrays) {
    const shape = np.broadcast_shapes(...arrays.map(np.shape));
    return arrays.map((array) => np.broadcast_to(array, shape));
  },
  concatenate(arrays, {axis}) {
    const [first] = arrays, at = axisOf(axis, first.ndim), fits = (array) => array.ndim === first.ndim && array.shape.every((size, each) => each === at || size === first.shape[each]);
    if (!arrays.every(fits)) throw new ShapeFault();
    const rows = arrays.map((array) => [...np.moveaxis(array, at, -1).reshape(-1, array.shape[at])]), moved = np.moveaxis(first, at, -1).shape.slice(0, -1);
    const joined = rows[0].flatMap((_, row) => rows.flatMap((each) => each[row].flat));
    return np.moveaxis(new NumbersArray([...moved, arrays.reduce((sum, array) => sum + array.shape[at], 0)], joined), -1, at);
  },
  matmul(left, right) {
    const [a, b] = [arrayOf(left), arrayOf(right)];
    if (!a.ndim || !b.ndim) throw new ShapeFault();
    const wide = a.ndim === 1 ? a.reshape(1, -1) : a, tall = b.ndim === 1 ? b.reshape(-1, 1) : b;
    const [rows, inner] = wide.shape.slice(-2), [same, columns] = tall.shape.slice(-2);
    if (inner !== same) throw new ShapeFault();
    const batch = np.broadcast_shapes(wide.shape.slice(0, -2), tall.shape.slice(0, -2));
    const [x, y] = [[wide, rows, inner], [tall, inner, columns]].map(([array, ...sides]) => np.broadcast_to(array, [...batch, ...sides]));
    const product = (at) => {
      const j = at % columns, i = Math.floor(at / columns) % rows, matrix = Math.floor(at / (rows * columns));
      let sum = 0;
      for (let k = 0; k < inner; k += 1) sum += x.flat[(matrix * rows + i) * inner + k] * y.flat[(matrix * inner + k) * columns + j];
      return sum;
    };
    const shape = [...batch, ...(a.ndim === 1 ? [] : [rows]), ...(b.ndim === 1 ? [] : [columns])];
    return new NumbersArray(shape, rangeOf(sizeOf([...batch, rows, columns])).map(product));
  },
  multiply: {
    outer: (left, right) => {
      const [a, b] = [arrayOf(left), arrayOf(right)];
      return new NumbersArray([...a.shape, ...b.shape], a.flat.flatMap((x) => b.flat.map((y) => x * y)));
    },
  },
  * ndindex(...sizes) {
    const shape = Array.isArray(sizes[0]) ? sizes[0] : sizes;
    for (let at = 0; at < sizeOf(shape); at += 1) yield shape.map((size, axis) => Math.floor(at / sizeOf(shape.slice(axis + 1))) % size);
  },
};
