"""The command line: one file per verb, loaded when it is called."""

from specc.cli._main import main

__all__ = ["main"]
