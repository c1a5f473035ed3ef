"""The runs of bench/beside_peers as one table: python3 peers_table.py QUERIES RUNS_FOLDER JSON_FILE.

Fails when two engines answer a query differently. Ratios are a peer's median by this engine's: above 1, this engine is
faster. Geometric means are over the queries that both answer; Q01, Q24 and Q25 are left out of them, being answered by
a stored number or by stopping early. Of several rounds the quietest median counts.
"""
import json
import math
import os
import sys

OWN = "tagline"
FLOOR = "flat-bitset"
NAIVE = "roaring-naive"
EARLY = {"Q01", "Q24", "Q25"}
# What this engine has set itself, for one thread and 10 million users.
NAIVE_MEAN = 8
NAIVE_SLOWER = 1.1  # of queries that take longer than
NAIVE_SLOWER_BEYOND_MS = 0.020
FLOOR_RATIO = 2.5
FLOOR_QUERIES = {"Q02", "Q03", "Q04", "Q06", "Q12", "Q15", "Q16"}
SCAN_MEAN = 100
SCANS = ("clickhouse-wide", "duckdb")
COLD_MS = 50


def lines_of(file):
    with open(file, encoding="utf-8") as lines:
        for line in lines:
            yield line.rstrip("\n").split("\t")


def read(folder):
    runs = {}
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".tsv"):
            continue
        for fields in lines_of(os.path.join(folder, name)):
            engine, query, median, answer = fields[0], fields[3], float(fields[4]), fields[7]
            run = runs.setdefault(query, {}).setdefault(engine, {"ms": median, "answers": set()})
            run["ms"] = min(run["ms"], median)
            run["answers"].add(answer)
    return runs


def read_cold(folder):
    file = os.path.join(folder, "cold.txt")
    if not os.path.exists(file):
        return {}
    return {fields[0]: float(fields[1]) for fields in lines_of(file)}


def shown(ms):
    return f"{ms:.0f}" if ms >= 100 else f"{ms:.1f}" if ms >= 10 else f"{ms:.3f}" if ms >= 0.001 else f"{ms:.4f}"


def rows_of(runs, names, peers):
    rows = []
    for query in sorted(runs):
        own = runs[query].get(OWN)
        if own is None:
            continue
        row = {"query": query, "name": names.get(query, ""), "ms": own["ms"], "peers": {}}
        for peer in peers:
            if peer in runs[query]:
                ms = runs[query][peer]["ms"]
                row["peers"][peer] = {"ms": ms, "ratio": ms / max(own["ms"], 1e-4)}
        rows.append(row)
    return rows


def mean(rows, peer):
    ratios = [row["peers"][peer]["ratio"] for row in rows if peer in row["peers"] and row["query"] not in EARLY]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None


def targets(rows, peers, means, cold):
    """Name, whether it is met, and what was found. Those of peers that did not run are left out."""
    found = []

    def add(name, met, said):
        found.append({"target": name, "met": met, "found": said})

    def without(peer, ratio_below, fits=lambda row: True):
        slower = [row for row in rows if peer in row["peers"] and fits(row) and row["peers"][peer]["ratio"] < ratio_below]
        return [f"{row['query']} {1 / row['peers'][peer]['ratio']:.2f}x" for row in slower]

    if NAIVE in peers:
        add(f"{NAIVE_MEAN}x {NAIVE} in the geometric mean", means[NAIVE] >= NAIVE_MEAN, f"{means[NAIVE]:.1f}x")
        slow = without(NAIVE, 1 / NAIVE_SLOWER, lambda row: row["ms"] > NAIVE_SLOWER_BEYOND_MS)
        add(f"no query of more than 20 us takes {NAIVE_SLOWER}x the time of {NAIVE}", not slow, ", ".join(slow) or "none does")
    if FLOOR in peers:
        slow = without(FLOOR, 1 / FLOOR_RATIO, lambda row: row["query"] in FLOOR_QUERIES)
        add(f"{FLOOR_RATIO}x the {FLOOR} floor at most", not slow, ", ".join(slow) or "all are")
    for peer in SCANS:
        if peer in peers:
            add(f"{SCAN_MEAN}x {peer} in the geometric mean", means[peer] > SCAN_MEAN, f"{means[peer]:.0f}x")
    for peer in peers:
        if peer not in (NAIVE, FLOOR):
            slow = without(peer, 1)
            add(f"faster than {peer} on every query", not slow, ", ".join(slow) or "all are")
    if OWN in cold:
        add(f"start, open and a count of three clauses in {COLD_MS} ms", cold[OWN] <= COLD_MS, f"{cold[OWN]:.1f} ms")
    return found


def print_table(rows, peers, means):
    print(f"{'query':6}{'what':46}{'tagline ms':>12}" + "".join(f"{peer:>18}{'x':>8}" for peer in peers))
    for row in rows:
        line = f"{row['query']:6}{row['name'][:45]:46}{shown(row['ms']):>12}"
        for peer in peers:
            found = row["peers"].get(peer)
            line += f"{shown(found['ms']):>18}{found['ratio']:>8.2f}" if found else f"{'-':>18}{'-':>8}"
        print(line)
    print(f"{'geometric mean of the ratios':64}" + "".join(f"{'':>18}{means[peer] or 0:>8.2f}" for peer in peers))


def main(queries_file, folder, json_file):
    names = {fields[0]: fields[2] for fields in lines_of(queries_file)}
    runs, cold = read(folder), read_cold(folder)
    peers = sorted({engine for run in runs.values() for engine in run} - {OWN})
    differ = [query for query, run in runs.items() if len(set().union(*(each["answers"] for each in run.values()))) > 1]
    for query in differ:
        said = ", ".join(f"{engine} {' or '.join(sorted(run['answers']))}" for engine, run in runs[query].items())
        print(f"{query}: engines disagree: {said}")
    rows = rows_of(runs, names, peers)
    means = {peer: mean(rows, peer) for peer in peers}
    print_table(rows, peers, means)
    if cold:
        print("\ncold, whole process, ms: " + ", ".join(f"{engine} {ms:.1f}" for engine, ms in cold.items()))
    checked = targets(rows, peers, means, cold)
    if checked:
        print("\ntargets")
    for each in checked:
        print(f"  {'met    ' if each['met'] else 'NOT MET'}  {each['target']}: {each['found']}")
    with open(json_file, "w", encoding="utf-8") as out:
        json.dump({"queries": rows, "geometric_means": means, "cold_ms": cold, "targets": checked,
                   "disagreements": differ}, out, indent=1)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
