#!/usr/bin/env python3
"""Walks every path, method, example and kind of mistake of the server's own OpenAPI document against a running
server, and holds every reply to the document.

    contract_test.py TAGLINE_PROGRAM SOURCE_FOLDER
"""
import copy
import json
import re
import sys
import urllib.parse

import jsonschema

from server import Server

METHODS = ["get", "post", "put", "patch", "delete"]
ROLES = ["none", "viewer", "analyst", "operator", "admin"]
# Replies that are long, or that no example leads to.
WITHOUT_EXAMPLE = ["openapi", "cancelQuery"]
# What makes things comes before what reads them, and what takes them away comes last.
ORDER = {"put": 0, "post": 1, "get": 2, "patch": 3, "delete": 4}


class Contract:
    def __init__(self, server, document):
        self.server, self.document = server, document
        self.faults, self.checks, self.known = [], 0, {}

    def expect(self, holds, what):
        self.checks += 1
        if not holds:
            self.faults.append(what)
        return holds

    def follow(self, thing):
        while isinstance(thing, dict) and "$ref" in thing:
            at = self.document
            for key in thing["$ref"][2:].split("/"):
                at = at[key.replace("~1", "/").replace("~0", "~")]
            thing = at
        return thing

    def validate(self, schema, value, what):
        # The document is the schema's base, so that references within it are found.
        whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": self.document["components"], "allOf": [schema]}
        found = sorted(jsonschema.Draft202012Validator(whole).iter_errors(value), key=lambda each: list(each.path))
        self.expect(not found, what + ": " + "; ".join(f"{'/'.join(map(str, each.path))}: {each.message[:300]}" for each in found[:3]))

    def references(self, thing):
        if isinstance(thing, dict):
            if "$ref" in thing:
                try:
                    self.follow(thing)
                    self.checks += 1
                except (KeyError, TypeError):
                    self.faults.append("no such reference: " + thing["$ref"])
            for each in thing.values():
                self.references(each)
        elif isinstance(thing, list):
            for each in thing:
                self.references(each)

    def operations(self):
        found = []
        for path, methods in self.document["paths"].items():
            for method in METHODS:
                if method in methods:
                    found.append((path, method, methods[method]))
        return sorted(found, key=lambda each: (ORDER[each[1]], each[2].get("x-order", 0)))

    def parameters(self, operation):
        return [self.follow(each) for each in operation.get("parameters", [])]

    def example_of(self, parameter):
        if "example" in parameter:
            return parameter["example"]
        for each in parameter.get("examples", {}).values():
            return self.follow(each)["value"]
        return self.known.get(parameter["name"])

    def target(self, path, operation, optional=True, replaced=None):
        """The path with examples in place of its variables, and its parameters."""
        parameters = self.parameters(operation)
        values = {each["name"]: self.example_of(each) for each in parameters}
        values.update(replaced or {})
        path = re.sub(r"{(.*?)}", lambda found: urllib.parse.quote(str(values[found.group(1)]), safe=""), path)
        query = [(each["name"], values[each["name"]]) for each in parameters if each["in"] == "query" and values[each["name"]] is not None
                 and (each.get("required") or optional or each["name"] in (replaced or {}))]
        return path + ("?" + urllib.parse.urlencode(query) if query else "")

    def named_bodies(self, operation):
        """(name, media type, example) of every example; one ("", None, None) where there is no body."""
        body = self.follow(operation.get("requestBody"))
        if not body:
            return [("", None, None)]
        found = []
        for media_type, media in body["content"].items():
            found += [(name, media_type, self.follow(each)["value"]) for name, each in media.get("examples", {}).items()]
            if "example" in media:
                found.append(("", media_type, media["example"]))
        self.expect(found, operation["operationId"] + " has no example of its body")
        return found

    def bodies(self, operation):
        return [(media_type, example) for _, media_type, example in self.named_bodies(operation)]

    def hold(self, operation, reply, what, head=False):
        """The reply is one the document tells of."""
        responses = operation["responses"]
        described = self.follow(responses.get(str(reply.status), responses.get("default")))
        if not self.expect(described is not None, f"{what}: {reply.status} is not described"):
            return
        content = described.get("content", {})
        if not content or head:
            self.expect(not reply.body, f"{what}: a body that is not described")
            return
        if not self.expect(reply.media_type in content, f"{what}: {reply.media_type!r} is not described"):
            return
        schema = content[reply.media_type].get("schema", {})
        if reply.media_type == "application/x-ndjson":
            for line in reply.body.splitlines():
                self.validate(schema, json.loads(line), what)
        elif reply.media_type.endswith("json"):
            try:
                self.validate(schema, reply.json, what)
            except ValueError as problem:
                self.expect(False, f"{what}: no JSON: {problem}")

    def refused(self, reply, what, statuses):
        self.expect(reply.status in statuses, f"{what}: {reply.status}, expected {statuses}: {reply.body[:200]!r}")
        if not self.expect(reply.media_type == "application/problem+json", f"{what}: {reply.media_type}"):
            return
        self.validate({"$ref": "#/components/schemas/Problem"}, reply.json, what)
        problem = reply.json
        self.expect(problem["status"] == reply.status, what + ": status differs")
        for language in ("en", "zh-CN"):
            self.expect(problem["message"][language], f"{what}: no words in {language}")

    def send(self, method, target, media_type, body):
        if body is None:
            return self.server.ask(method.upper(), target)
        return self.server.ask(method.upper(), target, body if isinstance(body, str) else json.dumps(body), {"Content-Type": media_type})

    def ask_examples(self):
        """Sends every example: path, method, operation, the body's name, target, body, reply."""
        for path, method, operation in self.operations():
            missing = [each["name"] for each in self.parameters(operation) if each["in"] == "path" and self.example_of(each) is None]
            if not self.expect(not missing, f"{operation['operationId']} has no example of {missing}"):
                continue
            for name, media_type, body in self.named_bodies(operation):
                target = self.target(path, operation)
                reply = self.send(method, target, media_type, body)
                self.remember(operation, reply)
                yield path, method, operation, name, target, body, reply

    def walk_examples(self):
        for _, method, operation, _, target, body, reply in self.ask_examples():
            what = f"{method.upper()} {target} {json.dumps(body, ensure_ascii=False)[:120] if body is not None else ''}"
            allowed = operation.get("x-example-status", [])
            self.expect(200 <= reply.status < 300 or reply.status in allowed, f"{what}: {reply.status} {reply.body[:400]!r}")
            self.hold(operation, reply, what)
            if method == "get" and reply.status == 200:
                head = self.server.ask("HEAD", target)
                self.expect(head.status == reply.status, f"HEAD {target}: {head.status}")
                self.expect(head.body == b"", f"HEAD {target} has a body")

    def roles(self):
        for _, _, operation in self.operations():
            name = operation["operationId"]
            self.expect(operation.get("x-role") in ROLES, f"{name} has the role {operation.get('x-role')}")
            self.expect((operation.get("x-role") == "none") == (operation.get("security") == []), f"{name}: x-role and security differ")

    def written_examples(self):
        """What the document shows of requests and replies is as the document says they are."""
        for _, method, operation in self.operations():
            name = operation["operationId"]
            replied = 0
            for status, response in operation["responses"].items():
                for media_type, media in self.follow(response).get("content", {}).items():
                    for title, example in media.get("examples", {}).items():
                        replied += 1
                        what = f"{name}, the example {title} of {status}"
                        if self.expect("schema" in media, what + ": no such reply is described"):
                            self.validate(media["schema"], self.follow(example)["value"], what)
            for title, media_type, body in self.named_bodies(operation):
                schema = self.follow(operation.get("requestBody") or {}).get("content", {}).get(media_type, {}).get("schema")
                if media_type == "application/json" and schema is not None:
                    self.validate(schema, body, f"{name}, the example {title} of the body")
            json_reply = any("application/json" in self.follow(each).get("content", {}) for status, each in operation["responses"].items() if status[0] == "2")
            self.expect(replied or not json_reply or name in WITHOUT_EXAMPLE, f"{name} has no example of its reply: take_examples.py makes it")

    def remember(self, operation, reply):
        """"x-remember": {"id": "/job/id"}: what later requests need of a reply, by the parameter's name."""
        for name, pointer in operation.get("x-remember", {}).items():
            at = reply.json if reply.media_type.endswith("json") else {}
            for key in pointer.strip("/").split("/"):
                at = at.get(key) if isinstance(at, dict) else None
            if at is not None:
                self.known[name] = at

    def walk_mistakes(self):
        for path, method, operation in self.operations():
            if any(each["in"] == "path" and self.example_of(each) is None for each in self.parameters(operation)):
                continue
            name = operation["operationId"]
            bodies = self.bodies(operation)
            media_type, body = bodies[0]
            base = self.target(path, operation, optional=False)
            joint = "&" if "?" in base else "?"
            self.refused(self.send(method, base + joint + "nonsense=1", media_type, body), f"{name} with an unknown parameter", {400})
            for each in self.parameters(operation):
                schema = self.follow(each.get("schema", {}))
                if each["in"] == "query" and schema.get("type") in ("integer", "boolean"):
                    for wrong in ("x", "-1", "1.5", "", "99999999999999999999999"):
                        reply = self.send(method, self.target(path, operation, False, {each["name"]: wrong}), media_type, body)
                        self.refused(reply, f"{name} with {each['name']}={wrong}", {400})
                if each["in"] == "query" and each.get("required"):
                    shorter = dict(operation, parameters=[other for other in self.parameters(operation) if other["name"] != each["name"]])
                    self.refused(self.send(method, self.target(path, shorter, False), media_type, body), f"{name} without {each['name']}", {400})
            json_bodies = [example for kind, example in bodies if kind == "application/json"]
            if not json_bodies:
                continue
            listed = isinstance(json_bodies[0], list)  # the body is a list of such objects
            for wrong in ("", "{", "{}" if listed else "[]", "17", "null", '"x"', "{}x", "\xff".encode("latin-1"), b"{\"a\": \"\xff\"}", "[" * 5000):
                reply = self.server.ask(method.upper(), base, wrong)
                self.refused(reply, f"{name} with the body {wrong[:20]!r}", {400})
            self.refused(self.server.ask(method.upper(), base, json_bodies[0], {"Content-Type": "text/html"}), f"{name} as text/html", {415})
            for example in json_bodies:
                one = example[0] if isinstance(example, list) else example
                body_of = (lambda changed: [changed]) if isinstance(example, list) else (lambda changed: changed)
                self.refused(self.server.ask(method.upper(), base, body_of(dict(one, nonsense=1))), f"{name} with an unknown field", {400})
                for key in one:
                    for wrong in (17, "17 x", [17], {"a": 1}, True, None, -1, 1.5, 1e300, "\x00", [None], "x" * 100000):
                        changed = copy.deepcopy(one)
                        changed[key] = wrong
                        reply = self.server.ask(method.upper(), base, body_of(changed))
                        what = f"{name} with {key}: {str(wrong)[:20]!r}"
                        self.expect(reply.status < 500 or reply.status in (501, 503, 504, 507), f"{what}: {reply.status} {reply.body[:200]!r}")
                        self.hold(operation, reply, what)

    def walk_methods(self):
        for path, methods in self.document["paths"].items():
            known = {each.upper() for each in METHODS if each in methods}
            if "GET" in known:
                known.add("HEAD")
            target = re.sub(r"{.*?}", "x", path)
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "BREW", "TRACE"):
                if method in known:
                    continue
                reply = self.server.ask(method, target)
                self.refused(reply, f"{method} {target}", {405})
                allowed = {each.strip() for each in reply.fields.get("allow", "").split(",")}
                self.expect(allowed == known, f"{target} allows {allowed}, described are {known}")
        for target in ("/v1", "/v1/nothing", "/v1/tags/", "//", "/%zz", "/v1/count/x"):
            self.refused(self.server.ask("GET", target), target, {400, 404})


def main():
    tagline, source = sys.argv[1:3]
    with Server(tagline, source) as server:
        document = server.ask("GET", "/openapi.json").json
        contract = Contract(server, document)
        contract.references(document)
        contract.roles()
        contract.written_examples()
        names = [operation["operationId"] for _, _, operation in contract.operations()]
        contract.expect(len(names) == len(set(names)), "an operationId stands twice")
        contract.walk_methods()
        contract.walk_mistakes()
        contract.walk_examples()
        contract.expect(server.process.poll() is None, "the server has ended: " + server.said())
        for fault in contract.faults[:60]:
            print("FAULT", fault)
        print(f"{len(names)} operations, {contract.checks} checks, {len(contract.faults)} faults")
    contract.expect(server.status == 0, f"the server's exit status is {server.status}")
    return 1 if contract.faults else 0


if __name__ == "__main__":
    sys.exit(main())
