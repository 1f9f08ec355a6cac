"""Questions in QTI 1.2, which Canvas, Blackboard and others import: a package of a manifest and one assessment.

Each blank is an item with a number to type. Its conditions are tried in order: the interval of the right answer, then those
of what known mistakes give, each with its feedback, and last everything else.

Source: IMS Question & Test Interoperability, ASI XML binding 1.2 (2002), and the fields ``question_type`` and
``points_possible`` that Canvas adds as metadata.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring
from xml.sax.saxutils import quoteattr

from backprop_tutor.errors import visible
from backprop_tutor.practice.worksheet.moodle import RIGHT, decimal, html, title
from backprop_tutor.practice.worksheet.numerical import Numerical

NAMESPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
ASSESSMENT = "assessment.xml"
MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="backprop-tutor" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1">
  <metadata><schema>IMS Content</schema><schemaversion>1.1.3</schemaversion></metadata>
  <organizations/>
  <resources>
    <resource identifier="questions" type="imsqti_xmlv1p2" href="{ASSESSMENT}"><file href="{ASSESSMENT}"/></resource>
  </resources>
</manifest>
"""
CLOSING = "</section></assessment></questestinterop>\n"


def opening(name: str) -> str:
    """The assessment up to its first question."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<questestinterop xmlns="{NAMESPACE}"><assessment ident="questions" title={quoteattr(visible(name))}>'
        '<section ident="root_section">\n'
    )


def qti_items(questions: Iterable[Numerical]) -> str:
    """Every blank as an item, between `opening` and `CLOSING`."""
    return "".join(_text(_item(question)) for question in questions)


def _text(element: Element) -> str:
    indent(element)
    return tostring(element, encoding="unicode") + "\n"


def _item(question: Numerical) -> Element:
    ident = f"v{question.sheet.number}.{question.name}"
    item = Element("item", ident=ident, title=visible(title(question)))
    fields = {"question_type": "numerical_question", "points_possible": "1"}
    metadata = SubElement(SubElement(item, "itemmetadata"), "qtimetadata")
    for label, entry in fields.items():
        field = SubElement(metadata, "qtimetadatafield")
        SubElement(field, "fieldlabel").text = label
        SubElement(field, "fieldentry").text = entry
    _presentation(item, html(question.known) + html(question.asked))
    _processing(item, question)
    feedback = {"right": RIGHT[question.sheet.assignment.lang], "other": html(question.principle)}
    feedback |= {f"mistake{i}": html(question.diagnosis(w)) for i, w in enumerate(question.wrong, start=1)}
    for name, said in {**feedback, "solution": html(question.solution)}.items():
        _material(SubElement(SubElement(item, "itemfeedback", ident=name), "flow_mat"), said)
    return item


def _presentation(item: Element, text: str) -> None:
    presentation = SubElement(item, "presentation")
    _material(presentation, text)
    response = SubElement(presentation, "response_str", ident="response1", rcardinality="Single")
    SubElement(SubElement(response, "render_fib", fibtype="Decimal"), "response_label", ident="answer1")


def _processing(item: Element, question: Numerical) -> None:
    processing = SubElement(item, "resprocessing")
    limits = {"maxvalue": "100", "minvalue": "0", "varname": "SCORE", "vartype": "Decimal"}
    SubElement(SubElement(processing, "outcomes"), "decvar", limits)
    right = _condition(processing, "right", "100")
    either = SubElement(right, "or")
    SubElement(either, "varequal", respident="response1").text = decimal(question.right.value)
    _between(either, question.right.low, question.right.high)
    for number, window in enumerate(question.wrong, start=1):
        _between(_condition(processing, f"mistake{number}", "0"), window.low, window.high)
    SubElement(_condition(processing, "other", "0"), "other")


def _condition(processing: Element, feedback: str, score: str) -> Element:
    """A condition whose feedback and score are known; its test is still to be added."""
    condition = SubElement(processing, "respcondition", {"continue": "No"})
    asked = SubElement(condition, "conditionvar")
    SubElement(condition, "setvar", action="Set", varname="SCORE").text = score
    for name in (feedback, "solution"):
        SubElement(condition, "displayfeedback", feedbacktype="Response", linkrefid=name)
    return asked


def _between(parent: Element, low: float, high: float) -> None:
    both = SubElement(parent, "and")
    SubElement(both, "vargte", respident="response1").text = decimal(low)
    SubElement(both, "varlte", respident="response1").text = decimal(high)


def _material(parent: Element, text: str) -> None:
    SubElement(SubElement(parent, "material"), "mattext", texttype="text/html").text = text
