"""THE list of symptoms: each is a file of this folder that holds its declaration, `SYMPTOM`."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module

from backlit.diagnosis.symptom import Symptom

_ALL: list[Symptom] = [import_module(f"{__name__}.{module.name}").SYMPTOM for module in pkgutil.iter_modules(__path__)]

SYMPTOMS: Mapping[str, Symptom] = {symptom.name: symptom for symptom in sorted(_ALL, key=lambda one: one.rank)}
"""Name -> declaration, causes before effects."""
