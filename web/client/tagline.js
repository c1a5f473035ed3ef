// Tagline's HTTP API for dashboards: one module without dependencies, for browsers, Node 18+, Deno and workers.
// Types are in tagline.d.ts. Replies are what GET /openapi.json describes, with the same field names.

/** What the server said went wrong. `code` is stable (grammar-docs/errors.md); `hint` says what to try. */
export class TaglineError extends Error {
  constructor(problem, status, retryAfter) {
    super(problem.detail || problem.title || `status ${status}`);
    this.name = "TaglineError";
    this.status = status;
    this.code = problem.code || "internal";
    this.words = problem.message || { en: this.message, "zh-CN": this.message };
    this.hint = problem.hint || { en: "", "zh-CN": "" };
    this.errors = problem.errors || [];
    this.requestId = problem.request_id;
    this.retryAfter = retryAfter; // seconds, or undefined
  }
}

const pause = (seconds, signal) => new Promise((done, failed) => {
  const stop = () => { clearTimeout(timer); failed(signal.reason); };
  const timer = setTimeout(() => { if (signal) signal.removeEventListener("abort", stop); done(); }, seconds * 1000);
  if (signal) signal.addEventListener("abort", stop, { once: true });
});

// "asOf" here is "as_of" there; what is undefined is not sent.
const wire = options => Object.fromEntries(Object.entries(options)
  .filter(([name, value]) => value !== undefined && name !== "signal")
  .map(([name, value]) => [name.replace(/[A-Z]/g, letter => "_" + letter.toLowerCase()), value]));

const part = text => encodeURIComponent(text);

async function* lines(reply) {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of pieces(reply.body)) {
    const found = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = found.pop();
    yield* found.filter(line => line !== "");
  }
  if (rest !== "") yield rest;
}

// Browsers' streams are not all async iterable.
async function* pieces(stream) {
  const reader = stream.getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
  } finally {
    reader.cancel().catch(() => {});
  }
}

// Ids a line, as parts of a Blob: no text has to hold all of a list, and a busy server can be sent it again.
async function blobOf(ids) {
  if (typeof ids === "string") throw new TypeError("expected ids in an array or the like, found a text");
  const parts = [];
  let text = "";
  for await (const id of ids) {
    if (typeof id !== "string") throw new TypeError(`expected texts as ids, found ${typeof id}`);
    text += JSON.stringify(id) + "\n";
    if (text.length >= 1 << 20) {
      parts.push(new Blob([text]));
      text = "";
    }
  }
  return new Blob([...parts, text]);
}

export class Tagline {
  /**
   * @param {{url?: string, key?: string, language?: string, retries?: number, fetch?: typeof fetch}} options
   * url: where the server is ("" for the page's own); key: an API key; language: of `TaglineError.message`, "en" or
   * "zh-CN"; retries: how often a busy server (503, 429) is asked again, waiting as long as it says.
   */
  constructor({ url = "", key, language, retries = 2, fetch: ask = globalThis.fetch } = {}) {
    this.url = url.replace(/\/+$/, "");
    this.key = key;
    this.language = language;
    this.retries = retries;
    this.ask = ask.bind(globalThis);
  }

  /** Any request: method, path and what goes with it. The reply as fetch gives it; throws TaglineError. */
  async request(method, path, { query, body, type, accept, headers, signal } = {}) {
    const fields = { Accept: accept || "application/json", ...headers };
    if (this.key) fields.Authorization = `Bearer ${this.key}`;
    if (this.language) fields["Accept-Language"] = this.language;
    if (body !== undefined) fields["Content-Type"] = type || "application/json";
    const parameters = new URLSearchParams(Object.entries(query || {}).filter(([, value]) => value !== undefined)).toString();
    const target = this.url + path + (parameters ? "?" + parameters : "");
    const content = body === undefined || type ? body : JSON.stringify(body);
    for (let left = this.retries; ; --left) {
      const reply = await this.ask(target, { method, headers: fields, body: content, signal });
      if (reply.ok) return reply;
      const retryAfter = Number(reply.headers.get("Retry-After")) || undefined;
      const problem = await reply.json().catch(() => ({}));
      if (left <= 0 || (reply.status !== 503 && reply.status !== 429)) throw new TaglineError(problem, reply.status, retryAfter);
      await pause(retryAfter || 1, signal);
    }
  }

  async json(method, path, options) {
    const reply = await this.request(method, path, options);
    return reply.status === 204 ? undefined : reply.json();
  }

  // Questions. Every options object may have asOf, timeoutMs and signal.

  /** How many people an expression selects: {count, population, version, ...}. */
  count(expression, { signal, ...options } = {}) {
    return this.query({ expression, ...options, signal });
  }
  /** POST /v1/query: {expression, want: "count" | "ids" | "stats" | "top" | ..., ...}. */
  query({ signal, ...question }) {
    return this.json("POST", "/v1/query", { body: wire(question), signal });
  }
  /** Many counts of one state of the data. */
  batch(expressions, { signal, ...options } = {}) {
    return this.json("POST", "/v1/query", { body: { expressions, ...wire(options) }, signal });
  }
  /** Every id, as an async iterator; leave the loop to stop the server's work. */
  async *ids(expression, { signal, ...options } = {}) {
    const reply = await this.request("POST", "/v1/ids", { body: { expression, ...wire(options) }, accept: "application/x-ndjson", signal });
    for await (const line of lines(reply)) yield JSON.parse(line);
  }
  /** Pages of ids; throws TaglineError with code "cursor-expired" when the data changes between two. */
  async *pages(expression, { signal, ...options } = {}) {
    for (let cursor; ;) {
      const page = await this.query({ expression, want: "ids", ...options, cursor, signal });
      yield page;
      if (!page.next) return;
      cursor = page.next;
    }
  }
  /**
   * Counts for a text that is being typed: every call gives up the one before, so that answers never come out of
   * order. What was given up resolves to undefined.
   */
  live(options = {}) {
    let running;
    return async expression => {
      if (running) running.abort();
      const mine = running = new AbortController();
      try {
        return await this.count(expression, { ...options, signal: mine.signal });
      } catch (problem) {
        if (mine.signal.aborted) return undefined;
        throw problem;
      }
    };
  }

  // Editors.

  check(expression, options = {}) { return this.edit("check", expression, options); }
  complete(expression, options = {}) { return this.edit("complete", expression, options); }
  explain(expression, options = {}) { return this.edit("explain", expression, options); }
  format(expression, options = {}) { return this.edit("format", expression, options); }
  sentence(expression, options = {}) { return this.edit("sentence", expression, options); }
  edit(path, expression, { signal, ...options }) {
    return this.json("POST", "/v1/" + path, { body: { expression, ...wire(options) }, signal });
  }

  // The catalogue, segments and people.

  tags(query = {}) { return this.json("GET", "/v1/tags", { query: wire(query) }); }
  tag(name, query = {}) { return this.json("GET", `/v1/tags/${part(name)}`, { query: wire(query) }); }
  events() { return this.json("GET", "/v1/events"); }
  segments(query = {}) { return this.json("GET", "/v1/segments", { query: wire(query) }); }
  segment(name, query = {}) { return this.json("GET", `/v1/segments/${part(name)}`, { query: wire(query) }); }
  saveSegment(name, segment) { return this.json("PUT", `/v1/segments/${part(name)}`, { body: wire(segment) }); }
  deleteSegment(name, { force } = {}) { return this.json("DELETE", `/v1/segments/${part(name)}`, { query: { force } }); }
  /**
   * Makes or replaces a static list: `ids` may be an array, or anything to loop over (also `client.ids(...)`), of any
   * length the server takes. `revision`: only as long as the list is as it was read; `onlyNew`: replaces nothing.
   */
  async saveList(name, ids, { revision, onlyNew, signal } = {}) {
    const headers = {};
    if (revision !== undefined) headers["If-Match"] = `"${revision}"`;
    if (onlyNew) headers["If-None-Match"] = "*";
    return this.json("POST", `/v1/segments/${part(name)}/ids`, { body: await blobOf(ids), type: "application/x-ndjson", headers, signal });
  }
  /**
   * Changes of single users, on disk and in every answer when this is over: [{user, set: {tag: value}, add, remove,
   * clear, events}, ...]. `each`: what can be done is done; `users`, `tags`, `values`: "create" or "refuse" unknown ones.
   * `key`: names the batch (a random UUID): sent again under it, it is not done again.
   */
  ingest(operations, { each, users, tags, values, key, signal } = {}) {
    const headers = key === undefined ? {} : { "Idempotency-Key": key };
    return this.json("POST", "/v1/ingest", { body: operations, query: { each, users, tags, values }, headers, signal });
  }
  user(id) { return this.json("GET", `/v1/users/${part(id)}`); }
  /** The identities of a user, and the merges that made it; `id` may be an identity itself. */
  identities(id) { return this.json("GET", `/v1/users/${part(id)}/identities`); }
  /** Says that ids and identities name one person: {user, identities: ["phone:13800138000"], source}, or a list of them. */
  link(requests, { each, users, signal } = {}) {
    return this.json("POST", "/v1/identities/link", { body: requests, query: { each, users }, signal });
  }
  unlink(identity) { return this.json("POST", "/v1/identities/unlink", { body: { identity } }); }
  merges(query = {}) { return this.json("GET", "/v1/merges", { query: wire(query) }); }
  undoMerge(number) { return this.json("POST", `/v1/merges/${part(String(number))}/undo`); }
  /** Erases a person for good; the receipt does not say who it was. */
  eraseUser(id) { return this.json("DELETE", `/v1/users/${part(id)}`); }
  segmentsOf(id, query = {}) { return this.json("GET", `/v1/users/${part(id)}/segments`, { query: wire(query) }); }
  why(id, expression, { signal, ...options } = {}) {
    return this.json("POST", "/v1/why", { body: { id, expression, ...wire(options) }, signal });
  }
  status() { return this.json("GET", "/v1/status"); }
}
