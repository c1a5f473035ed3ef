"""What shows how far it is: standard error is a terminal here, and the input comes as slowly as the test likes.

    progress_test.py TAGLINE
"""

import gzip
import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
import unittest

TAGLINE = os.path.abspath(sys.argv[1])
DEADLINE_S = 60


class Running:
    """The program with a pipe to its input and a terminal for its standard error."""

    def __init__(self, folder, *words):
        self.end, terminal = pty.openpty()
        self.program = subprocess.Popen([TAGLINE, *words], cwd=folder, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=terminal)
        os.close(terminal)
        self.shown = ""

    def read(self, seconds):
        """Adds what is shown by then."""
        ready, _, _ = select.select([self.end], [], [], seconds)
        if ready:
            self.shown += os.read(self.end, 65536).decode(errors="replace")

    def finish(self):
        """Standard output and the exit status, at the end of the input."""
        out, _ = self.program.communicate(timeout=DEADLINE_S)
        while select.select([self.end], [], [], 0)[0]:
            try:
                self.shown += os.read(self.end, 65536).decode(errors="replace")
            except OSError:
                break
        os.close(self.end)
        return out.decode(), self.program.returncode


class Progress(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tagline-progress-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        with open(os.path.join(self.folder, "people.csv"), "w") as file:
            file.write("id,vip\nu1,yes\nu2,no\n")
        subprocess.run([TAGLINE, "load", "--db", "shop", "people.csv"], cwd=self.folder, check=True,
                       capture_output=True)

    def test_a_file_that_is_read_shows_how_much(self):
        run = Running(self.folder, "--lang", "en", "segment", "import", "--db", "shop", "some", "-")
        lines = b"u1\nnobody\n" * 10_000
        deadline = time.monotonic() + DEADLINE_S
        while "MiB of ids" not in run.shown:
            self.assertLess(time.monotonic(), deadline, run.shown)
            run.program.stdin.write(lines)
            run.read(0)
        out, status = run.finish()
        self.assertEqual(status, 0, run.shown)
        self.assertIn("@some holds 1", out)
        # The line goes away before anything else is said.
        self.assertIn("\r\x1b[K", run.shown[run.shown.rindex("MiB of ids"):])

    def test_a_compressed_file_never_shows_more_than_all_of_it(self):
        def row(n):
            return f"u{n},city{n * 7919 % 331},{n * 104729 % 99991},{n * 31 % 2},{n * 17 % 9973}.{n % 90 + 10}\n"
        with gzip.open(os.path.join(self.folder, "many.csv.gz"), "wt", compresslevel=1) as file:
            file.write("id,city,points,vip,spend\n")
            for first in range(0, 400_000, 10_000):
                file.write("".join(row(n) for n in range(first, first + 10_000)))
        run = Running(self.folder, "--lang", "en", "load", "--db", "big", "many.csv.gz")
        run.program.stdin.close()
        run.program.stdin = None
        deadline = time.monotonic() + DEADLINE_S
        while run.program.poll() is None:
            self.assertLess(time.monotonic(), deadline, run.shown)
            try:
                run.read(0.1)
            except OSError:  # it has ended, and its terminal with it
                break
        out, status = run.finish()
        self.assertEqual(status, 0, run.shown)
        self.assertIn("400,000 new users", out)
        shares = [float(share) for share in re.findall(r"([0-9.]+)%", run.shown)]
        self.assertTrue(shares, run.shown)
        self.assertLessEqual(max(shares), 100.0, run.shown)
        self.assertEqual(shares, sorted(shares), run.shown)

    def test_what_tells_nothing_shows_its_time(self):
        for language, words in (("en", "reading the first rows ... "), ("zh-CN", "正在读取前面的行…… ")):
            with self.subTest(language):
                run = Running(self.folder, "--lang", language, "infer", "-")
                run.program.stdin.write(b"id,vip\nu1,yes\n")
                run.program.stdin.flush()
                deadline = time.monotonic() + DEADLINE_S
                while words not in run.shown:
                    self.assertLess(time.monotonic(), deadline, run.shown)
                    run.read(0.1)
                out, status = run.finish()
                self.assertEqual(status, 0, run.shown)
                self.assertIn('"column": "vip"', out)
                self.assertTrue(run.shown.endswith("\r\x1b[K"), run.shown)

    def test_what_is_quick_shows_nothing(self):
        for words, expected in ((["backup", "--db", "shop", "copy"], "copy"),
                                (["query", "--db", "shop", "--ids", "*"], "u1\nu2\n"),
                                (["segment", "save", "--db", "shop", "vips", "vip"], "@vips")):
            with self.subTest(words[0]):
                run = Running(self.folder, "--lang", "en", *words)
                out, status = run.finish()
                self.assertEqual((status, run.shown), (0, ""))
                self.assertIn(expected, out)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
