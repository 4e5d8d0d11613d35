"""What is done with a saved model: predict, evaluate, explain."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import backlit
from backlit.cli.explaining import weight_name
from backlit.files import read_table
from backlit.reporting.scores import class_scores, codes_of, number_scores
from backlit.tracing.steepest import steepest

from .conftest import HEAD, Trained, rows, write

Run = Callable[..., tuple[int, str, str]]
Fails = Callable[..., str]


def test_predictions_are_those_of_the_model(run: Run, trained: Trained) -> None:
    assert run("predict", trained.classes, trained.data, "--output", "out.parquet") == (0, "", "")
    table = read_table("out.parquet")
    model = backlit.load(trained.classes)
    assert table.column_names == ["prediction", "probability_[bold]up", "probability_down"]
    assert table["prediction"].to_pylist() == model.predict(read_table(trained.data)).tolist()
    assert np.allclose(sum(table[name].to_numpy() for name in table.column_names[1:]), 1)


def test_without_output_they_are_csv_on_stdout(run: Run, trained: Trained) -> None:
    status, out, err = run("predict", trained.amounts, trained.data)
    assert (status, err) == (0, "")
    Path("out.csv").write_text(out)
    table = read_table("out.csv")
    assert table.column_names == ["prediction"]
    assert np.allclose(table["prediction"], backlit.load(trained.amounts).predict(read_table(trained.data)))


def test_several_predictions_a_row_have_a_column_each(run: Run, trained: Trained) -> None:
    frame = read_table(trained.data).to_pandas()
    inputs = frame.drop(columns="amount")
    for target, more, names in [
        (frame["amount"], {"loss": "quantile", "quantile": [0.1, 0.9]}, ["quantile_0.1", "quantile_0.9"]),
        (frame[["amount", "amount"]].to_numpy(), {}, ["prediction_0", "prediction_1"]),
    ]:
        model = backlit.TabularRegressor((4,), epochs=2, n_members=1, random_state=0, **more).fit(inputs, target)
        model.save("several.backlit")
        assert run("predict", "several.backlit", trained.data, "--output", "out.parquet") == (0, "", "")
        table = read_table("out.parquet")
        assert table.column_names == names
        assert table[names[1]].to_pylist() == model.predict(inputs)[:, 1].tolist()


def test_columns_may_be_reordered_added_and_the_target_left_out(run: Run, trained: Trained) -> None:
    usual = run("predict", trained.classes, trained.data)
    turned = [[row[3], "more", row[1], row[0]] for row in rows()]
    write(Path("turned.csv"), ["amount", "extra", "kind", "[red]"], turned)
    assert run("predict", trained.classes, "turned.csv") == usual


def test_spaces_around_categories_and_labels_do_not_matter(run: Run, trained: Trained) -> None:
    spaced = [[row[0], f" {row[1]} ", f" {row[2]}", row[3]] for row in rows()]
    write(Path("spaced.csv"), HEAD, spaced)
    assert run("predict", trained.classes, "spaced.csv") == run("predict", trained.classes, trained.data)
    assert scores_in(run("evaluate", trained.classes, "spaced.csv")[1]) == scores_in(
        run("evaluate", trained.classes, trained.data)[1]
    )


def scores_in(out: str) -> list[float]:
    return [float(cell) for cell in re.findall(r"-?\d+\.\d{4}", out)]


def test_evaluate_scores_labelled_rows(run: Run, trained: Trained) -> None:
    model, table = backlit.load(trained.classes), read_table(trained.data)
    status, out, _ = run("evaluate", trained.classes, trained.data)
    assert status == 0
    assert scores_in(out)[0] == pytest.approx(model.score(table, table["label"].to_pylist()), abs=5e-5)
    regressor = backlit.load(trained.amounts)
    shown = scores_in(run("evaluate", trained.amounts, trained.data)[1])
    assert shown[4] == pytest.approx(regressor.score(table, table["amount"].to_numpy()), abs=5e-5)
    assert shown[5] == 0.0


def test_explain_lists_the_weights_that_would_move_most(run: Run, trained: Trained) -> None:
    status, out, err = run("explain", trained.classes, trained.data, "--row", 7)
    assert (status, err) == (0, "")
    assert "row 7: label = '[bold]up', predicted '[bold]up'" in out
    table = read_table(trained.data)
    model = backlit.load(trained.classes)
    trace = backlit.trace(model, x=table.slice(7, 1), y="[bold]up")
    found = steepest(model, trace)
    everything = np.concatenate([np.abs(trace.gradients[f"w[{n}]"]).ravel() for n in range(1, 5)])
    assert [abs(weight.gradient) for weight in found] == sorted(everything, reverse=True)[:10]
    assert all(weight.name in out for weight in found)
    assert all(trace.gradients[weight.name] == weight.gradient for weight in found)
    first = found[0].name.replace("]", "").split("[")[1:]
    assert model.coefs_[int(first[0]) - 1][int(first[1]), int(first[2])] == pytest.approx(found[0].value)


@pytest.mark.parametrize(("lang", "title"), [("en", "Chain rule for ∂L/∂w[1][0][2]"), ("ko", "∂L/∂w[1][0][2]의 연쇄")])
def test_explain_derives_one_weight(run: Run, trained: Trained, lang: str, title: str) -> None:
    words = ("--row", 0, "--weight", "1,0,2", "--lang", lang)
    status, out, err = run("explain", trained.amounts, trained.data, *words)
    assert (status, err) == (0, "")
    assert title in out
    table = read_table(trained.data)
    trace = backlit.trace(backlit.load(trained.amounts), x=table.slice(0, 1), y=table["amount"][0].as_py())
    assert str(trace.derivation("w[1][0][2]", lang=lang)) in out


@pytest.fixture
def numeric(run: Run) -> str:
    """A drop-in perceptron on two plain columns, and a table with one more for the label."""
    chance = np.random.default_rng(0)
    X = chance.normal(size=(40, 2))
    y = (X[:, 0] > 0).astype(int)
    backlit.MLPClassifier((3,), solver="lbfgs", max_iter=500, alpha=1.0, random_state=0).fit(X, y).save("mlp.backlit")
    write(Path("numbers.csv"), ["a", "b", "y"], np.column_stack([X, y]).tolist())
    write(Path("inputs.csv"), ["a", "b"], X.tolist())
    return "mlp.backlit"


def test_a_drop_in_perceptron_is_used_the_same_way(run: Run, numeric: str) -> None:
    assert run("predict", numeric, "inputs.csv", "--output", "out.csv")[0] == 0
    assert read_table("out.csv").column_names == ["prediction", "probability_0", "probability_1"]
    assert scores_in(run("evaluate", numeric, "numbers.csv", "--target", "y")[1])[0] > 0.9
    assert "w[1][0][" in run("explain", numeric, "numbers.csv", "--target", "y", "--row", 3)[1]
    said = run("explain", numeric, "numbers.csv", "--target", "y", "--row", 3, "--weight", "1,1,0")[1]
    assert "w[1][1][0] reads x[1] b\n" in said  # by the name that the table gives the column


def test_a_numeric_model_refuses_what_is_no_number(fails: Fails, numeric: str) -> None:
    assert "--target COLUMN" in fails("explain", numeric, "numbers.csv", "--row", 0)
    assert "has 3 columns, the model takes 2" in fails("predict", numeric, "numbers.csv")
    write(Path("bad.csv"), ["a", "b"], [[1, 2], [1, "x"]])
    assert fails("predict", numeric, "bad.csv").startswith("bad.csv: column 'b': 'x' in row 1 is not a number")
    write(Path("bad.csv"), ["a", "b"], [[1, 2], [1, ""]])
    assert fails("predict", numeric, "bad.csv").startswith("bad.csv: column 'b': row 1 is empty or infinite")


def test_bad_rows_are_one_line(fails: Fails, run: Run, trained: Trained) -> None:
    write(Path("text.csv"), HEAD, [*rows(3), ["abc", "p", "down", 1.0]])
    write(Path("less.csv"), HEAD[1:], [row[1:] for row in rows()])
    write(Path("other.csv"), HEAD, [*rows(3), [1.0, "p", "sideways", 1.0]])
    write(Path("empty.csv"), HEAD, [*rows(3), [1.0, "p", "", ""]])
    classes, amounts = trained.classes, trained.amounts
    text = "text.csv: column '[red]': 'abc' in row 3 is not a number"
    assert fails("predict", classes, "text.csv").startswith(text)
    assert fails("predict", classes, "text.csv", "--output", "o.csv").startswith(text)
    assert fails("predict", classes, "less.csv").startswith("less.csv: column '[red]' is missing")
    assert fails("evaluate", classes, "other.csv").startswith("other.csv: row 3 has the label 'sideways'")
    assert fails("evaluate", amounts, "empty.csv").startswith("empty.csv: the target has 1 missing value")
    unknown = "other.csv: y: 'sideways' is not one of the model's classes"
    assert fails("explain", classes, "other.csv", "--row", 3).startswith(unknown)
    assert fails("explain", classes, "empty.csv", "--row", 3).startswith("empty.csv, column 'label', row 3: ")
    assert fails("explain", amounts, "empty.csv", "--row", 3).startswith("empty.csv, column 'amount', row 3: ")
    assert fails("evaluate", classes, trained.data, "--target", "labe").endswith("did you mean 'label'?")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--row", "60"], "row 60: {data} has rows 0 to 59"),
        (["--row", "-1"], "--row -1: give a row counted from 0, such as 7, or several, such as 0:8"),
        (["--row", "58:61"], "row 58:61: {data} has rows 0 to 59"),
        (["--row", "0", "--weight", "1,0"], "--weight 1,0: give layer (from 1), input and neuron"),
        (["--row", "0", "--weight", "-1,0,0"], "--weight -1,0,0: give layer"),
        (["--row", "0", "--weight", "a,b,c"], "--weight a,b,c: give layer"),
        (["--row", "0", "--weight", "1,99,0"], "'w[1][99][0]': w[1] has shape "),
        (["--row", "0", "--weight", "9,0,0"], "'w[9][0][0]' is not in this trace"),
    ],
)
def test_bad_places_are_one_line(fails: Fails, trained: Trained, words: list[str], message: str) -> None:
    said = fails("explain", trained.classes, trained.data, *words)
    assert said.startswith(message.format(data=trained.data))


def test_bad_files_are_one_line(fails: Fails, run: Run, trained: Trained) -> None:
    Path("torn.backlit").write_bytes(trained.classes.read_bytes()[:-100])
    Path("none.backlit").write_bytes(b"")
    data = trained.data
    assert "torn.backlit is not a whole Backlit model" in fails("predict", "torn.backlit", data)
    assert "none.backlit is not a whole Backlit model" in fails("predict", "none.backlit", data)
    assert f"{data} is not a whole Backlit model" in fails("predict", data, data)
    assert "cannot read gone.backlit" in fails("explain", "gone.backlit", data, "--row", 0)
    assert "cannot read gone.csv" in fails("predict", trained.classes, "gone.csv")
    assert "has suffix '.txt'" in fails("predict", trained.classes, data, "--output", "o.txt")
    assert "no such file or directory" in fails("predict", trained.classes, data, "--output", "no/o.csv")
    assert "is an input of this command" in fails("predict", trained.classes, data, "--output", data)
    assert "is an input of this command" in fails("predict", trained.classes, data, "--output", trained.classes)


def test_names_of_weights() -> None:
    assert weight_name(" 1, 0,12") == "w[1][0][12]"


def test_scores_beside_a_baseline() -> None:
    accuracy, *_, log_loss, _, _ = class_scores(
        np.array([[0.8, 0.2], [0.6, 0.4]]), np.array([0, 1]), np.array([0.25, 0.75])
    )
    assert (accuracy.model, accuracy.baseline) == (0.5, 0.5)
    assert log_loss.model == pytest.approx(-(np.log(0.8) + np.log(0.4)) / 2)
    assert log_loss.baseline == pytest.approx(-(np.log(0.25) + np.log(0.75)) / 2)
    rmse, _, r2 = number_scores(np.array([1.0, 2.0, 6.0]), np.array([1.0, 2.0, 3.0]), mean=5.0)
    assert (rmse.model, r2.model) == (pytest.approx(np.sqrt(3)), pytest.approx(1 - 9 / 2))
    assert (rmse.baseline, r2.baseline) == (pytest.approx(np.sqrt(29 / 3)), pytest.approx(1 - 29 / 2))


def test_a_certain_mistake_costs_much_but_not_everything() -> None:
    sure = class_scores(np.array([[1.0, 0.0]]), np.array([1]), np.array([0.5, 0.5]))[5].model
    assert sure == pytest.approx(-np.log(1e-15))


def test_labels_are_found_among_the_classes() -> None:
    assert codes_of([1.0, 2, True], [1, 2]).tolist() == [0, 1, 0]
    with pytest.raises(backlit.BacklitError, match="row 1 has the label 'c'"):
        codes_of(["a", "c"], ["a", "b"])


def test_columns_are_ranked(run: Run, trained: Trained) -> None:
    model, table = backlit.load(trained.classes), read_table(trained.data)
    status, out, _ = run("columns", trained.classes, trained.data)
    assert status == 0
    lost = model.importance(table.drop_columns(["label"]), np.array(table["label"].to_pylist()))
    name, mean, std = lost.ranked()[0]
    first = next(line for line in out.splitlines() if name in line)
    assert f"{mean:.4f}" in first
    assert f"{std:.4f}" in first
    assert "accuracy lost" in out
    assert "R^2 lost" in run("columns", trained.amounts, trained.data)[1]


def test_contributions_of_a_row(run: Run, trained: Trained) -> None:
    model, table = backlit.load(trained.amounts), read_table(trained.data)
    found = model.contributions(table.slice(3, 1))
    out = run("columns", trained.amounts, trained.data, "--row", 3)[1]
    for name, value in zip(found.columns, found.values[0], strict=True):
        assert any(name in line and f"{value:.6g}" in line for line in out.splitlines())
    assert f"{found.outputs[0]:.6g}" in out
    assert "the logit of" in run("columns", trained.classes, trained.data, "--row", 0)[1]


def test_a_row_without_contributions(fails: Fails, trained: Trained) -> None:
    assert "has rows 0 to" in fails("columns", trained.classes, trained.data, "--row", 100_000)


def test_a_table_is_read_as_people_write_it(run: Run, trained: Trained) -> None:
    """Semicolons, decimal commas and Korean text: found out and said on stderr, or as the options say."""
    usual = run("predict", trained.amounts, trained.data)[1]
    head, *lines = trained.data.read_text(encoding="utf-8").splitlines()
    cells = [line.replace(".", "·").replace(",", ";").replace("·", ",") for line in lines]
    text = "\n".join([head.replace(",", ";") + ";메모", *(f"{line};한국어 메모" for line in cells)])
    Path("people.csv").write_bytes(text.encode("cp949"))
    status, out, err = run("predict", trained.amounts, "people.csv")
    assert (status, out) == (0, usual)
    assert err == "people.csv: read as cp949 (a guess: --encoding overrides), separated by ';', with decimal commas\n"
    options = ("--encoding", "cp949", "--separator", ";", "--decimal", ",")
    assert run("predict", trained.amounts, "people.csv", *options)[1] == usual


@pytest.mark.parametrize(
    ("option", "bad", "said"),
    [("encoding", "klingon", "is not known"), ("separator", "ab", "cannot be one"), ("decimal", ";", "no decimal")],
)
def test_options_of_reading_that_are_none(fails: Fails, trained: Trained, option: str, bad: str, said: str) -> None:
    assert said in fails("predict", trained.classes, trained.data, f"--{option}", bad)
