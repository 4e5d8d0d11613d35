// Numbers drawn from a seed: a generator of 32 bits (Marsaglia 2003, xorshift), and normal ones by Box and Muller.
class Generator {
  constructor(seed) {
    this.state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
    for (let at = 0; at < 16; at += 1) this.next();
  }

  next() {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    this.state >>>= 0;
    return this.state / 2 ** 32;
  }

  uniform(low, high) { return low + (high - low) * this.next(); }

  normal(scale = 1) { return scale * Math.sqrt(-2 * Math.log(this.next() || 2 ** -32)) * Math.cos(2 * Math.PI * this.next()); }

  shuffle(list) {
    for (let at = list.length - 1; at > 0; at -= 1) {
      const other = Math.floor(this.next() * (at + 1));
      [list[at], list[other]] = [list[other], list[at]];
    }
    return list;
  }
}
