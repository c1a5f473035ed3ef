"""The runs of bench/beside_peers as one table: python3 peers_table.py QUERIES RUNS_FOLDER JSON_FILE.

Fails when two engines answer a query differently. Ratios are a peer's median by this engine's: above 1, this engine is
faster. Geometric means are over the queries that both answer; Q01, Q24 and Q25 are left out of them, being answered by
a stored number or by stopping early.
"""
import json
import math
import os
import sys

EARLY = {"Q01", "Q24", "Q25"}


def read(folder):
    runs = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith(".tsv"):
            with open(os.path.join(folder, name), encoding="utf-8") as lines:
                for line in lines:
                    fields = line.rstrip("\n").split("\t")
                    engine, query, median, answer = fields[0], fields[3], float(fields[4]), fields[7]
                    runs.setdefault(query, {})[engine] = {"ms": median, "answer": answer}
    return runs


def shown(ms):
    return f"{ms:.0f}" if ms >= 100 else f"{ms:.1f}" if ms >= 10 else f"{ms:.3f}"


def main(queries_file, folder, json_file):
    with open(queries_file, encoding="utf-8") as lines:
        names = {f[0]: f[2] for f in (line.rstrip("\n").split("\t") for line in lines)}
    runs = read(folder)
    peers = sorted({engine for run in runs.values() for engine in run} - {"tagline"})
    differ = [query for query, run in runs.items() if len({each["answer"] for each in run.values()}) > 1]
    for query in differ:
        print(f"{query}: engines disagree: " + ", ".join(f"{e} {r['answer']}" for e, r in runs[query].items()))
    rows = []
    ratios = {peer: [] for peer in peers}
    for query in sorted(runs):
        own = runs[query].get("tagline")
        if own is None:
            continue
        row = {"query": query, "name": names.get(query, ""), "ms": own["ms"], "peers": {}}
        for peer in peers:
            if peer in runs[query]:
                ratio = runs[query][peer]["ms"] / max(own["ms"], 1e-4)
                row["peers"][peer] = {"ms": runs[query][peer]["ms"], "ratio": ratio}
                if query not in EARLY:
                    ratios[peer].append(ratio)
        rows.append(row)
    means = {peer: math.exp(sum(map(math.log, some)) / len(some)) for peer, some in ratios.items() if some}
    print(f"{'query':6}{'what':46}{'tagline ms':>12}" + "".join(f"{peer:>18}{'x':>8}" for peer in peers))
    for row in rows:
        line = f"{row['query']:6}{row['name'][:45]:46}{shown(row['ms']):>12}"
        for peer in peers:
            found = row["peers"].get(peer)
            line += f"{shown(found['ms']):>18}{found['ratio']:>8.1f}" if found else f"{'-':>18}{'-':>8}"
        print(line)
    print(f"{'geometric mean of the ratios':64}" + "".join(f"{'':>18}{means.get(p, 0):>8.1f}" for p in peers))
    with open(json_file, "w", encoding="utf-8") as out:
        json.dump({"queries": rows, "geometric_means": means, "disagreements": differ}, out, indent=1)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
