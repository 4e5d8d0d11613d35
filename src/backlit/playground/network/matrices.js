// What a step of whole matrices asks of its machine: numbers from an address on, a matrix laid over them, a product.
const advance = (numbers, by) => numbers.subarray(by);
const matrix = (numbers, rows, columns, stride) => ({numbers, stride, shape: [rows, columns]});

// out = left @ right, either turned where it is said to be; the first two and `begin` are about the engine's processor.
function call_product(product, basis, turnLeft, turnRight, left, leftStride, right, rightStride, begin, out, outStride, rows, inner, columns) {
  const a = (i, k) => left[turnLeft ? k * leftStride + i : i * leftStride + k], b = (k, j) => right[turnRight ? j * rightStride + k : k * rightStride + j];
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) {
      let sum = 0;
      for (let k = 0; k < inner; k += 1) sum += a(i, k) * b(k, j);
      out[i * outStride + j] = sum;
    }
  }
}
