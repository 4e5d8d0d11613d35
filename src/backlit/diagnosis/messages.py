"""What a diagnosis says beside its symptoms, whose words are in their own files: English and Korean."""

from __future__ import annotations

from collections.abc import Mapping

from backlit.errors import choose

MESSAGES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Diagnosis",
        "classification": "accuracy",
        "regression": "R squared",
        "scores": "{measure} on the rows learnt from {score}, on others {held}; "
        "reference {reference}, a constant {constant}",
        "no_reference": "No reference for {rows} rows: it takes 30 or more, targets that differ and finite numbers. "
        "What the rows could tell is not looked at.",
        "why": "why",
        "mend": "mend",
        "code": "as code",
        "healthy": "Nothing is wrong: the network is as good as its rows allow, and its gradient flows.",
        "flow": "The gradient's way back, in powers of ten: error {error}, pairing of loss and output {pairing}",
        "layer": "layer {number} ({gate}): weights {weights}, sigma' {sigma}; |dC/dW| = {norm}",
        "zero": "{norm} is 0: it has no logarithm, and nothing comes further",
        "course": "While it trained: |dC/dW| of each layer (in brackets rate |dC/dW| / |W|)",
        "at_epoch": "epoch {epoch}: loss {loss}; {layers}",
        "epoch": "epoch",
        "loss": "loss",
        "numbered": "layer {number}",
        "no_flow": "The gradient's way back cannot be followed: numbers are not finite.",
        "not_looked_at": "Not looked at, for want of facts",
        "trial": "{measure} {before} without the change, {after} with it, in {epochs} epochs: {verdict}",
        "helped": "it helps",
        "no_help": "it does not help",
        "sooner": "the score of {level} takes {before} epochs without it, {after} with it",
    },
    "ko": {
        "title": "진단",
        "classification": "정확도",
        "regression": "결정 계수",
        "scores": "{measure}: 학습한 행 {score}, 다른 행 {held}, 기준 모델 {reference}, 상수 {constant}",
        "no_reference": "행 {rows}개로는 기준 모델을 만들 수 없습니다. 유한한 수로 된 행이 30개 이상이고 "
        "목표값이 서로 달라야 합니다. 데이터가 무엇을 알려 주는지는 살펴보지 않았습니다.",
        "why": "이유",
        "mend": "처방",
        "code": "코드",
        "healthy": "이상이 없습니다. 신경망은 데이터가 허락하는 만큼 배웠고 기울기도 잘 흐릅니다.",
        "flow": "거꾸로 흐르는 기울기 (10의 거듭제곱): 오차 {error}, 손실과 출력의 짝 {pairing}",
        "layer": "{number}번 층 ({gate}): 가중치 {weights}, sigma' {sigma}, |dC/dW| = {norm}",
        "zero": "{norm} 값이 0입니다. 로그가 없으며 기울기가 더 내려가지 않습니다",
        "course": "학습하는 동안: 층별 |dC/dW| (괄호 안은 학습률 |dC/dW| / |W|)",
        "at_epoch": "{epoch}에포크: 손실 {loss}; {layers}",
        "epoch": "에포크",
        "loss": "손실",
        "numbered": "{number}번 층",
        "no_flow": "유한하지 않은 수가 있어 기울기를 따라갈 수 없습니다.",
        "not_looked_at": "정보가 없어 살펴보지 못한 증상",
        "trial": "{measure}: 바꾸기 전 {before}, 바꾼 뒤 {after} ({epochs}에포크): {verdict}",
        "helped": "효과가 있습니다",
        "no_help": "효과가 없습니다",
        "sooner": "점수 {level}까지 바꾸기 전 {before}에포크, 바꾼 뒤 {after}에포크",
    },
}
"""Language -> message -> its text."""


def messages(lang: str) -> Mapping[str, str]:
    """The messages of a language.

    Raises
    ------
    ParameterError
        If there is none of that name.

    Examples
    --------
    >>> messages("ko")["mend"]
    '처방'
    """
    return choose("lang", lang, MESSAGES)
