#!/bin/sh
# Optuna 5.0.0: the default pruner does not prune a training whose loss has become NaN, if it began well.
# Expected: a trial that reports NaN epoch after epoch is hopeless, and should_prune() says so at once, whichever pruner
#   the study has; ThresholdPruner's page names nan as a reason, and SuccessiveHalvingPruner does prune it.
# Happens: MedianPruner (what create_study takes unless one is given) and PercentilePruner compare the best report so
#   far, found with nanmin, with the others of the same step. A good first epoch stands for all that follow: the trial
#   trains on, here to its last epoch, and ends as FAIL, since NaN is no value. One that is merely poor is pruned at its
#   first report.
# Hurt: searches over learning rates, where the rates that are too large begin fastest and then diverge: the most
#   hopeless trainings are the ones that keep the machine the longest.
# Exit status 0: Optuna still does this.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install optuna==5.0.0 numpy==2.4.6 2> "$work/log" || { cat "$work/log"; exit 1; }
"$work/venv/bin/python" - <<'END'
import math

import optuna

optuna.logging.set_verbosity(optuna.logging.CRITICAL)
EPOCHS = 20
CURVES = {
    "healthy": lambda epoch: 1.0 - 0.004 * epoch,
    "poor": lambda epoch: 2.0,
    "diverges": lambda epoch: 0.9 if epoch < 2 else math.nan,
}
KINDS = ["healthy"] * 6 + ["poor", "diverges"]


def epochs_run(pruner):
    ran = {}

    def train(trial):
        kind = KINDS[trial.number]
        for epoch in range(EPOCHS):
            ran[kind] = epoch + 1
            trial.report(CURVES[kind](epoch), epoch)
            if trial.should_prune():
                raise optuna.TrialPruned
        return CURVES[kind](EPOCHS - 1)

    study = optuna.create_study(pruner=pruner)
    study.optimize(train, n_trials=len(KINDS))
    return ran, study.trials[-1].state.name


still = True
for pruner in (None, optuna.pruners.PercentilePruner(25.0), optuna.pruners.SuccessiveHalvingPruner(min_resource=4)):
    ran, state = epochs_run(pruner)
    name = type(pruner).__name__ if pruner else "default"
    print(f"{name}: poor ran {ran['poor']} epochs, diverges ran {ran['diverges']} of {EPOCHS} and is {state}")
    if name == "SuccessiveHalvingPruner":
        still &= ran["diverges"] < EPOCHS and state == "PRUNED"
    else:
        still &= ran["poor"] <= 2 and ran["diverges"] == EPOCHS and state == "FAIL"
raise SystemExit(0 if still else "Optuna behaves differently now")
END
