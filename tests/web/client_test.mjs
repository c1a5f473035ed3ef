// The dashboards' client against the running program, over the shop example.
//   node --test tests/web/client_test.mjs   with TAGLINE and SOURCE in the environment
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { Tagline, TaglineError } from "../../web/client/tagline.js";

const { TAGLINE, SOURCE } = process.env;
const asOf = "2024-06-15";
let folder, server, client;

before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "tagline_client_"));
  const db = path.join(folder, "shop");
  execFileSync(path.join(SOURCE, "examples/shop/demo"), [TAGLINE, db], { stdio: "ignore" });
  server = spawn(TAGLINE, ["serve", "--db", db, "--listen", "127.0.0.1:0", "--log-level", "error"], { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise((done, failed) => {
    createInterface(server.stdout).once("line", done);
    server.once("exit", status => failed(new Error(`serve ended with ${status}`)));
  });
  client = new Tagline({ url, retries: 0 });
});

after(async () => {
  // One that has ended already would never say so again.
  const ended = server.exitCode ?? new Promise(done => server.once("exit", done));
  server.kill("SIGTERM");
  assert.equal(await ended, 0);
  rmSync(folder, { recursive: true });
});

test("counts, and a batch of one state", async () => {
  const all = await client.count("city:tier1 OR NOT city:tier1", { asOf });
  const part = await client.count("city:tier1", { asOf });
  assert.equal(all.count, all.population);
  assert.ok(part.count > 0 && part.count < all.count);
  const { answers, version } = await client.batch(["city:tier1", { title: "others", expression: "NOT city:tier1" }, "cty:x"], { asOf });
  assert.equal(answers[0].count + answers[1].count, all.count);
  assert.equal(answers[2].errors[0].code, "unknown-tag");
  assert.equal(version, all.version);
});

test("every id, page by page and as a stream", async () => {
  const { count } = await client.count("city:tier1", { asOf });
  const paged = [];
  for await (const page of client.pages("city:tier1", { asOf, limit: 100 })) paged.push(...page.ids);
  const streamed = [];
  for await (const id of client.ids("city:tier1", { asOf })) streamed.push(id);
  assert.equal(paged.length, count);
  assert.deepEqual(streamed, paged);
  for await (const id of client.ids("city:tier1", { asOf })) { assert.equal(id, paged[0]); break; }  // leaving early is fine
});

test("an expression at fault says where, in UTF-16 units", async () => {
  await assert.rejects(client.count("😀 AND city:tier1"), problem => {
    assert.ok(problem instanceof TaglineError);
    assert.equal(problem.status, 422);
    assert.ok(problem.words["zh-CN"] && problem.words.en && problem.requestId);
    assert.equal(problem.errors[0].utf16.from, 0);
    return true;
  });
});

test("only the last of what is typed is answered", async () => {
  const count = client.live({ asOf });
  const answers = await Promise.all(["city:tier", "city:tier1 AND", "city:tier1"].map(text => count(text).catch(problem => problem)));
  assert.equal(answers[0], undefined);
  assert.equal(answers[1], undefined);
  assert.equal(answers[2].expression, "city:tier1");
});

test("editors, the catalogue, people", async () => {
  assert.equal((await client.check("city:tier1  and city:tier1", { asOf })).ok, true);
  assert.ok((await client.sentence("city:tier1", { asOf })).sentence["zh-CN"]);
  const { tags } = await client.tags();
  assert.ok(tags.some(tag => tag.name === "city"));
  const [{ ids: [id] }] = [await client.query({ expression: "city:tier1", want: "ids", limit: 1, asOf })];
  assert.equal((await client.user(id)).tags.city, "tier1");
  assert.equal((await client.why(id, "city:tier1", { asOf })).member, true);
  const name = "一线 客户/1";
  await client.saveSegment(name, { expression: "city:tier1" });
  const { segments } = await client.segmentsOf(id, { asOf });
  assert.ok(segments.some(each => each.name === name), JSON.stringify(segments));
  await client.deleteSegment(name);
  await assert.rejects(client.segment(name), { status: 404, code: "not-found" });
});

test("lists of any length, from whatever can be looped over", async () => {
  const { count } = await client.count("city:tier1", { asOf });
  // More than JSON may have, most of them of nobody; and what ids may hold.
  async function* many() {
    yield* client.ids("city:tier1", { asOf });
    for (let i = 0; i < 150_000; ++i) yield `nobody ${i} "城", \n\u2028`;
  }
  const made = await client.saveList("tier1_then", many());
  assert.equal(made.count, count);
  assert.equal(made.created, true);
  assert.equal(made.unknown, 150_000);
  assert.equal((await client.count("@tier1_then AND city:tier1", { asOf })).count, count);
  const few = [];
  for await (const id of client.ids("city:tier1", { asOf })) if (few.push(id) === 3) break;
  await assert.rejects(client.saveList("tier1_then", few, { onlyNew: true }), { status: 412, code: "changed" });
  await assert.rejects(client.saveList("tier1_then", few, { revision: "none" }), { status: 412, code: "changed" });
  const { revision } = await client.segment("tier1_then");
  assert.equal((await client.saveList("tier1_then", new Set(few), { revision })).count, 3);
  await assert.rejects(client.saveList("tier1_then", []), { status: 400 });
  await assert.rejects(client.saveList("tier1_then", few.join()), TypeError);
  await assert.rejects(client.saveList("tier1_then", [...few, 7]), TypeError);
  assert.equal((await client.segment("tier1_then")).count, 3);
  await client.deleteSegment("tier1_then");
});

test("changes of single users are in the next answer", async () => {
  const before = (await client.count("vip")).count;
  const done = await client.ingest([{ user: "ingested 1", set: { vip: true } }, { user: "ingested 1", add: { nothing: 1 } }], { each: true });
  assert.deepEqual([done.applied, done.refused, done.users_new, done.first_refused[0].line], [1, 1, 1, 2]);
  assert.equal((await client.count("vip")).count, before + 1);
  await assert.rejects(client.ingest([{ user: "ingested 2", set: { vip: true } }], { users: "refuse" }), { status: 400, code: "bad-input" });
  await client.ingest([{ user: "ingested 1", clear: ["vip"] }]);
  const linked = await client.link([{ user: "ingested 1", identities: ["card:A1", "crm:77"] }], { each: true });
  assert.equal(linked.first_refused.length, 1);
  const one = await client.link({ user: "ingested 1", identities: ["crm:77"] });
  assert.equal(one.identities_new, 1);
  assert.equal((await client.link([{ user: "ingested 9", identities: ["crm:77"] }])).merges, 1);
  assert.equal((await client.user("ingested 9")).id, "ingested 1");
  const [merge] = (await client.merges({ limit: 1 })).merges;
  assert.equal(merge.loser, "ingested 9");
  assert.notEqual((await client.undoMerge(merge.number)).undone, null);
  assert.equal((await client.identities("crm:77")).user, "ingested 1");
  assert.equal((await client.unlink("crm:77")).user, "ingested 1");
  assert.equal((await client.eraseUser("ingested 9")).users, 1);
  await assert.rejects(client.user("ingested 9"), { status: 404 });
  assert.equal((await client.count("vip")).count, before);
});

test("a list is sent again to a server that was busy", async () => {
  const bodies = [];
  const busy = async (_, { body, headers }) => {
    bodies.push(await body.text());
    assert.equal(headers["Content-Type"], "application/x-ndjson");
    return bodies.length === 1
      ? new Response(JSON.stringify({ code: "busy" }), { status: 503, headers: { "Retry-After": "0.01" } })
      : Response.json({ count: 2 }, { status: 201 });
  };
  assert.equal((await new Tagline({ fetch: busy }).saveList("x", ["u1", "城"])).count, 2);
  assert.deepEqual(bodies, ['"u1"\n"城"\n', '"u1"\n"城"\n']);
});

test("a busy server is asked again after as long as it says", async () => {
  const waits = [];
  let asked = 0;
  const busy = async () => {
    waits.push(Date.now());
    return ++asked < 3
      ? new Response(JSON.stringify({ code: "busy", detail: "busy" }), { status: 503, headers: { "Retry-After": "0.01" } })
      : Response.json({ count: 7 });
  };
  assert.equal((await new Tagline({ fetch: busy }).count("x")).count, 7);
  assert.equal(asked, 3);
  asked = -10;
  await assert.rejects(new Tagline({ fetch: busy, retries: 1 }).count("x"), { code: "busy", status: 503, retryAfter: 0.01 });
});
