// Inserts into ClickHouse (embedded, chdb) as bench/ingest_rate.py sends them to Tagline; that program runs this one.
//   node ingest_clickhouse.js FOLDER USERS SECONDS FSYNC      chdb of npm is looked for from the folder it runs in
// A table of flags by user (ReplacingMergeTree: the latest row of a user counts); batches of 1, 100 and 1,000 rows, one after
// the other; then batches of 20 at 100 a second, each followed by the count that must have it. FSYNC 1: a part is on the disk
// when its insert returns; 0: ClickHouse's default, which leaves that to the system. Counts are compared with a model.
'use strict';
const fs = require('fs');
const { createRequire } = require('module');
const { Session } = createRequire(process.cwd() + '/x.js')('chdb');

const [, , folder, users_text, seconds_text, fsync] = process.argv;
const users = Number(users_text), seconds = Number(seconds_text);
fs.rmSync(folder, { recursive: true, force: true });
const session = new Session(folder);
let version = 0;

function make() {
  session.query('CREATE DATABASE IF NOT EXISTS d ENGINE = Atomic');
  session.query('DROP TABLE IF EXISTS d.flags SYNC');
  session.query(`CREATE TABLE d.flags (user UInt32, vip UInt8, version UInt64) ENGINE = ReplacingMergeTree(version) ORDER BY user SETTINGS fsync_after_insert = ${fsync}`);
}
function insert(rows) {
  ++version;
  session.query('INSERT INTO d.flags VALUES ' + rows.map(([user, vip]) => `(${user},${vip},${version})`).join(','));
}
const count = () => Number(session.query('SELECT count() FROM d.flags FINAL WHERE vip = 1', 'TSV').trim());
function must_be(found, expected) {
  if (found !== expected) { console.error(`ingest_clickhouse: counts ${found}, the model has ${expected}`); process.exit(1); }
}
const at = (times, share) => times.sort((a, b) => a - b)[Math.floor(share * (times.length - 1))].toFixed(2);

for (const operations of [1, 100, 1000]) {
  make();
  const model = new Map(), times = [];
  let done = 0;
  const began = performance.now();
  while (performance.now() - began < seconds * 1e3) {
    const rows = Array.from({ length: operations }, () => [Math.floor(Math.random() * users), Math.random() < 0.5 ? 1 : 0]);
    // A batch is of one version: the last of a user in it counts.
    const batch = [...new Map(rows)];
    const sent = performance.now();
    insert(batch);
    times.push(performance.now() - sent);
    for (const [user, vip] of batch) model.set(user, vip);
    done += operations;
  }
  const took = (performance.now() - began) / 1e3;
  must_be(count(), [...model.values()].reduce((a, b) => a + b, 0));
  console.log(`clickhouse batches of ${String(operations).padStart(4)} one by one: ${(done / took).toFixed(0).padStart(9)} operations/s   batch p50 ${at(times, 0.5)} ms p99 ${at(times, 0.99)} ms`);
}

make();
insert(Array.from({ length: users }, (_, user) => [user, 0]));
let next = 0;
const seen = [], began = performance.now();
for (let n = 0; n < seconds * 100; ++n) {
  const due = began + n * 10;
  while (performance.now() < due) { /* the next is not due */ }
  const sent = performance.now();
  insert(Array.from({ length: 20 }, () => [next++, 1]));
  must_be(count(), next);
  seen.push(performance.now() - sent);
}
console.log(`clickhouse visible ${(seen.length * 20 / ((performance.now() - began) / 1e3)).toFixed(0)} operations/s: sent to seen p50 ${at(seen, 0.5)} ms p99 ${at(seen, 0.99)} ms`);
process.exit(0);
