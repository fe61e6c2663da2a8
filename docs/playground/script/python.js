// Python in a worker: it is started, asked, and ended when it takes too long.

// A worker has the rules of the page, its Content-Security-Policy, only if it comes from the page;
// so this one is a line of text, which loads the script. It hears nothing before it says `ready`.
function worker() {
  const script = JSON.stringify(new URL("worker.js", import.meta.url).href);
  const broken = '({ message }) => postMessage({ kind: "broken", message })';
  const line = new Blob([`import(${script}).catch(${broken});`], { type: "text/javascript" });
  const address = URL.createObjectURL(line);
  return { python: new Worker(address, { type: "module" }), address };
}

export class Python {
  // `told` is called with what Python tells unasked: that it is ready, printed something, broke.
  constructor(told) {
    this.told = told;
    this.start();
  }

  start() {
    const { python, address } = worker();
    this.questions = new Map();
    this.asked = 0;
    this.python = python;
    python.onmessage = ({ data }) => {
      if (data.kind === "ready") URL.revokeObjectURL(address);
      if (data.kind === "answer") this.answered(data);
      else this.told(data);
    };
    python.onerror = (event) => {
      event.preventDefault();
      this.told({ kind: "broken", message: event.message || "its script did not load" });
    };
  }

  // Ask for something; the promise is never kept if Python is stopped before it answers.
  ask(name, ...given) {
    const id = this.asked++;
    this.python.postMessage({ id, name, given });
    return new Promise((keep) => this.questions.set(id, keep));
  }

  answered({ id, text }) {
    this.questions.get(id)?.(JSON.parse(text));
    this.questions.delete(id);
  }

  // End whatever runs, and begin anew.
  restart() {
    this.python.terminate();
    this.start();
  }
}
