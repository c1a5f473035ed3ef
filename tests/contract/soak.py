#!/usr/bin/env python3
"""Many clients, a loader and editors at once, with the server killed in between: no error, every answer of some
committed state, nothing acknowledged lost, memory flat.

    soak.py TAGLINE_PROGRAM [--seconds 10] [--connections 64] [--kills 2]

Every load adds TEN users, seven of them vip, three of tier1. So an answer's own population says how many loads it saw,
and with that what every count in it must be. All wants are asked, pages are followed by their cursors, ids are streamed in
every form. Each editor has a segment of its own whose rule it changes, and then asks for what it was told is there. Prints a line a slice of time, and a summary.
"""
import argparse
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

FIRST = 20000  # users before the first load; a tenth of them vip, a fifth of tier1 and one of tier3
EDITORS = 2
LONG_S = 120  # from so long on memory has to stay what it was


class Faults:
    def __init__(self):
        self.lock, self.lines, self.count = threading.Lock(), [], 0

    def add(self, line):
        with self.lock:
            self.count += 1
            if self.count <= 20:
                self.lines.append(line)


class Server:
    def __init__(self, tagline, db, log):
        started = time.monotonic()
        self.process = subprocess.Popen([tagline, "serve", "--db", db, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline().strip()
        if not line.startswith("http://127.0.0.1:"):
            raise RuntimeError(f"the server did not start: {line!r}")
        self.port = int(line.rsplit(":", 1)[1])
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/readyz")
        if connection.getresponse().status != 200:
            raise RuntimeError("not ready")
        self.ready_s = time.monotonic() - started

    def memory_mib(self):
        """Its own; pages of the database's file come and go with the system."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(next(line for line in status if line.startswith("RssAnon")).split()[1]) / 1024


def first_users(path):
    with open(path, "w") as file:
        file.write("id,vip,city,spend\n")
        for i in range(FIRST):
            file.write(f"u{i},{'yes' if i % 10 == 0 else 'no'},{('tier1', 'tier2', 'tier2', 'tier2', 'tier3')[i % 5]},{i % 100}.50\n")


def more_users(load):
    rows = [f"n{load}_{i},{'yes' if i < 7 else 'no'},{'tier1' if i < 3 else 'tier3'},1.25" for i in range(10)]
    return "id,vip,city,spend\n" + "\n".join(rows) + "\n"


class Truth:
    """What counts must be, by population; and that a version is one state."""

    def __init__(self, faults):
        self.faults, self.lock, self.populations = faults, threading.Lock(), {}

    def check(self, what, version, population, counts):
        loads, rest = divmod(population - FIRST, 10)
        if rest or loads < 0:
            return self.faults.add(f"{what}: a population of {population} was never committed")
        true = {"vip": FIRST // 10 + 7 * loads, "tier1": FIRST // 5 + 3 * loads, "tier3": FIRST // 5 + 7 * loads, "all": population}
        for name, count in counts.items():
            if count != true[name]:
                self.faults.add(f"{what}: {name} is {count}, of {population} people it must be {true[name]}")
        if version is not None:
            with self.lock:
                if self.populations.setdefault(version, population) != population:
                    self.faults.add(f"{what}: version {version} has {population} people and {self.populations[version]}")


class Asked:
    def __init__(self):
        self.lock, self.count, self.times = threading.Lock(), 0, []


def ask(connection, method, target, body=None):
    fields = {"Content-Type": "application/json"} if body is not None else {}
    connection.request(method, target, json.dumps(body).encode() if body is not None else None, fields)
    reply = connection.getresponse()
    return reply.status, reply.read()


def read_json(status, body):
    """What a reply says; a fault that shows the reply where that is no JSON."""
    try:
        return json.loads(body)
    except ValueError as problem:
        raise ValueError(f"{problem} in a reply {status} of {len(body)} bytes: {body[:200]!r}") from None


def count_of(connection, truth):
    status, body = ask(connection, "GET", "/v1/count?q=" + urllib.parse.quote(random.choice(["vip", "vip AND vip"])))
    if status == 200:
        answer = read_json(status, body)
        truth.check("count", answer["version"], answer["population"], {"vip": answer["count"]})
    return status, body


def batch_of(connection, truth):
    status, body = ask(connection, "POST", "/v1/query", {"expressions": ["vip", "city:tier1", "vip OR NOT vip", "city:tier3"]})
    if status == 200:
        batch = read_json(status, body)
        counts = [each["count"] for each in batch["answers"]]
        truth.check("batch", batch["version"], counts[2], dict(zip(["vip", "tier1", "all", "tier3"], counts)))
    return status, body


def breakdown_of(connection, truth):
    status, body = ask(connection, "POST", "/v1/query", {"expression": "vip OR NOT vip", "want": "breakdown", "tag": "city"})
    if status == 200:
        answer = read_json(status, body)
        rows = {row["value"]: row["count"] for row in answer["tags"][0]["rows"]}
        truth.check("breakdown", answer["version"], answer["population"], {"tier1": rows["tier1"], "all": answer["count"]})
    return status, body


def stats_of(connection, truth):
    status, body = ask(connection, "POST", "/v1/query", {"expression": "city:tier3", "want": "stats", "tag": "spend"})
    if status == 200:
        answer = read_json(status, body)
        truth.check("stats", answer["version"], answer["population"], {"tier3": answer["number"]["known"]})
    return status, body


def page_of(connection, truth):
    status, body = ask(connection, "POST", "/v1/query", {"expression": "vip", "want": "ids", "limit": 50})
    if status == 200:
        page = read_json(status, body)
        truth.check("page", page["version"], page["population"], {"vip": page["returned"] + page["remaining"]})
    return status, body


def stream_of(connection, truth):
    status, body = ask(connection, "GET", "/v1/ids?q=vip%20OR%20NOT%20vip&format=ndjson")
    if status == 200:
        truth.check("stream", None, body.count(b"\n"), {})
    return status, body


def pages_of(connection, truth):
    """All pages, until a load comes between."""
    body, ids, first = {"expression": "city:tier1 AND vip", "want": "ids", "limit": 700}, [], None
    while True:
        status, said = ask(connection, "POST", "/v1/query", body)
        if status == 410 and first is not None and read_json(status, said)["code"] == "cursor-expired":
            return 200, said
        if status != 200:
            return status, said
        page = read_json(status, said)
        first = first or page
        ids += page["ids"]
        # An edit makes another version of the same people.
        if page["population"] != first["population"] or len(ids) + page["remaining"] != first["returned"] + first["remaining"]:
            truth.faults.add(f"pages: {len(ids)} ids and {page['remaining']} more of {page['population']} people, at first {first['returned'] + first['remaining']} of {first['population']}")
        if page["next"] is None:
            if len(set(ids)) != len(ids):
                truth.faults.add("pages: an id came twice")
            return status, said
        body["cursor"] = page["next"]


def members_of(connection, truth):
    status, body = ask(connection, "POST", "/v1/query", {"expression": "vip", "want": "members", "ids": [f"u{i}" for i in range(100)] + ["nobody"]})
    if status == 200:
        answer = read_json(status, body)
        truth.check("members", answer["version"], answer["population"], {})
        if answer["in"] != 10:
            truth.faults.add(f"members: {answer['yes']} of the first 100 are vip")
    return status, body


def others_of(connection, truth):
    """Wants whose numbers are not looked into, but for the population."""
    body = random.choice([
        {"want": "top", "expression": "vip", "tag": "spend", "n": 20},
        {"want": "bottom", "expression": "vip", "tag": "spend", "n": 20},
        {"want": "cross", "expression": "spend > 20", "rows": "city", "columns": "vip"},
        {"want": "profile", "expression": "city:tier3"},
        {"want": "pareto", "expression": "city:tier1", "tag": "spend"},
        {"want": "nodes", "expression": "vip AND NOT city:tier1"},
        {"want": "overlap", "expressions": ["vip", "city:tier1", "city:tier3"], "regions": True},
        {"want": "count", "expression": "vip AND city:tier1", "explain": True},
    ])
    status, said = ask(connection, "POST", "/v1/query", body)
    if status == 200:
        answer = read_json(status, said)
        truth.check(body["want"], answer["version"], answer["population"], {})
    return status, said


def forms_of(connection, truth):
    return ask(connection, "GET", "/v1/ids?q=vip&format=" + random.choice(["csv", "roaring"]))


def reads_of(connection, truth):
    return ask(connection, "GET", random.choice(["/v1/tags?q=vip", "/v1/segments", "/v1/users/u7", "/v1/users/u7/segments", "/v1/tags/city/usage", "/v1/status", "/metrics"]))


QUESTIONS = [count_of] * 6 + [batch_of, batch_of, breakdown_of, stats_of, page_of, stream_of, pages_of, members_of, others_of, others_of, forms_of, reads_of]
RULES = {"vip": "vip", "tier1": "city:tier1", "tier3": "city:tier3"}


def edit(number, port, until, truth, faults, edits, going):
    name, connection, revision, sent, turn = f"soak_{number}", None, None, None, 0
    target = f"/v1/segments/{name}"
    while time.monotonic() < until:
        life = going["life"]
        try:
            if connection is None:
                connection = http.client.HTTPConnection("127.0.0.1", port(), timeout=60)
            if revision is None and sent is not None:  # what became of it the kill did not say
                status, body = ask(connection, "GET", target)
                if status == 404 and name not in edits:
                    sent = None
                elif status != 200:
                    raise RuntimeError(f"{status} {body[:200]!r}")
                else:
                    stored = read_json(status, body)["expression"]
                    if stored not in (sent, edits.get(name)):
                        faults.add(f"{name} is {stored}, {edits.get(name)} was acknowledged and {sent} sent")
                    edits[name] = stored  # committed, if not acknowledged: so it stays after the next kill
            turn += 1
            rule = list(RULES)[turn % 3]
            sent = RULES[rule]
            connection.request("PUT", target, json.dumps({"expression": sent}), {"Content-Type": "application/json", **({"If-Match": revision} if revision else {})})
            reply = connection.getresponse()
            status, body = reply.status, reply.read()
            if status not in (200, 201):
                if status != 503:
                    faults.add(f"edit: {status} {body[:200]!r}")
                continue
            edits[name], revision = sent, reply.headers["ETag"]
            edits["done"] += 1
            for way in ("kept", "new"):
                status, body = ask(connection, "GET", "/v1/count?q=@" + name)
                if status == 200:
                    answer = read_json(status, body)
                    truth.check(f"{way} count of {name}", answer["version"], answer["population"], {rule: answer["count"]})
                elif status != 503:
                    faults.add(f"count of @{name}: {status} {body[:200]!r}")
        except (OSError, http.client.HTTPException) as problem:
            connection.close()
            if life == going["life"] and not going["killing"]:
                faults.add(f"edit: {problem!r}")
            going["up"].wait(30)
            connection = revision = None
        except (RuntimeError, KeyError, TypeError, ValueError) as problem:
            return faults.add(f"{name}: {problem!r}")


def read(port, until, truth, faults, asked, going):
    connection = http.client.HTTPConnection("127.0.0.1", port(), timeout=60)
    while time.monotonic() < until:
        question = random.choice(QUESTIONS)
        started = time.monotonic()
        life = going["life"]
        try:
            status, body = question(connection, truth)
        except (OSError, http.client.HTTPException) as problem:
            connection.close()
            if life == going["life"] and not going["killing"]:
                faults.add(f"{question.__name__}: {problem!r}")
            going["up"].wait(30)
            connection = http.client.HTTPConnection("127.0.0.1", port(), timeout=60)
            continue
        except (KeyError, IndexError, TypeError, ValueError) as problem:  # not the reply it should be
            faults.add(f"{question.__name__}: {problem!r}")
            continue
        if status == 503:
            time.sleep(0.01)  # as Retry-After would have it, but sooner
        elif status != 200:
            faults.add(f"{question.__name__}: {status} {body[:200]!r}")
        with asked.lock:
            asked.count += 1
            asked.times.append(time.monotonic() - started)
    connection.close()


def write(port, until, faults, loads, going):
    while time.monotonic() < until:
        number = loads["sent"]
        life = going["life"]
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port(), timeout=60)
            connection.request("POST", "/v1/load?wait=true", more_users(number), {"Content-Type": "text/csv"})
            reply = connection.getresponse()
            status, body = reply.status, reply.read()
            connection.close()
        except (OSError, http.client.HTTPException) as problem:
            if life == going["life"] and not going["killing"]:
                faults.add(f"load {number}: {problem!r}")
            going["up"].wait(30)
            continue  # the same users again: a load that had landed changes nothing
        if status == 200:
            loads["acknowledged"] = loads["sent"] = number + 1
        elif status != 503:
            faults.add(f"load {number}: {status} {body[:300]!r}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tagline")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--kills", type=int, default=2)
    # From a start after a kill to an answer. Asked where speed is measured only: a test says nothing of a busy machine.
    parser.add_argument("--ready-within", type=float, metavar="SECONDS")
    options = parser.parse_args()
    faults, asked, loads = Faults(), Asked(), {"sent": 0, "acknowledged": 0}
    edits = {"done": 0}
    truth = Truth(faults)
    with tempfile.TemporaryDirectory(prefix="tagline_soak_") as folder:
        db, users = os.path.join(folder, "db"), os.path.join(folder, "users.csv")
        first_users(users)
        subprocess.run([options.tagline, "load", "--db", db, users], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        log = open(os.path.join(folder, "log"), "w")
        server = Server(options.tagline, db, log)
        going = {"life": 0, "killing": False, "up": threading.Event()}
        going["up"].set()
        current = {"server": server}
        until = time.monotonic() + options.seconds
        port = lambda: current["server"].port
        threads = [threading.Thread(target=read, args=(port, until, truth, faults, asked, going)) for _ in range(options.connections)]
        threads.append(threading.Thread(target=write, args=(port, until, faults, loads, going)))
        threads += [threading.Thread(target=edit, args=(number, port, until, truth, faults, edits, going)) for number in range(EDITORS)]
        for thread in threads:
            thread.start()
        # Kills are in the first half, so that in the second memory is that of one life.
        slices, memory, readies = max(4, 4 * options.kills), [], [server.ready_s]
        for number in range(slices):
            time.sleep(options.seconds / slices)
            memory.append(current["server"].memory_mib())
            print(f"{asked.count:8} requests {loads['acknowledged']:6} loads {edits['done']:6} edits {memory[-1]:8.1f} MiB of its own {faults.count:4} faults", flush=True)
            if number % 2 == 0 and number // 2 < options.kills:
                acknowledged = loads["acknowledged"]
                going["killing"] = True
                going["up"].clear()
                current["server"].process.send_signal(signal.SIGKILL)
                current["server"].process.wait()
                current["server"] = Server(options.tagline, db, log)
                readies.append(current["server"].ready_s)
                going["life"] += 1
                going["killing"] = False
                connection = http.client.HTTPConnection("127.0.0.1", port(), timeout=60)
                population = read_json(*ask(connection, "GET", "/v1/status"))["population"]
                if population < FIRST + 10 * acknowledged:
                    faults.add(f"after a kill {population} people, {acknowledged} loads of ten were acknowledged")
                going["up"].set()
        for thread in threads:
            thread.join()
        if options.ready_within and max(readies) >= options.ready_within:
            faults.add(f"ready in {max(readies):.2f} s")
        last_life = memory[slices // 2:]
        if options.seconds >= LONG_S and last_life[-1] > 1.25 * last_life[0] + 16:
            faults.add(f"memory grew: {last_life[0]:.0f} to {last_life[-1]:.0f} MiB")
        current["server"].process.terminate()
        status = current["server"].process.wait(30)
        if status != 0:
            faults.add(f"the server's exit status is {status}")
        verified = subprocess.run([options.tagline, "verify", "--db", db], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if verified.returncode != 0:
            faults.add("verify: " + verified.stdout[-500:])
        log.close()
        said = open(log.name).read()
    for line in faults.lines:
        print("FAULT", line)
    if faults.count:
        print(said[-2000:])
    times = sorted(asked.times)
    at = lambda share: times[min(len(times) - 1, int(share * len(times)))] * 1000 if times else 0
    print(f"{asked.count} requests, {loads['acknowledged']} loads, {edits['done']} edits, {options.kills} kills, ready again in at most {max(readies):.2f} s, "
          f"p50 {at(.5):.1f} ms, p99 {at(.99):.1f} ms, {faults.count} faults")
    # A soak that asked and loaded nothing shows nothing.
    return 1 if faults.count or asked.count < options.connections or loads["acknowledged"] < 2 or edits["done"] < EDITORS else 0


if __name__ == "__main__":
    sys.exit(main())
