"""Completion in real shells: bash and zsh are typed at through a pseudo-terminal, fish is asked.

    shell_completion_test.py TAGLINE

Before the program stands a stand-in that answers questions of the completion and says what else it
was called with, so that a test sees the words the shell made of what was typed.
"""

import os
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

TAGLINE = os.path.abspath(sys.argv[1])
DEADLINE_S = 20

STAND_IN = """#!/bin/sh
case $1 in
  complete) exec '{program}' "$@" ;;
esac
printf 'called:'
for word; do printf '<%s>' "$word"; done
printf '.\\n'
"""

CUSTOMERS = """id,city,age,vip,spend
u1,tier1,30,yes,10.50
u2,tier2,40,no,99.95
u3,big,50,no,0.10
"""


def setUpModule():
    global HOME, ENVIRONMENT
    HOME = tempfile.mkdtemp(prefix="tagline-shells-")
    os.mkdir(os.path.join(HOME, "bin"))
    stand_in = os.path.join(HOME, "bin", "tagline")
    with open(stand_in, "w") as file:
        file.write(STAND_IN.format(program=TAGLINE))
    os.chmod(stand_in, 0o755)
    with open(os.path.join(HOME, "customers.csv"), "w") as file:
        file.write(CUSTOMERS)
    ENVIRONMENT = {"PATH": os.path.join(HOME, "bin") + ":" + os.environ["PATH"], "HOME": HOME,
                   "LC_ALL": "C.UTF-8", "TERM": "xterm", "INPUTRC": "/dev/null"}
    for name in ("LSAN_OPTIONS", "ASAN_OPTIONS", "UBSAN_OPTIONS"):
        if name in os.environ:
            ENVIRONMENT[name] = os.environ[name]
    for words in (["load", "--db", "shop", "customers.csv"],
                  ["segment", "save", "--db", "shop", "buyers", "vip"],
                  ["segment", "save", "--db", "shop", "lapsed", "NOT vip"]):
        subprocess.run([TAGLINE] + words, cwd=HOME, env=ENVIRONMENT, check=True, capture_output=True)
    for shell, name in (("bash", "tagline.bash"), ("zsh", "_tagline"), ("fish", "tagline.fish")):
        script = subprocess.run([TAGLINE, "completion", shell], env=ENVIRONMENT, check=True,
                                capture_output=True).stdout
        with open(os.path.join(HOME, name), "wb") as file:
            file.write(script)


def tearDownModule():
    shutil.rmtree(HOME)


class Terminal:
    """A shell behind a pseudo-terminal."""

    def __init__(self, command):
        self.child, self.end = pty.fork()
        if self.child == 0:
            os.chdir(HOME)
            os.execvpe(command[0], command, ENVIRONMENT)
        self.seen = ""

    def type(self, text):
        os.write(self.end, text.encode())

    def read_until(self, text):
        """What was shown until then; the rest waits for the next."""
        deadline = time.monotonic() + DEADLINE_S
        while text not in self.seen:
            ready, _, _ = select.select([self.end], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError(f"{text!r} was not shown, but {self.seen[-500:]!r}")
            try:
                self.seen += os.read(self.end, 65536).decode(errors="replace")
            except OSError:
                raise AssertionError(f"the shell ended; {text!r} was not shown, but {self.seen[-500:]!r}") from None
        shown, self.seen = self.seen.split(text, 1)
        return shown

    def close(self):
        os.close(self.end)
        os.waitpid(self.child, 0)


class Typed:
    """What is alike in bash and zsh."""

    def setUp(self):
        if shutil.which(self.command[0]) is None:
            self.skipTest(self.command[0] + " is not installed")
        self.shell = Terminal(self.command)
        self.addCleanup(self.shell.close)
        self.shell.type(self.preparation + "\n")
        self.shell.read_until("ready now")

    def words(self, typed):
        """The words the program is called with when this is typed and Enter is pressed."""
        self.shell.type(typed + "\n")
        self.shell.read_until("called:")
        return self.shell.read_until(".\r\n")[1:-1].split("><")

    def test_commands(self):
        self.assertEqual(self.words("tagline que\t"), ["query"])
        self.assertEqual(self.words("tagline segment dep\t"), ["segment", "dependents"])
        self.assertEqual(self.words("tagline --lang zh\t events tr\t"), ["--lang", "zh-CN", "events", "trim"])

    def test_values(self):
        self.assertEqual(self.words("tagline tags --format js\t"), ["tags", "--format", "json"])
        self.assertEqual(self.words("tagline completion z\t"), ["completion", "zsh"])
        self.assertEqual(self.words("tagline key create --role op\t"), ["key", "create", "--role", "operator"])
        self.assertEqual(self.words("tagline tags --format=js\t"), ["tags", "--format=json"])

    def test_files_and_folders(self):
        self.assertEqual(self.words("tagline load --db sh\t cus\t"),
                         ["load", "--db", self.folder, "customers.csv"])

    def test_expressions(self):
        begin = ["query", "--db", "shop"]
        for typed, expected in (("'city:bi\t", "city:big"), ("city:bi\t", "city:big"),
                                ("'vip AND city:bi\t", "vip AND city:big"),
                                ('"NOT city:bi\t', "NOT city:big"), ("@la\t", "@lapsed")):
            with self.subTest(typed):
                self.assertEqual(self.words(f"tagline query --db shop {typed}" + self.close_quote(typed)),
                                 begin + [expected])

    def test_names_of_tags_and_segments(self):
        self.assertEqual(self.words("tagline query --db shop vip --by ci\t"),
                         ["query", "--db", "shop", "vip", "--by", "city"])
        # What is added up is a number: of all tags that is `age` and `spend`.
        self.assertEqual(self.words("tagline query --db shop vip --sum s\t"),
                         ["query", "--db", "shop", "vip", "--sum", "spend"])
        self.assertEqual(self.words("tagline query --db shop vip --sum ag\t"),
                         ["query", "--db", "shop", "vip", "--sum", "age"])
        self.assertEqual(self.words("tagline segment show --db shop bu\t"),
                         ["segment", "show", "--db", "shop", "buyers"])


class Bash(Typed, unittest.TestCase):
    command = ["bash", "--norc", "--noprofile", "-i"]
    preparation = ("PS1='> '; bind 'set bell-style none'; bind 'set show-all-if-ambiguous on'; "
                   "bind 'set enable-bracketed-paste off'; source tagline.bash; "
                   "complete -p tagline; echo ready 'now'")
    folder = "shop/"

    @staticmethod
    def close_quote(_):
        return ""  # readline does

    def test_options_are_listed(self):
        self.shell.type("tagline verify --\t")
        self.shell.read_until("--db")
        self.shell.type("\x15echo do'ne'\n")
        shown = self.shell.read_until("done")
        for option in ("--format", "--help", "--lang"):
            self.assertIn(option, shown)
        self.assertNotIn("--by", shown)
        self.assertEqual(self.words("tagline verify --d\t sh\t"), ["verify", "--db", "shop/"])


class Zsh(Typed, unittest.TestCase):
    command = ["zsh", "-f", "-i"]
    preparation = ("PS1='> '; unsetopt beep; autoload -U compinit; compinit -u -D; source ./_tagline; "
                   "echo ready 'now'")
    folder = "shop"  # zsh takes the / away again

    @staticmethod
    def close_quote(typed):
        return typed[0] if typed[0] in "'\"" else ""

    def test_options_are_listed_with_what_they_mean(self):
        self.shell.type("tagline verify --\t\t")
        self.shell.read_until("folder of the database")


class Fish(unittest.TestCase):
    def setUp(self):
        if shutil.which("fish") is None:
            self.skipTest("fish is not installed")

    def offered(self, typed):
        quoted = typed.replace("\\", "\\\\").replace("'", "\\'")
        run = subprocess.run(["fish", "--no-config", "-c", f"source tagline.fish; complete -C '{quoted}'"],
                             cwd=HOME, env=ENVIRONMENT, capture_output=True, text=True, timeout=DEADLINE_S)
        self.assertEqual(run.stderr, "")
        return dict((line + "\t").split("\t")[:2] for line in run.stdout.splitlines())

    def test_commands_with_what_they_do(self):
        self.assertEqual(list(self.offered("tagline que")), ["query"])
        self.assertIn("segment", self.offered("tagline que")["query"])
        self.assertEqual(list(self.offered("tagline segment dep")), ["dependents"])
        self.assertEqual(list(self.offered("tagline --lang en events tr")), ["trim"])

    def test_values(self):
        self.assertEqual(list(self.offered("tagline tags --format js")), ["json"])
        self.assertEqual(list(self.offered("tagline tags --format=js")), ["--format=json"])
        self.assertEqual(list(self.offered("tagline completion z")), ["zsh"])

    def test_options_of_the_command_alone(self):
        options = self.offered("tagline verify --")
        self.assertIn("--db", options)
        self.assertIn("--lang", options)
        self.assertNotIn("--by", options)

    def test_files_and_folders(self):
        self.assertEqual(list(self.offered("tagline load --db sh")), ["shop/"])
        self.assertIn("customers.csv", self.offered("tagline load --db shop cus"))

    def test_expressions(self):
        self.assertIn("city:big", self.offered("tagline query --db shop 'city:bi"))
        self.assertIn("city:big", self.offered("tagline query --db shop city:bi"))
        self.assertIn("vip AND city:big", self.offered("tagline query --db shop 'vip AND city:bi"))
        self.assertIn("1 person", self.offered("tagline query --db shop 'city:bi")["city:big"])

    def test_names_of_tags_and_segments(self):
        self.assertIn("city", self.offered("tagline query --db shop vip --by ci"))
        numbers = self.offered("tagline query --db shop vip --sum ")
        self.assertIn("spend", numbers)
        self.assertNotIn("city", numbers)
        self.assertEqual(list(self.offered("tagline segment show --db shop bu")), ["buyers"])


class Chinese(unittest.TestCase):
    def test_descriptions_are_in_the_language_asked_for(self):
        for shell in ("zsh", "fish"):
            script = subprocess.run([TAGLINE, "--lang", "zh-CN", "completion", shell], env=ENVIRONMENT,
                                    check=True, capture_output=True, text=True).stdout
            self.assertIn("数据库目录", script)
            self.assertNotIn("folder of the database", script)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
