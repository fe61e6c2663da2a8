// Elements of the page: found, and made.

export const byId = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** An element of a picture. */
export const shape = (tag, attributes) =>
  withAttributes(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes);

export function withAttributes(made, attributes) {
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

export const said = (text) => element("p", {}, text);
export const result = (text) => element("b", { className: "result" }, text);
