"""Every score beside scikit-learn's, where it has one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from backlit.reporting.scores import by_class, class_scores, expected_calibration_error, number_scores, reliability


def answers(classes: int) -> tuple[Any, Any]:
    chance = np.random.default_rng(classes)
    codes = np.arange(200) % classes
    logits = chance.normal(size=(200, classes)) + 1.2 * np.eye(classes)[codes]
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), codes


@pytest.mark.parametrize("classes", [2, 4])
def test_class_scores_are_those_of_scikit_learn(classes: int) -> None:
    p, codes = answers(classes)
    guesses, hot = p.argmax(axis=1), np.eye(classes)[codes]
    wanted = {
        "accuracy": metrics.accuracy_score(codes, guesses),
        "balanced accuracy": metrics.balanced_accuracy_score(codes, guesses),
        "macro F1": metrics.f1_score(codes, guesses, average="macro"),
        "ROC AUC": metrics.roc_auc_score(codes, p[:, 1] if classes == 2 else p, multi_class="ovr"),
        "average precision": metrics.average_precision_score(*((codes, p[:, 1]) if classes == 2 else (hot, p))),
        "log loss": metrics.log_loss(codes, p),
        "Brier": metrics.brier_score_loss(codes, p[:, 1]) if classes == 2 else ((p - hot) ** 2).sum(axis=1).mean(),
    }
    found = {score.measure: score.model for score in class_scores(p, codes, np.full(classes, 1 / classes))}
    assert {name: found[name] for name in wanted} == pytest.approx(wanted, abs=1e-12)
    assert list(found)[-1] == "ECE"


def test_a_baseline_that_answers_all_rows_alike_ranks_nothing() -> None:
    p, codes = answers(2)
    found = {score.measure: score.baseline for score in class_scores(p, codes, np.array([0.5, 0.5]))}
    assert found["ROC AUC"] == found["average precision"] == found["balanced accuracy"] == 0.5
    assert found["Brier"] == 0.25
    assert found["log loss"] == pytest.approx(np.log(2))


def test_without_rows_of_a_class_ranks_are_not_numbers() -> None:
    p, _ = answers(3)
    found = {score.measure: score.model for score in class_scores(p, np.arange(200) % 2, np.full(3, 1 / 3))}
    assert np.isnan([found["ROC AUC"], found["average precision"]]).all()
    assert np.isfinite([found["accuracy"], found["macro F1"], found["Brier"], found["ECE"]]).all()


def test_number_scores_are_those_of_scikit_learn() -> None:
    chance = np.random.default_rng(0)
    truth = chance.normal(size=50)
    guesses = truth + chance.normal(size=50)
    wanted = [
        metrics.root_mean_squared_error(truth, guesses),
        metrics.mean_absolute_error(truth, guesses),
        metrics.r2_score(truth, guesses),
    ]
    assert [score.model for score in number_scores(guesses, truth, 0.0)] == pytest.approx(wanted)


def test_classes_are_those_of_scikit_learn_and_one_never_guessed_has_zeros() -> None:
    codes, guesses = np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0])
    wanted = metrics.classification_report(codes, guesses, output_dict=True, zero_division=0.0)
    for part in by_class(guesses, codes, [0, 1, 2]):
        assert [part.precision, part.recall, part.f1, part.rows] == pytest.approx(list(wanted[part.label].values()))


def test_ece_of_probabilities_that_are_right_as_often_as_they_say_is_zero() -> None:
    p = np.tile([0.75, 0.25], (8, 1))
    assert expected_calibration_error(reliability(p, np.array([0, 0, 0, 1] * 2))) == 0
    assert expected_calibration_error(reliability(p, np.zeros(8, int))) == 0.25


def test_a_certain_answer_is_in_the_last_bin() -> None:
    (part,) = reliability(np.array([[1.0, 0.0]]), np.array([0]))
    assert (part.low, part.high, part.rows) == (0.9, 1.0, 1)
