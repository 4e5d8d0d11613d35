// Reads the text of a formula into its tree: a machine of two states, before an operand and behind one. Signs wait on one
// stack and operands on another. The grammar, its words and its errors are Python's (src/backlit/formula): DECLARED has them.
class Reader extends Names {
  constructor(text, given = new Set()) {
    const chars = Array.from(text), {characters} = DECLARED.limits;
    if (chars.length > characters) throw faultAt(chars, 0, "too_long", {count: chars.length, limit: characters});
    const first = chars.findIndex((char) => !isSpace(char)), stripped = first < 0 ? [] : chars.slice(first, chars.findLastIndex((char) => !isSpace(char)) + 1);
    super(stripped.join(""), given, tokensOf(stripped.map(canonicalChar)));
  }

  // The tree of the whole formula, or a FormulaFault.
  read() {
    this.skipNameOfResult();
    if (this.token().kind === "end") throw this.fault(0, "empty");
    let before = true;
    while (before || this.token().kind !== "end") {
      const token = this.token();
      this.noteTypography(token);
      before = before ? this.before(token) : this.behind(token);
    }
    this.reduceAll();
    if (this.top) throw this.fault(this.top.start, "unclosed", {bracket: this.top.text, closing: this.top.text === "|" ? "|" : ")"});
    return this.operands[0].tree;
  }

  // -- before an operand: each method says whether one is still needed ------------------------------------------------
  before(token) {
    const {kind, text, start} = token;
    if (kind === "number" || kind === "radix") {
      this.at += 1;
      this.operandToken(token);
      return false;
    }
    if (kind === "name") return this.name(token);
    if (text === "√") return this.root(token);
    if (!["(", "|", "+", "-"].includes(text)) throw this.noOperand(token);
    this.at += 1;
    if (text === "(" || text === "|") this.open(openBracket(text, start, this.operands.length));
    else this.waiting.push(waitingSign(text, text === "-" ? "neg" : "plus", BINDS.sign, start, 1));
    return true;
  }

  // The error for what is no operand, where one is needed.
  noOperand({kind, text, start, end}) {
    if (kind === "end") {
      const before = this.stream.at(this.at - 1);
      return this.fault(start, "ends", {before: this.part(before.start, before.end)});
    }
    const known = has(DECLARED.infix, text) || has(DECLARED.comparisons, text) || [")", ",", ";", "%", "==", "=", "!=", "<>", "//", "&&"].includes(text);
    if (known || kind === "power") return this.fault(start, "operand", {sign: this.part(start, end)});
    return ["'", "‘", "’"].includes(text) ? this.fault(start, "quote") : this.refused({text, start, end});
  }

  // The error for a sign that is not read.
  refused({text, start, end}) {
    const shown = this.part(start, end) || `U+${this.chars[start].codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    if (RAISED.has(Array.from(text)[0])) return this.fault(start, "superscript", {sign: shown});
    return this.fault(start, has(DECLARED.refusedSigns, text) ? DECLARED.refusedSigns[text] : "character", {sign: shown});
  }

  // -- behind an operand ----------------------------------------------------------------------------------------------
  behind(token) {
    const {kind, text, start} = token;
    if (kind === "power") {
      this.at += 1;
      this.raised(token);
      return false;
    }
    if (kind === "name" && (text === "if" || text === "else")) {
      this.at += 1;
      return this.choice(token);
    }
    if (["name", "number", "radix"].includes(kind) || text === "(" || text === "√") {
      this.product(token);
      return true;
    }
    if (has(DECLARED.infix, text) || has(DECLARED.comparisons, text)) return this.infix(token);
    if (text === "," || text === ";") return this.separator(token);
    if (text === "|") return this.bar(token);
    if (text === "!") throw this.fault(start, "factorial");
    if (text !== ")" && text !== "%") throw this.misplaced(token);
    if (text === "%") this.percent(token);
    this.at += 1;
    if (text === ")") this.close(token);
    return false;
  }

  // The error for a sign that is not read, behind an operand.
  misplaced(token) {
    const before = this.stream.at(this.at - 1);
    if (token.text === "." || (token.text.startsWith(".") && token.kind === "number")) return this.attribute(before);
    if (token.text === "[" && before.kind === "name") return this.fault(before.start, "indexing");
    return ["=", ":="].includes(token.text) ? this.fault(token.start, "equation") : this.refused(token);
  }

  infix(token) {
    const {text, start} = token, [gate, precedence] = DECLARED.infix[text] ?? [DECLARED.comparisons[text], BINDS.comparison];
    const last = this.operands.at(-1), radical = this.chars[last.start] === "√";
    if (last.ending === "bare" && (precedence === BINDS.power || (["*", "/", "@"].includes(text) && !radical))) throw this.twoReadings(last, token);
    this.reduceUntil(precedence === BINDS.comparison ? BINDS.sum : precedence);
    if (precedence === BINDS.comparison && this.top?.sign && this.top.precedence === BINDS.comparison) throw this.fault(start, "chain");
    if (text === "^") this.refuseTower();
    this.at += 1;
    this.waiting.push(waitingSign(text, gate, precedence, start));
    return true;
  }

  // x^y^z is taken from the right in books and from the left in spreadsheets.
  refuseTower() {
    const last = this.operands.at(-1);
    if (this.signBefore(last)?.text !== "^") return;
    const base = this.operands.at(-2), next = this.token(1);
    const [a, b, c] = [this.part(base.start, base.end), this.part(last.start, last.end), this.part(next.start, next.end) || "z"];
    throw this.fault(base.start, "two_readings", {spelled: this.part(base.start, next.end), first: `${a}**(${b}**${c})`, second: `(${a}**${b})**${c}`});
  }

  // `a if c else b`.
  choice(token) {
    this.reduceUntil(BINDS.choice);
    if (token.text === "if") {
      this.waiting.push(waitingSign("if", "if", BINDS.choice, token.start));
      return true;
    }
    while (this.top?.sign && this.top.gate !== "if") this.reduce();
    if (!this.top?.sign) throw this.fault(token.start, "else");
    Object.assign(this.top, {gate: "where", operands: 3});
    return true;
  }

  // A comma or a semicolon behind an operand.
  separator(token) {
    if (token.text === "," && this.decimalComma(token)) {
      this.at += 2;
      return false;
    }
    this.reduceAll();
    if (!this.innermost?.name) throw this.fault(token.start, token.text === "," ? "pair" : "semicolon");
    this.at += 1;
    return true;
  }

  // A bar behind an operand closes an absolute value, or opens one as a factor.
  bar(token) {
    if (this.innermost?.text === "|") {
      this.at += 1;
      this.closeBar(token);
      return false;
    }
    if (this.token(1).text === "|" && this.token(1).start === token.end) throw this.fault(token.start, "or");
    if (!["number", "closed", "bar"].includes(this.operands.at(-1).ending)) throw this.fault(token.start, "bar");
    this.product(token);
    return true;
  }

  // -- what stands around the formula ---------------------------------------------------------------------------------
  // `y =`, `f(x) =` and the `=` of a spreadsheet's cell are left out, and that is noted.
  skipNameOfResult() {
    const first = this.token();
    let at = 0;
    if (first.kind === "name" && !this.given.has(first.text)) {
      at = 1;
      if (this.token(1).text === "(") {
        at = 2;
        while (this.token(at).kind === "name" || this.token(at).text === ",") at += 1;
        if (this.token(at).text !== ")") return;
        at += 1;
      }
    }
    if (!["=", ":="].includes(this.token(at).text)) return;
    const {end} = this.token(at);
    if (at && this.stream.slice(at + 1).some((token) => token.kind === "name" && token.text === first.text)) throw this.fault(0, "equation");
    this.at = at + 1;
    this.result = at ? first.text : "";
    this.note("=", first.start, end, "");
  }

  // Notes what came from another keyboard.
  noteTypography({kind, text, start, end}) {
    const source = this.source(start, end).normalize("NFC");
    if (kind === "power" || kind === "end" || source === text || has(DECLARED.comparisons, text) || !oneBlank(source)) return;
    if (text === "|" || text === "√" || (kind === "name" && has(DECLARED.constants, text))) return;
    this.note(source.normalize("NFKC") === text ? "characters" : source, start, end, text);
  }
}

// A formula's tree, and how it was read where it is spelled otherwise.
function readFormula(text, given) {
  const reader = new Reader(text, given), tree = reader.read();
  return {tree, notes: reader.notes.all(), result: reader.result ?? ""};
}
