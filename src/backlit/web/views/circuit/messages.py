"""The messages of the circuit view, by language; `circuit` is its title, `circuit_lead` the line beside the title."""

from __future__ import annotations

from collections.abc import Mapping

MESSAGES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "circuit": "Circuit",
        "circuit_lead": "Any formula as a circuit: every value, every gradient, and how it comes about.",
        "examples": "From the lecture",
        "example_product": "(x + y) z",
        "example_sigmoid": "Sigmoid neuron",
        "example_patterns": "Add, max, mul",
        "example_softmax": "Softmax with cross entropy",
        "example_fork": "A fork",
        "example_layer": "A layer: W @ x + b",
        "formula": "Formula",
        "formula_hint": "+ - * / ** and gates: exp, log, tanh, sigmoid, relu, max, softmax, …",
        "inputs": "Inputs",
        "no_number": "{name} needs a number, such as 0.5, several, such as 1, 2, 4, or rows, such as 1, 2; 3, 4",
    },
    "ko": {
        "circuit": "회로",
        "circuit_lead": "어떤 식이든 회로로: 모든 값과 모든 기울기, 그리고 그 유래까지 봅니다.",
        "examples": "강의에서",
        "example_product": "(x + y) z",
        "example_sigmoid": "시그모이드 뉴런",
        "example_patterns": "덧셈, 최댓값, 곱셈",
        "example_softmax": "소프트맥스와 교차 엔트로피",
        "example_fork": "갈림길",
        "example_layer": "한 층: W @ x + b",
        "formula": "식",
        "formula_hint": "+ - * / ** 와 게이트: exp, log, tanh, sigmoid, relu, max, softmax, …",
        "inputs": "입력",
        "no_number": "{name}에는 0.5 같은 수, 1, 2, 4처럼 여러 수, 1, 2; 3, 4처럼 행이 필요합니다",
    },
}
