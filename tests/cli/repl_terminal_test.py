"""`tagline repl` in a terminal: what is typed at it, and what stands on its screen then.

    repl_terminal_test.py PROGRAM SOURCE_DIR

Nothing waits for time to pass: every step waits for what it expects to see, up to a deadline.
"""

import fcntl
import http.server
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unicodedata
import unittest

PROGRAM, SOURCE = sys.argv[1], sys.argv[2]
DEADLINE_S = 30
CTRL_C, CTRL_D, CTRL_R, TAB, ENTER = "\x03", "\x04", "\x12", "\t", "\r"


def width_of(character):
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Screen:
    """As much of a terminal as line editors use. A wide character takes its cell and an empty one."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.lines = [[" "] * columns for _ in range(rows)]
        self.row = self.column = 0
        self.rest = ""

    def resize(self, columns):
        for line in self.lines:
            line[columns:] = [" "] * (columns - len(line))
        self.columns = columns
        self.column = min(self.column, columns - 1)

    def text(self):
        return "\n".join("".join(line).rstrip() for line in self.lines)

    def feed(self, text):
        text = self.rest + text
        self.rest = ""
        at = 0
        while at < len(text):
            character = text[at]
            if character == "\x1b":
                found = re.compile(r"\x1b(\[[?>]?[0-9;]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][A-Z0-9]|[=>78cDEHM])").match(text, at)
                if not found:
                    self.rest = text[at:]
                    return
                self.escape(found.group(1))
                at = found.end()
                continue
            at += 1
            if character == "\r":
                self.column = 0
            elif character == "\n":
                self.down()
            elif character == "\b":
                self.column = max(0, self.column - 1)
            elif character >= " ":
                self.put(character)

    def down(self):
        if self.row + 1 < self.rows:
            self.row += 1
        else:
            self.lines = self.lines[1:] + [[" "] * self.columns]

    def put(self, character):
        width = width_of(character)
        if width == 0:
            return
        if self.column + width > self.columns:
            self.column = 0
            self.down()
        self.lines[self.row][self.column] = character
        if width == 2:
            self.lines[self.row][self.column + 1] = ""
        self.column += width

    def escape(self, code):
        if not code.startswith("[") or code[1] in "?>":
            return
        numbers = [int(n) if n else 0 for n in code[1:-1].split(";")]
        first = max(numbers[0], 1)
        if code[-1] == "A":
            self.row = max(0, self.row - first)
        elif code[-1] == "B":
            self.row = min(self.rows - 1, self.row + first)
        elif code[-1] == "C":
            self.column = min(self.columns - 1, self.column + first)
        elif code[-1] == "D":
            self.column = max(0, min(self.column, self.columns - 1) - first)
        elif code[-1] == "G":
            self.column = min(self.columns, first) - 1
        elif code[-1] == "H":
            self.row = min(self.rows, first) - 1
            self.column = min(self.columns, numbers[1] if len(numbers) > 1 and numbers[1] else 1) - 1
        elif code[-1] == "K":
            begin = 0 if numbers[0] in (1, 2) else self.column
            end = self.column + 1 if numbers[0] == 1 else self.columns
            self.lines[self.row][begin:end] = [" "] * (end - begin)
        elif code[-1] == "J":
            self.lines[self.row][self.column:] = [" "] * (self.columns - self.column)
            for row in range(self.row + 1, self.rows):
                self.lines[row] = [" "] * self.columns
            if numbers[0] == 2:
                self.lines = [[" "] * self.columns for _ in range(self.rows)]


class Terminal:
    def __init__(self, arguments, columns=100, rows=50, environment=None, ignores_hangup=False):
        self.screen = Screen(columns, rows)
        self.raw = ""
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            settings = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "TZ": "UTC", "COLORTERM": "8bit"}
            signal.signal(signal.SIGHUP, signal.SIG_IGN if ignores_hangup else signal.SIG_DFL)
            os.execve(PROGRAM, [PROGRAM] + arguments, {**settings, **(environment or {})})
        self.set_size(columns)

    def set_size(self, columns):
        fcntl.ioctl(self.file, termios.TIOCSWINSZ, struct.pack("HHHH", self.screen.rows, columns, 0, 0))
        self.screen.resize(columns)

    def send(self, text):
        os.write(self.file, text.encode())

    def read_some(self, until):
        ready, _, _ = select.select([self.file], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            return False
        try:
            piece = os.read(self.file, 65536)
        except OSError:
            return False
        if not piece:
            return False
        text = self.decoder.decode(piece)
        self.raw += text
        if "\x1b[6n" in text:
            self.send(f"\x1b[{self.screen.row + 1};{self.screen.column + 1}R")
        self.screen.feed(text)
        return True

    @property
    def decoder(self):
        if not hasattr(self, "_decoder"):
            import codecs
            self._decoder = codecs.getincrementaldecoder("utf-8")()
        return self._decoder

    def wait_for(self, look, what, seconds=DEADLINE_S):
        """Until what `look` makes of the screen is true; that."""
        until = time.monotonic() + seconds
        while True:
            found = look(self.screen.text())
            if found:
                return found
            if not self.read_some(until):
                raise AssertionError(f"{what} did not come; the screen:\n{self.screen.text()}")

    def expect(self, pattern):
        """Waits until the screen has it; the match."""
        return self.wait_for(lambda text: re.search(pattern, text, re.M), repr(pattern))

    def expect_last_line(self, pattern):
        """As expect, of the last line that is not empty."""
        return self.wait_for(lambda text: re.search(pattern, text.rstrip().split("\n")[-1]),
                             f"{pattern!r} as the last line")

    def status(self):
        """Of the program, which is about to end."""
        until = time.monotonic() + DEADLINE_S
        while self.read_some(until):
            pass
        ended, state = os.waitpid(self.pid, os.WNOHANG)
        while not ended and time.monotonic() < until:
            self.read_some(time.monotonic() + 0.01)
            ended, state = os.waitpid(self.pid, os.WNOHANG)
        if not ended:
            raise AssertionError(f"it did not end; the screen:\n{self.screen.text()}")
        self.pid = 0
        return os.waitstatus_to_exitcode(state)

    def go_away(self):
        """As its window is closed; the status of the program, which is to end of it."""
        os.close(self.file)
        self.file = None
        signal.alarm(DEADLINE_S)
        _, state = os.waitpid(self.pid, 0)
        signal.alarm(0)
        self.pid = 0
        return os.waitstatus_to_exitcode(state)

    def close(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        if self.file is not None:
            os.close(self.file)


class Repl(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.db = os.path.join(cls.folder.name, "shop")
        shop = os.path.join(SOURCE, "examples", "shop")
        subprocess.run([PROGRAM, "load", "--db", cls.db, os.path.join(shop, "users.csv"), "--schema",
                        os.path.join(shop, "users.schema.json")], check=True, capture_output=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def open(self, arguments=None, **more):
        history = os.path.join(self.folder.name, self.id() + ".ndjson")
        environment = {"TAGLINE_HISTORY": history, **more.pop("environment", {})}
        terminal = Terminal(["repl"] + (arguments or ["--db", self.db]), environment=environment, **more)
        self.addCleanup(terminal.close)
        return terminal

    def ready(self, **more):
        terminal = self.open(**more)
        terminal.expect_last_line(r"^shop> *$")
        return terminal

    def drop(self, terminal):
        """Ctrl-C, and waits until the editor has the next line."""
        prompts = lambda text: len(re.findall(r"^shop>", text, re.M))
        before = prompts(terminal.screen.text())
        terminal.send(CTRL_C)
        terminal.wait_for(lambda text: prompts(text) == before + 1 and text.rstrip().endswith("\nshop>"),
                          "another prompt")

    def hint(self, terminal, typed):
        """The count behind what is typed. A busy machine leaves it out until a later key."""
        pattern = rf"shop> {typed} +([\d,]+) people · [\d.]+%$"
        for _ in range(10):
            try:
                return terminal.wait_for(lambda text: re.search(pattern, text, re.M), pattern, DEADLINE_S / 10).group(1)
            except AssertionError:
                terminal.send(" ")
        return terminal.expect(pattern).group(1)

    def ask(self, terminal, text, pattern):
        """Types it, and waits for the answer and for the next prompt."""
        terminal.send(text + ENTER)
        found = terminal.expect(pattern)
        terminal.expect_last_line(r"^shop> *$")
        return found

    def test_typing_shows_colours_and_the_count_of_each_condition(self):
        terminal = self.ready()
        terminal.send("city:tier1")
        first = self.hint(terminal, "city:tier1")
        terminal.send(" AND vip")
        second = self.hint(terminal, "city:tier1 +AND vip")
        self.assertLess(int(second.replace(",", "")), int(first.replace(",", "")))
        self.assertRegex(terminal.raw, r"\x1b\[[0-9;]*m[^\x1b]*city")
        terminal.send(ENTER)
        terminal.expect(rf"count +{second}$")

    def test_completion_with_counts_and_by_alias(self):
        terminal = self.ready()
        terminal.send("city:t" + TAB)
        terminal.expect(r"tier1.*value · [\d,]+ people")
        terminal.send("\x1b")  # leaves the list
        terminal.expect_last_line(r"^shop> city:t\S* *$")
        self.drop(terminal)
        terminal.send("vip AND c" + TAB)
        terminal.expect(r"city.*tag · 1,881 people · 城市 · City tier")
        terminal.send("\x1b")
        terminal.expect_last_line(r"^shop> vip AND c\S* *$")
        self.drop(terminal)
        terminal.send("城" + TAB)
        terminal.expect(r"shop> 城市")
        self.drop(terminal)
        for typed, completed in ((r"\seg", r"\\segments"), (r"\by cty", r"\\by city"), (r"\set for", r"\\set format"),
                                 (r"\help what an", r"\\help What an expression means")):
            terminal.send(typed + TAB)
            terminal.expect(rf"shop> {completed} *$")
            self.drop(terminal)

    def test_an_expression_goes_on_until_it_is_complete(self):
        terminal = self.ready()
        terminal.send("vip AND" + ENTER)
        terminal.expect_last_line(r"^\.\.\.\.> *$")
        terminal.send("(age >= 30 OR" + ENTER)
        terminal.expect(r"\.\.\.\.> \(age >= 30 OR\n\.\.\.\.> *$")
        terminal.send("city:tier1)" + ENTER)
        terminal.expect(r"count +[\d,]+$")
        terminal.expect_last_line(r"^shop> *$")
        # It is one entry of the history.
        terminal.send("\x1b[A")
        terminal.expect(r"shop> vip AND\n.*age >= 30 OR\n.*city:tier1\)")

    def test_history_is_searched_and_kept(self):
        history = os.path.join(self.folder.name, "kept.ndjson")
        terminal = self.ready(environment={"TAGLINE_HISTORY": history})
        for text in ("age >= 60", "level:gold"):
            self.ask(terminal, text, rf"^{text}\n +count")
        terminal.send(CTRL_R + "60")
        terminal.expect(r"age >= 60\n(.*\n)*.*60")
        terminal.send(ENTER)
        terminal.expect_last_line(r"age >= 60|^shop> age >= 60")
        self.drop(terminal)
        terminal.send("\\quit" + ENTER)
        self.assertEqual(terminal.status(), 0)
        with open(history, encoding="utf-8") as lines:
            self.assertRegex(lines.readline(), r'^{"time":\d+,"text":"age >= 60"}$')
        self.assertEqual(os.stat(history).st_mode & 0o077, 0)
        again = self.ready(environment={"TAGLINE_HISTORY": history})
        again.send("\\history gold" + ENTER)
        again.expect(r"^\d{4}-\d\d-\d\d \d\d:\d\d  level:gold$")

    def test_carets_stand_under_chinese(self):
        terminal = self.ready(arguments=["--db", self.db, "--lang", "zh-CN"])
        terminal.send("城市:一线 且 性别:女生" + ENTER)
        terminal.expect(r"错误：")
        lines = terminal.screen.lines
        cells = [row for row in range(len(lines)) if "＾" in "".join(lines[row])][0]
        shown = "".join(lines[cells - 1])
        self.assertIn("女生", shown)
        column = lines[cells - 1].index("女")
        self.assertEqual(lines[cells].index("＾"), column)
        self.assertEqual("".join(lines[cells]).count("＾"), 2)

    def test_ctrl_c_ends_what_runs_and_not_the_session(self):
        terminal = self.ready()
        self.ask(terminal, "vip", r"^vip\n +count +[\d,]+$")
        terminal.send("\\watch 3600" + ENTER)
        terminal.expect(r"^\d\d:\d\d:\d\d  [\d,]+  ▁")
        terminal.send(CTRL_C)
        terminal.expect_last_line(r"^shop> *$")
        terminal.send("age >= 60" + ENTER)
        terminal.expect(r"^age >= 60\n +count +[\d,]+$")

    def test_ctrl_c_leaves_a_server_that_does_not_answer(self):
        asked, gone = threading.Event(), threading.Event()

        class Slow(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if self.path != "/v1/query" or b"timeout_ms" in body:
                    reply = b'{"ok": true, "warnings": []}'
                    self.send_response(200 if self.path == "/v1/check" else 503)
                    self.send_header("Content-Length", str(len(reply)))
                    self.end_headers()
                    self.wfile.write(reply)
                    return
                asked.set()
                self.rfile.read(1)  # until the client goes away
                gone.set()
                self.close_connection = True

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        address = f"127.0.0.1:{server.server_address[1]}"
        terminal = self.open(arguments=["--server", f"http://{address}"])
        terminal.expect_last_line(rf"^{address}> *$")
        terminal.send("vip" + ENTER)
        until = time.monotonic() + DEADLINE_S
        while not asked.is_set() and time.monotonic() < until:
            terminal.read_some(time.monotonic() + 0.01)
        terminal.send(CTRL_C)
        terminal.expect(r"error: cancelled")
        self.assertTrue(gone.wait(DEADLINE_S))
        terminal.expect_last_line(rf"^{address}> *$")

    def test_tables_fit_the_window(self):
        terminal = self.ready()
        self.ask(terminal, "vip", r"^vip\n +count +[\d,]+$")
        terminal.send("\\by level" + ENTER)
        wide = terminal.expect(r"^  gold +.*$").group(0)
        terminal.expect_last_line(r"^shop> *$")  # what is typed before it may be lost
        terminal.set_size(56)
        terminal.send("\\by level" + ENTER)
        narrow = terminal.expect(r"\\by level\n(.*\n)*.*\\by level\n(.*\n)*^(  gold +.*)$").group(3)
        self.assertLessEqual(len(narrow), 56)
        self.assertLess(narrow.count("█"), wide.count("█"))

    def test_the_terminal_goes_away(self):
        for ignored in (False, True):  # as under nohup
            with self.subTest(ignored=ignored):
                terminal = self.ready(ignores_hangup=ignored)
                terminal.send("vip AND ")
                terminal.expect(r"vip AND")
                self.assertEqual(terminal.go_away(), -signal.SIGHUP)

    def test_leaving(self):
        terminal = self.ready()
        terminal.send(CTRL_D)
        self.assertEqual(terminal.status(), 0)
        # Ctrl-C may have been meant for what ran until just now.
        terminal = self.ready()
        self.drop(terminal)
        terminal.send("vip" + ENTER)
        terminal.expect(r"^vip\n +count +[\d,]+$")

    def test_the_terminal_is_given_back_as_it_was(self):
        for signal_sent in (None, signal.SIGTERM):
            terminal = self.open()
            terminal.expect_last_line(r"^shop> *$")
            self.assertFalse(termios.tcgetattr(terminal.file)[3] & termios.ICANON)
            if signal_sent is None:
                terminal.send(CTRL_D)
            else:
                os.kill(terminal.pid, signal_sent)
            self.assertEqual(terminal.status(), 0 if signal_sent is None else -signal_sent)
            usual = termios.ICANON | termios.ECHO | termios.ISIG
            self.assertEqual(termios.tcgetattr(terminal.file)[3] & usual, usual)
            self.assertGreater(terminal.raw.rfind("\x1b[?2004l"), terminal.raw.rfind("\x1b[?2004h"))

    def pasted(self, text):
        return "\x1b[200~" + text + "\x1b[201~"

    def test_a_paste_is_one_change_however_long_it_is(self):
        terminal = self.ready()
        sizes = []
        for lines in (1, 8):
            before = len(terminal.raw)
            terminal.send(self.pasted("age:25 OR " * 64 * lines + f"age:{30 + lines}"))
            terminal.expect(rf"{30 + lines} *$")
            sizes.append(len(terminal.raw) - before)
            terminal.send(CTRL_C)
            terminal.expect_last_line(r"^shop> *$")
        # Shown once: not as often as it has characters.
        self.assertLess(sizes[1], 40_000)
        terminal.send(self.pasted("vi") + "p" + ENTER)
        terminal.expect(r"^vip\n +count +[\d,]+$")

    def test_a_paste_of_many_inputs_runs_each_of_them(self):
        terminal = self.ready()
        terminal.send(self.pasted("vip AND\n  age >= 30\n\\by level\ncity:tier1\n"))
        terminal.expect(r"city:tier1 *$")
        terminal.send(ENTER)
        terminal.expect(r"^vip AND age >= 30\n +count +[\d,]+$")
        terminal.expect(r"^  gold ")
        terminal.expect(r"^city:tier1\n +count +[\d,]+$")
        terminal.expect_last_line(r"^shop> *$")

    def test_what_is_typed_while_something_runs_is_not_lost(self):
        asked, go_on = threading.Event(), threading.Event()
        expressions = []

        class Slow(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/v1/query" and b"timeout_ms" not in body:
                    expressions.append(json.loads(body)["expression"])
                    asked.set()
                    go_on.wait(DEADLINE_S)
                reply = b'{"ok": true, "warnings": [], "expression": "x", "count": 7, "population": 9}'
                self.send_response(503 if b"timeout_ms" in body else 200)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        address = f"127.0.0.1:{server.server_address[1]}"
        terminal = self.open(arguments=["--server", f"http://{address}"])
        terminal.expect_last_line(rf"^{address}> *$")
        # Two inputs at once, and a third while the first runs.
        terminal.send("vip" + ENTER + "age:30" + ENTER)
        until = time.monotonic() + DEADLINE_S
        while not asked.is_set() and time.monotonic() < until:
            terminal.read_some(time.monotonic() + 0.01)
        terminal.send("city:tier1" + ENTER)
        go_on.set()
        terminal.wait_for(lambda text: len(expressions) == 3, "the third question")
        self.assertEqual(expressions, ["vip", "age:30", "city:tier1"])

    def test_commands_offer_what_they_take(self):
        terminal = self.ready()
        for typed, shown, not_shown in ((r"\sum ", "spend", "city"), (r"\pareto ", "orders", "signup"),
                                        (r"\top ", "signup", "level"), (r"\cross ", "level", "spend")):
            terminal.send(typed + TAB)
            terminal.expect(rf"\n.*\b{shown}\b")
            below = terminal.screen.text().rsplit("shop> ", 1)[1]
            self.assertNotRegex(below, rf"(?m)^.{{0,4}}\b{not_shown}\b")
            terminal.send("\x1b")  # leaves the list
            terminal.expect_last_line(r"^shop> \\\w+ *\S*$")
            self.drop(terminal)


class Tour(unittest.TestCase):
    def test_enter_leads_and_other_inputs_wait(self):
        with tempfile.TemporaryDirectory() as folder:
            db = os.path.join(folder, "shop")
            environment = {"TAGLINE_HISTORY": ""}
            terminal = Terminal(["demo", "--db", db, "--users", "2000", "--tour"], environment=environment)
            self.addCleanup(terminal.close)
            terminal.expect(r"^\[1/12\] ")
            terminal.expect_last_line(r"^shop \d{4}-\d\d-\d\d> *$")
            terminal.send(ENTER)
            terminal.expect(r"^\[2/12\] ")
            terminal.expect_last_line(r"^shop \d{4}-\d\d-\d\d> *$")
            terminal.send("vip" + ENTER)
            terminal.expect(r"\(tour, step 2; Enter runs:  churn_risk")
            terminal.expect_last_line(r"^shop \d{4}-\d\d-\d\d> *$")
            terminal.send(ENTER)
            terminal.expect(r"of 2,000 customers are at risk")
            terminal.expect(r"^\[3/12\] ")
            terminal.expect_last_line(r"^shop \d{4}-\d\d-\d\d> *$")
            terminal.send("\\tour end" + ENTER)
            terminal.expect(r"^The tour is over")
            terminal.expect_last_line(r"^shop \d{4}-\d\d-\d\d> *$")
            terminal.send("\\quit" + ENTER)
            self.assertEqual(terminal.status(), 0)
            # Whoever comes back is told that there is one.
            again = Terminal(["repl", "--db", db], environment=environment)
            self.addCleanup(again.close)
            again.expect(r"\\tour leads you through it")
            again.expect_last_line(r"^shop> *$")
            # Of an older shop, also which day to ask for.
            old = os.path.join(folder, "old")
            subprocess.run([PROGRAM, "demo", "--db", old, "--users", "1000", "--until", "2024-06-15"], check=True,
                           capture_output=True)
            years_ago = Terminal(["repl", "--db", old], environment=environment)
            self.addCleanup(years_ago.close)
            years_ago.expect(r"Its last day is 2024-06-15; \\set as_of 2024-06-15 makes")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
