"""The commands as one program: each is a file in `commands/`, and the list is read from there."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Annotated

import typer

from backlit.cli import commands
from backlit.cli.command import Command

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Neural networks whose gradients you can see: train on tables, trace every chain rule.",
)


def all_commands() -> list[Command]:
    """The commands in the order of the help.

    Examples
    --------
    >>> [command.name for command in all_commands()][:3]
    ['train', 'predict', 'evaluate']
    """
    names = (module.name for module in pkgutil.iter_modules(commands.__path__))
    declared: list[Command] = [import_module(f"{commands.__name__}.{name}").COMMAND for name in names]
    return sorted(declared, key=lambda command: command.order)


def _print_version(requested: bool) -> None:
    """Print the version and end."""
    if requested:
        from backlit import __version__

        print(f"backlit {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def backlit(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Without a command: the help."""
    if context.invoked_subcommand is None:
        print(context.get_help())


for _command in all_commands():
    _settings = {"ignore_unknown_options": True} if _command.unknown_options else None
    app.command(_command.name, context_settings=_settings)(_command.run)
