// Inside the worker: loads Python and the package, and runs what the page asks for.
import { loadPyodide } from "./pyodide/pyodide.mjs";

const here = (name) => new URL(name, import.meta.url).href;
const fetched = async (name) => {
  const answer = await fetch(here(name));
  if (!answer.ok) throw new Error(`${name}: ${answer.status} ${answer.statusText}`);
  return answer;
};

async function session() {
  const [python, archive, running] = await Promise.all([
    loadPyodide({ indexURL: here("pyodide/") }),
    fetched("microgradnn.zip").then((answer) => answer.arrayBuffer()),
    fetched("running.py").then((answer) => answer.text()),
  ]);
  python.unpackArchive(new Uint8Array(archive), "zip", { extractDir: "/package" });
  python.FS.writeFile("/package/running.py", running);
  python.runPython("import sys; sys.path.append('/package')");
  const post = (stream, text) => postMessage({ kind: "output", stream, text });
  const made = python.pyimport("running").Session(post);
  postMessage({ kind: "ready", python: python.runPython("sys.version.split()[0]") });
  return made;
}

const ready = session();
ready.catch((error) => postMessage({ kind: "broken", message: error.message }));

onmessage = async ({ data: { id, name, given } }) => {
  const python = await ready;
  try {
    postMessage({ kind: "answer", id, text: python[name](...given) });
  } catch (error) {
    postMessage({ kind: "broken", message: error.message });
  }
};
