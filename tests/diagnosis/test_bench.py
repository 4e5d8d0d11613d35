"""The bench of the diagnosis: every symptom has its sickness, a sickness harms, and rates are counted right."""

from __future__ import annotations

import numpy as np
import pytest

from backlit.diagnosis.symptoms import SYMPTOMS
from benchmarks.diagnosis.command import STRICT, summarised
from benchmarks.diagnosis.judging import alike, judge, trials
from benchmarks.diagnosis.networks import NETWORKS, network
from benchmarks.diagnosis.sicknesses import FIELD, SICKNESSES


def test_every_symptom_has_a_sickness_and_every_sickness_is_a_symptom() -> None:
    assert [sickness.symptom for sickness in SICKNESSES if sickness.symptom not in SYMPTOMS] == []
    assert {sickness.symptom for sickness in SICKNESSES} == set(SYMPTOMS)
    assert {sickness.symptom for sickness in FIELD} <= set(SYMPTOMS)


def test_a_sickness_changes_a_network_and_leaves_the_healthy_one_as_it_was() -> None:
    for name in NETWORKS:
        spec = network(name, 3)
        inputs, targets = spec.learn.inputs.copy(), spec.learn.targets.copy()
        for sickness in SICKNESSES:
            assert sickness.make(spec) is not spec
        np.testing.assert_array_equal(spec.learn.inputs, inputs)
        np.testing.assert_array_equal(spec.learn.targets, targets)


def test_names_are_one_each_and_halves_share_no_seed() -> None:
    names = [trial.name for trial in trials("A", False, None)]
    assert len(names) == len(set(names))
    for first, other in zip(trials("A", True, None), trials("B", True, None), strict=True):
        assert first.name == other.name
        assert not np.array_equal(first.spec().learn.inputs, other.spec().learn.inputs)


def test_pairs_are_one_cause_both_ways() -> None:
    for name, symptom in SYMPTOMS.items():
        assert all(name in alike(other) and other in alike(name) for other in symptom.same_cause)


@pytest.mark.parametrize("name", ["unscaled_target / hills", "rate_too_low / rings", "healthy 1 / moons, 40"])
def test_a_network_is_judged(name: str) -> None:
    record = judge(next(trial for trial in trials("A", True, None) if trial.name == name))
    assert record is not None
    assert record["seen"][:1] == ([record["cause"]] if record["cause"] else [])


def test_rates_are_counted() -> None:
    records = [
        {"group": "field", "cause": "dead_units", "seen": ["dead_units", "overfitting"], "first": True,
         "among_two": True, "works": False},
        {"group": "field", "cause": "dead_units", "harmless": True, "seen": []},
        {"group": "symptoms", "cause": "underfitting", "seen": [], "error": "none"},
        {"group": "healthy", "cause": None, "seen": []},
        {"group": "healthy", "cause": None, "seen": ["overfitting"]},
    ]  # fmt: skip
    rates = summarised(records)
    assert rates["all"] == {"sick": 2, "harmless": 1, "cause first": 0.5, "among two": 0.5, "mend works": 0.0,
                            "precision": 0.5, "healthy": 2, "false alarms": 0.5}  # fmt: skip
    assert rates["field"]["cause first"] == 1.0
    strict = rates[STRICT]
    assert (strict["sick"], strict["harmless"], strict["cause first"]) == (3, 0, 0.333)
