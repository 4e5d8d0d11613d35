"""scikit-learn's own suites on our drop-ins: its estimator checks, and its tests of its own MLP."""

from __future__ import annotations

import importlib.util
import inspect
import warnings

import pytest
import sklearn.neural_network
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

from backlit import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor


@parametrize_with_checks([MLPClassifier(max_iter=100), MLPRegressor(max_iter=100)])
def test_estimator_checks(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # short trainings do not converge; that is not what is checked
        check(estimator)


WEIGHTS = "a weight scales a row's part of the loss; the same row twice comes in two mini-batches, to other bits"
RAW_FRAMES = [
    TabularClassifier((32,), epochs=32, n_members=1),
    TabularRegressor((32,), epochs=32, n_members=1),
]


def expected_failures(estimator):
    """At most the equivalence of weights and repeated rows, which no network trained in mini-batches has."""
    return {f"check_sample_weight_equivalence_on_{kind}_data": WEIGHTS for kind in ("dense", "sparse")}


@parametrize_with_checks(RAW_FRAMES, expected_failed_checks=expected_failures)
def test_estimator_checks_of_raw_frames(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # columns that are left out are part of the checks
        check(estimator)


def test_tags_of_raw_frames():
    for estimator in RAW_FRAMES:
        tags = get_tags(estimator).input_tags
        assert tags.allow_nan
        assert tags.string
        assert tags.categorical
        assert tags.sparse


INTERNAL = {
    "test_fit": "calls the private _backprop of scikit-learn's class",
    "test_gradient": "calls the private _loss_grad_lbfgs; our gradients are held against JAX and the graph",
    "test_lbfgs_regression_maxfun": "wants a start from which the linear net needs more than 10 evaluations",
}


@pytest.fixture
def global_random_seed() -> int:
    """What scikit-learn's own conftest would give."""
    return 42


def scikit_tests() -> dict[str, object]:
    """The functions of scikit-learn's tests of its MLP, with our classes in the place of its own."""
    spec = importlib.util.find_spec("sklearn.neural_network.tests.test_mlp")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    theirs = sklearn.neural_network.MLPClassifier, sklearn.neural_network.MLPRegressor
    sklearn.neural_network.MLPClassifier, sklearn.neural_network.MLPRegressor = MLPClassifier, MLPRegressor
    try:
        spec.loader.exec_module(module)
    finally:
        sklearn.neural_network.MLPClassifier, sklearn.neural_network.MLPRegressor = theirs
    return {name: value for name, value in vars(module).items() if name.startswith("test_") and callable(value)}


TESTS = scikit_tests()


def cases():
    for name, function in TESTS.items():
        indicators = [mark for mark in getattr(function, "pytestmark", []) if mark.name == "parametrize"]
        combinations = [{}]
        for mark in indicators:
            names = [n.strip() for n in mark.args[0].split(",")] if isinstance(mark.args[0], str) else mark.args[0]
            combinations = [
                {**before, **dict(zip(names, value if len(names) > 1 else [value], strict=True))}
                for before in combinations
                for value in mark.args[1]
            ]
        for number, arguments in enumerate(combinations):
            yield pytest.param(name, arguments, id=f"{name}-{number}")


@pytest.mark.parametrize(("name", "arguments"), list(cases()))
def test_scikit_own(name, arguments, request):
    if name in INTERNAL:
        pytest.skip(INTERNAL[name])
    function = TESTS[name]
    fixtures = {n: request.getfixturevalue(n) for n in inspect.signature(function).parameters if n not in arguments}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        function(**arguments, **fixtures)
