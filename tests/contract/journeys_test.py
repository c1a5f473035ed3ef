#!/usr/bin/env python3
"""Three journeys on a scripted week of events: each person is in a segment from the very event, or the very day, that puts them there.

    journeys_test.py TAGLINE_PROGRAM

Browsed a category but did not buy; active three days running; about to lapse. After every event that is acknowledged the next
answer is asked for all of them, and once more when the day turns, with nothing but the day changed (`as_of`).
"""
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

from server import Running

SEGMENTS = {
    "browsed_beauty": "did(view:beauty, in:last 1d) AND NOT did(purchase:beauty, in:last 1d)",
    "active_3_days": "did(visit, streak >= 3, in:last 3d)",
    "about_to_lapse": "did(visit, in:last 5d) AND NOT did(visit, in:last 4d)",
}
# A person, what they do and when; then who is in each segment. "day": the day turns.
SCRIPT = [
    ("day", "2026-03-02", {}),
    ("ann", "visit", "08:00", {}),
    ("ann", "view:beauty", "08:01", {"browsed_beauty": ["ann"]}),
    ("bob", "view:digital", "09:30", {"browsed_beauty": ["ann"]}),
    ("bob", "visit", "09:30", {"browsed_beauty": ["ann"]}),
    ("cai", "view:beauty", "10:00", {"browsed_beauty": ["ann", "cai"]}),
    ("ann", "purchase:digital", "10:05", {"browsed_beauty": ["ann", "cai"]}),
    ("ann", "purchase:beauty", "10:06", {"browsed_beauty": ["cai"]}),
    ("day", "2026-03-03", {}),
    ("ann", "visit", "00:00", {}),
    ("ann", "view:beauty", "00:01", {"browsed_beauty": ["ann"]}),
    ("day", "2026-03-04", {}),
    ("bob", "visit", "11:00", {}),
    ("ann", "visit", "23:59", {"active_3_days": ["ann"]}),
    # A late event lands on its own day and completes the three days at once.
    ("bob", "visit", "2026-03-03T12:00", {"active_3_days": ["ann", "bob"]}),
    ("day", "2026-03-05", {}),
    ("bob", "visit", "07:00", {"active_3_days": ["bob"]}),
    ("day", "2026-03-06", {}),
    ("day", "2026-03-07", {}),
    # Four days without ann: the last five have her visit of the 4th, the last four do not.
    ("day", "2026-03-08", {"about_to_lapse": ["ann"]}),
    ("ann", "visit", "13:00", {}),
    ("day", "2026-03-09", {"about_to_lapse": ["bob"]}),
    ("day", "2026-03-10", {}),
    ("bob", "visit", "2026-03-06T09:00", {"about_to_lapse": ["bob"]}),
    ("bob", "visit", "09:00", {}),
    ("day", "2026-03-12", {"about_to_lapse": ["ann"]}),
]


def members(server, name, day):
    reply = server.must("POST", "/v1/query", {"expression": "@" + name, "want": "ids", "as_of": day})
    return sorted(reply["ids"])


def main():
    tagline = sys.argv[1]
    folder = tempfile.mkdtemp(prefix="tagline-journeys-")
    db = os.path.join(folder, "db")
    with open(os.path.join(folder, "users.csv"), "w") as users:
        users.write("id\nann\nbob\ncai\n")
    subprocess.run([tagline, "load", "--db", db, users.name], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = Running(tagline, db, "--log-level", "error")
    faults, day, version = 0, None, 0
    for name in ("visit", "view:beauty", "view:digital", "purchase:beauty", "purchase:digital"):
        event, _, key = name.partition(":")
        operation = {"event": event, "at": "2020-01-01T00:00", **({"key": key} if key else {})}
        server.must("POST", "/v1/ingest?tags=create", [{"user": "dee", "events": [operation]}])
    for name, rule in SEGMENTS.items():
        server.must("PUT", "/v1/segments/" + name, {"expression": rule})
    for who, what, *rest in SCRIPT:
        expected = rest[-1]
        if who == "day":
            day = what
        else:
            event, _, key = what.partition(":")
            at = rest[0] if "T" in rest[0] else f"{day}T{rest[0]}"
            reply = server.must("POST", "/v1/ingest", [{"user": who, "events": [{"event": event, "at": at, **({"key": key} if key else {})}]}])
            if reply["version"] <= version:
                print("FAULT", who, what, "version", reply["version"], "after", version)
                faults += 1
            version = reply["version"]
        for name in SEGMENTS:
            found = members(server, name, day)
            if found != sorted(expected.get(name, [])):
                print("FAULT", day, who, what, rest[:-1], f"@{name}: {found}, expected {expected.get(name, [])}")
                faults += 1
        # The same the other way round: which segments hold whom.
        for user in ("ann", "bob", "cai"):
            reply = server.must("GET", f"/v1/users/{user}/segments?as_of={urllib.parse.quote(day)}")
            held = sorted(segment["name"] for segment in reply["segments"])
            if held != sorted(name for name, people in expected.items() if user in people):
                print("FAULT", day, who, what, f"{user} is in {held}")
                faults += 1
    server.end()
    shutil.rmtree(folder, ignore_errors=True)
    print(f"{len(SCRIPT)} steps, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
