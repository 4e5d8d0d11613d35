"""A model and its table for whoever has none yet: Fisher's irises, of scikit-learn."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

NAME, TARGET = "iris", "species"


def write_example(folder: Path) -> tuple[Path, Path]:
    """Train a small network on 150 irises; the files of the model and of the table.

    Parameters
    ----------
    folder : Path
    """
    from sklearn.datasets import load_iris

    from backlit import MLPClassifier

    irises = load_iris()
    table, model = folder / f"{NAME}.csv", folder / f"{NAME}.backlit"
    names = [name.removesuffix(" (cm)") for name in irises.feature_names]
    species = irises.target_names[irises.target]
    with table.open("w", newline="", encoding="utf-8") as file:
        rows = ([*row, kind] for row, kind in zip(irises.data.tolist(), species, strict=True))
        csv.writer(file).writerows([[*names, TARGET], *rows])
    network = MLPClassifier((5,), activation="tanh", learning_rate_init=0.02, tol=1e-3, random_state=0)
    network.fit(irises.data, species)
    network.feature_names_in_ = np.array(names, object)
    network.save(model)
    return model, table
