// Types of tagline.js. Field names are those of the API; GET /openapi.json says what each of them is.

export interface Text { en: string; "zh-CN": string }

export interface Diagnostic {
  code: string;
  severity: "error" | "warning";
  /** First code point it is about, from 1. */
  at: number;
  length: number;
  /** The same place in UTF-16 units, as JavaScript counts. */
  utf16: { from: number; to: number };
  message: Text;
  hint: Text;
  fixes: { title: Text; from: number; to: number; insert: string }[];
  segment?: { name: string; expression: string; errors: Diagnostic[] };
}

export declare class TaglineError extends Error {
  status: number;
  /** Stable name of the kind of failure, e.g. "unknown-tag". */
  code: string;
  words: Text;
  hint: Text;
  /** Of an expression at fault: everything wrong with it. */
  errors: Diagnostic[];
  requestId?: string;
  /** Seconds to wait before asking again. */
  retryAfter?: number;
}

export interface Answer {
  expression: string;
  count: number;
  population: number;
  as_of: string;
  elapsed_us: number;
  time_zone: string;
  version: number;
  warnings: Diagnostic[];
  methods?: string[];
  explain?: object;
}

export interface IdPage extends Answer {
  ids: string[];
  returned: number;
  remaining: number;
  /** Cursor of the next page; null on the last. */
  next: string | null;
}

export interface QueryOptions {
  /** "2026-01-31"; default: today in the database's zone. */
  asOf?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
}

export type Want = "count" | "ids" | "members" | "stats" | "top" | "bottom" | "breakdown" | "cross" | "profile" | "pareto" | "overlap" | "nodes";

export interface Question extends QueryOptions {
  expression?: string;
  expressions?: string[];
  want?: Want;
  [field: string]: unknown;
}

export interface RequestOptions {
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent as JSON, unless `type` says what it is. */
  body?: unknown;
  type?: string;
  accept?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

type Value = string | number | boolean;
export interface LinkRequest {
  user?: string;
  identities: string[];
  source?: string;
}
export interface Merge {
  number: number;
  survivor: string;
  loser: string;
  because: string;
  author: string;
  merged: string;
  undone: string | null;
}
export interface Operation {
  user: string;
  link?: string[];
  clear?: string[];
  set?: Record<string, Value | Value[] | null>;
  remove?: Record<string, Value | Value[]>;
  add?: Record<string, Value | Value[]>;
  events?: { event: string; key?: string; at?: string; amount?: string | number; count?: number }[];
}
/** What to do with names that the database does not know. */
export type Unknown = "create" | "refuse";

export declare class Tagline {
  constructor(options?: { url?: string; key?: string; language?: "en" | "zh-CN"; retries?: number; fetch?: typeof fetch });
  request(method: string, path: string, options?: RequestOptions): Promise<Response>;
  json(method: string, path: string, options?: RequestOptions): Promise<any>;

  count(expression: string, options?: QueryOptions & { explain?: boolean }): Promise<Answer>;
  query(question: Question): Promise<any>;
  batch(expressions: (string | { title?: string; expression: string })[], options?: QueryOptions): Promise<any>;
  ids(expression: string, options?: QueryOptions): AsyncGenerator<string, void, void>;
  pages(expression: string, options?: QueryOptions & { limit?: number }): AsyncGenerator<IdPage, void, void>;
  live(options?: Omit<QueryOptions, "signal">): (expression: string) => Promise<Answer | undefined>;

  check(expression: string, options?: QueryOptions): Promise<{ ok: true; canonical: string; warnings: Diagnostic[] } | { ok: false; errors: Diagnostic[] }>;
  complete(expression: string, options?: QueryOptions & Record<string, unknown>): Promise<any>;
  explain(expression: string, options?: QueryOptions): Promise<any>;
  format(expression: string, options?: QueryOptions & Record<string, unknown>): Promise<any>;
  sentence(expression: string, options?: QueryOptions): Promise<any>;

  tags(query?: Record<string, string | number | boolean | undefined>): Promise<any>;
  tag(name: string, query?: Record<string, string | number | boolean | undefined>): Promise<any>;
  events(): Promise<any>;
  segments(query?: Record<string, string | number | boolean | undefined>): Promise<any>;
  segment(name: string, query?: Record<string, string | number | boolean | undefined>): Promise<any>;
  saveSegment(name: string, segment: { expression: string } & Record<string, unknown>): Promise<any>;
  deleteSegment(name: string, options?: { force?: boolean }): Promise<any>;
  saveList(name: string, ids: Iterable<string> | AsyncIterable<string>, options?: { revision?: string; onlyNew?: boolean; signal?: AbortSignal }): Promise<any>;
  ingest(operations: Operation[], options?: { each?: boolean; users?: Unknown; tags?: Unknown; values?: Unknown; key?: string; signal?: AbortSignal }): Promise<{ applied: number; refused: number; users_new: number; tags_new: number; identities_new: number; merges: number; version: number; first_refused: { line: number; user: string; reason: { en: string; "zh-CN": string } }[] }>;
  user(id: string): Promise<any>;
  identities(id: string): Promise<{ user: string; identities: { identity: string; linked: string; source: string }[]; merges: Merge[]; updated: string | null }>;
  link(requests: LinkRequest | LinkRequest[], options?: { each?: boolean; users?: Unknown; signal?: AbortSignal }): Promise<{ linked: number; refused: number; users_new: number; identities_new: number; merges: number; version: number; first: { line: number; user: string; user_new: boolean; identities_new: number; merges: number[] }[]; first_refused: { line: number; user: string; reason: { en: string; "zh-CN": string } }[] }>;
  unlink(identity: string): Promise<{ identity: string; user: string }>;
  merges(query?: { before?: number; limit?: number }): Promise<{ merges: Merge[]; next: number | null }>;
  undoMerge(number: number): Promise<Merge>;
  eraseUser(id: string): Promise<{ number: number; digest: string; erased: string; author: string; users: number; identities: number; values: number; merges: number }>;
  segmentsOf(id: string, query?: { asOf?: string }): Promise<any>;
  why(id: string, expression: string, options?: QueryOptions): Promise<any>;
  status(): Promise<any>;
}
