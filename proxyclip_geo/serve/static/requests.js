// Requests to the server, and the two lines that say how they went.
export const element = (id) => document.getElementById(id);
export const root = new URL(".", location.href).href;

class RequestError extends Error {}

export async function ask(path, body, signal) {
  const options = body === undefined ? { signal } : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal,
  };
  const answer = await fetch(root + path, options);
  if (answer.ok) return answer;
  const found = await answer.json().catch(() => ({}));
  throw new RequestError(found.error ?? `the server answered ${answer.status}`);
}

export function say(text) { element("message").textContent = text; }
export function hint(text) { element("hint").textContent = text; element("hint").hidden = !text; }

export async function report(work) {
  try { return await work(); } catch (error) {
    if (error.name === "AbortError") return undefined;
    say(error instanceof RequestError ? error.message : "the server cannot be reached; is it still running?");
    return undefined;
  }
}

export class Requests {
  constructor() { this.running = {}; }

  // End the running request of a kind: its answer would be out of date.
  cancel(kind) {
    if (!this.running[kind]) return;
    this.running[kind].abort();
    delete this.running[kind];
    hint("");
  }

  // Run `work(signal)` in place of the running request of the same kind, with a note on the map meanwhile.
  async latest(kind, work, note = "") {
    this.cancel(kind);
    const request = this.running[kind] = new AbortController();
    if (note) hint(note);
    await report(() => work(request.signal));
    if (this.running[kind] !== request) return;
    delete this.running[kind];
    if (note) hint("");
  }
}
