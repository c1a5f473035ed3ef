#!/usr/bin/env python3
"""Requests a second of `tagline serve`, beside a bare Beast server and Redis BITCOUNT, in one run on one machine.

    serve_rate.py TAGLINE BARE_HTTP FOLDER [USERS] [SECONDS]

FOLDER keeps the made-up database between runs. wrk runs on the same machine, with one thread. Needs wrk; Redis only
where redis-server and redis-benchmark are installed. Every kind of answer is compared with another way to the same
number before anything is measured.
"""
import csv
import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

CACHED = "/v1/count?q=" + urllib.parse.quote("city:c1 AND age:25-34 AND vip")

# Three clauses, and never the same twice in a run: 61 ages, 40,000 amounts.
UNCACHED = """
local asked = 0
function request()
  asked = asked + 1
  local age, spend = 18 + asked * 7 % 61, asked * 7919 % 4000000
  return wrk.format("GET", string.format("/v1/count?q=city:c%d+AND+age%%3E%%3D%d+AND+spend%%3C%d.%02d",
    asked % 5, age, math.floor(spend / 100), spend % 100))
end
"""

MICROSECONDS = {"us": 1, "ms": 1000, "s": 1000000}


def rows(users):
    chance = random.Random(20260131)
    for n in range(users):
        yield (f"u{n:08d}", f"c{min(int(chance.expovariate(0.6)), 4)}", chance.randrange(18, 80),
               f"{chance.randrange(0, 4000000) / 100:.2f}", "yes" if chance.random() < 0.2 else "no")


def make(tagline, folder, users):
    database = os.path.join(folder, f"serve-rate-{users}")
    if not os.path.exists(database):
        os.makedirs(folder, exist_ok=True)
        table = database + ".csv"
        with open(table, "w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(("id", "city", "age", "spend", "vip"))
            writer.writerows(rows(users))
        try:
            subprocess.run([tagline, "load", "--db", database, table], check=True, stdout=subprocess.DEVNULL)
        except BaseException:
            shutil.rmtree(database, ignore_errors=True)
            raise
        finally:
            os.remove(table)
    return database


class Program:
    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def get(self, target):
        with urllib.request.urlopen(self.url + target) as reply:
            return json.load(reply)

    def end(self):
        self.process.terminate()
        self.process.wait()


def wrk(url, connections, seconds, script=None):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    said = subprocess.run(command + (["-s", script] if script else []) + [url], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit("wrk met errors:\n" + said)
    figure = lambda name: next(float(n) * MICROSECONDS[unit] for n, unit in re.findall(rf"{name}%\s+([\d.]+)(us|ms|s)", said))
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1)), figure(50), figure(99)


def free_port():
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


def redis(users, connections, seconds):
    """BITCOUNT of as many bits as there are users, random ones."""
    port = str(free_port())
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(["redis-server", "--port", port, "--save", "", "--dir", folder], stdout=subprocess.DEVNULL)
        try:
            client = ["redis-cli", "-p", port]
            while subprocess.run(client + ["ping"], capture_output=True, text=True).stdout.strip() != "PONG":
                time.sleep(0.05)
            bits = random.Random(7).randbytes(users // 8)
            subprocess.run(client + ["-x", "set", "bits"], input=bits, check=True, stdout=subprocess.DEVNULL)
            counted = int(subprocess.run(client + ["bitcount", "bits"], check=True, capture_output=True, text=True).stdout)
            assert counted == int.from_bytes(bits, "big").bit_count(), "BITCOUNT is wrong"
            bench = lambda n: subprocess.run(["redis-benchmark", "-p", port, "-c", str(connections), "-n", str(n), "--csv", "bitcount", "bits"],
                                             check=True, capture_output=True, text=True).stdout.splitlines()
            figures = lambda lines: dict(zip(next(csv.reader([lines[0]])), next(csv.reader([lines[-1]]))))
            rate = float(figures(bench(2000))["rps"])
            found = figures(bench(max(2000, int(rate * seconds))))
            return float(found["rps"]), float(found["p50_latency_ms"]) * 1000, float(found["p99_latency_ms"]) * 1000
        finally:
            server.terminate()
            server.wait()


def check(server, users):
    """The same numbers another way: from the rows, and by the batch's own path."""
    found = {"kept": 0, "three": 0}
    for _, city, age, spend, vip in rows(users):
        found["kept"] += city == "c1" and 25 <= age <= 34 and vip == "yes"
        found["three"] += city == "c2" and age >= 40 and float(spend) < 12345.67
    for _ in range(3):  # the first is computed, the others are kept
        assert server.get(CACHED)["count"] == found["kept"], "a kept count is wrong"
    three = "/v1/count?q=" + urllib.parse.quote("city:c2 AND age>=40 AND spend<12345.67")
    assert server.get(three)["count"] == found["three"], "an uncached count is wrong"


def engine_time(server):
    """p50 of what the server itself says of new counts, in microseconds."""
    times = []
    for n in range(300):
        question = f"city:c{n % 5} AND age>={18 + n % 60} AND spend<{n * 131 % 39999}.37"
        times.append(server.get("/v1/count?q=" + urllib.parse.quote(question))["elapsed_us"])
    return statistics.median(times)


def main():
    tagline, bare, folder = sys.argv[1:4]
    users = int(sys.argv[4]) if len(sys.argv) > 4 else 1000000
    seconds = int(sys.argv[5]) if len(sys.argv) > 5 else 5
    database = make(tagline, folder, users)
    script = os.path.join(folder, "serve-rate-uncached.lua")
    with open(script, "w") as out:
        out.write(UNCACHED)
    hello = Program(bare)
    server = Program(tagline, "serve", "--db", database, "--listen", "127.0.0.1:0", "--read-only")
    try:
        if os.environ.get("SERVE_RATE_CHECK", "1") == "1":
            check(server, users)
        server.get(CACHED), server.get(CACHED)
        engine = engine_time(server)
        print(f"{users:,} users, {seconds} s each\n{'':24}{'connections':>12}{'requests/s':>12}{'p50 us':>9}{'p99 us':>9}")
        rates = {}
        for connections in (1, 64):
            kinds = [("bare Beast", lambda: wrk(hello.url + "/", connections, seconds)),
                     ("count, kept", lambda: wrk(server.url + CACHED, connections, seconds)),
                     ("count, new, 3 clauses", lambda: wrk(server.url, connections, seconds, script))]
            if shutil.which("redis-server") and shutil.which("redis-benchmark"):
                kinds.append(("Redis BITCOUNT", lambda: redis(users, connections, seconds)))
            for name, measure in kinds:
                rate, half, most = rates[name, connections] = measure()
                print(f"{name:24}{connections:12}{rate:12,.0f}{half:9,.0f}{most:9,.0f}", flush=True)
        for connections in (1, 64):
            share = rates["count, kept", connections][0] / rates["bare Beast", connections][0]
            print(f"kept counts at {share:.0%} of the bare server's rate, {connections} connections")
        print(f"new counts: engine p50 {engine:,.0f} us, over HTTP {rates['count, new, 3 clauses', 1][1]:,.0f} us")
    finally:
        server.end()
        hello.end()


if __name__ == "__main__":
    main()
