// What the reader keeps on its two stacks, operands and signs that wait for theirs; and how a sign takes its operands.
const {binding: BINDS} = DECLARED;
const EULER = numberNode(Math.E); // known by being this object: as the base of a power it is the gate exp

// A sign that waits for its operands; `text` is how it is spelled, nothing for a product without a sign.
const waitingSign = (text, gate, precedence, start, operands = 2) => ({sign: true, text, gate, precedence, start, operands});

// An open bracket or bar; `base` is how many operands were read before it. That of a call has the function's name.
const openBracket = (text, start, base, call = {}) => ({sign: false, text, start, base, name: "", first: 0, exponent: null, axis: null, semicolons: false, ...call});

class Stacks {
  constructor(text) {
    this.chars = Array.from(text);
    this.notes = new Notes();
    this.operands = [];
    this.waiting = [];
  }

  fault(start, key, fields) { return faultAt(this.chars, start, key, fields); }

  source(start, end) { return this.chars.slice(start, end).join(""); }

  part(start, end) { return shortened(this.source(start, end)); }

  // Notes how a part was read; a long part by its sign and how that is read.
  note(kind, start, end, read, sign = null) {
    let spelled = oneBlank(this.source(start, end));
    if (sign && Array.from(spelled).length > DECLARED.limits.noted) [spelled, read] = sign;
    this.notes.add(kind, start, shortened(spelled), read);
  }

  push(tree, start, end, ending = "whole", depth = 1, size = 1) {
    const {depth: deepest, size: largest} = DECLARED.limits;
    if (depth > deepest) throw this.fault(start, "too_deep", {limit: deepest});
    if (size > largest) throw this.fault(start, "too_large", {name: this.part(start, end), limit: largest});
    this.operands.push({tree, start, end, ending, depth, size});
  }

  get top() { return this.waiting.at(-1); }

  // Every sign that binds more tightly takes its operands, and as tightly, except from the right.
  reduceUntil(precedence) {
    while (this.top?.sign && this.top.precedence >= precedence) {
      if (this.top.precedence === precedence && (precedence === BINDS.power || precedence === BINDS.choice)) return;
      this.reduce();
    }
  }

  reduceAll() { while (this.top?.sign) this.reduce(); }

  reduce() {
    const sign = this.waiting.pop();
    if (sign.gate === "if") throw this.fault(sign.start, "else");
    const parts = this.operands.splice(this.operands.length - sign.operands);
    const start = Math.min(sign.start, parts[0].start), end = parts.at(-1).end;
    this.noteSign(sign, parts);
    if (sign.gate === "neg" && parts[0].ending === "number") {
      this.push(numberNode(-parts[0].tree.value), start, end);
      return;
    }
    const extra = has(DECLARED.comparisons, sign.text) ? 2 : 1;
    this.push(this.treeOf(sign, parts.map((part) => part.tree)), start, end, "whole",
      extra + Math.max(...parts.map((part) => part.depth)), extra + parts.reduce((sum, part) => sum + part.size, 0));
  }

  treeOf({gate, text}, trees) {
    if (gate === "plus") return trees[0];
    if (gate === "where") return callNode("where", [trees[1], trees[0], trees[2]]);
    if (has(DECLARED.comparisons, text)) return callNode("sub", [numberNode(1), callNode(gate, trees)]);
    return gate === "pow" && trees[0] === EULER ? callNode("exp", [trees[1]]) : callNode(gate, trees);
  }

  // Notes a sign that is not this grammar's own.
  noteSign({gate, text, start: at}, parts) {
    const start = parts[0].start, end = parts.at(-1).end, texts = parts.map((part) => oneBlank(this.source(part.start, part.end)));
    const chars = (spelled) => Array.from(spelled);
    if (gate === "pow" && parts[0].tree === EULER) {
      const inner = parts[1].ending === "closed" && texts[1].startsWith("(") ? texts[1] : `(${texts[1]})`;
      this.note("e", start, end, `exp${inner}`, ["e^", "exp( )"]);
    } else if (text === "^") this.note("^", start, end, texts.join("**"), ["^", "**"]);
    else if (text === "") this.note("product", start, end, texts.join("*"), [chars(texts[0]).slice(-8).concat(chars(texts[1]).slice(0, 8)).join(""), "a product"]);
    else if (has(DECLARED.comparisons, text)) {
      const other = gate === "less" ? "<" : ">";
      this.note(text, start, end, `1 - (${texts[0]} ${other} ${texts[1]})`, [text, `1 - (the opposite, ${other})`]);
    } else if (gate === "neg" && parts[0].tree.gate === "pow" && texts[0].includes("^") && parts[0].ending !== "closed") {
      this.note("-^", at, end, `-(${texts[0].replaceAll("^", "**")})`, ["-", "the sign of the whole power"]);
    }
  }
}
