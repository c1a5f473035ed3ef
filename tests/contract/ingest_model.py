#!/usr/bin/env python3
"""Random changes of users through a running server that is killed at random moments: what it answers is what a naive model says.

    ingest_model.py TAGLINE_PROGRAM [--operations 4000] [--kills 3] [--users 300] [--writers 4] [--seed N]

Each writer changes users of its own by batches that have a key; a batch whose reply was lost with the server is sent again after
the restart, and so is one in ten whose reply was not waited for: in the end each has been done once, or twice if keys fail. Some operations link identities,
so that users are merged, and now and then somebody is erased. Readers ask all the while, so that changes are laid over
fragments and folded under questions. After every kill and at the end the members of many expressions and the profiles of some
people are compared with plain dictionaries, and `verify` reads the folder.
"""
import argparse
import collections
import datetime
import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid

from server import Running

CITIES = ["tier1", "tier2", "tier3", "tier4"]
INTERESTS = ["music", "sport", "art", "games", "food"]
KEYS = ["beauty", "digital"]
RULES = {"city": "survivor", "score": "sum", "joined": "max"}  # of merging: the default goes by the second of a commit, which only the server knows
USERS_OF_PERSON, IDENTITIES_OF_PERSON = 20, 8  # well below the limits of the server
DAYS = [(datetime.date(2026, 1, 1) + datetime.timedelta(days=n)).isoformat() for n in range(5)]
FIRST = [  # makes the tags, each of its kind
    {"user": "first", "set": {"vip": True, "city": "tier1", "score": "1.00", "joined": "2026-01-01", "interests": INTERESTS}},
    {"user": "first", "events": [{"event": "purchase", "key": key, "amount": "1.00", "at": DAYS[0] + "T12:00:00"} for key in KEYS]},
    *({"user": "first", "set": {"city": city}} for city in CITIES),
    {"user": "first", "clear": ["vip", "city", "score", "joined", "interests"]},
]


class Person:
    def __init__(self):
        self.vip = False
        self.city = self.score = self.joined = None
        self.interests = set()
        self.counts = collections.Counter()  # (day, key) to how often
        self.cents = collections.Counter()  # the same to cents

    def take(self, other):
        """Everything of somebody who turns out to be the same person."""
        self.vip = self.vip or other.vip
        self.city = self.city or other.city
        self.score = other.score if self.score is None else self.score + (other.score or 0)
        self.joined = max(filter(None, [self.joined, other.joined]), default=None)
        self.interests |= other.interests
        self.counts += other.counts
        self.cents += other.cents

    def do(self, operation):
        for tag in operation.get("clear", []):
            if tag == "vip":
                self.vip = False
            elif tag == "interests":
                self.interests = set()
            else:
                setattr(self, tag, None)
        for tag, value in operation.get("set", {}).items():
            if tag == "score":
                self.score = round(float(value) * 100)
            elif tag == "interests":
                self.interests = set(value)
            else:
                setattr(self, tag, value)
        self.interests -= set(operation.get("remove", {}).get("interests", []))
        for tag, value in operation.get("add", {}).items():
            if tag == "score":
                self.score = (self.score or 0) + round(float(value) * 100)
            else:
                self.interests.add(value)
        for event in operation.get("events", []):
            place = (event["at"][:10], event["key"])
            self.counts[place] += event.get("count", 1)
            self.cents[place] += round(float(event["amount"]) * 100)


class Crowd:
    """Who is who among the users of one writer; the user who was added first stands for a person."""

    def __init__(self):
        self.people = {}  # by the id that stands for them
        self.stands = {}  # user to that id
        self.owner = {}  # identity to a user
        self.order = {}  # when each user was added
        self.added = 0
        self.merges = 0

    def of(self, head):
        return [user for user, stands in self.stands.items() if stands == head], [i for i, user in self.owner.items() if self.stands[user] == head]

    def may_link(self, user, identity):
        heads = {head for head in (self.stands.get(user), self.stands.get(self.owner.get(identity))) if head is not None}
        users, identities = {user}, {identity}
        for head in heads:
            more_users, more_identities = self.of(head)
            users.update(more_users)
            identities.update(more_identities)
        return len(users) <= USERS_OF_PERSON and len(identities) <= IDENTITIES_OF_PERSON

    def do(self, operation):
        user = operation["user"]
        if user not in self.stands:
            self.added += 1
            self.order[user] = self.added
            self.stands[user] = user
            self.people[user] = Person()
        for identity in operation.get("link", []):
            ours, theirs = self.stands[user], self.stands.get(self.owner.get(identity))
            if theirs is None:
                self.owner[identity] = user
            elif theirs != ours:
                survivor, loser = sorted([ours, theirs], key=self.order.get)
                self.people[survivor].take(self.people.pop(loser))
                self.stands.update((each, survivor) for each, stands in list(self.stands.items()) if stands == loser)
                self.merges += 1
        self.people[self.stands[user]].do(operation)

    def erase(self, user):
        head = self.stands[user]
        users, identities = self.of(head)
        for each in identities:
            del self.owner[each]
        for each in users:
            del self.stands[each]
        del self.people[head]


def random_operation(chance, user):
    operation = {"user": user}
    for part in chance.sample(["clear", "set", "remove", "add", "events"], chance.choice([1, 1, 2])):
        if part == "clear":
            operation["clear"] = chance.sample(["vip", "city", "score", "joined", "interests"], chance.choice([1, 2]))
        elif part == "set":
            values = {"vip": chance.random() < 0.7, "city": chance.choice(CITIES), "score": "%.2f" % chance.uniform(-50, 50),
                      "joined": chance.choice(DAYS), "interests": chance.sample(INTERESTS, chance.randrange(4))}
            operation["set"] = {tag: values[tag] for tag in chance.sample(sorted(values), chance.choice([1, 2]))}
        elif part == "remove":
            operation["remove"] = {"interests": chance.sample(INTERESTS, 2)}
        elif part == "add":
            operation["add"] = chance.choice([{"score": "%.2f" % chance.uniform(-9, 9)}, {"interests": chance.choice(INTERESTS)}])
        else:
            operation["events"] = [{"event": "purchase", "key": chance.choice(KEYS), "at": chance.choice(DAYS) + "T12:00:00",
                                    "amount": "%.2f" % chance.uniform(0.01, 20), "count": chance.choice([1, 1, 3])}]
    return operation


def serve(tagline, db, durability):
    return Running(tagline, db, "--log-level", "error", "--durability", durability)


class Run:
    def __init__(self, options, db):
        self.options, self.db = options, db
        self.server = None
        self.up = threading.Event()
        self.stop = threading.Event()
        self.pause = threading.Lock()  # held by whoever compares
        self.done = 0
        self.faults = []
        self.resent = 0
        self.lock = threading.Lock()
        self.crowds = [Crowd() for _ in range(options.writers)]
        self.erased = 0

    @property
    def people(self):
        return {head: person for crowd in self.crowds for head, person in crowd.people.items()}

    def erase(self, crowd, user):
        tries = 0
        while True:
            self.up.wait()
            try:
                self.server.must("DELETE", f"/v1/users/{user}")
                break
            except (OSError, http.client.HTTPException):
                tries += 1
            except RuntimeError as error:
                if " 404 " in str(error) and tries > 0:
                    break  # it was done, and its reply lost
                if " 503 " not in str(error):
                    self.faults.append(str(error))
                    return
        with self.lock:
            crowd.erase(user)
            self.erased += 1

    def write(self, number):
        chance = random.Random(self.options.seed * 1000 + number)
        crowd = self.crowds[number]
        identities = [f"crm:w{number}-{n}" for n in range(max(1, self.options.users // self.options.writers // 2))]
        mine = [f"u{user}" for user in range(self.options.users) if user % self.options.writers == number]
        share = self.options.operations // self.options.writers
        sent = 0
        while sent < share and not self.faults:
            batch = [random_operation(chance, chance.choice(mine)) for _ in range(chance.choice([1, 3, 20, self.options.batch]))]
            linking = chance.choice(batch)
            if chance.random() < 0.5:
                identity = chance.choice(identities)
                if crowd.may_link(linking["user"], identity):
                    linking["link"] = [identity]
            body = "\n".join(json.dumps(operation) for operation in batch)
            fields = {"Content-Type": "application/x-ndjson", "Idempotency-Key": str(uuid.UUID(int=chance.getrandbits(128)))}
            tries = 0
            away = chance.random() < 0.1
            while True:
                self.up.wait()
                try:
                    if away and tries == 0:
                        tries += 1
                        self.server.request("POST", "/v1/ingest", body, fields).close()  # it may be done or not
                    reply = self.server.must("POST", "/v1/ingest", body, fields)
                    break
                except (OSError, http.client.HTTPException):
                    tries += 1
                except RuntimeError as error:
                    if " 503 " not in str(error):
                        self.faults.append(str(error))
                        return
            if reply["applied"] != len(batch):
                self.faults.append(f"{reply} of {len(batch)}")
            with self.lock:
                self.resent += tries > 0
                self.done += len(batch)
                for operation in batch:
                    crowd.do(operation)
            sent += len(batch)
            if crowd.people and chance.random() < 0.02:
                self.erase(crowd, chance.choice(sorted(crowd.stands)))

    def read(self):
        questions = [question for question, _ in self.expectations()]
        chance = random.Random(7)
        while not self.stop.is_set():
            self.up.wait()
            try:
                self.server.must("POST", "/v1/query", {"expression": chance.choice(questions)})
            except (OSError, http.client.HTTPException):
                pass
            except RuntimeError as error:
                self.faults.append(str(error))

    def expectations(self):
        """Expressions, and who is in them by the model."""
        yield "vip", lambda p: p.vip
        for city in CITIES:
            yield f"city:{city}", lambda p, city=city: p.city == city
        yield "city:*", lambda p: p.city is not None
        for bound in (-40, -5, 0, 12.5, 33):
            yield f"score >= {bound}", lambda p, bound=bound: p.score is not None and p.score >= bound * 100
        yield "score:*", lambda p: p.score is not None
        for day in DAYS:
            yield f"joined = {day}", lambda p, day=day: p.joined == day
        for interest in INTERESTS:
            yield f"interests:{interest}", lambda p, interest=interest: interest in p.interests
        yield "interests:*", lambda p: bool(p.interests)
        for times in (1, 2, 5, 20):
            yield f"did(purchase, count >= {times})", lambda p, times=times: sum(p.counts.values()) >= times
        for key in KEYS:
            yield (f"did(purchase:{key}, count >= 3, in:{DAYS[1]}..{DAYS[3]})",
                   lambda p, key=key: sum(n for (day, k), n in p.counts.items() if k == key and DAYS[1] <= day <= DAYS[3]) >= 3)
        for amount in (1, 25, 200):
            yield f"did(purchase, sum >= {amount})", lambda p, amount=amount: sum(p.cents.values()) >= amount * 100
        yield "did(purchase, days >= 4)", lambda p: len({day for (day, _), n in p.counts.items() if n}) >= 4

    def compare(self, when):
        for expression, holds in self.expectations():
            reply = self.server.ask("POST", "/v1/ids", {"expression": expression}, {"Accept": "application/x-ndjson"})
            found = {json.loads(line) for line in reply.body.splitlines()} - {"first"}
            expected = {user for user, person in self.people.items() if holds(person)}
            if found != expected:
                extra, missing = sorted(found - expected)[:3], sorted(expected - found)[:3]
                self.faults.append(f"{when}: {expression}: {len(found)} people, expected {len(expected)}; too many {extra}, missing {missing}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tagline")
    parser.add_argument("--operations", type=int, default=4000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--users", type=int, default=300)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--batch", type=int, default=60, help="operations of the largest batches")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="tagline-model-")
    db = os.path.join(folder, "db")
    with open(os.path.join(folder, "users.csv"), "w") as users:
        users.write("id\nfirst\n")
    subprocess.run([options.tagline, "load", "--db", db, users.name], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    lines = "\n".join(json.dumps(operation) for operation in FIRST)
    subprocess.run([options.tagline, "ingest", "--db", db, "--unknown-tags", "create", "-"], input=lines, text=True, check=True, stdout=subprocess.DEVNULL)
    run = Run(options, db)
    chance = random.Random(options.seed)
    durabilities = ["sync", "interval=50"]
    run.server = serve(options.tagline, db, durabilities[0])
    for tag, rule in RULES.items():
        run.server.must("PUT", f"/v1/merge-rules/{tag}", {"rule": rule})
    run.up.set()
    writers = [threading.Thread(target=run.write, args=(number,)) for number in range(options.writers)]
    reader = threading.Thread(target=run.read)
    for thread in writers + [reader]:
        thread.start()
    began = time.monotonic()
    kills = 0
    for number in range(options.kills):
        # At a random part of the work, whatever that comes to in time.
        until = options.operations * (number + chance.random()) / options.kills
        while run.done < until and any(thread.is_alive() for thread in writers) and not run.faults:
            time.sleep(0.001)
        if run.faults or not any(thread.is_alive() for thread in writers):
            break
        time.sleep(chance.random() * 0.02)  # any moment of a commit or a step of folding
        run.up.clear()
        run.server.kill()
        kills += 1
        if subprocess.run([options.tagline, "verify", "--db", db], stdout=subprocess.DEVNULL).returncode != 0:
            run.faults.append(f"verify after kill {kills}")
        run.server = serve(options.tagline, db, durabilities[kills % 2])
        run.up.set()
        print(f"{run.done:9} operations {kills:3} kills {run.resent:4} batches sent again {time.monotonic() - began:7.1f} s", flush=True)
    for thread in writers:
        thread.join()
    run.stop.set()
    reader.join()
    if not run.faults:
        run.compare("at the end")
        run.server.kill()
        run.server = serve(options.tagline, db, "sync")
        run.compare("after the last kill")
        if run.server.end() != 0:
            run.faults.append("the server did not end well")
        if subprocess.run([options.tagline, "verify", "--db", db], stdout=subprocess.DEVNULL).returncode != 0:
            run.faults.append("verify at the end")
    else:
        run.server.kill()
    for fault in run.faults[:20]:
        print("FAULT", fault)
    print(f"{run.done} operations on {len(run.people)} people, {sum(crowd.merges for crowd in run.crowds)} merges, {run.erased} erased, {kills} kills, "
          f"{run.resent} batches sent again, {len(run.faults)} faults, "
          f"{time.monotonic() - began:.1f} s")
    shutil.rmtree(folder, ignore_errors=True)
    # Where nothing was killed or done nothing was shown.
    return 1 if run.faults or run.done == 0 or (options.kills and not kills) else 0


if __name__ == "__main__":
    sys.exit(main())
