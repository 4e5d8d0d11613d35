"""The seam, bad input, what a diagnosis is shown as, and the lecture's slow start with its mend."""

from __future__ import annotations

import gzip
import json
import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.neural_network import MLPClassifier as SklearnMLP
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import backlit
from backlit.diagnosis import Case, Diagnosis, Rows, Training, diagnose_case
from backlit.diagnosis.mend import CHANGES, code_of
from backlit.diagnosis.messages import MESSAGES
from backlit.diagnosis.symptom import Change
from backlit.diagnosis.symptoms import SYMPTOMS
from backlit.errors import BacklitError
from backlit.network.building import mlp

NAMES = """saturated_output saturated_hidden vanishing_gradient exploding_gradient dead_units symmetric_init
rate_too_high rate_too_low unscaled_input unscaled_target shuffled_labels label_leak class_imbalance overfitting
underfitting small_batch heavy_regularization duplicate_rows loss_output_mismatch clipped_gradient too_few_epochs
constant_features non_finite oscillating_loss frozen_layer"""


def slow_start(loss: str = "quadratic") -> Case:
    """One sigmoid neuron at (2, 2), input 1, target 0, 300 steps of plain gradient descent at rate 0.15."""
    neuron = mlp(1, (), 1, output_gate="sigmoid", loss=loss)
    theta = np.zeros(neuron.theta_size)
    for array in neuron.arrays(theta).values():
        array[...] = 2.0
    known = Training(optimizer="sgd", rate=0.15, batch_size=1, epochs=300, initial=theta)
    return Case(neuron, theta, Rows(np.ones((1, 1)), np.zeros((1, 1))), "classification", training=known)


def test_the_lectures_slow_start_is_the_outputs_slope_and_cross_entropy_mends_it() -> None:
    seen = diagnose_case(slow_start())
    first = seen.symptoms[0]
    assert str(first).startswith("saturated_output: ")
    assert first.numbers["slope"] == pytest.approx(0.0176627, rel=1e-5)
    assert first.numbers["error"] == pytest.approx(0.9820138, rel=1e-6)
    what, why, mend = first.described()
    assert "sigma'(z) = 0.0177 of sigmoid multiplies the error" in what
    assert "Cross entropy cancels sigma'(z)" in why
    assert "Take cross entropy" in mend
    korean = first.described("ko")
    assert "sigma'(z) = 0.0177이 오차에 곱해져" in korean[0]
    assert "교차 엔트로피에서는 sigma'(z)가 약분" in korean[1]
    trial = seen.try_mend()
    assert trial.epochs_to_level == (232, 17)  # a < 0.5
    for cost, epochs in zip(("quadratic", "cross_entropy"), trial.epochs_to_level, strict=True):
        outputs = np.asarray(backlit.experiments.slow_learning(2, 2, 0.15, cost=cost, epochs=300)["output"])
        assert int(np.argmax(outputs < 0.5)) == epochs
    assert trial.helped
    assert "232" in trial.to_text("ko")
    assert "saturated_output" not in [one.name for one in diagnose_case(slow_start("binary_cross_entropy")).symptoms]


def test_every_name_is_there_once_with_words_and_a_mend_that_is_known() -> None:
    assert sorted(SYMPTOMS) == sorted(NAMES.split())
    assert len({one.rank for one in SYMPTOMS.values()}) == len(SYMPTOMS)
    for one in SYMPTOMS.values():
        assert set(one.words) == set(MESSAGES)
        assert all(part for words in one.words.values() for part in words)
        assert set(one.same_cause) <= set(SYMPTOMS)
    assert MESSAGES["en"].keys() == MESSAGES["ko"].keys()


def test_code_is_for_the_tool() -> None:
    case = slow_start()
    assert code_of(case, Change("rate", 0.1)) == 'training["rate"] = 0.015'
    assert code_of(case, None) == ""
    for kind in CHANGES.values():
        assert all("model" in code or "X" in code for tool, code in kind.code.items() if tool == "mlp")


@pytest.fixture(scope="module")
def blobs() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=120)
    return rng.normal(size=(120, 3)) + 2.0 * y[:, None], y


@pytest.fixture(scope="module")
def unscaled(blobs: tuple[np.ndarray, np.ndarray]) -> tuple[backlit.MLPClassifier, np.ndarray, np.ndarray]:
    X, y = blobs[0] * [1.0, 1.0, 1e4], blobs[1]
    model = backlit.MLPClassifier((8,), activation="tanh", random_state=0)
    return model.partial_fit(X, y, classes=[0, 1]), X, y


def test_a_diagnosis_is_words_a_page_and_data_and_changes_nothing(
    unscaled: tuple[backlit.MLPClassifier, np.ndarray, np.ndarray],
) -> None:
    model, X, y = unscaled
    before = model.theta_.tobytes()
    seen = backlit.diagnose(model, X, y)
    assert seen.symptoms[0].name == "unscaled_input"
    assert seen.symptoms[0].columns == ("x[2]",)
    assert len(seen.layers) == 2
    assert model.theta_.tobytes() == before
    for lang in MESSAGES:
        text, page = seen.to_text(lang), seen.to_html(lang)
        assert "unscaled_input" in text
        assert "StandardScaler" in text
        assert "<svg" in page
        assert "<script" not in page
        assert f'lang="{lang}"' in page
    data = json.loads(seen.to_json())
    assert [one["name"] for one in data["symptoms"]] == [one.name for one in seen.symptoms]
    assert len(data["flow"]["layers"]) == 2
    assert "overfitting" in data["not_looked_at"]
    trial = seen.try_mend(seconds=4)
    assert "StandardScaler" in trial.code
    assert model.theta_.tobytes() == before


def test_a_tabular_model_has_a_diagnosis(blobs: tuple[np.ndarray, np.ndarray]) -> None:
    X, y = blobs
    model = backlit.TabularClassifier((8,), epochs=30, n_members=2, random_state=0).fit(X, y)
    seen = backlit.diagnose(model, X, y)
    assert isinstance(seen, Diagnosis)
    assert seen.symptoms == ()
    assert "Nothing is wrong" in str(seen)
    numbers = backlit.TabularRegressor((8,), epochs=60, n_members=1, random_state=0).fit(X, X[:, 0])
    assert len(backlit.diagnose(numbers, X, X[:, 0]).layers) == 2


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_networks_of_scikit_learn_are_diagnosed_as_they_are() -> None:
    """Behind a scaler of a Pipeline a large column is not at fault; without one it is, and the code says the mend."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4)) * [1.0, 1.0, 1.0, 1000.0]
    y = np.array(["no", "yes"])[(X[:, 0] * X[:, 1] > 0).astype(int)]
    bare = SklearnMLP((32,), max_iter=60, random_state=0).fit(X, y)
    piped = make_pipeline(StandardScaler(), SklearnMLP((32,), max_iter=60, random_state=0)).fit(X, y)
    seen = backlit.diagnose(bare, X, y)
    assert seen.symptoms[0].name == "unscaled_input"
    assert seen.symptoms[0].columns == ("x[3]",)
    assert "unscaled_input" not in [symptom.name for symptom in backlit.diagnose(piped, X, y).symptoms]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_targets_that_are_scaled_already_are_not_at_fault() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4))
    y = 1000 * (X[:, 0] + X[:, 1] * X[:, 2]) + 5000 + 300 * rng.normal(size=300)
    bare = MLPRegressor(hidden_layer_sizes=(16,), max_iter=60, random_state=0)
    scaled = TransformedTargetRegressor(bare, transformer=StandardScaler())
    found = {
        model: [symptom.name for symptom in backlit.diagnose(model.fit(X, y), X, y).symptoms]
        for model in (bare, scaled)
    }
    assert "unscaled_target" in found[bare]
    assert "unscaled_target" not in found[scaled]


def test_bad_input_has_a_clear_word(unscaled: tuple[backlit.MLPClassifier, np.ndarray, np.ndarray]) -> None:
    model, X, y = unscaled
    wrong = [
        (lambda: backlit.diagnose(object(), X, y), "object is no network that is known here"),
        (lambda: backlit.diagnose(backlit.MLPClassifier(), X, y), "is not fitted; call fit first"),
        (lambda: backlit.diagnose(model, X, y[:-1]), "119 targets for 120 rows"),
        (lambda: backlit.diagnose(model, X, y + 1), "label 2 is not among"),
        (
            lambda: backlit.diagnose(model, X, np.where(y == 1, "b", "a")),
            "y: label '[ab]' is not among .*of the model .0,",
        ),
        (lambda: backlit.diagnose(model, X, y, X, y + 1), "y_val: label 2 is not among"),
        (lambda: backlit.diagnose(model, X, y, X, y[:3]), "y_val: 3 targets for .* rows of X_val"),
        (lambda: backlit.diagnose(model, X, y, training={"rate": "fast"}), "training 'rate': 'fast'; give a number"),
        (lambda: backlit.diagnose(model, X, y, training={"batch_size": 0}), "'batch_size': 0; give .* at least 1"),
        (lambda: backlit.diagnose(model, X, y, training={"clip_norm": float("nan")}), "'clip_norm': nan; give"),
        (lambda: backlit.diagnose(model, X, y, X), "give both"),
        (lambda: backlit.diagnose(model, X, y, training={"speed": 1}), "training 'speed' is not known"),
        (lambda: backlit.diagnose(model, X, y).to_html("fr"), "lang 'fr' is not known"),
        (lambda: backlit.diagnose(model, X, y).try_mend(9), "there is no symptom 9"),
    ]
    for call, message in wrong:
        with pytest.raises(BacklitError, match=message):
            call()
    one_row = backlit.diagnose(model, X[:1], y[:1])  # what it can tell
    assert one_row.not_judged
    assert len(one_row.layers) == 2
    json.loads(one_row.to_json())
    with pytest.raises(ValueError, match="minimum of 1 is required"):
        backlit.diagnose(model, X[:0], y[:0])


def test_few_rows_say_that_there_is_no_reference(
    unscaled: tuple[backlit.MLPClassifier, np.ndarray, np.ndarray],
) -> None:
    model, X, y = unscaled
    assert "No reference for 1 rows" in str(backlit.diagnose(model, X[:1], y[:1]))
    assert "행 1개로는 기준" in backlit.diagnose(model, X[:1], y[:1]).to_html("ko")
    assert "No reference" not in str(backlit.diagnose(model, X, y))


def test_another_encoder_than_the_models_has_a_clear_word(blobs: tuple[np.ndarray, np.ndarray]) -> None:
    """Rows of another table: a column that the model knows is not there, or there are more; for MLPs another width."""
    X, y = blobs
    frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "kind": np.where(X[:, 2] > 1, "new", "old")})
    tabular = backlit.TabularClassifier((4,), epochs=2, n_members=1, random_state=0).fit(frame, y)
    assert len(backlit.diagnose(tabular, frame, y).layers) == 2
    with pytest.raises(ValueError, match="kind"):
        backlit.diagnose(tabular, frame.drop(columns="kind"), y)
    encoded = pd.get_dummies(frame).to_numpy(float)
    with pytest.raises(ValueError, match="column"):
        backlit.diagnose(tabular, encoded, y)
    model = backlit.MLPClassifier((4,), random_state=0).partial_fit(X, y, classes=[0, 1])
    with pytest.raises(ValueError, match="3 features"):
        backlit.diagnose(model, encoded, y)


def test_labels_that_the_model_does_not_know_are_named(blobs: tuple[np.ndarray, np.ndarray]) -> None:
    X, y = blobs
    names = np.array(["no", "yes"])[y]
    for model in (
        backlit.MLPClassifier((4,), random_state=0).partial_fit(X, names, classes=["no", "yes"]),
        backlit.TabularClassifier((4,), epochs=2, n_members=1, random_state=0).fit(X, names),
    ):
        with pytest.raises(ValueError, match="perhaps"):
            backlit.diagnose(model, X, np.where(names == "no", "perhaps", names))


def test_a_network_that_is_no_chain_has_a_clear_word(blobs: tuple[np.ndarray, np.ndarray], tmp_path: Path) -> None:
    kept = Path(__file__).parents[1] / "interop" / "networks" / "keras" / "refused_branch.keras.gz"
    branched = tmp_path / "branched.keras"
    branched.write_bytes(gzip.decompress(kept.read_bytes()))
    with pytest.raises(BacklitError, match=r"^diagnose: .*it is not called once"):
        backlit.diagnose(branched, *blobs)
    trees = ExtraTreesClassifier(2, random_state=0).fit(*blobs)
    with pytest.raises(BacklitError, match=r"^diagnose: .*ExtraTreesClassifier is no multilayer perceptron"):
        backlit.diagnose(trees, *blobs)


def test_weights_that_are_not_finite_are_named(unscaled: tuple[backlit.MLPClassifier, np.ndarray, np.ndarray]) -> None:
    _, X, y = unscaled
    broken = backlit.MLPClassifier((8,), random_state=0).partial_fit(X, y, classes=[0, 1])
    broken.coefs_[1][0, 0] = np.nan
    seen = backlit.diagnose(broken, X, y)
    assert [one.name for one in seen.symptoms] == ["non_finite"]
    assert str(seen.symptoms[0]) == "non_finite: w[2] holds NaN or infinity."
    assert seen.layers == ()
    json.loads(seen.to_json())
    seen.to_html()


def test_the_page_of_symptoms_is_made_from_them() -> None:
    docs = Path(__file__).parents[2] / "docs"
    made = runpy.run_path(str(docs / "make_symptoms.py"))["page"]()
    assert (docs / "symptoms.md").read_text(encoding="utf-8") == made, "run python docs/make_symptoms.py"
