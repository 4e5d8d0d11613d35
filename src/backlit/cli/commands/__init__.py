"""The commands, one a file; see `backlit.cli.command`."""
