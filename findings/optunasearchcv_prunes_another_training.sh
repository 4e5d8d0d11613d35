#!/bin/sh
# optuna-integration 5.0.0 (Optuna 5.0.0, scikit-learn 1.9.1): with enable_pruning OptunaSearchCV scores one training
# and returns another.
# Expected: enable_pruning=True ends hopeless trials early, and changes nothing else: the score of a candidate is that
#   of the estimator as it is configured, and best_estimator_ is trained in that way.
# Happens: a trial is scored by calling partial_fit max_iter times (the argument of the search, 1,000 unless given).
#   The estimator's own max_iter, tol, learning-rate rule of fit and early stopping play no part: an MLPClassifier of
#   max_iter=1 and one of max_iter=60 get the same score, and the search reports that score for a model that it then
#   fits for one epoch. With early_stopping=True partial_fit refuses, every trial scores NaN, none is completed, and fit
#   returns all the same.
# Hurt: whoever turns pruning on to save time: parameters of the training are compared by chance, and best_score_ is of
#   a network that nobody has.
# Exit status 0: it still does this.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install optuna==5.0.0 optuna-integration==5.0.0 scikit-learn==1.9.1 numpy==2.4.6 pandas==3.1.1 2> "$work/log" || { cat "$work/log"; exit 1; }
"$work/venv/bin/python" - 2> "$work/log" <<'END' || { tail -3 "$work/log"; exit 1; }
import optuna
from optuna.distributions import CategoricalDistribution
from optuna_integration import OptunaSearchCV
from sklearn.datasets import make_classification
from sklearn.model_selection import cross_val_score
from sklearn.neural_network import MLPClassifier

optuna.logging.set_verbosity(optuna.logging.CRITICAL)
X, y = make_classification(200, 10, random_state=0)
network = MLPClassifier((8,), learning_rate_init=0.01, random_state=0)


def search(model, name, values, pruning):
    space = {name: CategoricalDistribution(values)}
    options = {"enable_pruning": pruning, "max_iter": 60, "n_trials": 1, "cv": 3, "random_state": 0}
    return OptunaSearchCV(model, space, **options).fit(X, y)


still = True
for pruning in (False, True):
    scores = {epochs: search(network, "max_iter", [epochs], pruning) for epochs in (1, 60)}
    for epochs, done in scores.items():
        kept = cross_val_score(done.best_estimator_, X, y, cv=3).mean()
        print(
            f"pruning {pruning}, max_iter={epochs}: best_score_ {done.best_score_:.3f}; best_estimator_ had "
            f"{done.best_estimator_.n_iter_} epochs, and scores {kept:.3f}"
        )
        honest = abs(kept - done.best_score_) < 1e-9
        still &= honest == (not pruning or epochs == 60)
    still &= (scores[1].best_score_ == scores[60].best_score_) == pruning
stopping = search(network.set_params(early_stopping=True), "alpha", [1e-4, 1e-2], True)
try:
    print("pruning True, early_stopping=True:", stopping.best_params_)
    still = False
except ValueError as error:
    print("pruning True, early_stopping=True:", error)
raise SystemExit(0 if still else "OptunaSearchCV behaves differently now")
END
