#!/usr/bin/env python3
"""Requests a second of `tagline serve`, beside a bare Beast server and Redis BITCOUNT, in one run on one machine.

    serve_rate.py TAGLINE BARE_HTTP FOLDER [USERS] [SECONDS]
    serve_rate.py TAGLINE BARE_HTTP --peers DB [USERS] [SECONDS]

FOLDER keeps the made-up database between runs; DB is one that bench/beside_peers has loaded. wrk runs on the same machine, with one thread. Needs wrk; Redis only
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
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

# The server's own time of each request is in the reply; wrk has taken the time when it calls response().
OWN_TIMES = """
local of
function setup(thread) of = thread end
times = {}
function response(status, headers, body)
  times[#times + 1] = tonumber(body:match('"elapsed_us":%s*(%d+)'))
end
function done()
  local own = of:get("times")
  table.sort(own)
  print("own p50 us: " .. own[math.floor(#own / 2) + 1] .. " of " .. #own)
end
"""


class Cities:
    """The one thing in which the made-up database and the peers' differ, for these questions."""

    def __init__(self, form, number):
        self.form, self.number = form, number

    def kept(self):
        return "/v1/count?q=" + urllib.parse.quote(f"city:{self.form % 1} AND age:25-34 AND vip")

    def new(self, n):
        age, spend = 18 + n * 7 % 61, n * 7919 % 4000000
        return f"city:{self.form % (n % self.number)} AND age>={age} AND spend<{spend // 100}.{spend % 100:02}"

    def script(self, own_times=False):
        """new(), in wrk's language: three clauses, and never the same twice in a run: 61 ages, 40,000 amounts."""
        return f"""
local asked = {2000000 if own_times else 1000000}
function request()
  asked = asked + 1
  local age, spend = 18 + asked * 7 % 61, asked * 7919 % 4000000
  return wrk.format("GET", string.format("/v1/count?q=city:{self.form}+AND+age%%3E%%3D%d+AND+spend%%3C%d.%02d",
    asked % {self.number}, age, math.floor(spend / 100), spend % 100))
end
{OWN_TIMES if own_times else ""}"""


PAGE = {"want": "ids", "expression": "age:25-34 AND vip", "limit": 1000}
PAGES = f"""
wrk.method, wrk.path, wrk.headers["Content-Type"] = "POST", "/v1/query", "application/json"
wrk.body = '{json.dumps(PAGE)}'
"""

MADE, PEERS = Cities("c%d", 5), Cities("c%03d", 300)
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
    def __init__(self, *command, log=None):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        self.url = self.process.stdout.readline().strip()

    def get(self, target):
        with urllib.request.urlopen(self.url + target) as reply:
            return json.load(reply)

    def query(self, body):
        asked = urllib.request.Request(self.url + "/v1/query", json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked) as reply:
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


def check(server, cities):
    """The same numbers another way: in a batch, and of the page its members."""
    for expression in (urllib.parse.unquote(cities.kept().split("=", 1)[1]), cities.new(7), cities.new(123456)):
        batch = server.query({"expressions": [expression, "vip"]})["answers"][0]["count"]
        for _ in range(3):  # the first is computed, the others are kept
            assert server.get("/v1/count?q=" + urllib.parse.quote(expression))["count"] == batch, f"{expression}: a count is wrong"
    page = server.query(PAGE)
    assert page["returned"] == 1000 and len(set(page["ids"])) == 1000, "a page is wrong"
    assert page["returned"] + page["remaining"] == server.query({"expression": PAGE["expression"]})["count"], "a page's sum is wrong"
    asked = server.query({"want": "members", "expression": PAGE["expression"], "ids": page["ids"]})
    assert asked["in"] == 1000, "a page has others"


def check_rows(server, users):
    """The same numbers from the rows."""
    found = {"kept": 0, "three": 0}
    for _, city, age, spend, vip in rows(users):
        found["kept"] += city == "c1" and 25 <= age <= 34 and vip == "yes"
        found["three"] += city == "c2" and age >= 40 and float(spend) < 12345.67
    for _ in range(3):  # the first is computed, the others are kept
        assert server.get(MADE.kept())["count"] == found["kept"], "a kept count is wrong"
    three = "/v1/count?q=" + urllib.parse.quote("city:c2 AND age>=40 AND spend<12345.67")
    assert server.get(three)["count"] == found["three"], "an uncached count is wrong"


def beside_engine(server, cities, seconds, script):
    """p50 of new counts, one at a time: over HTTP, and what the server itself says of the same ones; in microseconds."""
    with open(script, "w") as out:
        out.write(cities.script(own_times=True))
    said = subprocess.run(["wrk", "-t1", "-c1", f"-d{seconds}s", "--latency", "-s", script, server.url], check=True, capture_output=True, text=True).stdout
    half, unit = re.search(r"50%\s+([\d.]+)(us|ms|s)", said).groups()
    return float(half) * MICROSECONDS[unit], float(re.search(r"own p50 us: (\d+)", said).group(1))


def main():
    peers = "--peers" in sys.argv
    tagline, bare, folder = [each for each in sys.argv[1:] if each != "--peers"][:3]
    numbers = [int(each) for each in sys.argv[4 + peers:]]
    users = numbers[0] if numbers else 10000000 if peers else 1000000
    seconds = numbers[1] if len(numbers) > 1 else 5
    cities = PEERS if peers else MADE
    database = folder if peers else make(tagline, folder, users)
    scripts = tempfile.TemporaryDirectory()
    script, pages = os.path.join(scripts.name, "new.lua"), os.path.join(scripts.name, "pages.lua")
    for path, text in ((script, cities.script()), (pages, PAGES)):
        with open(path, "w") as out:
            out.write(text)
    hello = Program(bare)
    server = Program(tagline, "serve", "--db", database, "--listen", "127.0.0.1:0", "--read-only", log=open(os.path.join(scripts.name, "log"), "w"))
    try:
        if os.environ.get("SERVE_RATE_CHECK", "1") == "1":
            check(server, cities)
            if not peers:
                check_rows(server, users)
        server.get(cities.kept()), server.get(cities.kept())
        print(f"{users:,} users, {seconds} s each\n{'':24}{'connections':>12}{'requests/s':>12}{'p50 us':>9}{'p99 us':>9}")
        rates = {}
        for connections in (1, 64):
            kinds = [("bare Beast", lambda: wrk(hello.url + "/", connections, seconds)),
                     ("count, kept", lambda: wrk(server.url + cities.kept(), connections, seconds)),
                     ("count, new, 3 clauses", lambda: wrk(server.url, connections, seconds, script)),
                     ("page of 1,000 ids", lambda: wrk(server.url, connections, seconds, pages))]
            if shutil.which("redis-server") and shutil.which("redis-benchmark"):
                kinds.append(("Redis BITCOUNT", lambda: redis(users, connections, seconds)))
            for name, measure in kinds:
                rate, half, most = rates[name, connections] = measure()
                print(f"{name:24}{connections:12}{rate:12,.0f}{half:9,.0f}{most:9,.0f}", flush=True)
        for connections in (1, 64):
            share = rates["count, kept", connections][0] / rates["bare Beast", connections][0]
            print(f"kept counts at {share:.0%} of the bare server's rate, {connections} connections")
        over, engine = beside_engine(server, cities, seconds, script)
        print(f"new counts, the same ones: engine p50 {engine:,.0f} us, over HTTP {over:,.0f} us ({over - engine:,.0f} more)")
    finally:
        server.end()
        hello.end()


if __name__ == "__main__":
    main()
