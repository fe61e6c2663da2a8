// The page in a frame of a notebook: what it sends goes to Python, and what Python says is shown.

const EVENTS = ["change:said", "change:is_loaded"];

/** Tell a page that someone takes its weights; again and again, for it may still be unpacking. */
function greet(frame, pause) {
  frame.contentWindow?.postMessage({ microgradnn: "widget" }, "*");
  if (pause < 60_000) setTimeout(greet, pause, frame, 2 * pause); // milliseconds
}

/** The frame, as closed as that of a page without a widget. */
function frameOf(model) {
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts allow-downloads";
  frame.allow = "fullscreen *; clipboard-write *";
  frame.title = model.get("title");
  frame.onload = () => greet(frame, 100);
  frame.srcdoc = model.get("html");
  return frame;
}

function render({ model, el }) {
  const frame = frameOf(model);
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  el.classList.add("microgradnn");
  for (const [name, height] of Object.entries(model.get("heights"))) {
    el.style.setProperty(`--${name}`, `${height}px`);
  }
  el.append(frame, said);

  const tell = () => {
    said.textContent = model.get("said");
    said.classList.toggle("failed", !model.get("is_loaded"));
  };
  for (const event of EVENTS) model.on(event, tell);
  tell();

  const hear = ({ source, data }) => {
    const weights = data?.microgradnn?.weights;
    if (source === frame.contentWindow && typeof weights === "string") model.send({ weights });
  };
  addEventListener("message", hear);
  return () => {
    removeEventListener("message", hear);
    for (const event of EVENTS) model.off(event, tell);
  };
}

export default { render };
