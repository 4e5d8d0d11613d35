"""A gate and a loss as formulas: their derivatives are derived, checked, compiled, and saved with the model."""

import numpy as np

import backlit

gate = backlit.gate("bent", "where(x > 0, x, x / (1 - x))")
print("the derivative of bent:", *gate.local)
print(backlit.trace("bent(x)", x=-1.0).derivation("x"))

backlit.loss("late_is_worse", "where(a < y, 3 * (y - a), a - y)")
X = np.linspace(0, 1, 200)[:, None]
y = X[:, 0] + np.random.default_rng(0).exponential(0.1, 200)
model = backlit.MLPRegressor(
    hidden_layer_sizes=(8,), activation="bent", loss="late_is_worse", learning_rate_init=0.01, random_state=0
)
early = (model.fit(X, y).predict(X) < y).mean()
print(f"{early:.0%} of the answers are too low: three times the cost makes them rare")
assert early < 0.4
