"""A module of others that is slow to import and hardly used: it is imported when something of it is asked for.

The standard library's `LazyLoader` does not serve: Python's own look at ``__spec__`` at the next import loads it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

SLOW = "scipy.stats"
"""A second of each command's start; scikit-learn imports it for a function that no command calls."""


class Deferred(ModuleType):
    """Stands for a module until an attribute is asked for, its path for modules below it included.

    Examples
    --------
    >>> import sys
    >>> defer("wave")
    >>> type(sys.modules["wave"]).__name__, sys.modules["wave"].Wave_read.__name__, type(sys.modules["wave"]).__name__
    ('Deferred', 'Wave_read', 'module')
    """

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


def defer(name: str = SLOW) -> None:
    """Let a module that is not imported yet wait for its first use."""
    if name not in sys.modules:
        sys.modules[name] = Deferred(name)
