"""From the arguments to an exit status; an error is one line on stderr."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any, cast

import typer

from backlit.cli.app import app
from backlit.cli.deferred import defer

DONE, AT_FAULT, INTERRUPTED = 0, 2, 130

# The parent of what typer raises for its own arguments; typer gives it no public name.
UsageError = cast(type[Exception], typer.BadParameter.__base__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process unless given.

    Returns
    -------
    int
        0 done; 1 a gradient disagrees, 3 the witness cannot tell; 2 the arguments or the data are at fault;
        130 interrupted.

    Examples
    --------
    >>> main(["--version"])
    backlit ...
    0
    """
    defer()
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        # The columns were chosen by these very names before they became a matrix.
        warnings.filterwarnings("ignore", message="X does not have valid feature names")
        # A command that is interrupted reports it itself.
        warnings.filterwarnings("ignore", message="Training interrupted by user")
        try:
            status = app(arguments, prog_name="backlit", standalone_mode=False)
            sys.stdout.flush()
        except BrokenPipeError:  # the reader of the output has closed it
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 1
        except (KeyboardInterrupt, typer.Abort):
            status = INTERRUPTED
        except UsageError as error:
            return _report(_usage(error), AT_FAULT)
        except OSError as error:
            return _report(_system(error), AT_FAULT)
        except ValueError as error:
            return _report(str(error), AT_FAULT)
    return _report("interrupted", INTERRUPTED) if status == INTERRUPTED else status or DONE


def _report(message: str, status: int) -> int:
    """One line on stderr, whatever the message was broken into."""
    print(f"backlit: {' '.join(message.split())}", file=sys.stderr)
    return status


def _usage(error: Any) -> str:
    """What is wrong with the arguments, and where they are explained."""
    command = error.ctx.command_path if error.ctx else "backlit"
    what = error.format_message().replace("Value error, ", "").rstrip(".")
    return f"{what}; see {command} --help"


def _system(error: OSError) -> str:
    """The system's own message without its number; one of `files` has its file in it already."""
    return f"{error.filename or 'output'}: {error.strerror}" if error.strerror else str(error)


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    """A warning as one line, without the line of our source."""
    _report(f"warning: {message}", DONE)
