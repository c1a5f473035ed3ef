#!/usr/bin/env python3
"""Runs every curl line of the documents against a running server, in order, as a reader would paste them.

    curls_test.py TAGLINE_PROGRAM SOURCE_FOLDER
"""
import os
import re
import subprocess
import sys

from server import Server

DOCUMENTS = ["grammar-docs/http.md", "grammar-docs/ingest.md", "README.md"]


def lines_of(document):
    """The curl commands of the blocks marked sh, continued lines joined."""
    found, inside = [], False
    for line in open(document, encoding="utf-8"):
        if line.startswith("```"):
            inside = line.strip() == "```sh"
        elif inside and found and found[-1].endswith("\\"):
            found[-1] = found[-1][:-1] + line.strip()
        elif inside and line.startswith("curl "):
            found.append(line.strip())
    return found


def main():
    tagline, source = sys.argv[1:3]
    faults, count = [], 0
    with Server(tagline, source) as server:
        os.symlink(os.path.join(source, "examples"), os.path.join(server.folder.name, "examples"))
        for document in DOCUMENTS:
            for line in lines_of(os.path.join(source, document)):
                count += 1
                command = line.replace("http://127.0.0.1:8080", server.url)
                command = re.sub(r"^curl ", "curl --silent --show-error --fail-with-body ", command)
                done = subprocess.run(["bash", "-c", command], cwd=server.folder.name, capture_output=True)
                # No query runs here that could be cancelled: that is what the answer must say.
                expected = 22 if "DELETE" in line and "/v1/queries/" in line else 0
                if done.returncode != expected:
                    faults.append(f"{document}: {line}\n  {(done.stdout[-400:] + done.stderr[-200:]).decode(errors='replace')}")
    for fault in faults:
        print("FAULT", fault)
    print(f"{count} curl lines, {len(faults)} faults")
    return 1 if faults or count < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
