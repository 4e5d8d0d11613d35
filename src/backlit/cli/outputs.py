"""Where the results of commands may go."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from backlit.errors import BacklitError
from backlit.files import check_space, plain_os_error


def check_output(output: Path, *inputs: Path, size: int = 0) -> None:
    """Refuse an output that cannot be written, before the work is done; `size`: bytes that it will have, about.

    Raises
    ------
    BacklitError
        If it would replace an input.
    OSError
        If it is a folder, or in none that can be written, or the disk has no space for it.
    """
    for source in inputs:
        if output.exists() and source.exists() and output.samefile(source):
            raise BacklitError(f"{output} is an input of this command; write to another file")
    folder = output.absolute().parent
    wrong = (
        (errno.EISDIR, output.is_dir()),
        (errno.ENOENT, not folder.exists()),
        (errno.ENOTDIR, not folder.is_dir()),
        (errno.EACCES, not os.access(folder, os.W_OK)),
    )
    for number, at_fault in wrong:
        if at_fault:
            raise plain_os_error(OSError(number, os.strerror(number)), "cannot write", output)
    if size:
        check_space(output, size)
