"""A raw data frame with text, nulls and dates: train, predict, ask which columns matter, save and load."""

import numpy as np
import pandas as pd

import backlit

rng = np.random.default_rng(0)
frame = pd.DataFrame({"size": rng.lognormal(size=600), "colour": rng.choice(["red", "green", None], 600)})
frame["picked"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 365, 600), unit="D")
ripe = np.where((frame["size"] > 1) & (frame["colour"] != "green"), "yes", "no")

model = backlit.TabularClassifier(random_state=0).fit(frame[:400], ripe[:400])
print(f"accuracy on new rows: {model.score(frame[400:], ripe[400:]):.3f}")
for column, lost, _ in model.importance(frame[400:], ripe[400:]).ranked():
    print(f"without {column}: {lost:.3f} of it is lost")
model.save("fruit.backlit")
assert (backlit.load("fruit.backlit").predict(frame) == model.predict(frame)).all()
