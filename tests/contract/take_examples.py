#!/usr/bin/env python3
"""Asks a running server every example of a request that its OpenAPI document has, and writes its replies beside them:
into server/api/openapi/examples.json, which is part of the document. To be run when replies change.

    take_examples.py TAGLINE_PROGRAM SOURCE_FOLDER
"""
import json
import os
import sys

from contract_test import WITHOUT_EXAMPLE, Contract
from server import Server

FILE = "server/api/openapi/examples.json"
# Longer lists of a reply say nothing more to its reader.
BYTES_MAX = 6000


def main():
    tagline, source = sys.argv[1:3]
    paths, long = {}, []
    with Server(tagline, source) as server:
        contract = Contract(server, server.ask("GET", "/openapi.json").json)
        for path, method, operation, name, target, _, reply in contract.ask_examples():
            if operation["operationId"] in WITHOUT_EXAMPLE or reply.media_type != "application/json":
                continue
            request = f"{method.upper()} {target}"
            if not 200 <= reply.status < 300:
                contract.faults.append(f"{request}: {reply.status}")
                continue
            if len(reply.body) > BYTES_MAX:
                long.append(f"{request} {name}: {len(reply.body)} bytes")
                continue
            content = paths.setdefault(path, {}).setdefault(method, {"responses": {}})["responses"].setdefault(str(reply.status), {"content": {}})["content"]
            examples = content.setdefault(reply.media_type, {"examples": {}})["examples"]
            title = name or "taken"
            if title in examples:
                title += str(len(examples) + 1)
            # Files are named as they lie in the repository.
            value = json.loads(reply.body.decode().replace(os.path.join(source, ""), ""))
            if isinstance(value, dict) and "build" in value:
                value["build"].update(commit="0123456789", date="2026-01-31")  # else the document names the commit before its own
            examples[title] = {"summary": request, "value": value}
    for fault in contract.faults:
        print("FAULT", fault)
    for each in long:
        print("too long:", each)
    if not contract.faults:
        with open(os.path.join(source, FILE), "w", encoding="utf-8") as file:
            json.dump({"paths": paths}, file, indent=1, ensure_ascii=False)
            file.write("\n")
    return 1 if contract.faults else 0


if __name__ == "__main__":
    sys.exit(main())
