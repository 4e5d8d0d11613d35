"""A command is one file in `commands/`: a function, and the object COMMAND that declares it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """The declaration of a command.

    Parameters
    ----------
    name : str
        As it is typed after ``backlit``.
    run : callable
        Its parameters are the command's arguments and options, its docstring is the help. What takes long to import
        is imported when it is called, so that ``backlit --help`` is quick.
    order : int
        Where it stands in the help.
    unknown_options : bool
        Whether what begins with a minus and is no option is an argument, such as the formula ``-x``.
    """

    name: str
    run: Callable[..., None]
    order: int
    unknown_options: bool = False
