#!/usr/bin/env python3
"""How long merging two users of 1,000 tags takes, through a running server: from the sending of a link to its reply, with its sync.

    merge_rate.py TAGLINE FOLDER [USERS] [TAGS] [MERGES]

FOLDER is made anew: USERS (1,000,000) with three tags, twice MERGES (200) of them with TAGS (1,000) more: flags, categories, numbers and
sets in turn, one in five unknown. Each merge links the identity of one to another; what the survivor has then is compared with what the
rules say, tag by tag. Then every merge is undone, and both users compared with what they were.
"""
import json
import os
import random
import shutil
import subprocess
import sys
import time

from ingest_rate import Tagline, ask, at

KINDS = ("flag", "category", "number", "set")


def value_of(kind, random_of):
    """A value as /v1/users tells it; None: unknown."""
    if random_of.random() < 0.2:
        return None
    if kind == "flag":
        return True if random_of.random() < 0.5 else None
    if kind == "category":
        return f"v{random_of.randrange(8)}"
    if kind == "number":
        return random_of.randrange(1000)
    return sorted(random_of.sample(["a", "b", "c", "d", "e"], random_of.randrange(1, 4)))


def cell(value):
    return "" if value is None else "yes" if value is True else "|".join(value) if isinstance(value, list) else str(value)


def merged(kind, survivor, loser):
    """Both were loaded at once, so that the survivor's stands (grammar-docs/identity.md)."""
    if kind == "set" and survivor is not None and loser is not None:
        return sorted(set(survivor) | set(loser))
    return loser if survivor is None else survivor


def main():
    program, folder = sys.argv[1:3]
    users, tags, merges = (int(sys.argv[i]) if len(sys.argv) > i else default for i, default in ((3, 1_000_000), (4, 1_000), (5, 200)))
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    random_of = random.Random(3)
    kinds = [KINDS[n % 4] for n in range(tags)]
    path = lambda name: os.path.join(folder, name)
    with open(path("all.csv"), "w", encoding="utf-8") as out:
        out.write("id,vip,city,age\n")
        for user in range(users):
            out.write(f"u{user},{'yes' if user % 10 == 0 else 'no'},c{random_of.randrange(50)},{random_of.randrange(80)}\n")
    columns = [{"column": f"t{n}", "kind": kind, **({"separator": "|"} if kind == "set" else {"true": ["yes"]} if kind == "flag" else
                                                    {"scale": 0} if kind == "number" else {})} for n, kind in enumerate(kinds)]
    with open(path("rich.json"), "w", encoding="utf-8") as out:
        json.dump({"format": "csv", "header": True, "id": {"column": "id"}, "columns": columns}, out)
    who = random_of.sample(range(users), 2 * merges)
    rich = {user: [value_of(kind, random_of) for kind in kinds] for user in who}
    with open(path("rich.csv"), "w", encoding="utf-8") as out:
        out.write("id," + ",".join(f"t{n}" for n in range(tags)) + "\n")
        for user, values in rich.items():
            out.write(f"u{user}," + ",".join(map(cell, values)) + "\n")
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([program, "load", "--db", path("db"), path("all.csv")], **quiet)
    subprocess.run([program, "load", "--db", path("db"), "--schema", path("rich.json"), path("rich.csv")], **quiet)
    server = Tagline(program, path("db"), "sync")
    try:
        connection = server.connect()

        def has(user):
            told = ask(connection, "GET", f"/v1/users/u{user}")
            found = [told["tags"].get(f"t{n}") for n in range(tags)]
            return told["id"], [sorted(value) if isinstance(value, list) else value or (value if value == 0 and kind == "number" else None)
                                for value, kind in zip(found, kinds)]

        pairs = [sorted(who[i:i + 2]) for i in range(0, 2 * merges, 2)]  # the earlier user survives
        for survivor, loser in pairs:
            assert has(loser) == (f"u{loser}", rich[loser])
            ask(connection, "POST", "/v1/identities/link", json.dumps({"user": f"u{loser}", "identities": [f"crm:{loser}"]}))
        # Every other pair has done something since fragments were written, as people who sign in have.
        active = [json.dumps({"user": f"u{user}", "set": {"vip": True}}) for pair in pairs[1::2] for user in pair]
        ask(connection, "POST", "/v1/ingest", "\n".join(active), {"Content-Type": "application/x-ndjson"})
        times, numbers = [], []
        for survivor, loser in pairs:
            sent = time.perf_counter()
            told = ask(connection, "POST", "/v1/identities/link", json.dumps({"user": f"u{survivor}", "identities": [f"crm:{loser}"]}))
            times.append(time.perf_counter() - sent)
            numbers.append(told["first"][0]["merges"][0])
            expected = (f"u{survivor}", [merged(kind, a, b) for kind, a, b in zip(kinds, rich[survivor], rich[loser])])
            assert has(survivor) == expected and has(loser) == expected, (survivor, loser)
        for who_merged, some in (("users without changes", times[0::2]), ("users with changes", times[1::2])):
            print(f"{len(some)} merges of two {who_merged}, {tags} tags, among {users}: p50 {at(some, 0.5) * 1e3:.2f} ms   "
                  f"p99 {at(some, 0.99) * 1e3:.2f} ms   longest {max(some) * 1e3:.2f} ms", flush=True)
        times = []
        for (survivor, loser), number in reversed(list(zip(pairs, numbers))):
            sent = time.perf_counter()
            ask(connection, "POST", f"/v1/merges/{number}/undo")
            times.append(time.perf_counter() - sent)
            assert has(survivor) == (f"u{survivor}", rich[survivor]), survivor
            assert has(loser) == (f"u{loser}", rich[loser]), loser
        print(f"undone: p50 {at(times, 0.5) * 1e3:.2f} ms   p99 {at(times, 0.99) * 1e3:.2f} ms   longest {max(times) * 1e3:.2f} ms", flush=True)
    finally:
        server.end()
    subprocess.run([program, "verify", "--db", path("db")], check=True)


if __name__ == "__main__":
    main()
