// Brackets, bars and calls: what is between them, and what becomes of it.
class Brackets extends Stacks {
  constructor(text, stream) {
    super(text);
    Object.assign(this, {stream, at: 0, depth: 0, closing: new Map(), withSemicolons: new Set()});
    const open = [];
    for (const {kind, text: sign, start} of stream) {
      if (kind !== "sign") continue;
      if (sign === "(") open.push(start);
      else if (sign === ")" && open.length) this.closing.set(open.pop(), start);
      else if (sign === ";" && open.length) this.withSemicolons.add(open.at(-1));
    }
  }

  // A token from here on; behind the end it is the end.
  token(ahead = 0) { return this.stream.at(Math.min(this.at + ahead, this.stream.length - 1)); }

  get innermost() { return this.waiting.findLast((entry) => !entry.sign); }

  open(bracket) {
    this.depth += 1;
    if (this.depth > DECLARED.limits.depth) throw this.fault(bracket.start, "too_deep", {limit: DECLARED.limits.depth});
    this.waiting.push(bracket);
  }

  // Opens the bracket of a call; the place is at the bracket.
  openCall(name, exponent = null) {
    const {start} = this.token();
    if (!functionNamed(name.text)) throw this.unknown(name);
    this.open(openBracket("(", start, this.operands.length, {name: name.text, first: name.start, exponent, semicolons: this.withSemicolons.has(start)}));
    this.at += 1;
    if (this.token().text === ")") throw this.fault(name.start, "no_operand", {name: name.text});
  }

  // Closes a bracket, behind an operand.
  close(token) {
    this.reduceAll();
    const bracket = this.top;
    if (!bracket) throw this.fault(token.start, "unopened", {bracket: token.text});
    if (bracket.text !== "(") throw this.fault(bracket.start, "unclosed", {bracket: bracket.text, closing: "|"});
    this.drop();
    if (bracket.name) { this.call(bracket, token.end); return; }
    const inner = this.operands.pop();
    this.push(inner.tree, bracket.start, token.end, "closed", inner.depth, inner.size);
  }

  closeBar(token) {
    this.reduceAll();
    const bracket = this.drop(), inner = this.operands.pop();
    this.push(callNode("abs", [inner.tree]), bracket.start, token.end, "bar", inner.depth + 1, inner.size + 1);
    this.note("|", bracket.start, token.end, `abs(${this.part(inner.start, inner.end)})`, ["| |", "abs( )"]);
  }

  drop() {
    this.depth -= 1;
    return this.waiting.pop();
  }

  // The error for a name before a bracket that is no function.
  unknown(name) {
    const {start} = this.token(), end = (this.closing.get(start) ?? start) + 1, inner = this.part(start + 1, end - 1) || "x";
    const key = refusalOf(name.text);
    if (key) return this.fault(name.start, key, {name: name.text, x: inner, sign: name.text});
    const close = closeMatch(name.text.toLowerCase(), Object.keys(DECLARED.gates));
    return this.fault(name.start, "call_or_product", {name: name.text, product: `${name.text}*(${inner})`, hint: close ? ` (${close}?)` : ""});
  }

  // Makes a call of the operands since its bracket.
  call(bracket, end) {
    const parts = this.operands.splice(bracket.base), trees = parts.map((part) => part.tree), {name, first} = bracket;
    const texts = parts.map((part) => oneBlank(this.source(part.start, part.end))), meaning = functionNamed(name, parts.length), takes = meaning.operands;
    let depth = 2 + Math.max(...parts.map((part) => part.depth)), size = 2 + parts.reduce((sum, part) => sum + part.size, 0);
    const tooMany = parts.length > Math.max(1, takes.length) && bracket.axis === null;
    let tree = tooMany && !this.mixedCommas(parts) ? repeatedGate(name, trees) : null;
    if (tree) {
      depth += parts.length;
      size += parts.length;
      this.note(`${name}()`, first, end, repeatedText(name, texts));
    } else if ((takes.length && takes.length !== parts.length && bracket.axis === null) || !(takes.length || meaning.gate)) {
      throw this.arity(bracket, takes.length ? takes : ["x", "z"], parts);
    } else {
      tree = meaning.applied(trees, bracket.axis);
      size = meaning.size(parts.map((part) => part.size)) + 1;
      if (meaning.gate !== name) this.note(`${name}()`, first, end, meaning.spelled(texts), [name, meaning.spelled(takes)]);
    }
    if (bracket.semicolons) this.note(";", first, end, `${name}(${texts.join(", ")})`, [";", ","]);
    if (bracket.exponent !== null) {
      tree = callNode("pow", [tree, numberNode(bracket.exponent)]);
      this.note("sin^2", first, end, `${name}(${texts.join(", ")})**${general(bracket.exponent)}`, [`${name}^`, `${name}( )**`]);
    }
    this.push(tree, first, end, "closed", depth, size);
  }

  // Whether some commas touch digits on both sides and some do not, as where a comma is decimal.
  mixedCommas(parts) {
    const touching = parts.slice(1).map((right, at) => {
      const between = this.chars.slice(parts[at].end - 1, right.start + 1).map((char) => char.normalize("NFKC"));
      return between.length === 3 && /^\p{Nd}$/u.test(between[0]) && /^\p{Nd}$/u.test(between[2]);
    });
    return touching.some(Boolean) && !touching.every(Boolean);
  }

  arity({name, first}, takes, parts) {
    const number = takes.length;
    return this.fault(first, "arity", {name, takes: `${number} operand${number > 1 ? "s" : ""}`, number, count: parts.length, example: `${name}(${takes.join(", ")})`});
  }

  // The error for a point behind a name or a bracket.
  attribute(before) {
    const after = this.token(1), named = after.kind === "name";
    if (named && (this.token(2).text === "(" || DECLARED.modules.includes(before.text))) return this.fault(before.start, "plain_name", {name: after.text});
    return this.fault(before.start, "attribute", {name: named ? after.text : "x"});
  }
}

function repeatedText(name, texts) {
  const small = name.toLowerCase(), [between, end] = DECLARED.many[small], sign = {add: "+", mul: "*"}[between];
  if (!sign) return texts.reduce((read, text) => `${small.slice(0, 3)}(${read}, ${text})`);
  const joined = texts.join(` ${sign} `);
  return end === "mean" ? `(${joined}) / ${texts.length}` : joined;
}
