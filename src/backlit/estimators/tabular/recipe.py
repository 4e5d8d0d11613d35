"""What a tabular network is trained with when nothing is chosen: the defaults, as data, one recipe a task.

Mostly RealMLP's choices (Holzmueller et al. 2024, 'Better by default'), as far as the engine has the parts; measured in
docs/decisions/0005-tabular.md and 0009.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from backlit.estimators.shared.arguments import widths_of

RATES: Mapping[str, float] = {"softmax": 0.04, "sigmoid": 0.04, "exp": 0.04, "identity": 0.2}
"""Output gate -> the schedule's base rate: where the error signal grows with the output, steps are smaller."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The defaults of one task: the network, and how it is trained."""

    hidden_layer_sizes: tuple[int, ...]
    activation: str
    parametric_activation: bool  # whether each hidden neuron learns how much of its gate it uses
    loss: str
    initializers: tuple[str, ...]  # of the members, in turn: members that start differently err differently
    input_scaling: bool  # whether inputs are scaled by their column's relevance to the targets
    bias_rate: float  # learning-rate multiplier of biases
    optimizer: str
    schedule: str
    beta_2: float  # below Adam's 0.999: the rate changes fast along the schedule, and the squares have to follow
    dropout: float
    small_data_rows: int  # up to which `small_data_dropout` takes the place of `dropout`
    small_data_dropout: float
    weight_decay: float
    label_smoothing: float
    ema_decay: float  # of the moving average of the weights that becomes the model; 0: the weights themselves
    steps: int  # of the optimizer, about, within these limits of epochs
    min_epochs: int
    max_epochs: int
    batch_size: int
    validation_fraction: float
    max_periodic_columns: int  # columns of numbers up to which each has a periodic embedding; it is slow for more
    number_steps: int  # of each column of numbers, between its quantiles; fewer where columns are many
    min_cycle_gain: float  # a cycle of the schedule that improves the best by no more than this part is the last
    n_members: int  # networks trained side by side, whose logits are averaged
    line: bool  # whether a straight line, or a logistic regression, stands beside the network, where it pays
    line_margin: float  # how many times the targets' range predictions may leave it at each end, where there is a line
    error_rate_weight: float  # the best epoch has the least log loss plus so many times the error rate
    learning_rate: float | None = None  # None: `RATES` by the output gate

    def dropout_of(self, rows: int) -> float:
        """The dropout where so many rows are learnt from."""
        return self.small_data_dropout if rows <= self.small_data_rows else self.dropout

    def epochs_of(self, batches: int) -> int:
        """How many epochs of so many mini-batches a training takes: more for small data."""
        return min(max(round(self.steps / batches), self.min_epochs), self.max_epochs)

    def rate_of(self, output_gate: str) -> float:
        """The schedule's base rate for a network that ends in a gate."""
        return RATES[output_gate] if self.learning_rate is None else self.learning_rate


CLASSIFICATION = Recipe(
    hidden_layer_sizes=(256, 256, 256),
    activation="selu",
    parametric_activation=False,
    loss="cross_entropy",
    initializers=("lsuv", "glorot"),
    input_scaling=True,
    bias_rate=0.1,
    optimizer="adam",
    schedule="coslog4",
    beta_2=0.95,
    dropout=0.15,
    small_data_rows=800,
    small_data_dropout=0.3,
    weight_decay=0.02,
    label_smoothing=0.1,
    ema_decay=0.0,
    steps=2_800,
    min_epochs=56,
    max_epochs=224,
    batch_size=256,
    validation_fraction=0.2,
    max_periodic_columns=256,
    number_steps=0,
    min_cycle_gain=0.01,
    n_members=4,
    line=True,
    line_margin=10.0,
    error_rate_weight=4.0,
)
REGRESSION = replace(
    CLASSIFICATION,
    initializers=("glorot",),
    activation="mish",
    loss="squared",
    label_smoothing=0.0,
    number_steps=32,
    error_rate_weight=0.0,
)
RECIPES: Mapping[str, Recipe] = {"classification": CLASSIFICATION, "regression": REGRESSION}
"""Task -> recipe."""


def recipe_of(model: Any) -> Recipe:
    """The recipe of an estimator's task, in which its parameters replace the defaults.

    Parameters
    ----------
    model : TabularClassifier or TabularRegressor

    Raises
    ------
    BacklitError
        If a width of a hidden layer is not a whole number from 1.

    Examples
    --------
    >>> from backlit import TabularClassifier
    >>> recipe = recipe_of(TabularClassifier((16,), epochs=5))
    >>> recipe.hidden_layer_sizes, recipe.epochs_of(batches=100), recipe.batch_size
    ((16,), 5, 256)
    """
    names = ("hidden_layer_sizes", "batch_size", "learning_rate", "validation_fraction", "n_members")
    chosen = {name: getattr(model, name) for name in names if getattr(model, name) is not None}
    if "hidden_layer_sizes" in chosen:
        chosen["hidden_layer_sizes"] = widths_of(chosen["hidden_layer_sizes"])
    if model.epochs is not None:
        chosen["min_epochs"] = chosen["max_epochs"] = int(model.epochs)
    return replace(RECIPES[model.task], **chosen)
