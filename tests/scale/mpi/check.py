"""Under MPI: 1 to 4 ranks and a resumed training end in the same bits, faults with a word; part of `make extras`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM = Path(__file__).with_name("program.py")
MPIRUN = Path(sys.executable).with_name("mpirun")


def run(ranks: int, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(MPIRUN), "-n", str(ranks), sys.executable, str(PROGRAM), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


FAULTS = {
    "killed": "",  # the launcher's word
    "stopped": "rank 1 of 2 gives no sign of life for 15 s",
    "interrupted": "rank 1 of 2: the training was interrupted",
    "other": "rank 1 of 2: the fit: digest of the rows is",
}
"""What happens to one rank -> what is said."""


def main() -> None:
    digests, wrong = set(), []
    for ranks in (1, 2, 3, 4):
        done = run(ranks, "deterministic")
        print(done.stdout.strip() or done.stderr)
        digests.add(done.stdout.split()[1])
    for fault, said in FAULTS.items():
        done = run(2, fault)
        text = " ".join((done.stdout + done.stderr).split())
        print(f"{fault}: exit status {done.returncode}; {text[:200]}")
        if not done.returncode or said not in text:
            wrong.append(fault)
    with tempfile.TemporaryDirectory() as folder:
        words = ("deterministic", f"checkpoint={folder}/kept")
        run(3, "killed", *words)
        resumed = run(2, *words)
        print("resumed:", resumed.stdout.strip() or resumed.stderr)
        digests.add(resumed.stdout.split()[1])
    apart = [run(ranks, "members").stdout.strip() for ranks in (1, 2)]
    print(*apart, sep="\n")
    if len(digests) != 1 or len({line.split()[1] for line in apart}) != 1 or wrong:
        raise SystemExit(f"{len(digests)} sets of bits; ended without the word: {wrong}")


if __name__ == "__main__":
    main()
