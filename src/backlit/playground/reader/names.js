// What a name is in a formula: a variable, a number, a function, or a word that is answered.
const DIFFERENTIAL = /^d(?:(?!\p{Nd})[\p{L}\p{N}])?[\p{L}\p{N}_]?$/u, UNDER_DIFFERENTIAL = /^d[\p{L}\p{N}_]{1,2}$/u;
const FLOAT = /^(?:[0-9](?:_?[0-9])*(?:\.(?:[0-9](?:_?[0-9])*)?)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9]+)?$/;

class Names extends Neighbours {
  constructor(text, given, stream) {
    super(text, stream);
    this.given = given;
  }

  // A root sign: before brackets a call, before one number or name a function without brackets.
  root(token) {
    this.at += 1;
    const name = {kind: "name", text: "sqrt", start: token.start, end: token.end};
    if (this.token().text === "(") {
      this.note("√", token.start, token.end, "sqrt");
      this.openCall(name);
      return true;
    }
    if (!this.bareCall(name)) throw this.fault(token.start, "bare_function", {name: "√", x: "x"});
    return false;
  }

  // A name, whatever it is; the place is at it. The answer, as that of all here: whether an operand is still needed.
  name(token) {
    const following = this.token(1);
    this.at += 1;
    if (this.given.has(token.text) && following.text !== "(") {
      this.push(nameNode(token.text), token.start, token.end, "name");
      return false;
    }
    if (this.isKeyword()) return this.keyword();
    this.refuseName(token, following);
    if (following.text === "(") {
      if (this.isConstantCall(token)) return false;
      this.openCall(token);
      return true;
    }
    if (["^", "**"].includes(following.text) || following.kind === "power") {
      const state = this.powerOfFunction(token);
      if (state !== null) return state;
    }
    if (["name", "number"].includes(following.kind) && this.bareCall(token)) return false;
    this.refuseBare(token);
    this.operandToken(token);
    return false;
  }

  // A function's name alone, or with a letter right behind it.
  refuseBare(token) {
    const {ofAnalysis, touching} = DECLARED, small = Array.from(token.text.toLowerCase()), last = small.at(-1), lead = small.slice(0, -1).join("");
    if (ofAnalysis.includes(small.join(""))) throw this.fault(token.start, "bare_function", {name: token.text, x: "x"});
    if (ofAnalysis.includes(lead) && touching.includes(last)) {
      const chars = Array.from(token.text);
      throw this.fault(token.start, "bare_function", {name: chars.slice(0, -1).join(""), x: chars.at(-1)});
    }
  }

  operandToken(token) {
    const {constants} = DECLARED;
    if (token.kind === "radix") throw this.radix(token);
    if (token.kind === "number") {
      if (!FLOAT.test(token.text)) throw this.fault(token.start, "number", {text: token.text}); // underscores that separate nothing
      this.push(numberNode(this.finite(Number(token.text.replaceAll("_", "")), token.start)), token.start, token.end, "number");
      return;
    }
    const key = has(constants, token.text) ? token.text : token.text.toLowerCase();
    if (this.given.has(token.text) || !has(constants, key) || token.text === "E") {
      this.push(nameNode(token.text), token.start, token.end, "name");
    } else if (key === "e") {
      this.push(EULER, token.start, token.end, "name");
      if (!["^", "**"].includes(this.token().text) && this.token().kind !== "power") this.note("e", token.start, token.end, constantText(Math.E));
    } else {
      this.push(numberNode(constants[key]), token.start, token.end, "name");
      this.note("pi", token.start, token.end, constantText(constants[key]));
    }
  }

  // The error for a number of another radix; 0b9 is none.
  radix({text, start}) {
    let value;
    try { value = BigInt(text); } catch { return this.fault(start, "number", {text}); }
    return Number.isFinite(Number(value)) ? this.fault(start, "radix", {text, value}) : this.fault(start, "too_big");
  }

  // Names that are no variables: truth values, words of logic, derivatives.
  refuseName(token, following) {
    const {notNumbers, logicalWords} = DECLARED, small = token.text.toLowerCase(), called = following.text === "(";
    if (notNumbers.includes(small)) throw this.fault(token.start, small.startsWith("inf") ? "infinity" : "not_number", {name: token.text});
    if (["if", "else"].includes(token.text) && !called) throw this.fault(token.start, "if_order");
    if (["and", "or", "not"].includes(small) && !called) throw this.fault(token.start, logicalWords[small], {sign: token.text});
    if (following.text !== "/" || !DIFFERENTIAL.test(token.text)) return;
    const under = this.token(1);
    if (under.kind === "name" && !this.given.has(under.text) && UNDER_DIFFERENTIAL.test(under.text)) throw this.fault(token.start, "derivative");
  }

  // PI() of a spreadsheet.
  isConstantCall(token) {
    if (token.text.toLowerCase() !== "pi" || this.token(1).text !== ")") return false;
    this.at += 2;
    const {end} = this.token(-1);
    this.push(numberNode(Math.PI), token.start, end, "closed");
    this.note("pi", token.start, end, constantText(Math.PI));
    return true;
  }

  // `sin^2(x)` and `sin² x`; null where the name is no function, or nothing of the kind follows.
  powerOfFunction(name) {
    const sign = this.token(), number = sign.kind === "power" ? sign : this.token(1);
    const negative = number.text === "-" || (number.kind === "power" && number.text.startsWith("-"));
    if (!functionNamed(name.text, 1) || !(negative || ["number", "power"].includes(number.kind))) return null;
    const after = this.token(sign.kind === "power" ? 1 : number.text === "-" ? 3 : 2);
    if (after.text !== "(" && !["name", "number"].includes(after.kind)) return null;
    if (negative || !isDigits(number.text)) {
      throw this.fault(name.start, "inverse", {spelled: this.part(name.start, after.start), first: `1/${name.text}(x)`});
    }
    this.at += sign.kind === "power" ? 1 : 2;
    const exponent = Number(number.text);
    if (after.text === "(") {
      this.openCall(name, exponent);
      return true;
    }
    if (!this.bareCall(name, exponent)) throw this.fault(name.start, "bare_function", {name: name.text, x: "x"});
    return false;
  }

  // Whether the name that was just read is the keyword of a call.
  isKeyword() {
    return this.token().text === "=" && Boolean(this.innermost?.name) && this.top === this.innermost;
  }

  // `axis=` and a whole number, behind an operand of a call.
  keyword() {
    const name = this.token(-1), bracket = this.innermost, negative = this.token(1).text === "-";
    const number = this.token(negative ? 2 : 1), after = this.token(negative ? 3 : 2), behind = this.operands.length > bracket.base;
    const fault = () => this.fault(name.start, "keyword", {name: bracket.name});
    if (name.text !== "axis" || !isDigits(number.text) || ![")", ","].includes(after.text) || !behind) throw fault();
    bracket.axis = negative ? -Number(number.text) : Number(number.text);
    this.at += negative ? 3 : 2;
    if (after.text === ",") throw fault();
    this.at += 1;
    this.close(after);
    return false;
  }
}
