"""The messages of the frame, and those that several views share; each view has its own in its folder.

A new language is one entry in `MESSAGES` and one in `ENDONYMS`. It may hold the messages of the views as well; what it
lacks is shown in English.
"""

from __future__ import annotations

from collections.abc import Mapping

Messages = Mapping[str, Mapping[str, str]]

MESSAGES: Messages = {
    "en": {
        "skip": "Skip to the content",
        "views": "Views",
        "no_script": "This page needs JavaScript; what it shows is computed on this machine.",
        "link_copy": "Copy link",
        "link_copied": "Link copied",
        "link_refused": "This link is too long, or none of this view; it was left out.",
        "link_long": "What is shown is too long for a link.",
        "link_absent": "This link is about {names}, which is not open here; it was left out.",
        "share": "Share: file, QR, course",
        "share_save": "Save as a file",
        "share_hint": "This page is for this machine only, and so is its link. The file is whole: put it on a website "
        "or into a course, then write its address here.",
        "share_address": "Address of the file",
        "share_qr": "QR code of the address, for phones",
        "share_embed": "For a page of Moodle or Canvas (in the HTML of the editor)",
        "share_wrong": "Write a whole address, such as the one in the browser's bar.",
        "qr_long": "The address is too long for a QR code; step back to the beginning, or take a shorter one.",
        "lost": "Backlit does not answer; is it still open in the terminal?",
        "needs_number": "{name} needs a number from {low} to {high}",
        "needs_whole": "{name} needs a whole number from {low} to {high}",
        "type_formula": "type a formula, such as (x + y) * z",
        "long_formula": "the formula has {count} characters; stay below {limit}",
        "many_gates": "the formula has {count} gates; stay below {limit}",
        "needs_input": "{name} needs a number, such as 0.5, up to {most} of them, such as 1, 2, 4, or as many rows",
        "too_slow": "no answer within {seconds} s; ask for something smaller",
        "too_large": "this is larger than {megabytes} MB; give a smaller one",
        "target": "Target",
        "loss": "Loss",
        "rate": "Learning rate",
        "pause": "Pause",
        "epoch": "Epoch",
        "zoom": "Zoom",
        "zoom_neuron": "neurons",
        "zoom_gates": "single gates",
        "zoom_layer": "whole layers",
        "zoom_bounded": "This network is too large to be drawn neuron by neuron, so whole layers are shown.",
        "row": "Row",
        "weight": "weight",
        "value": "value",
        "gradient": "gradient",
    },
    "ko": {
        "skip": "본문으로 건너뛰기",
        "views": "보기",
        "no_script": "이 페이지에는 자바스크립트가 필요합니다. 모든 계산은 이 컴퓨터에서 합니다.",
        "link_copy": "링크 복사",
        "link_copied": "링크를 복사했습니다",
        "link_refused": "링크가 너무 길거나 이 보기의 것이 아니어서 쓰지 않았습니다.",
        "link_long": "지금 화면은 링크로 담기에 너무 깁니다.",
        "link_absent": "이 링크의 {names} 파일이 여기에 열려 있지 않아 쓰지 않았습니다.",
        "share": "나누기: 파일, QR, 강좌",
        "share_save": "파일로 저장",
        "share_hint": "이 페이지와 그 링크는 이 컴퓨터에서만 열립니다. 저장한 파일은 그것만으로 온전합니다. "
        "웹사이트나 강좌에 올린 다음 그 주소를 여기에 적으세요.",
        "share_address": "파일의 주소",
        "share_qr": "휴대 전화로 읽는 주소의 QR 코드",
        "share_embed": "Moodle이나 Canvas 페이지에 넣을 코드 (편집기의 HTML)",
        "share_wrong": "브라우저 주소창에 있는 것처럼 온전한 주소를 적으세요.",
        "qr_long": "주소가 너무 길어 QR 코드로 만들 수 없습니다. 처음 단계로 가거나 더 짧은 주소를 쓰세요.",
        "lost": "Backlit이 응답하지 않습니다. 터미널에서 아직 열려 있는지 확인하세요.",
        "needs_number": "{name}: {low}부터 {high}까지의 수가 필요합니다",
        "needs_whole": "{name}: {low}부터 {high}까지의 정수가 필요합니다",
        "type_formula": "(x + y) * z처럼 식을 적으세요",
        "long_formula": "식이 {count}자입니다; {limit}자보다 짧게 쓰세요",
        "many_gates": "식에 게이트가 {count}개 있습니다; {limit}개보다 적게 쓰세요",
        "needs_input": "{name}: 0.5 같은 수 하나나 1, 2, 4 같은 수 {most}개까지, 또는 그런 행을 그만큼까지 적으세요",
        "too_slow": "{seconds}초 안에 답을 얻지 못했습니다. 더 작은 것을 요청하세요",
        "too_large": "{megabytes} MB보다 큽니다. 더 작은 것을 고르세요",
        "target": "목표",
        "loss": "손실",
        "rate": "학습률",
        "pause": "멈춤",
        "epoch": "에포크",
        "zoom": "확대",
        "zoom_neuron": "뉴런",
        "zoom_gates": "게이트 하나씩",
        "zoom_layer": "층 전체",
        "zoom_bounded": "신경망이 너무 커서 뉴런마다 그리지 않고 층 전체를 보여 줍니다.",
        "row": "행",
        "weight": "가중치",
        "value": "값",
        "gradient": "기울기",
    },
}
"""Language -> name of a message -> text; `{name}` in a text is filled in where it is shown."""

ENDONYMS: Mapping[str, str] = {"en": "English", "ko": "한국어"}
"""What a language is called in it."""

ENGLISH = "en"


def messages(view: Messages, lang: str) -> dict[str, str]:
    """The messages of a view in one language: shared ones and its own; English where there is no translation.

    Examples
    --------
    >>> found = messages({"en": {"hello": "Hello"}}, "ko")
    >>> found["hello"], found["value"]
    ('Hello', '값')
    """
    return {**MESSAGES[ENGLISH], **view[ENGLISH], **MESSAGES.get(lang, {}), **view.get(lang, {})}


def language(requested: object, default: str) -> str:
    """The language that is requested, if there are messages in it, else the one that the page was opened in.

    Examples
    --------
    >>> language("ko", "en"), language("fr", "en"), language(None, "ko")
    ('ko', 'en', 'ko')
    """
    return requested if isinstance(requested, str) and requested in MESSAGES else default
