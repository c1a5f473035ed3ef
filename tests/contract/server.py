"""A running `tagline serve`, over the shop example or another folder, and plain HTTP to it. No dependencies."""
import http.client
import json
import os
import subprocess
import tempfile


class Reply:
    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, {k.lower(): v for k, v in fields}, body

    @property
    def media_type(self):
        return self.fields.get("content-type", "").split(";")[0].strip()

    @property
    def json(self):
        return json.loads(self.body)


class Running:
    """`tagline serve` of a folder, on a free port of its own choice."""

    def __init__(self, tagline, db, *options, log=None, environment=None):
        self.process = subprocess.Popen([tagline, "serve", "--db", db, "--listen", "127.0.0.1:0", *options],
                                        stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
        self.url = self.process.stdout.readline().strip()
        if not self.url.startswith("http://127.0.0.1:"):
            raise RuntimeError(f"the server did not start: {self.url!r}")
        self.port = int(self.url.rsplit(":", 1)[1])

    def request(self, method, target, body=None, fields=None):
        """Sends one request on a connection of its own. `body`: bytes, text, or what is sent as JSON."""
        fields = dict(fields or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if body is not None:
            fields.setdefault("Content-Type", "application/json")
            body = body.encode() if isinstance(body, str) else body
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, target, body, fields)
        return connection

    def ask(self, method, target, body=None, fields=None):
        connection = self.request(method, target, body, fields)
        try:
            reply = connection.getresponse()
            return Reply(reply.status, reply.getheaders(), reply.read())
        finally:
            connection.close()

    def must(self, method, target, body=None, fields=None):
        """What a request that has to succeed is answered."""
        reply = self.ask(method, target, body, fields)
        if reply.status not in (200, 201):
            raise RuntimeError(f"{method} {target}: {reply.status} {reply.body.decode()}")
        return reply.json

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        """Its exit status."""
        self.process.terminate()
        return self.process.wait()


class Server(Running):
    """`with Server(tagline, source) as server:` loads the shop into a folder of its own and serves it."""

    def __init__(self, tagline, source, options=()):
        self.tagline, self.source, self.options = tagline, source, list(options)

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="tagline_contract_")
        self.db = os.path.join(self.folder.name, "shop")
        environment = dict(os.environ, LANG="C.UTF-8")
        subprocess.run([os.path.join(self.source, "examples/shop/demo"), self.tagline, self.db], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        self.log = open(os.path.join(self.folder.name, "log"), "w+")
        try:
            super().__init__(self.tagline, self.db, *self.options, log=self.log, environment=environment)
        except RuntimeError:
            raise RuntimeError("the server did not start: " + self.said()) from None
        return self

    def said(self):
        self.log.flush()
        with open(self.log.name) as log:
            return log.read()

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.status = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.status = self.process.wait()
        self.log.close()
        self.folder.cleanup()
