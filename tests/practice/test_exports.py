"""Worksheets for systems of courses: read back by readers that are not ours, and answered as those systems would."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ElementTree
import zipfile

import pytest
from moodle_xml_parser.parser import parse_string

from backlit import BacklitError
from backlit.practice import MISTAKES, to_moodle, to_qti, worksheet
from backlit.practice.exports import alternatives, exact

SHEETS = (worksheet(4, seed=3, level=2), worksheet(3, seed=4, level=3, lang="ko"))
QTI = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"
PACKAGE = "{http://www.imsglobal.org/xsd/imscp_v1p1}"


def test_moodle_is_read_back(capsys: pytest.CaptureFixture[str]) -> None:
    """By moodle-xml-parser, which prints what it cannot read."""
    found = parse_string(to_moodle(*SHEETS).split("?>", 1)[1])["cloze"]
    assert capsys.readouterr().out == ""
    problems = sorted(
        ((p.number, at, p, s) for at, s in enumerate(SHEETS) for p in s.problems), key=lambda each: each[:2]
    )
    assert len(found) == len(problems) == 7
    for question, (_, _, problem, sheet) in zip(found, problems, strict=True):
        assert len(question.gaps) == len(problem.questions)
        for gap, asked in zip(question.gaps, problem.questions, strict=True):
            assert (gap.sub_type, gap.sub_grade) == ("NUMERICAL", 1)
            first, *wrong, rest = gap.options
            answer, tolerance = map(float, first.answer.split(":"))
            assert answer == asked.gradient
            assert tolerance == pytest.approx(1e-3 * abs(answer))
            assert [option.score for option in gap.options] == [100, *[0] * (len(wrong) + 1)]
            assert rest.answer == "*"
            assert len(wrong) >= min(1, len(asked.wrong))
            assert any("가" <= letter <= "힣" for letter in first.feedback) == (sheet.lang == "ko")


def test_moodle_has_a_category_for_each_place_and_a_picture_for_each_question() -> None:
    quiz = ElementTree.fromstring(to_moodle(*SHEETS))
    kinds = [question.get("type") for question in quiz]
    assert kinds == ["category", "cloze", "cloze"] * 3 + ["category", "cloze"]
    for question in quiz.findall("question[@type='cloze']"):
        text, file = question.find("questiontext/text"), question.find("questiontext/file")
        assert text is not None
        assert file is not None
        assert f"@@PLUGINFILE@@/{file.get('name')}" in (text.text or "")
        drawn = base64.b64decode(file.text or "").decode()
        assert ElementTree.fromstring(drawn).tag.endswith("svg")
        assert "____" in drawn


def package(*sheets: object) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(to_qti(*sheets))) as archive:  # type: ignore[arg-type]
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_qti_manifest_and_test_name_every_file() -> None:
    files = package(*SHEETS)
    manifest = ElementTree.fromstring(files["imsmanifest.xml"])
    listed = {file.get("href") for file in manifest.iter(f"{PACKAGE}file")}
    assert listed == set(files) - {"imsmanifest.xml"}
    test = ElementTree.fromstring(files["test.xml"])
    items = [found.get("href") for found in test.iter(f"{QTI}assessmentItemRef")]
    assert len(items) == len(set(items)) == sum(len(p.questions) for s in SHEETS for p in s.problems)
    assert to_qti(*SHEETS) == to_qti(*SHEETS)


def answered(item: ElementTree.Element, response: float) -> tuple[float, str]:
    """Score and feedback by the rules of the item's own response processing."""
    score, said = 0.0, ""
    condition = item.find(f"{QTI}responseProcessing/{QTI}responseCondition")
    assert condition is not None
    for branch in condition:
        equal = branch.find(f"{QTI}equal")
        if equal is not None:
            low, high = map(float, (equal.get("tolerance") or "").split())
            value = float(equal.findtext(f"{QTI}baseValue") or "nan")
            if not value - low <= response <= value + high:
                continue
        for put in branch.iter(f"{QTI}setOutcomeValue"):
            text = put.findtext(f"{QTI}baseValue") or ""
            score, said = (float(text), said) if put.get("identifier") == "SCORE" else (score, text)
        break
    feedback = {shown.get("identifier"): shown.text or "" for shown in item.iter(f"{QTI}modalFeedback")}
    return score, feedback[said]


def test_qti_items_judge_as_we_do() -> None:
    files = package(SHEETS[0])
    for problem in SHEETS[0].problems:
        for at, question in enumerate(problem.questions, 1):
            item = ElementTree.fromstring(files[f"s1p{problem.number}q{at}.xml"])
            for one in alternatives(problem, question, "en"):
                assert answered(item, one.answer) == (float(one.right), one.feedback)
            assert answered(item, 1e6)[0] == 0.0
            assert item.findtext(f".//{QTI}correctResponse/{QTI}value") == exact(question.gradient)


def test_small_numbers_keep_all_their_digits() -> None:
    assert float(exact(1.2345678901234567e-9)) == 1.2345678901234567e-9
    assert all(float(exact(number)) == number for number in (0.1 + 0.2, -1e-300, 5e-324, 1e22))


def test_every_mistake_says_its_own_in_moodle() -> None:
    written = to_moodle(*(worksheet(12, seed=seed, level=3) for seed in range(4)))
    said = {mistake.name: re.split(r"\{\w+\}", mistake.what["en"])[0].strip() for mistake in MISTAKES}
    assert [name for name, start in said.items() if start and start not in written] == []


def test_nothing_to_export_is_refused() -> None:
    for export in (to_moodle, to_qti):
        with pytest.raises(BacklitError, match="no worksheet to export"):
            export()
