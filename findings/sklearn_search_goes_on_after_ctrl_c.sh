#!/bin/sh
# scikit-learn 1.9.1: Ctrl-C during a GridSearchCV over an MLPClassifier does not end the search, and the training that
# it cut short is ranked with the others.
# Expected: KeyboardInterrupt leaves the search, as it does with every other estimator (here a LogisticRegression, or
#   the same network with solver="lbfgs").
# Happens: the stochastic solvers catch it, warn, and return as if they had converged. The search takes the score of
#   that half-trained network for the candidate's, and goes on with the next fit. Whoever presses Ctrl-C once for each
#   fit comes to the refit, and gets a fitted search with best_params_ by interrupted trainings.
# Hurt: whoever stops a search in a notebook and, seeing that it 'did not react', presses again: the record
#   (cv_results_) has no mark of it, and error_score is not used.
# Exit status 0: scikit-learn still does this.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install scikit-learn==1.9.1 numpy==2.4.6 2> "$work/log" || { cat "$work/log"; exit 1; }
"$work/venv/bin/python" - <<'END'
import io
import os
import signal
import sys
import warnings

from sklearn.datasets import make_classification
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier

signal.signal(signal.SIGINT, signal.default_int_handler)
X, y = make_classification(400, 10, flip_y=0.1, random_state=0)


class Terminal(io.StringIO):
    """What verbose=True prints to; presses Ctrl-C in the second epoch of the third fit."""

    fits = 0

    def write(self, text):
        self.fits += text.startswith("Iteration 1,")
        if self.fits == 3 and text.startswith("Iteration 2,"):
            os.kill(os.getpid(), signal.SIGINT)
        return len(text)


def search(pressed):
    network = MLPClassifier((8,), max_iter=40, learning_rate_init=0.01, verbose=pressed, random_state=0)
    grid = GridSearchCV(network, {"alpha": [1e-4, 1e-3]}, cv=2, error_score="raise")
    terminal = sys.stdout = Terminal()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return grid.fit(X, y), terminal.fits
    except KeyboardInterrupt:
        return None, terminal.fits
    finally:
        sys.stdout = terminal_of_python


terminal_of_python = sys.stdout
whole, _ = search(False)
done, fits = search(True)
ended = done is None
print("the search", "was ended" if ended else f"went on through {fits} fits, the refit included")
if not ended:
    for name, grid in (("never interrupted", whole), ("interrupted", done)):
        scores = [round(float(grid.cv_results_["split0_test_score"][k]), 3) for k in range(2)]
        print(f"{name}: scores of the two candidates in the first fold {scores}, best {grid.best_params_}")
    lost = whole.cv_results_["split0_test_score"][1] - done.cv_results_["split0_test_score"][1]
still = not ended and fits == 5 and lost > 0.1
raise SystemExit(0 if still else "scikit-learn behaves differently now")
END
