"""What the reference's reader is asked to change: rows of parameters are put into a docstring when its class is made.

The reader does not run the code, so the classes that `documented` decorates are asked for their docstrings here.
"""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import griffe


class GeneratedDocstrings(griffe.Extension):
    """Gives decorated classes the docstrings that they have when they run."""

    def on_class_instance(self, *, node: Any, cls: griffe.Class, agent: Any, **keywords: Any) -> None:
        """Replace the docstring of a class with generated rows."""
        decorators = [decorator.callable_path for decorator in cls.decorators]
        if cls.docstring and any(path.endswith("documented") for path in decorators):
            made = getattr(importlib.import_module(cls.module.path), cls.name)
            cls.docstring.value = inspect.getdoc(made) or ""
