// The picture: the numbers in its boxes and at its arrows, and what of it a step is about.

import { toggle } from "./blocks.js";
import { isOn } from "./boxes.js";
import { byId, shape, withAttributes } from "./dom.js";
import { number, several } from "./numbers.js";
import { now } from "./now.js";
import { whenShown, whenViewed } from "./stepping.js";

// They move to the box and to the arrow that a step is about.
const ring = shape("rect", { id: "ring" });
const back = shape("path", { id: "back", d: "M-2,0 L11,-6.5 V6.5 Z" }); // points to where it came from

function preparePicture() {
  const picture = byId("picture").firstElementChild;
  picture.querySelector(".surface").after(ring); // below boxes and arrowheads
  picture.querySelector("desc").textContent = "The words below it say what each step does.";
  picture.setAttribute("role", "group");
  for (const { group, block } of now.boxes) {
    const { action, after } = now.view.blocks[block] ?? {};
    if (after === undefined) continue;
    withAttributes(group, { role: "button", tabindex: 0, "aria-label": action });
    group.onclick = () => toggle(block);
    group.onkeydown = (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      toggle(block);
      now.boxes.find((x) => x.block === block).group.focus();
    };
  }
}

function showPicture({ step, computed, received, hidden }) {
  const changed = now.places[step.tail ?? step.node];
  for (const [place, { title, label, data, grad, last, outputs }] of now.boxes.entries()) {
    const known = outputs.filter((k) => received.has(k)).map((k) => received.get(k));
    const dataText = (write) =>
      (computed.has(last) ? several(outputs.map((k) => now.pass.data[k]), write) : "·");
    const gradText = (write) =>
      (hidden && place === changed ? "?" : known.length ? several(known, write) : "·");
    data.textContent = dataText(number);
    grad.textContent = gradText(number);
    title.textContent = `${label}\ndata ${dataText(String)}\ngrad ${gradText(String)}`;
    data.classList.toggle("fresh", place === changed && step.kind === "forward");
    grad.classList.toggle("fresh", place === changed && step.after !== undefined);
  }
  const ofArrow = now.arrows.map((arrow) => now.pass.edges?.filter((edge) => isOn(arrow, edge)) ?? []);
  back.remove();
  for (const [k, { head, group, title, wire, text }] of now.arrows.entries()) {
    const current = ofArrow[k].includes(step.edge), all = ofArrow[k];
    const known = all.length && computed.has(now.boxes[head].last);
    const locals = (write) => `∂ ${known ? all.map(({ local }) => write(local)).join(", ") : "·"}`;
    title.textContent = locals(String);
    text.textContent = known && all.length > 3 ? `∂ ${all.length} numbers` : locals(number);
    group.classList.toggle("now", current);
    group.classList.toggle("computing", step.kind === "forward" && changed === head);
    if (current) showBack(group, wire);
  }
  const widths = now.arrows.map(({ text }) => Math.max(30, text.getComputedTextLength() + 8));
  for (const [k, { surface, text }] of now.arrows.entries()) { // all are measured before any is moved
    withAttributes(surface, { width: widths[k], x: text.x.baseVal[0].value - widths[k] / 2 });
  }
  ring.style.display = changed === undefined ? "none" : "";
  if (changed !== undefined) {
    const { e: x, f: y } = now.boxes[changed].group.transform.baseVal[0].matrix;
    const { width, height } = now.boxes[changed].group.querySelector(".frame").getBBox();
    withAttributes(ring, { x: x - 6, y: y - 6, width: width + 12, height: height + 12, rx: 12 });
    const { scrollX, scrollY } = window; // only the picture is to move
    for (const seen of [now.boxes[now.places[step.head]]?.group, ring]) {
      seen?.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
    }
    scrollTo(scrollX, scrollY);
  }
}

/** A gradient goes from the end of an arrow to its start, so the arrowhead is there meanwhile. */
function showBack(group, wire) {
  const { x, y } = wire.getPointAtLength(0);
  group.append(withAttributes(back, { transform: `translate(${x} ${y})` }));
}

whenViewed(preparePicture);
whenShown(showPicture);
