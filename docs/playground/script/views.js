// What the program shows, in four tabs; a view is asked for when its tab is opened.

const TITLES = { graph: "graph", steps: "steps", paths: "paths", page: "page to step through" };
const NAMES = Object.keys(TITLES);
const SMALLEST = 0.8; // to how much of its size a picture shrinks before it scrolls
const element = (id) => document.getElementById(id);

const made = (tag, text = "", looks = "") => {
  const node = document.createElement(tag);
  node.textContent = text;
  node.className = looks;
  return node;
};

export class Views {
  // `ask` gives a promise of a view: its name, and the place of a value among those offered.
  constructor(ask) {
    this.ask = ask;
    this.run = 0; // counts the runs, for an answer may come when the next has begun
    this.chosen = "graph";
    this.empty("Run a program to see its graph.");
    for (const name of NAMES) element(`tab-${name}`).addEventListener("click", () => this.choose(name));
    element("tabs").addEventListener("keydown", (event) => this.pressed(event));
    element("by").addEventListener("change", () => this.load("paths"));
    this.choose("graph");
  }

  // The views of a run: which there are, and what the paths may be asked for.
  show({ views, offered, size }) {
    this.empty("");
    this.views = views;
    this.size = size;
    element("by").replaceChildren(...offered.map((name, place) => new Option(name, place)));
    this.choose(views.length === 0 || views.includes(this.chosen) ? this.chosen : views[0]);
  }

  // No views, but a sentence in their place.
  empty(sentence) {
    this.run++;
    this.views = [];
    this.loaded = new Set();
    this.sentence = sentence;
    URL.revokeObjectURL(this.picture);
    element("stage").hidden = element("by").parentElement.hidden = true;
    for (const name of NAMES) this.fill(name, made("p", sentence, "note"));
  }

  place(name) {
    const panel = element(`panel-${name}`);
    return name === "paths" || name === "page" ? panel.lastElementChild : panel;
  }

  fill(name, ...nodes) {
    this.place(name).replaceChildren(...nodes);
  }

  choose(name) {
    this.chosen = name;
    for (const other of NAMES) {
      const tab = element(`tab-${other}`);
      tab.setAttribute("aria-selected", other === name);
      tab.tabIndex = other === name ? 0 : -1;
      element(`panel-${other}`).hidden = other !== name;
    }
    if (!this.loaded.has(name)) this.load(name);
  }

  pressed(event) {
    const place = NAMES.indexOf(this.chosen);
    const to = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.choose(NAMES.at(to % NAMES.length));
    element(`tab-${this.chosen}`).focus();
  }

  async load(name) {
    this.loaded.add(name);
    element("by").parentElement.hidden = !this.views.includes("paths");
    if (!this.views.includes(name)) {
      const what = "The program shows nothing here. What it ends with is shown: a Value, a network, a picture, a page.";
      this.fill(name, made("p", this.sentence || what, "note"));
      return;
    }
    const run = this.run;
    this.fill(name, made("p", "…", "note"));
    const view = await this.ask(name, Number(element("by").value));
    if (run !== this.run) return;
    if (view.problem) this.fill(name, made("p", view.problem, "problem"));
    else this[name](view);
  }

  graph({ svg, words }) {
    const image = made("img");
    this.picture = image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    image.alt = words;
    image.addEventListener("load", () => (image.style.minWidth = `${SMALLEST * image.naturalWidth}px`));
    this.fill("graph", image);
  }

  steps({ rows, more }) {
    const table = made("table");
    const head = table.createTHead().insertRow();
    head.append(...["step", "what", "sum"].map((text) => made("th", text)));
    const body = table.createTBody();
    rows.forEach(([what, sum], k) => {
      body.insertRow().append(made("td", k + 1), made("th", what), made("td", sum));
    });
    const rest = more ? [made("p", `… and ${more.toLocaleString("en")} more`, "note")] : [];
    this.fill("steps", table, ...rest);
  }

  paths({ text }) {
    const lines = text.split("\n").map((line) => made("p", line.trim(), line.startsWith("  ") ? "path" : ""));
    this.fill("paths", ...lines);
  }

  // In a frame of its own, which can reach neither this page nor anything else.
  page({ html }) {
    this.fill("page");
    element("stage").hidden = false;
    element("stage").contentWindow.postMessage(html, "*");
  }
}
