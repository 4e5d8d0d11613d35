"""Worksheets as QTI 2.1: a content package of items and a test, for Canvas, TAO, OpenOLAT and other systems.

IMS Question and Test Interoperability 2.1, final, 2012: 'Assessment Test, Section and Item Information Model' and 'XML
Binding'. Each gradient is an item of its own, with the circuit, a field for a number, and modal feedback that names the
mistake.
"""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Mapping

from backlit.practice.exports import alternatives, checked, described, exact, picture, unknown
from backlit.practice.messages import MESSAGES
from backlit.practice.questions import Question
from backlit.practice.worksheet import Problem, Worksheet
from backlit.tracing.derivation.as_text import partial

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the package: the same sheets give the same bytes."""

Element = ElementTree.Element


def to_qti(*sheets: Worksheet) -> bytes:
    """Worksheets as one QTI 2.1 package.

    Parameters
    ----------
    *sheets : Worksheet
        Each becomes a section of the test; with one for each seed, a section for each student.

    Returns
    -------
    bytes
        A zip archive.

    Raises
    ------
    BacklitError
        If there is no sheet.

    Examples
    --------
    >>> import io, zipfile
    >>> from backlit.practice import worksheet
    >>> zipfile.ZipFile(io.BytesIO(to_qti(worksheet(1, seed=7)))).namelist()[:3]
    ['imsmanifest.xml', 'test.xml', 'circuit-7-1.svg']
    """
    files: dict[str, str] = {}
    manifest = Element("manifest", {"xmlns": PACKAGE, "identifier": "backlit"})
    metadata = ElementTree.SubElement(manifest, "metadata")
    ElementTree.SubElement(metadata, "schema").text = "QTIv2.1 Package"
    ElementTree.SubElement(metadata, "schemaversion").text = "1.0.0"
    ElementTree.SubElement(manifest, "organizations")
    resources = ElementTree.SubElement(manifest, "resources")
    test, part = _test(MESSAGES[checked(sheets)[0].lang]["title"])
    whole = _resource(resources, "test", "imsqti_test_xmlv2p1", "test.xml")
    for number, sheet in enumerate(sheets, 1):
        title = MESSAGES[sheet.lang]["about"].format(level=sheet.level, seed=sheet.seed)
        given = {"identifier": f"section{number}", "title": title, "visible": "true"}
        section = ElementTree.SubElement(part, "assessmentSection", given)
        for problem in sheet.problems:
            drawn = f"circuit-{sheet.seed}-{problem.number}.svg"
            files[drawn] = picture(problem, sheet.lang)
            for at, question in enumerate(problem.questions, 1):
                name = f"s{number}p{problem.number}q{at}"
                files[f"{name}.xml"] = _written(_item(problem, question, name, drawn, sheet.lang))
                ElementTree.SubElement(section, "assessmentItemRef", identifier=name, href=f"{name}.xml")
                _resource(resources, name, "imsqti_item_xmlv2p1", f"{name}.xml", drawn)
                ElementTree.SubElement(whole, "dependency", identifierref=name)
    return _zipped({"imsmanifest.xml": _written(manifest), "test.xml": _written(test), **files})


def _test(title: str) -> tuple[Element, Element]:
    """The test, and its only part."""
    test = _root("assessmentTest", identifier="backlit", title=title)
    part = ElementTree.SubElement(
        test, "testPart", identifier="part", navigationMode="nonlinear", submissionMode="individual"
    )
    return test, part


def _item(problem: Problem, question: Question, name: str, drawn: str, lang: str) -> Element:
    texts, options = MESSAGES[lang], list(alternatives(problem, question, lang))
    title = f"{partial(question.output, question.wire)}: {problem.trace.title}"
    item = _root("assessmentItem", identifier=name, title=title, adaptive="false", timeDependent="false")
    item.set("{http://www.w3.org/XML/1998/namespace}lang", lang)
    declared = _declared(item, "responseDeclaration", "RESPONSE", "float")
    right = ElementTree.SubElement(declared, "correctResponse")
    ElementTree.SubElement(right, "value").text = exact(question.gradient)
    score = ElementTree.SubElement(_declared(item, "outcomeDeclaration", "SCORE", "float"), "defaultValue")
    ElementTree.SubElement(score, "value").text = "0"
    _declared(item, "outcomeDeclaration", "FEEDBACK", "identifier")
    body = ElementTree.SubElement(item, "itemBody")
    _paragraph(body, f"{problem.output} = {problem.trace.title}, {texts['at']} {problem.given}")
    image = {"src": drawn, "alt": described(problem, lang)}
    ElementTree.SubElement(ElementTree.SubElement(body, "div"), "img", image)
    asked = _paragraph(body, f"{partial(question.output, question.wire)} = ")
    ElementTree.SubElement(asked, "textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="12")
    _processing(item, [(one.answer, one.tolerance) for one in options])
    for at, said in enumerate([*(one.feedback for one in options), unknown(lang)]):
        shown = {"outcomeIdentifier": "FEEDBACK", "identifier": f"said{at}", "showHide": "show"}
        ElementTree.SubElement(item, "modalFeedback", shown).text = said
    return item


def _processing(item: Element, numbers: list[tuple[float, float]]) -> None:
    """The first number that the answer is near decides the feedback; the first of all is right."""
    choice = ElementTree.SubElement(ElementTree.SubElement(item, "responseProcessing"), "responseCondition")
    for at, (answer, tolerance) in enumerate(numbers):
        branch = ElementTree.SubElement(choice, "responseElseIf" if at else "responseIf")
        mode = {"toleranceMode": "absolute", "tolerance": f"{exact(tolerance)} {exact(tolerance)}"}
        equal = ElementTree.SubElement(branch, "equal", mode)
        ElementTree.SubElement(equal, "variable", identifier="RESPONSE")
        _constant(equal, "float", exact(answer))
        if at == 0:
            _constant(ElementTree.SubElement(branch, "setOutcomeValue", identifier="SCORE"), "float", "1")
        _constant(ElementTree.SubElement(branch, "setOutcomeValue", identifier="FEEDBACK"), "identifier", f"said{at}")
    rest = ElementTree.SubElement(ElementTree.SubElement(choice, "responseElse"), "setOutcomeValue")
    rest.set("identifier", "FEEDBACK")
    _constant(rest, "identifier", f"said{len(numbers)}")


def _declared(item: Element, tag: str, name: str, kind: str) -> Element:
    return ElementTree.SubElement(item, tag, identifier=name, cardinality="single", baseType=kind)


def _constant(parent: Element, kind: str, value: str) -> None:
    ElementTree.SubElement(parent, "baseValue", baseType=kind).text = value


def _paragraph(body: Element, text: str) -> Element:
    made = ElementTree.SubElement(body, "p")
    made.text = text
    return made


def _resource(resources: Element, name: str, kind: str, *files: str) -> Element:
    made = ElementTree.SubElement(resources, "resource", identifier=name, type=kind, href=files[0])
    for file in files:
        ElementTree.SubElement(made, "file", href=file)
    return made


def _root(tag: str, **attributes: str) -> Element:
    place = {"xmlns": QTI, "xmlns:xsi": INSTANCE, "xsi:schemaLocation": f"{QTI} {QTI}.xsd"}
    return Element(tag, {**place, **attributes})


def _written(root: Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _zipped(files: Mapping[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), text.encode(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
