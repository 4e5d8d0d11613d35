// What stands beside an operand without a sign between: a product, an exponent, or what has two readings.
const DIGITS_OF_A_GROUP = 3; // between two separators of thousands

class Neighbours extends Brackets {
  // Takes the start of an operand behind an operand for a product, where it is one.
  product(token) {
    const left = this.operands.at(-1);
    if (token.kind === "name") this.refuseWord(token);
    if (token.kind === "number") this.refuseNumber(left, token);
    if (left.ending === "bare") throw this.twoReadings(left, token);
    const sign = this.signBefore(left);
    if (sign && (sign.gate === "div" || (sign.gate === "pow" && left.ending !== "power"))) throw this.shared(sign, left, token);
    this.reduceUntil(BINDS.product);
    this.waiting.push(waitingSign("", "mul", BINDS.product, token.start));
  }

  // Gives the operand before it a raised exponent.
  raised(token) {
    const base = this.operands.at(-1);
    if (base.ending === "bare") throw this.twoReadings(base, token);
    const exponent = this.exponent(token), euler = base.tree === EULER;
    this.operands.pop();
    this.push(euler ? callNode("exp", [exponent]) : callNode("pow", [base.tree, exponent]), base.start, token.end, "power", base.depth + 1, base.size + 2);
    const read = euler ? `exp(${token.text})` : `${this.part(base.start, base.end)}**${token.text}`;
    this.note("²", base.start, token.end, read, [this.source(token.start, token.end), `**${token.text}`]);
  }

  exponent(token) {
    const digits = token.text.replace(/^[+-]+/, "");
    if (!isDigits(digits) || token.text.length - digits.length > 1 || digits.length > DIGITS_OF_A_GROUP) {
      throw this.fault(token.start, "superscript", {sign: this.part(token.start, token.end)});
    }
    return numberNode(Number(token.text));
  }

  // Divides the operand before it by 100, or finds that it is the remainder of a division.
  percent(token) {
    const following = this.token(1), sign = this.signBefore(this.operands.at(-1));
    const operandFollows = ["number", "name"].includes(following.kind) && !["if", "else"].includes(following.text);
    if (operandFollows || ["(", "√"].includes(following.text) || sign?.gate === "pow") throw this.fault(token.start, "remainder");
    const base = this.operands.pop();
    this.push(callNode("div", [base.tree, numberNode(100)]), base.start, token.end, "power", base.depth + 1, base.size + 2);
    this.note("%", base.start, token.end, `${this.part(base.start, base.end)}/100`, ["%", "/100"]);
  }

  // Whether a comma behind a number belongs to the number; then both parts are one.
  decimalComma(token) {
    const before = this.operands.at(-1), after = this.token(1), bracket = this.innermost, inCall = bracket?.name && !bracket.semicolons;
    if (inCall || before.ending !== "number" || after.kind !== "number" || before.end !== token.start || token.end !== after.start) return false;
    const plain = this.token(-1).text, behind = after.text, comma = this.token(2).text === ",";
    if (plain.includes(".") || behind.includes(".") || (comma && this.token(3).start === this.token(2).end)) {
      let value = plain.includes(".") ? `${plain.replaceAll(".", "")}.${behind}` : plain + behind;
      if (comma) value += this.token(3).text;
      throw this.fault(before.start, "thousands", {value});
    }
    if (behind.length === DIGITS_OF_A_GROUP && isDigits(behind) && plain.length > 0 && plain.length <= DIGITS_OF_A_GROUP && !plain.startsWith("0")) {
      throw this.fault(before.start, "two_readings", {spelled: `${plain},${behind}`, first: plain + behind, second: `${plain}.${behind}`});
    }
    this.operands.pop();
    const value = `${plain}.${behind}`;
    if (!isDigits(plain) || !isDigits(behind.toLowerCase().replace(/[e+-]/g, ""))) {
      throw this.fault(before.start, "number", {text: this.part(before.start, after.end)});
    }
    this.push(numberNode(this.finite(Number(value), before.start)), before.start, after.end, "number");
    this.note("0,5", before.start, after.end, value);
    return true;
  }

  finite(value, start) {
    if (!Number.isFinite(value)) throw this.fault(start, "too_big");
    return value;
  }

  // A function without brackets around a single name or number, as in `sin x`; whether it is one.
  bareCall(name, exponent = null) {
    const operand = this.token(), meaning = functionNamed(name.text, 1), small = operand.text.toLowerCase();
    if (!meaning || !["name", "number"].includes(operand.kind) || meaning.operands.length !== 1) return false;
    if (["if", "else"].includes(operand.text) || has(DECLARED.logicalWords, small) || has(DECLARED.infixWords, small)) return false;
    if (operand.kind === "name" && (this.token(1).text === "(" || functionNamed(operand.text, 1))) {
      throw this.fault(name.start, "bare_function", {name: name.text, x: "..."});
    }
    this.at += 1;
    this.operandToken(operand);
    const inner = this.operands.pop();
    let tree = meaning.applied([inner.tree], null), read = meaning.spelled([this.part(inner.start, inner.end)]);
    if (exponent !== null) [tree, read] = [callNode("pow", [tree, numberNode(exponent)]), `${read}**${general(exponent)}`];
    this.push(tree, name.start, operand.end, "bare", 3, meaning.size([1]) + 2);
    this.note("sin x", name.start, operand.end, read);
    return true;
  }

  // The error for what follows a function without brackets.
  twoReadings(left, token) {
    const source = oneBlank(this.source(left.start, left.end)), blank = source.indexOf(" "), own = this.source(token.start, token.end);
    let name = blank < 0 ? source : source.slice(0, blank), inner = blank < 0 ? "" : source.slice(blank + 1);
    if (!inner) [name, inner] = name.startsWith("√") ? ["sqrt", name.replace(/^√+/, "")] : [name, "x"];
    const sign = ["number", "name"].includes(token.kind) || ["(", "|"].includes(token.text) ? "" : own;
    const rest = token.kind === "power" || ["%", "!"].includes(sign) ? "" : sign ? "..." : own, join = sign || "*";
    return this.fault(left.start, "two_readings", {
      spelled: this.part(left.start, token.end), first: `${name}(${inner.trim()}${join}${rest})`, second: `${name}(${inner.trim()})${join}${rest}`,
    });
  }

  // The sign that waits for an operand, a sign of its own aside.
  signBefore(left) {
    for (const entry of [...this.waiting].reverse()) {
      if (!entry.sign || entry.start > left.start) return null;
      if (entry.precedence !== BINDS.sign) return [BINDS.product, BINDS.power].includes(entry.precedence) ? entry : null;
    }
    return null;
  }

  // The error for 1/2x and x^2y: what the last operand belongs to.
  shared(sign, left, token) {
    const before = this.operands.slice(0, -1).findLast((part) => part.end <= sign.start) ?? left;
    const end = token.text === "(" ? (this.closing.get(token.start) ?? token.end - 1) + 1 : token.end, mark = sign.gate === "div" ? "/" : "**";
    const [a, b, c] = [[before.start, before.end], [left.start, left.end], [token.start, end]].map(([start, stop]) => this.part(start, stop));
    return this.fault(before.start, "two_readings", {spelled: this.part(before.start, end), first: `${a}${mark}(${b}*${c})`, second: `${a}${mark}${b}*${c}`});
  }

  // Words between operands that are signs elsewhere.
  refuseWord(token) {
    const {logicalWords, infixWords} = DECLARED, small = token.text.toLowerCase();
    if (has(logicalWords, small)) throw this.fault(token.start, logicalWords[small], {sign: token.text, name: token.text});
    if (has(infixWords, small)) throw this.fault(token.start, "word", {name: token.text, sign: infixWords[small]});
  }

  // A number behind an operand: a lost exponent, or a number in two pieces.
  refuseNumber(left, token) {
    const before = this.part(left.start, left.end), number = token.text, spelled = this.part(left.start, token.end);
    if (left.ending === "number" && (before + number).includes(".")) throw this.fault(left.start, "number", {text: spelled});
    if (left.ending === "number") throw this.fault(left.start, "two_numbers", {first: before, second: number});
    throw this.fault(left.start, "two_readings", {spelled, first: `${before}*${number}`, second: `${before}**${number}`});
  }
}
