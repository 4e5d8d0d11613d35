"""A fit that was broken off goes on from its checkpoint to the same bits, and takes no other fit's."""

from __future__ import annotations

import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone

import backlit
from backlit.engine.network import Network
from backlit.errors import BacklitError, DamagedFile, ParameterError
from backlit.estimators.shared import checkpoint as checkpoints
from backlit.estimators.shared.checkpoint import read_checkpoint
from backlit.estimators.shared.identity import IRRELEVANT, as_text, difference, identity_of, network_text
from backlit.estimators.shared.parameter_table import CHECKPOINT
from backlit.files import Lock
from backlit.network.building import mlp

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 6))
LABELS = (X[:, 0] + X[:, 1] ** 2 > 0.5).astype(int)
NUMBERS = 2.0 * X[:, 0] + X[:, 1]

SGD = {"solver": "sgd", "learning_rate_init": 0.05}
FITS: dict[str, tuple[Any, dict[str, Any], Any]] = {
    "adam": (backlit.MLPClassifier, {"max_iter": 8}, LABELS),
    "adamw, a schedule, decay": (
        backlit.MLPRegressor,
        {"max_iter": 8, "solver": "adamw", "learning_rate": "one_cycle", "regularization_decay": True},
        NUMBERS,
    ),
    "muon, dropout, EMA, early stopping": (
        backlit.MLPClassifier,
        {"max_iter": 8, "solver": "muon", "dropout": 0.2, "ema_decay": 0.9, "early_stopping": True},
        LABELS,
    ),
    "adaptive": (
        backlit.MLPRegressor,
        {"max_iter": 20, "learning_rate": "adaptive", "n_iter_no_change": 1, "tol": 0.05, **SGD},
        NUMBERS,
    ),
    "invscaling": (backlit.MLPRegressor, {"max_iter": 8, "learning_rate": "invscaling", **SGD}, NUMBERS),
    "members": (backlit.TabularClassifier, {"epochs": 9, "n_members": 3}, LABELS),
    "one member": (backlit.TabularRegressor, {"epochs": 9, "n_members": 1}, NUMBERS),
}
"""Case -> estimator, parameters, targets."""


class Killed(BaseException):
    """In the place of SIGKILL."""


def kill_in(number: int) -> Callable[[Any], None]:
    def on_epoch(epoch: Any) -> None:
        if epoch.number == number:
            raise Killed

    return on_epoch


def model_of(case: str, **more: Any) -> tuple[Any, Any]:
    kind, parameters, y = FITS[case]
    return kind(**{"hidden_layer_sizes": (8,), "random_state": 0, **parameters, **more}), y


def facts(model: Any) -> dict[str, Any]:
    """All fitted attributes that compare by value, and the parameters."""
    plain = {name: value for name, value in vars(model).items() if name.endswith("_")}
    same = {name: value for name, value in plain.items() if isinstance(value, int | float | list | tuple)}
    return {**same, "theta": model.theta_.tolist()}


@pytest.mark.parametrize("case", FITS)
def test_a_fit_that_was_broken_off_ends_with_the_same_bits(case: str, tmp_path: Path) -> None:
    model, y = model_of(case, checkpoint=tmp_path / "c", checkpoint_epochs=1)
    whole = model_of(case)[0].fit(X, y)
    for epoch in (1, 3, 6):
        with pytest.raises(Killed):
            model.fit(X, y, on_epoch=kill_in(epoch))
    seen: list[int] = []
    model.fit(X, y, on_epoch=lambda epoch: seen.append(epoch.number))
    assert seen[0] > 1  # it went on, and did not begin anew
    assert facts(model) == facts(whole)
    assert [path.name for path in tmp_path.iterdir()] == ["c"]
    if not getattr(model, "early_stopping", False):
        np.testing.assert_array_equal(model.partial_fit(X, y).theta_, whole.partial_fit(X, y).theta_)


@pytest.mark.parametrize("case", FITS)
def test_a_finished_fit_is_not_run_again(case: str, tmp_path: Path) -> None:
    first, y = model_of(case, checkpoint=tmp_path / "c")
    first.fit(X, y)
    content = (tmp_path / "c").read_bytes()
    again = clone(first).fit(X, y, on_epoch=kill_in(1))
    again_by_path = clone(first).set_params(checkpoint=str(tmp_path / "c")).fit(X, y)
    assert facts(again) == facts(first) == facts(again_by_path)
    assert (tmp_path / "c").read_bytes() == content


def test_lbfgs_goes_on_from_its_evaluations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def regressor(**more: Any) -> Any:
        return backlit.MLPRegressor(hidden_layer_sizes=(8,), solver="lbfgs", max_iter=30, random_state=0, **more)

    whole = regressor().fit(X, NUMBERS)
    left, evaluate = [20], Network.loss_and_gradient

    def counted(self: Network, *arguments: Any) -> Any:
        left[0] -= 1
        if not left[0]:
            raise Killed
        return evaluate(self, *arguments)

    monkeypatch.setattr(Network, "loss_and_gradient", counted)
    model = regressor(checkpoint=tmp_path / "c", checkpoint_seconds=0)
    with pytest.raises(Killed):
        model.fit(X, NUMBERS)
    left[0] = 1000
    model.fit(X, NUMBERS)
    assert facts(model) == facts(whole)
    known = len(read_checkpoint(tmp_path / "c")[1]["0"].arrays["losses"])
    assert known == 19 + 1000 - left[0]  # none was evaluated twice


def test_a_checkpoint_is_written_when_it_is_due_and_at_the_end(tmp_path: Path) -> None:
    model, y = model_of("adam", checkpoint=tmp_path / "c", checkpoint_seconds=1e6)
    with pytest.raises(Killed):
        model.fit(X, y, on_epoch=kill_in(5))
    assert read_checkpoint(tmp_path / "c")[1] == {}  # begun, so that the disk was tried
    model.fit(X, y)
    kept = read_checkpoint(tmp_path / "c")[1]["0"]
    assert kept.facts["finished"]
    assert len(kept.arrays["epochs"]) == 8


def test_every_epoch_where_no_time_is_to_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "PAUSE_PER_COST", 0.0)
    model, y = model_of("adam", checkpoint=tmp_path / "c", checkpoint_seconds=0)
    written: list[int] = []
    write = checkpoints.files.write_model
    monkeypatch.setattr(checkpoints.files, "write_model", lambda *a: (written.append(1), write(*a)))
    model.fit(X, y)
    assert len(written) >= model.n_iter_  # of one network: several share what is written while they train


CHANGES: dict[str, tuple[Callable[[], tuple[Any, Any, Any]], str]] = {
    "parameter": (lambda: (*model_of("members", learning_rate=0.02), X), r"learning_rate=None \(now 0.02\)"),
    "seed": (lambda: (*model_of("members", random_state=1), X), r"the seed 0 \(now 1\)"),
    "estimator": (lambda: (*model_of("adam"), X), "is of a TabularClassifier, and this is a MLPClassifier"),
    "a number": (lambda: (*model_of("members"), np.where(np.arange(6) + X[:, :1] == X[0, 0], 0.5, X)), "other data"),
    "rows": (lambda: (model_of("members")[0], LABELS[:-1], X[:-1]), "other data"),
    "a target": (lambda: (model_of("members")[0], np.append(1 - LABELS[:1], LABELS[1:]), X), "other data"),
}
"""What is changed -> the fit, and the error."""


@pytest.mark.parametrize("change", CHANGES)
def test_a_checkpoint_of_another_fit_is_refused_and_left_alone(change: str, tmp_path: Path) -> None:
    path = tmp_path / "c"
    model, y = model_of("members", checkpoint=path)
    model.fit(X, y)
    content = path.read_bytes()
    (other, targets, rows), message = CHANGES[change][0](), CHANGES[change][1]
    with pytest.raises(ParameterError, match=message) as caught:
        other.set_params(checkpoint=path).fit(rows, targets)
    assert caught.value.parameter == "checkpoint"
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == content


def test_what_does_not_change_the_result_may_change(tmp_path: Path) -> None:
    model, y = model_of("members", checkpoint=tmp_path / "c", n_jobs=1)
    model.fit(X, y)
    again = clone(model).set_params(n_jobs=2, checkpoint_seconds=1.0, time_limit=1e6)
    np.testing.assert_array_equal(again.fit(X, y).theta_, model.theta_)
    assert set(CHECKPOINT) < IRRELEVANT


@pytest.mark.parametrize(("fact", "message"), [
    ({"vectors": "AVX9"}, "on a processor with AVX9 vectors, and here they are"),
    ({"blocks": 64}, "was begun on 64 threads"),
    ({"library": "Backlit 9"}, "was begun by Backlit 9, and this is"),
])  # fmt: skip
def test_another_machine_is_named(fact: dict[str, Any], message: str) -> None:
    model, _ = model_of("adam")
    identity = identity_of(model, 0, mlp(2, (), 1, output_gate="sigmoid", loss="squared"), [X], 1)
    assert difference(identity.to_state(), identity) == ""
    assert message in difference(identity.to_state() | fact, identity)


def test_another_processor_with_the_same_vectors_is_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, y = model_of("adam", checkpoint=tmp_path / "c")
    model.fit(X, y)
    monkeypatch.setattr("backlit.estimators.shared.identity.processor_name", lambda: "another")
    with pytest.warns(UserWarning, match="here it is another; the last bits may differ"):
        clone(model).fit(X, y)


def test_a_random_seed_is_resumed_too(tmp_path: Path) -> None:
    model, y = model_of("adam", random_state=None, checkpoint=tmp_path / "c", checkpoint_epochs=1)
    with pytest.raises(Killed):
        model.fit(X, y, on_epoch=kill_in(5))
    seen: list[int] = []
    model.fit(X, y, on_epoch=lambda epoch: seen.append(epoch.number))
    assert seen[0] == 5


def test_two_fits_on_one_checkpoint_are_an_error(tmp_path: Path) -> None:
    model, y = model_of("adam", checkpoint=tmp_path / "c")
    errors: list[BacklitError] = []

    def other() -> None:
        with pytest.raises(BacklitError, match="is in use by process") as caught:
            clone(model).fit(X, y)
        errors.append(caught.value)

    def on_epoch(epoch: Any) -> None:
        if epoch.number == 2:
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()

    model.fit(X, y, on_epoch=on_epoch)
    assert len(errors) == 1
    with Lock(tmp_path / "c"):
        code = f"import backlit.files as f\nf.Lock({str(tmp_path / 'c')!r}).__enter__()"
        done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True)
    assert "c is in use by process" in done.stderr


def test_a_damaged_file_and_a_model_are_no_checkpoints(tmp_path: Path) -> None:
    model, y = model_of("adam", checkpoint=tmp_path / "c")
    model.fit(X, y).save(tmp_path / "m")
    content = (tmp_path / "m").read_bytes()
    with pytest.raises(DamagedFile, match="no checkpoint"):
        clone(model).set_params(checkpoint=tmp_path / "m").fit(X, y)
    with pytest.raises(ValueError, match="is the checkpoint of a training, and no model"):
        backlit.load(tmp_path / "c")
    (tmp_path / "c").write_bytes((tmp_path / "c").read_bytes()[:-100])
    with pytest.raises(DamagedFile, match="cut off"):
        clone(model).fit(X, y)
    assert (tmp_path / "m").read_bytes() == content


def test_a_folder_that_is_not_there_is_an_error_before_the_training(tmp_path: Path) -> None:
    model, y = model_of("adam", checkpoint=tmp_path / "no" / "c")
    with pytest.raises(FileNotFoundError, match="cannot write"):
        model.fit(X, y, on_epoch=kill_in(1))


def test_a_disk_that_becomes_full_ends_no_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, y = model_of("adam", checkpoint=tmp_path / "c", checkpoint_epochs=1)
    write, count = checkpoints.files.write_model, [0]

    def full(*arguments: Any) -> None:
        count[0] += 1
        if count[0] > 3:
            raise OSError(28, "No space left on device")
        write(*arguments)

    monkeypatch.setattr(checkpoints.files, "write_model", full)
    with pytest.warns(UserWarning, match="No space left on device; the training goes on") as caught:
        model.fit(X, y)
    assert len([w for w in caught if issubclass(w.category, UserWarning) and "space" in str(w.message)]) == 1
    np.testing.assert_array_equal(model.theta_, model_of("adam")[0].fit(X, y).theta_)
    assert len(read_checkpoint(tmp_path / "c")[1]["0"].arrays["epochs"]) == 2


def test_a_fit_that_ran_out_of_time_goes_on_when_it_gets_more(tmp_path: Path) -> None:
    model, y = model_of("members", checkpoint=tmp_path / "c", time_limit=1e-9)
    model.fit(X, y)
    assert model.n_iter_ == 1
    model.set_params(time_limit=None).fit(X, y)
    assert model.n_iter_ == 9


def test_a_callback_that_ends_a_fit_ends_it_for_good(tmp_path: Path) -> None:
    model, y = model_of("one member", checkpoint=tmp_path / "c")
    first = model.fit(X, y, on_epoch=lambda epoch: epoch.number == 4).theta_
    np.testing.assert_array_equal(model.fit(X, y).theta_, first)
    assert model.n_iter_ == 4


def test_a_model_file_does_not_name_its_checkpoint(tmp_path: Path) -> None:
    model, y = model_of("members", checkpoint=tmp_path / "c")
    model.fit(X, y).save(tmp_path / "a")
    model_of("members")[0].fit(X, y).save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert backlit.load(tmp_path / "a").checkpoint is None


def test_a_diverging_fit_diverges_again(tmp_path: Path) -> None:
    model = backlit.MLPRegressor(hidden_layer_sizes=(8,), solver="sgd", learning_rate_init=1e3, random_state=0)
    model.set_params(checkpoint=tmp_path / "c", checkpoint_epochs=1)
    warnings.simplefilter("ignore")
    for _ in range(2):
        with pytest.raises(BacklitError, match="non-finite"):
            model.fit(X * 1e150, NUMBERS)


def test_an_identity_is_the_same_in_every_process() -> None:
    code = (
        "from backlit.estimators.shared.identity import network_text\n"
        "from backlit.network.building import mlp\n"
        "print(network_text(mlp(3, (4, 5), 3, hidden_gate='tanh')))"
    )
    blueprint = mlp(3, (4, 5), 3, hidden_gate="tanh")
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=True)
    assert done.stdout.strip() == network_text(blueprint)
    assert " at 0x" not in network_text(blueprint)
    assert network_text(blueprint) != network_text(mlp(3, (4, 5), 3, hidden_gate="sigmoid"))


def test_equal_values_are_equal_texts() -> None:
    assert as_text({"b": 1, "a": (2,)}) == as_text({"a": [2], "b": np.int64(1)}) == "{'a': [2], 'b': 1}"
    assert as_text(1.0) != as_text(1)
    assert as_text(warnings.warn).endswith("warn")
