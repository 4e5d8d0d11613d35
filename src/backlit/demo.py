"""What `make demo` runs: handwritten digits, learnt, saved, predicted, and one weight's gradient explained.

It uses public names only, so that it can be read as an introduction.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import backlit

FOLDER = Path("runs", "demo")
EPOCHS = 30
SIGMOID = "1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))"

screen = Console(highlight=False, markup=False, soft_wrap=True)


def main() -> None:
    """Train, measure, save, load, predict, explain, draw."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    pixels, digits = load_digits(return_X_y=True)
    pixels = (pixels / 16).astype(np.float32)  # float32 in trains in float32
    learn_x, held_x, learn_y, held_y = train_test_split(pixels, digits, test_size=0.2, stratify=digits, random_state=0)
    write_rows(FOLDER / "held_out.parquet", held_x, held_y)

    model = trained(learn_x, learn_y)
    show_scores(model, {"training": (learn_x, learn_y), "held out": (held_x, held_y)})

    model.save(FOLDER / "digits.backlit")
    loaded = backlit.load(FOLDER / "digits.backlit")
    show_predictions(loaded, held_x[:6], held_y[:6])

    explain_worst(loaded, held_x, held_y)
    draw_circuit()
    show_next()


def trained(x: Any, y: Any) -> backlit.MLPClassifier:
    """A network of 64 pixels, 100 hidden neurons and 10 digits, one epoch at a time."""
    model = backlit.MLPClassifier((100,), batch_size=32, random_state=0)
    for _ in track(range(EPOCHS), description=f"Training 64-100-10 on {len(x)} digits", console=screen):
        model.partial_fit(x, y, classes=np.arange(10))
    return model


def write_rows(path: Path, x: Any, y: Any) -> None:
    """Digits as a table: a column for each pixel, and the digit."""
    columns = {f"p{pixel}": x[:, pixel] for pixel in range(x.shape[1])}
    pq.write_table(pa.table({**columns, "digit": y}), path)


def show_scores(model: backlit.MLPClassifier, parts: dict[str, tuple[Any, Any]]) -> None:
    """A table of accuracies."""
    table = Table("rows", "count", "accuracy")
    for name, (x, y) in parts.items():
        table.add_row(name, str(len(x)), f"{model.score(x, y):.4f}")
    screen.print(table, soft_wrap=False)


def show_predictions(model: Any, x: Any, y: Any) -> None:
    """A table of predictions."""
    screen.print(f"\nSaved to {FOLDER / 'digits.backlit'}, loaded from there, it predicts of held-out digits:")
    table = Table("digit", "prediction", "probability")
    for digit, prediction, probabilities in zip(y, model.predict(x), model.predict_proba(x), strict=True):
        table.add_row(str(digit), str(prediction), f"{probabilities.max():.4f}")
    screen.print(table, soft_wrap=False)


def explain_worst(model: Any, x: Any, y: Any) -> None:
    """The chain rule of the weight that would move most, on the sample with the largest loss."""
    right = model.predict_proba(x)[np.arange(len(y)), y]
    row = int(right.argmin())
    trace = backlit.trace(model, x=x[row], y=y[row])
    gradients = np.asarray(trace.gradients["w[1]"])
    i, j = np.unravel_index(np.abs(gradients).argmax(), gradients.shape)
    weight = f"w[1][{i}][{j}]"
    (prediction,) = model.predict(x[row : row + 1])
    screen.print(
        f"\nHeld-out row {row} is the digit {y[row]}, predicted as {prediction}: loss {trace.value:.6f}. "
        f"Of the first layer's weights, {weight} (pixel {i} to neuron {j}) would move most:\n"
    )
    print(trace.derivation(weight))
    print(f"\nThe witness, a central difference of the loss:\n{trace.check(wrt=weight)}")


def draw_circuit() -> None:
    """The sigmoid circuit of the lecture, as a picture and as a page."""
    trace = backlit.trace(SIGMOID, w0=2, x0=-1, w1=-3, x1=-2, w2=-3)
    for suffix, drawing in {"svg": trace.to_svg(), "html": trace.to_html()}.items():
        path = FOLDER / f"sigmoid.{suffix}"
        path.write_text(drawing, encoding="utf-8")
        screen.print(f"\nThe circuit of a sigmoid neuron: {path}" if suffix == "svg" else f"the same as a page: {path}")


def show_next() -> None:
    """What to try with the files that are there now."""
    model, rows = FOLDER / "digits.backlit", FOLDER / "held_out.parquet"
    screen.print("\nNext, from the command line:")
    screen.print(f"  .venv/bin/backlit evaluate {model} {rows} --target digit")
    screen.print(f"  .venv/bin/backlit explain {model} {rows} --target digit --row 7 --weight 2,0,3")


if __name__ == "__main__":
    main()
