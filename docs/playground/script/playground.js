// The playground: a program, the Python that runs it, and what it shows.
import { Editor } from "./editor.js";
import { Python } from "./python.js";
import { MOST, addressOf, asked, unpacked } from "./sharing.js";
import { Views } from "./views.js";

try {
  document.documentElement.dataset.theme = localStorage.theme; // what the switch of the site says
} catch {
  // Where nothing may be stored there is no switch.
}

const PAUSE = 30; // milliseconds between two looks at what was printed
const element = (id) => document.getElementById(id);
const [run, stop, share, status, printed, problem, points] = [
  "run", "stop", "share", "status", "printed", "problem", "starting-point",
].map(element);

const editor = new Editor(element("program"), element("numbers"));
const views = new Views((name, place) => python.ask("view", name, place));
const written = new Map(); // what the reader has made of each starting point
const pieces = []; // of output, that are not shown yet
let known = [];
let current = "";
let isReady = false;
let waitsToRun = false;

const python = new Python((message) => hears[message.kind](message));

const hears = {
  ready(message) {
    isReady = true;
    say(`Python ${message.python} is ready.`);
    running(false);
    if (waitsToRun) go();
  },
  output(piece) {
    if (pieces.length === 0) setTimeout(print, PAUSE);
    pieces.push(piece);
  },
  broken({ message }) {
    const wasReady = isReady;
    if (wasReady) restart("Python is loading again …");
    else say("Python cannot run here.");
    tell(null, `Python has stopped: ${message.trim().split("\n").at(-1)}`);
  },
};

// Show what was printed; in the same colour as one text, for a page of many is slow.
function print() {
  for (const { stream, text } of pieces.splice(0)) {
    if (printed.lastChild?.className !== stream) {
      const place = document.createElement("span");
      place.className = stream;
      place.append("");
      printed.append(place);
    }
    printed.lastChild.firstChild.appendData(text);
  }
  printed.scrollTop = printed.scrollHeight;
}

function say(sentence) {
  status.textContent = sentence;
}

function running(whether) {
  run.disabled = whether || !isReady;
  stop.disabled = !whether;
}

async function go() {
  if (run.disabled && isReady) return;
  waitsToRun = !isReady;
  if (!isReady) return;
  clear();
  running(true);
  say("The program is running …");
  const start = performance.now();
  const { error, ...shown } = await python.ask("run", editor.text);
  print();
  running(false);
  if (error) {
    tell(error.line, error.message, error.trace);
    say("It has failed.");
    views.empty("The program has failed, so there is nothing to show.");
  } else {
    const values = shown.size ? `, ${shown.size.toLocaleString("en")} values` : "";
    say(`Done in ${((performance.now() - start) / 1000).toFixed(2)} s${values}.`);
    views.show(shown);
  }
  offer(shown.files);
}

// Buttons for the files that the program has saved.
function offer(files) {
  element("files").replaceChildren(...files.map((name) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `Save ${name}`;
    button.addEventListener("click", () => download(name));
    return button;
  }));
  element("files").hidden = files.length === 0;
}

async function download(name) {
  const { base64 } = await python.ask("file", name);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))]));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function clear() {
  pieces.length = 0;
  printed.replaceChildren();
  offer([]);
  problem.hidden = true;
  editor.mark(null);
  views.empty("");
}

function restart(sentence) {
  isReady = waitsToRun = false;
  running(false);
  say(sentence);
  views.empty("The program has ended, so there is nothing to show.");
  offer([]);
  python.restart();
}

// An error: a sentence, which leads to its line, and how the program came there.
function tell(line, message, trace = "") {
  const where = document.createElement("button");
  where.type = "button";
  where.textContent = `Line ${line}`;
  where.addEventListener("click", () => editor.go(line));
  const sentence = document.createElement("p");
  sentence.append(...(line ? [where, " "] : []), message);
  const way = document.createElement("details");
  way.append(document.createElement("summary"), document.createElement("pre"));
  way.firstChild.textContent = "How the program came there";
  way.lastChild.textContent = trace;
  problem.replaceChildren(sentence, ...(trace ? [way] : []));
  problem.hidden = false;
  editor.mark(line);
}

// ---- The programs ------------------------------------------------------------------------------

function open(name) {
  current = name;
  points.value = name;
  const point = known.find((one) => one.name === name);
  editor.text = written.get(name) ?? point.text;
  changed();
}

function changed() {
  const point = known.find((one) => one.name === current);
  element("again").hidden = !point || editor.text === point.text;
  if (current) written.set(current, editor.text);
}

async function openAsked() {
  const { start, code } = asked();
  if (code === null) {
    const found = known.some((one) => one.name === start);
    open(found ? start : known[0].name);
    if (start && !found) say(`There is no starting point ${start}.`);
    return true;
  }
  try {
    editor.text = await unpacked(code);
    current = "";
    waitsToRun = false;
    points.selectedIndex = -1;
    changed();
    tell(null, "This program came with the address. Read it, then run it.");
  } catch {
    open(known[0].name);
    tell(null, "The program in the address cannot be read: the address has been cut or changed.");
  }
  return false; // nobody has seen it yet
}

points.addEventListener("change", () => {
  history.replaceState(null, "", `#start=${points.value}`);
  open(points.value);
});
element("again").addEventListener("click", () => {
  written.delete(current);
  open(current);
  element("program").focus();
});
element("program").addEventListener("input", changed);
run.addEventListener("click", go);
stop.addEventListener("click", () => restart("Stopped. Python is loading again …"));
addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    go();
  }
});
addEventListener("hashchange", openAsked);

share.addEventListener("click", async () => {
  if (editor.text.length > MOST) return say("The program is too long for an address.");
  const address = await addressOf(editor.text);
  history.replaceState(null, "", address);
  element("shared").hidden = false;
  element("address").value = address;
  element("address").select();
  const copied = navigator.clipboard?.writeText(address) ?? Promise.reject();
  copied.then(
    () => say("The address has the program in it. It is on the clipboard."),
    () => say("The address has the program in it. Copy it."),
  );
});

known = await (await fetch("starting_points.json")).json();
points.replaceChildren(...known.map(({ name, title }) => new Option(title, name)));
if (await openAsked()) go();
