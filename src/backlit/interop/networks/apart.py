"""A file of a library that may end the process on damage (HDF5's) is read in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from backlit.errors import BacklitError
from backlit.estimators.loading import load
from backlit.interop.networks.importing import import_network

MOST_SECONDS = 120
"""Seconds for a file: it is some MB."""


def import_apart(path: Path) -> Any:
    """The network in a file, by way of a model file beside it, which is removed.

    Raises
    ------
    BacklitError
        As `import_network` does, and if the other process ends without an answer.
    """
    model = path.with_name(f"{path.name}.backlit")
    command = [sys.executable, "-m", __name__, str(path), str(model)]
    try:
        answer = subprocess.run(command, capture_output=True, timeout=MOST_SECONDS, check=False)
        if answer.returncode == 0:
            return load(model)
    except subprocess.TimeoutExpired:
        raise BacklitError(f"{path}: it took more than {MOST_SECONDS} s to read; save the network again") from None
    finally:
        model.unlink(missing_ok=True)
    said = answer.stderr.decode("utf-8", "replace").strip().splitlines()
    if answer.returncode == REFUSED and said:
        raise BacklitError(said[-1])
    raise BacklitError(f"{path}: the file is damaged: its library ended on it; save the network again, as .keras")


REFUSED = 3


def main(path: str, model: str) -> int:
    """Read one file and write the other; a message goes to standard error."""
    try:
        import_network(Path(path)).save(model)
    except (BacklitError, OSError) as error:
        print(error, file=sys.stderr)
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
