"""Under MPI: 1, 2, 3, 4 ranks end in the same bits, a killed rank ends the job; part of `make extras`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).with_name("program.py")
MPIRUN = Path(sys.executable).with_name("mpirun")


def run(ranks: int, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(MPIRUN), "-n", str(ranks), sys.executable, str(PROGRAM), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def main() -> None:
    digests = set()
    for ranks in (1, 2, 3, 4):
        done = run(ranks, "deterministic")
        print(done.stdout.strip() or done.stderr)
        digests.add(done.stdout.split()[1])
    killed = run(2, "killed")
    print(f"a killed rank: exit status {killed.returncode}; {' '.join((killed.stdout + killed.stderr).split())[:200]}")
    if len(digests) != 1 or not killed.returncode:
        raise SystemExit("the bits depend on the number of ranks, or a killed rank is not noticed")


if __name__ == "__main__":
    main()
