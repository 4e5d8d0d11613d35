"""`backlit.diagnose`: every symptom is asked, and what was found is ranked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backlit.diagnosis.case import Case
from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.outcome import Seen
from backlit.diagnosis.report import Diagnosis
from backlit.diagnosis.symptom import Symptom
from backlit.diagnosis.symptoms import SYMPTOMS


def diagnose(
    model: Any, X: Any, y: Any, X_val: Any = None, y_val: Any = None, training: Mapping[str, Any] | None = None
) -> Diagnosis:
    """Why does this network not learn? The likely causes, with evidence, and one change that mends each.

    Parameters
    ----------
    model : fitted MLP* or Tabular* estimator, or a network of another library
        Of scikit-learn (bare or the last step of a Pipeline), a torch chain, ...: what `backlit.import_network` reads,
        with X as that network takes it.
    X : frame or matrix, shape (n_rows, n_columns)
        The rows that were learnt from.
    y : sequence, shape (n_rows,) or (n_rows, n_outputs)
        Their targets.
    X_val, y_val : as X and y, optional
        Rows that were not learnt from.
    training : mapping, optional
        Facts of the training that the model does not hold: fields of `backlit.diagnosis.case.Training`, such as rate,
        batch_size, epochs, weight_decay, clip_norm, loss_curve.

    Returns
    -------
    Diagnosis
        With ``symptoms``, most likely cause first and empty where nothing is wrong; ``layers``, the gradient's flow;
        ``not_judged``; ``try_mend()``; ``to_text``, ``to_html`` and ``to_json``. The model is not changed.

    Raises
    ------
    BacklitError
        If the model is not fitted, rows and targets do not match, a label is not known, or a fact has no such name.

    Examples
    --------
    >>> import numpy as np, backlit
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(300, 4)) * [1.0, 1.0, 1.0, 1000.0]
    >>> y = (X[:, 0] * X[:, 1] > 0).astype(int)
    >>> model = backlit.MLPClassifier((16,), activation="tanh", max_iter=50, random_state=0)
    >>> seen = diagnose(model.partial_fit(X, y, classes=[0, 1]), X, y)
    >>> seen.symptoms[0].name, seen.symptoms[0].columns
    ('unscaled_input', ('x[3]',))
    """
    from backlit.diagnosis.sources import case_of, ours_of  # loads numba, which waits for the first diagnosis

    return diagnose_case(case_of(ours_of(model, y), X, y, X_val, y_val, training))


def diagnose_case(case: Case) -> Diagnosis:
    """The same for a network as data: what a foreign network is read into.

    Parameters
    ----------
    case : Case

    Returns
    -------
    Diagnosis

    Examples
    --------
    >>> import numpy as np
    >>> from backlit.diagnosis.case import Rows
    >>> from backlit.network.building import mlp
    >>> neuron = mlp(1, (), 1, output_gate="sigmoid", loss="quadratic")
    >>> theta = np.zeros(neuron.theta_size)
    >>> for array in neuron.arrays(theta).values():
    ...     array[...] = 2.0
    >>> print(diagnose_case(Case(neuron, theta, Rows(np.ones((1, 1)), np.zeros((1, 1))), "classification")).symptoms[0])
    saturated_output: On 100% of the rows the output is off by 0.982, and sigma'(z) = 0.0177 of sigmoid multiplies ...
    """
    evidence = Evidence(case)
    missing = {name: lacking for name, one in SYMPTOMS.items() if (lacking := _missing(one, evidence))}
    seen: list[Seen] = []
    for symptom in SYMPTOMS.values():
        if symptom.name in missing or (symptom.last_resort and seen):
            continue
        finding = symptom.check(evidence)
        if finding is not None:
            seen.append(Seen(symptom, finding))
        if finding is not None and symptom.rank == 0:
            break  # with numbers that are not finite nothing else can be told
    return Diagnosis(evidence, tuple(seen), missing)


def _missing(symptom: Symptom, evidence: Evidence) -> tuple[str, ...]:
    """The facts that a symptom needs, and that are not known."""
    known = evidence.known
    has = {
        "validation": evidence.validation is not None,
        "initial": known.initial is not None or bool(known.frozen),
        "loss_curve": bool(known.loss_curve),
    }
    return tuple(name for name in symptom.needs if not (has[name] if name in has else getattr(known, name) is not None))
