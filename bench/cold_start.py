"""How long a whole process takes, from its start to its end: python3 cold_start.py NAME COMMAND ...

Fifteen times; prints the name, the median and the least in milliseconds. The page cache is warm: what is cold is the
process. Output of the command is thrown away; when it fails, so does this.
"""
import subprocess
import sys
import time

RUNS = 15


def main(name, command):
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        times.append((time.perf_counter() - start) * 1e3)
        if done.returncode != 0:
            print(f"cold_start: {command[0]} ended with {done.returncode}", file=sys.stderr)
            return 1
    times.sort()
    print(f"{name}\t{times[len(times) // 2]:.1f}\t{times[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
