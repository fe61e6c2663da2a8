// The program: a text field with line numbers, that indents, and marks the line of an error.

const STEP = "    ";

export class Editor {
  constructor(field, numbers) {
    this.field = field;
    this.numbers = numbers;
    this.marked = null;
    this.leaving = false;
    field.addEventListener("input", () => this.mark(null));
    field.addEventListener("scroll", () => this.follow());
    field.addEventListener("keydown", (event) => this.pressed(event));
    field.addEventListener("blur", () => (this.leaving = false));
  }

  get text() {
    return this.field.value;
  }

  set text(text) {
    this.field.value = text;
    this.field.scrollTop = this.field.scrollLeft = 0;
    this.mark(null);
  }

  // Number the lines, and mark one of them, or none.
  mark(line) {
    this.marked = line;
    const count = this.text.split("\n").length;
    this.numbers.replaceChildren(...Array.from({ length: count }, (_, k) => {
      const number = document.createElement("span");
      number.textContent = k + 1 === line ? `▸${k + 1}` : k + 1;
      number.classList.toggle("wrong", k + 1 === line);
      return number;
    }));
    this.field.toggleAttribute("aria-invalid", line !== null);
    if (line !== null) this.reveal(line);
    this.follow();
  }

  // Scroll so that a line can be seen.
  reveal(line) {
    const height = parseFloat(getComputedStyle(this.field).lineHeight);
    const top = (line - 1) * height;
    if (top < this.field.scrollTop || top + 2 * height > this.field.scrollTop + this.field.clientHeight) {
      this.field.scrollTop = top - this.field.clientHeight / 2;
    }
  }

  // Put the cursor at the beginning of a line.
  go(line) {
    const start = this.text.split("\n").slice(0, line - 1).join("\n").length + (line > 1);
    this.field.focus();
    this.field.setSelectionRange(start, start);
    this.reveal(line);
  }

  follow() {
    this.numbers.scrollTop = this.field.scrollTop;
  }

  // Tab indents, and after Escape it leaves, as everywhere; Enter keeps the indentation.
  pressed(event) {
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
    if (event.key === "Escape") this.leaving = true;
    else if (event.key === "Tab" && plain && !this.leaving) this.indent(event);
    else if (event.key === "Enter" && plain && !event.shiftKey && !event.isComposing) this.newLine(event);
    else if (event.key !== "Shift" && event.key !== "Tab") this.leaving = false;
  }

  newLine(event) {
    const before = this.text.slice(0, this.field.selectionStart).split("\n").at(-1);
    const deeper = /:\s*(#.*)?$/.test(before) ? STEP : "";
    event.preventDefault();
    this.insert(`\n${before.match(/^\s*/)[0]}${deeper}`);
  }

  // Spaces at the cursor; with a selection, or backwards, whole lines move.
  indent(event) {
    event.preventDefault();
    const { selectionStart: start, selectionEnd: end } = this.field;
    if (start === end && !event.shiftKey) {
      const column = start - this.text.lastIndexOf("\n", start - 1) - 1;
      this.insert(" ".repeat(STEP.length - (column % STEP.length)));
      return;
    }
    const first = this.text.lastIndexOf("\n", start - 1) + 1;
    const next = this.text.indexOf("\n", Math.max(first, end - (end > start)));
    const last = next < 0 ? this.text.length : next;
    const lines = this.text.slice(first, last).split("\n");
    const moved = lines.map((line) => (event.shiftKey ? line.replace(/^ {1,4}/, "") : line && STEP + line));
    this.field.setSelectionRange(first, last);
    this.insert(moved.join("\n"));
    this.field.setSelectionRange(first, first + moved.join("\n").length);
  }

  // Typed, so that it can be undone; the command is old, but nothing else can do that.
  insert(text) {
    if (text && document.execCommand("insertText", false, text)) return;
    const { selectionStart, selectionEnd } = this.field;
    this.field.setRangeText(text, selectionStart, selectionEnd, "end");
    this.field.dispatchEvent(new Event("input"));
  }
}
