#!/usr/bin/env python3
"""A served database on a disk that gets full: told so, nothing acknowledged lost, reading goes on, and all is well
again when there is room. And one on a disk that may not be written at all.

    disk_full_test.py TAGLINE_PROGRAM

Mounts small tmpfs in a mount namespace of its own, which takes them away with it. Where that is not allowed it says
so and ends with 77.
"""
import errno
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

SKIPPED = 77
DISK_MIB = 48
USERS = 20000
ALONE = "TAGLINE_TEST_OWN_MOUNTS"

failed = 0


def expect(fine, what):
    global failed
    if not fine:
        failed += 1
        print("FAILED:", what[:1000], flush=True)


class Server:
    def __init__(self, tagline, db, log, *options):
        self.log = open(log, "a")
        self.process = subprocess.Popen([tagline, "serve", "--db", db, "--listen", "127.0.0.1:0", *options],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline().strip()
        if not line.startswith("http://127.0.0.1:"):
            raise RuntimeError(f"the server did not start, exit status {self.process.wait()}: {open(log).read()[-2000:]}")
        self.port = int(line.rsplit(":", 1)[1])

    def ask(self, method, target, body=None, media="application/json"):
        """Status and body; for a problem its code."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            if isinstance(body, dict):
                body = json.dumps(body)
            connection.request(method, target, body, {"Content-Type": media} if body is not None else {})
            reply = connection.getresponse()
            said = reply.read()
            if reply.headers.get_content_type() == "application/problem+json":
                return reply.status, json.loads(said)["code"]
            return reply.status, said
        finally:
            connection.close()

    def count(self, expression):
        status, body = self.ask("GET", "/v1/count?q=" + urllib.parse.quote(expression))
        return json.loads(body)["count"] if status == 200 else (status, body)

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        status = self.process.wait(30)
        self.log.close()
        return status


class Disk:
    """A tmpfs of DISK_MIB, and a file on it that takes up its room."""

    def __init__(self, folder):
        self.folder, self.ballast = folder, os.path.join(folder, "ballast")
        os.mkdir(folder)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", folder], check=True)

    def leave(self, bytes_free):
        """As many bytes free as that, at page granularity. A server writes its logs beside this: what it took since
        the room was measured is measured again."""
        self.empty()
        with open(self.ballast, "wb") as out:
            for attempt in range(100):
                state = os.statvfs(self.folder)
                # Where it says more than there is, ten attempts are a page.
                pages_less = attempt // 10
                try:
                    os.posix_fallocate(out.fileno(), 0, max(4096, (state.f_bavail - pages_less) * state.f_frsize - bytes_free))
                    return
                except OSError as problem:
                    if problem.errno != errno.ENOSPC:
                        raise
            raise RuntimeError(f"no room could be measured on {self.folder}: {state}")

    def empty(self):
        if os.path.exists(self.ballast):
            os.remove(self.ballast)


class Truth:
    """What was acknowledged."""

    def __init__(self, server):
        self.server, self.people, self.loads, self.rule = server, USERS, 0, None

    def check(self, when):
        expect(self.server.count("vip OR NOT vip") == self.people, f"{when}: {self.server.count('vip OR NOT vip')} people, {self.people} acknowledged")
        if self.rule is not None:
            status, body = self.server.ask("GET", "/v1/segments/kept")
            text = json.loads(body)["expression"] if status == 200 else body
            expect(text == self.rule, f"{when}: the segment is {text}, {self.rule} was acknowledged")

    def load(self, rows):
        text = "id,vip,spend\n" + "".join(f"n{self.loads}_{i},yes,{i}.25\n" for i in range(rows))
        status, said = self.server.ask("POST", "/v1/load?wait=true", text, "text/csv")
        if status == 200:
            self.people += rows
            self.loads += 1
        return status, said

    def save(self):
        rule = f"spend > {0 if self.rule is None else int(self.rule.split()[-1]) + 1}"
        status, said = self.server.ask("PUT", "/v1/segments/kept", {"expression": rule})
        if status in (200, 201):
            self.rule = rule
        return status, said


FULL = (507, "disk-full")


def expect_full(what, found):
    expect(found == FULL, f"{what}: {found}, expected 507 disk-full")


def expect_fine_or_full(what, found):
    expect(found[0] in (200, 201) or found == FULL, f"{what}: {found}")


def lines_of(log):
    with open(log) as file:
        return file.read().split("\n")


def fills_up(tagline, folder):
    disk = Disk(os.path.join(folder, "disk"))
    db, log = os.path.join(disk.folder, "db"), os.path.join(disk.folder, "log.ndjson")
    users = os.path.join(folder, "users.csv")
    with open(users, "w") as file:
        file.write("id,vip,spend\n" + "".join(f"u{i},{'yes' if i % 10 == 0 else 'no'},{i % 100}.50\n" for i in range(USERS)))
    subprocess.run([tagline, "load", "--db", db, users], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = Server(tagline, db, log, "--log-format", "json")
    truth = Truth(server)
    expect(truth.save()[0] in (200, 201) and truth.load(10)[0] == 200, "before: an edit and a load")
    truth.check("before")

    # Not a byte. Nothing that must be logged first is done, and what is read is read.
    disk.leave(0)
    with open(os.path.join(disk.folder, "crumbs"), "wb", buffering=0) as crumbs:
        try:
            while True:
                crumbs.write(b"x" * 512)
        except OSError:
            pass
    # The audit log's last page has some room still.
    for ask in (truth.save, lambda: server.ask("GET", "/v1/ids?q=vip")):
        for _ in range(40):
            if ask() == FULL:
                break
    expect_full("an edit", truth.save())
    expect_full("a load", truth.load(1000))
    expect_full("an export", server.ask("GET", "/v1/ids?q=vip"))
    expect_full("a page of ids", server.ask("POST", "/v1/query", {"expression": "vip", "want": "ids"}))
    expect_full("a backup", server.ask("GET", "/v1/backup"))
    expect_full("a schema", server.ask("PUT", "/v1/schemas/s", {"id": {"column": "id"}, "columns": {}}))
    for path in ("/v1/tags", "/v1/segments", "/v1/status", "/readyz", "/metrics"):
        expect(server.ask("GET", path)[0] == 200, f"reading {path} on the full disk")
    expect(server.ask("POST", "/v1/query", {"expression": "vip", "want": "breakdown", "tag": "vip"})[0] == 200, "a breakdown on the full disk")
    truth.check("full")
    for _ in range(40):  # more lines than the last page of the log has room for
        server.ask("GET", "/v1/tags?nothing=1")
    disk.leave(1 << 20)
    truth.check("some room")
    # It is written beside the requests, a moment later.
    until = time.monotonic() + 20
    while not (said := any('"log-dropped"' in line for line in lines_of(log))) and time.monotonic() < until:
        server.ask("GET", "/v1/tags?nothing=1")
    expect(said, "the log does not say that lines had no room")
    disk.leave(0)

    # Killed and started again while it is full; also without LMDB's file of readers, as after a copy.
    for without_lock in (False, True):
        server.end(signal.SIGKILL)
        if without_lock:
            os.remove(os.path.join(db, "lock.mdb"))
            os.truncate(os.path.join(disk.folder, "crumbs"), 0)
            disk.leave(0)
        try:
            truth.server = server = Server(tagline, db, log, "--log-format", "json")
        except RuntimeError as problem:
            # Its words are on the full disk as well; but it was not ended by a signal.
            expect(without_lock and "exit status 3" in str(problem), str(problem))
            disk.leave(1 << 20)
            truth.server = server = Server(tagline, db, log, "--log-format", "json")
            disk.leave(0)
        truth.check("started on the full disk")
        expect(subprocess.run([tagline, "verify", "--db", db], capture_output=True).returncode == 0, "verify on the full disk")

    # Full somewhere on the way: of every write, all or nothing.
    os.remove(os.path.join(disk.folder, "crumbs"))
    done = refused = 0
    for room in [4096 * pages for pages in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256, 512)]:
        for what, write in (("an edit", truth.save), ("a load", lambda: truth.load(300)), ("a large load", lambda: truth.load(30000))):
            disk.leave(room)
            found = write()
            done, refused = done + (found[0] in (200, 201)), refused + (found == FULL)
            expect_fine_or_full(f"{what} with {room} bytes of room", found)
            truth.check(f"after {what} with {room} bytes of room")
    expect(done > 0 and refused > 0, f"writes done {done}, refused {refused}: both are to be met")
    # And of backups: complete or refused. The copy is opened once it is there, which wants room, too.
    disk.empty()
    whole = server.ask("GET", "/v1/backup")
    expect(whole[0] == 200, f"a backup with room: {whole[:1]}")
    size = len(whole[1])
    found = []
    for room in [size + 4096 * pages for pages in range(-2, 6)]:
        disk.leave(room)
        status, said = server.ask("GET", "/v1/backup")
        found.append(status)
        expect(status == 200 and len(said) == size or (status, said) == FULL, f"a backup of {size} bytes with {room} of room: {status} {said[:100]}")
    expect(507 in found, f"backups with little room: {found}")

    # With room again all goes on, without a restart.
    disk.empty()
    expect(truth.save()[0] in (200, 201), "an edit with room again")
    expect(truth.load(1000)[0] == 200, "a load with room again")
    expect(server.ask("GET", "/v1/ids?q=vip")[0] == 200, "an export with room again")
    expect(server.ask("GET", "/v1/backup")[0] == 200, "a backup with room again")
    truth.check("with room again")
    expect(server.end() == 0, "its exit status")
    expect(os.listdir(os.path.join(db, "incoming")) == [], f"left behind: {os.listdir(os.path.join(db, 'incoming'))}")
    expect(subprocess.run([tagline, "verify", "--db", db], capture_output=True).returncode == 0, "verify at the end")

    # Logs: what had no room is said, and what follows begins on a line of its own.
    lines = lines_of(log)
    broken = [line for line in lines if line and not is_json(line)]
    expect(len(broken) <= 40, f"{len(broken)} broken lines in the log")
    expect(is_json(lines[-2]), f"the last line of the log: {lines[-2]}")
    audit = [line for line in lines_of(os.path.join(db, "audit.ndjson")) if line]
    ended = {json.loads(line)["entry"] for line in audit if is_json(line) and '"phase":"end"' in line}
    expect(json.loads(audit[-1])["entry"] in ended and is_json(audit[-2]), "the audit log's last lines")


def is_json(line):
    try:
        json.loads(line)
        return True
    except ValueError:
        return False


def may_not_be_written(tagline, folder):
    place, db = os.path.join(folder, "fixed"), os.path.join(folder, "fixed", "db")
    os.mkdir(place)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", place], check=True)
    subprocess.run([tagline, "load", "--db", db, os.path.join(folder, "users.csv")], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run(["mount", "-o", "remount,ro", place], check=True)
    log = os.path.join(folder, "fixed.log")
    server = Server(tagline, db, log, "--read-only")
    expect("audit" in open(log).read(), "it is not said that the audit log cannot be written")
    expect(server.count("vip") == USERS // 10, f"a count: {server.count('vip')}")
    expect(server.ask("GET", "/v1/tags")[0] == 200, "the catalogue")
    refused = (503, "read-only")
    expect(server.ask("GET", "/v1/ids?q=vip") == refused, f"an export: {server.ask('GET', '/v1/ids?q=vip')}")
    found = server.ask("POST", "/v1/query", {"expression": "vip", "want": "ids"})
    expect(found == refused, f"a page of ids: {found}")
    for method, path, body in (("PUT", "/v1/segments/x", {"expression": "vip"}), ("POST", "/v1/load", "id,vip\n")):
        found = server.ask(method, path, body, "text/csv" if path == "/v1/load" else "application/json")
        expect(found[0] in (409, 503) and found[1] == "read-only", f"{method} {path}: {found}")
    expect(server.end() == 0, "its exit status")
    # Where the log has a place, exports go.
    server = Server(tagline, db, log, "--read-only", "--audit", os.path.join(folder, "audit.ndjson"))
    status, ids = server.ask("GET", "/v1/ids?q=vip")
    expect(status == 200 and ids.count(b"\n") == USERS // 10, f"an export that is logged elsewhere: {status}")
    expect(server.end() == 0, "its exit status")
    # A server that is to write cannot.
    found = subprocess.run([tagline, "serve", "--db", db, "--listen", "127.0.0.1:0"], capture_output=True, text=True, timeout=60)
    expect(found.returncode == 3 and "Read-only" in found.stderr, f"to write on a disk that may not be written: {found.returncode} {found.stderr}")


def own_mounts():
    """Starts this again where mounts are its own."""
    for how in (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]):
        probe = how + ["sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"]
        try:
            if subprocess.run(probe, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
                os.environ[ALONE] = "1"
                os.execvp(how[0], how + [sys.executable, "-B"] + sys.argv)
        except FileNotFoundError:
            break
    print("skipped: nothing may be mounted here")
    return SKIPPED


def main():
    if ALONE not in os.environ:
        return own_mounts()
    with tempfile.TemporaryDirectory(prefix="tagline_disk_") as folder:
        try:
            started = time.monotonic()
            for part in (fills_up, may_not_be_written):
                part(sys.argv[1], folder)
                print(f"{part.__name__}: {time.monotonic() - started:.1f} s", flush=True)
        finally:
            for place in ("disk", "fixed"):
                subprocess.run(["umount", "-l", os.path.join(folder, place)], stderr=subprocess.DEVNULL)
    print("fine" if failed == 0 else f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
