"""The command line: arguments in, calls of the other rooms, tables and one-line errors out."""

from backlit.cli.run import main

__all__ = ["main"]
