// Loads one CSV file with Tagline and with DuckDB (2 threads), one after the other, and prints time, size and peak memory of each.
//   npm i @duckdb/node-api ; node bench/load_beside_duckdb.js TAGLINE_PROGRAM FILE.csv SCRATCH_FOLDER
// Correctness first: both must report the same number of rows.
'use strict';
const { spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');

const [, , mode, a, b] = process.argv;

async function duckdb(csv, file) {
  const { DuckDBInstance } = require('@duckdb/node-api');
  const start = performance.now();
  const instance = await DuckDBInstance.create(file, { threads: '2' });
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE users AS SELECT * FROM read_csv('${csv}')`);
  await connection.run('CHECKPOINT');
  const seconds = (performance.now() - start) / 1e3;
  const rows = Number((await (await connection.run('SELECT count(*) FROM users')).getRows())[0][0]);
  console.log(JSON.stringify({ rows, seconds, bytes: fs.statSync(file).size, peak_mb: Math.round(process.resourceUsage().maxRSS / 1024) }));
  process.exit(0);
}

/// Runs a command under GNU time so that peak memory is the child's own.
function timed(command, args) {
  const run = spawnSync('/usr/bin/time', ['-f', '%e %M', command, ...args], { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (run.status !== 0) throw new Error(run.stderr);
  const [seconds, kb] = run.stderr.trim().split('\n').pop().split(' ').map(Number);
  return { out: run.stdout, seconds, peak_mb: Math.round(kb / 1024) };
}

function folder_bytes(folder) {
  return fs.readdirSync(folder).reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).blocks * 512, 0);
}

function main(tagline, csv, scratch) {
  const db = path.join(scratch, 'tagline-db'), duck = path.join(scratch, 'users.duckdb');
  fs.rmSync(db, { recursive: true, force: true });
  fs.rmSync(duck, { force: true });
  const ours = timed(tagline, ['load', '--db', db, '--format', 'json', csv]);
  const rows = JSON.parse(ours.out).rows;
  const peer = timed(process.execPath, [__filename, '--duckdb', csv, duck]);
  const theirs = JSON.parse(peer.out);
  if (rows !== theirs.rows) throw new Error(`row counts differ: ${rows} and ${theirs.rows}`);
  const line = (name, seconds, peak, bytes) =>
    console.log(`${name.padEnd(8)} ${seconds.toFixed(2).padStart(8)} s ${Math.round(rows / seconds).toLocaleString('en').padStart(12)} rows/s ` +
                `${String(peak).padStart(6)} MB peak ${(bytes / 1e6).toFixed(0).padStart(6)} MB on disk`);
  console.log(`${rows.toLocaleString('en')} rows of ${csv}`);
  line('tagline', ours.seconds, ours.peak_mb, folder_bytes(db));
  line('duckdb', peer.seconds, peer.peak_mb, theirs.bytes);
  console.log(`ratio tagline / duckdb: ${(ours.seconds / peer.seconds).toFixed(2)}`);
}

if (mode === '--duckdb') duckdb(a, b);
else main(mode, a, b);
