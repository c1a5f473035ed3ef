#!/usr/bin/env python3
"""Changes of single users: rates and visibility of `tagline serve`, beside Redis SETBIT and ClickHouse inserts, in one run on one machine.

    ingest_rate.py TAGLINE FOLDER [USERS] [SECONDS] [--durability sync|interval=MS] [--chdb NODE_FOLDER]

FOLDER is made anew. Rates: batches of 1, 100 and 1,000 operations on 1 and 16 connections, each sets or clears a flag of a user;
Redis (where redis-server is installed) does as many SETBIT a pipeline, with AOF everysec; ClickHouse (embedded, where
NODE_FOLDER has chdb of npm) inserts batches one after the other, with and without a sync each. Visibility: 2,000 operations a second in
batches of 20 while other connections ask; from the sending of a batch, and from its acknowledgement, to an answer that has it. How long the disk
takes to sync a page is printed beside: a commit syncs twice. What is stored is compared with
the model after every part. The program that asks is on the same machine and in Python: it is part of the times.
"""
import http.client
import json
import multiprocessing
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

OPERATIONS = (1, 100, 1000)
CONNECTIONS = (1, 16)


def at(times, share):
    return sorted(times)[int(share * (len(times) - 1))]


class Tagline:
    def __init__(self, program, folder, durability):
        self.process = subprocess.Popen([program, "serve", "--db", folder, "--listen", "127.0.0.1:0", "--log-level", "error",
                                         "--durability", durability], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().strip().rsplit(":", 1)[1])

    def connect(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def end(self):
        self.process.terminate()
        assert self.process.wait() == 0


def ask(connection, method, path, body=None, fields={}):
    connection.request(method, path, body, {"Content-Type": "application/json", **fields})
    reply = connection.getresponse()
    text = reply.read()
    assert reply.status == 200, (reply.status, text)
    return json.loads(text)


def count(connection, expression):
    return ask(connection, "POST", "/v1/query", json.dumps({"expression": expression}))["count"]


def batch_of(number, operations, users, random_of):
    """Each connection changes users of its own, so that the outcome does not depend on who is first."""
    return [(number + CONNECTIONS[-1] * random_of.randrange(users // CONNECTIONS[-1]), random_of.random() < 0.5)
            for _ in range(operations)]


def tagline_client(port, number, operations, users, seconds, out):
    server = Tagline.__new__(Tagline)
    server.port = port
    connection = server.connect()
    random_of = random.Random(number)
    state, done, times = {}, 0, []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        batch = batch_of(number, operations, users, random_of)
        body = "\n".join('{"user":"u%d","set":{"vip":%s}}' % (user, "true" if on else "false") for user, on in batch)
        began = time.perf_counter()
        reply = ask(connection, "POST", "/v1/ingest", body, {"Content-Type": "application/x-ndjson"})
        times.append(time.perf_counter() - began)
        assert reply["applied"] == operations
        state.update(batch)
        done += operations
    out.put((done, state, times))


def redis_client(port, number, operations, users, seconds, out):
    sock = socket.create_connection(("127.0.0.1", port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    random_of = random.Random(number)
    state, done, times = {}, 0, []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        batch = batch_of(number, operations, users, random_of)
        text = "".join("*4\r\n$6\r\nSETBIT\r\n$3\r\nvip\r\n$%d\r\n%d\r\n$1\r\n%d\r\n" % (len(str(user)), user, on) for user, on in batch)
        began = time.perf_counter()
        sock.sendall(text.encode())
        left = operations
        while left:
            left -= sock.recv(65536).count(b"\n")
        times.append(time.perf_counter() - began)
        state.update(batch)
        done += operations
    out.put((done, state, times))


def rates(name, client, port, users, seconds, vip, stored):
    for connections in CONNECTIONS:
        for operations in OPERATIONS:
            out = multiprocessing.Queue()
            clients = [multiprocessing.Process(target=client, args=(port, i, operations, users, seconds, out)) for i in range(connections)]
            began = time.perf_counter()
            for each in clients:
                each.start()
            done, times = 0, []
            for _ in clients:
                some, state, took = out.get()
                done += some
                vip.update(state)
                times += took
            for each in clients:
                each.join()
            took = time.perf_counter() - began
            expected = sum(vip.values())
            assert stored() == expected, (stored(), expected)
            print(f"{name:8} batches of {operations:4} on {connections:2} connections: {done / took:9.0f} operations/s   "
                  f"batch p50 {at(times, 0.5) * 1e3:.2f} ms p99 {at(times, 0.99) * 1e3:.2f} ms", flush=True)


def asker(port, stop, out):
    server = Tagline.__new__(Tagline)
    server.port = port
    connection = server.connect()
    times, n = [], 0
    while not stop.is_set():
        n += 1
        began = time.perf_counter()
        count(connection, f"city:c{n % 50} AND age:{18 + n % 40}-{30 + n % 40} AND NOT vip")
        times.append(time.perf_counter() - began)
        time.sleep(0.005)
    out.put(times)


def visibility(server, users, seconds, vip):
    """Batches of 20 fresh flags at 100 a second; after each the very next answer must count them."""
    writer, reader = server.connect(), server.connect()
    stop, out = multiprocessing.Event(), multiprocessing.Queue()
    askers = [multiprocessing.Process(target=asker, args=(server.port, stop, out)) for _ in range(2)]
    for each in askers:
        each.start()
    times, acknowledged, before = [], [], count(reader, "vip")
    off = [user for user in range(users) if not vip.get(user, False)]
    random.Random(5).shuffle(off)
    began = time.perf_counter()
    for n in range(int(seconds * 100)):
        due = began + n / 100
        time.sleep(max(0, due - time.perf_counter()))
        some = [off.pop() for _ in range(20)]
        body = "\n".join('{"user":"u%d","set":{"vip":true}}' % user for user in some)
        sent = time.perf_counter()
        ask(writer, "POST", "/v1/ingest", body, {"Content-Type": "application/x-ndjson"})
        known = time.perf_counter()
        now = count(reader, "vip")
        seen = time.perf_counter()
        times.append(seen - sent)
        acknowledged.append(seen - known)
        before += 20
        assert now == before, (now, before)
        vip.update((user, True) for user in some)
    took = time.perf_counter() - began
    stop.set()
    asked = out.get() + out.get()
    for each in askers:
        each.join()
    print(f"visible  {len(times) * 20 / took:.0f} operations/s: acknowledged to seen p50 {at(acknowledged, 0.5) * 1e3:.2f} ms p99 {at(acknowledged, 0.99) * 1e3:.2f} ms; "
          f"sent to seen p50 {at(times, 0.5) * 1e3:.2f} ms p99 {at(times, 0.99) * 1e3:.2f} ms longest {max(times) * 1e3:.2f} ms; {len(asked)} other queries p50 {at(asked, 0.5) * 1e3:.2f} ms p99 {at(asked, 0.99) * 1e3:.2f} ms", flush=True)


def syncs(folder):
    """What the disk takes to bring one page down, with nothing else running."""
    path, times = os.path.join(folder, "sync"), []
    file = os.open(path, os.O_RDWR | os.O_CREAT)
    os.ftruncate(file, 1 << 24)
    for n in range(200):
        os.pwrite(file, os.urandom(4096), n * 4096)
        began = time.perf_counter()
        os.fdatasync(file)
        times.append(time.perf_counter() - began)
    os.close(file)
    os.remove(path)
    print(f"disk     a page synced p50 {at(times, 0.5) * 1e3:.2f} ms p99 {at(times, 0.99) * 1e3:.2f} ms", flush=True)


def redis(users, seconds):
    if shutil.which("redis-server") is None:
        print("redis    not installed")
        return
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        server = subprocess.Popen(["redis-server", "--port", str(port), "--dir", folder, "--appendonly", "yes", "--appendfsync", "everysec",
                                   "--save", "", "--loglevel", "warning"], stdout=subprocess.DEVNULL)
        while True:
            try:
                sock = socket.create_connection(("127.0.0.1", port))
                break
            except ConnectionRefusedError:
                assert server.poll() is None
                time.sleep(0.02)

        def stored():
            sock.sendall(b"BITCOUNT vip\r\n")
            return int(sock.recv(100)[1:])
        vip = {}
        try:
            rates("redis", redis_client, port, users, seconds, vip, stored)
        finally:
            server.terminate()
            server.wait()


def clickhouse(node_folder, folder, users, seconds):
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ingest_clickhouse.js")
    for fsync in (1, 0):
        print(f"clickhouse {'syncs each insert' if fsync else 'leaves syncs to the system'}", flush=True)
        subprocess.run(["node", program, os.path.join(os.path.abspath(folder), "clickhouse"), str(users), str(seconds), str(fsync)], cwd=node_folder, check=True)


def main():
    arguments = sys.argv[1:]
    durability, node_folder = "sync", None
    if "--chdb" in arguments:
        place = arguments.index("--chdb")
        node_folder = arguments[place + 1]
        del arguments[place:place + 2]
    if "--durability" in arguments:
        place = arguments.index("--durability")
        durability = arguments[place + 1]
        del arguments[place:place + 2]
    program, folder = arguments[:2]
    users = int(arguments[2]) if len(arguments) > 2 else 1_000_000
    seconds = float(arguments[3]) if len(arguments) > 3 else 5
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    file, db = os.path.join(folder, "users.csv"), os.path.join(folder, "db")
    random_of = random.Random(1)
    with open(file, "w", encoding="utf-8") as out:
        out.write("id,vip,city,age\n")
        for user in range(users):
            out.write(f"u{user},no,c{random_of.randrange(50)},{random_of.randrange(80)}\n")
    subprocess.run([program, "load", "--db", db, file], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = Tagline(program, db, durability)
    vip = {}
    try:
        connection = server.connect()
        assert count(connection, "vip") == 0
        print(f"{users} users, durability {durability}, {seconds} s a part", flush=True)
        syncs(folder)
        visibility(server, users, seconds, vip)

        def stored():
            fresh = server.connect()
            return count(fresh, "vip")
        rates("tagline", tagline_client, server.port, users, seconds, vip, stored)
        visibility(server, users, seconds, vip)
        fresh = server.connect()
        fresh.request("GET", "/metrics")
        for line in fresh.getresponse().read().decode().splitlines():
            if line.startswith("tagline_ingest_fold") or line.startswith("tagline_ingest_unfolded"):
                print("         " + line)
    finally:
        server.end()
    subprocess.run([program, "verify", "--db", db], check=True)
    redis(users, seconds)
    if node_folder is not None:
        clickhouse(node_folder, folder, users, seconds)


if __name__ == "__main__":
    main()
