"""The diagnosis of the gradients of a graph, for people and as the JSON object of the contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backprop_tutor.lesson.document import Block, Document, Paragraph, Table, Text, Words
from backprop_tutor.lesson.inline import plain, say
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.programs.graphs.diagnosis import GraphArray, GraphDiagnosis
from backprop_tutor.programs.graphs.share import GraphEdit, plain_name, shown_name
from backprop_tutor.programs.naming import MEANS, SUMS
from backprop_tutor.programs.page import (
    ARRAY,
    FIRST_WRONG,
    HOW,
    IS_RIGHT,
    IS_WRONG,
    NO_NUMBERS,
    PRINCIPLE,
    TITLE,
    VERDICT,
    distinct,
    edited_lines,
    explained,
)
from backprop_tutor.programs.records import explanation
from backprop_tutor.programs.relations import relation
from backprop_tutor.text import Lang, T

MOST = 3
NO_CAUSE = T(
    "No single change of what a node sends back, and no edit of one line, gives these arrays ({tried} tried). With the arrays "
    "on the way, values={{'z1': z1, 'dz1': dz1, ...}}, the first wrong line is found.",
    "只改一个节点传回的内容，或只改一行的一处，都得不到这些数组（试了 {tried} 种）。再给出中间的数组，"
    "如 values={{'z1': z1, 'dz1': dz1, ...}}，就能找出第一处错误的行。",
)
CORRECT = T("✓ Right: these are the gradients of this graph.", "✓ 正确：这就是该计算图的梯度。")
CAUSE = T("Your arrays are what you get when {what}.", "你的数组正好是这样算出来的：{what}。")
ALSO = T("The same arrays also come out when {what}.", "这样也会得到同样的数组：{what}。")
ALIKE = T("{said}, and likewise at {others}", "{said}；{others} 处也是这样")


def graph_page(found: GraphDiagnosis, lang: Lang) -> Document:
    """The diagnosis as a document."""
    title = (*say(TITLE, lang), Text(f" · {found.scenario.title[lang]}"))
    return Document(lang, title, (), tuple(_blocks(found, lang)))


def said(found: GraphDiagnosis, edits: tuple[GraphEdit, ...]) -> T:
    """An explanation as a clause."""
    first, *rest = edits
    if not rest:
        return first.text
    names = ", ".join(shown_name(found.scenario.graph, edit.node) for edit in rest)
    return ALIKE.format(said=first.text, others=names)


def _blocks(found: GraphDiagnosis, lang: Lang) -> Iterator[Block]:
    if found.summed:
        is_mean = found.scenario.graph.reduction == "mean"
        yield Paragraph(say(SUMS if is_mean else MEANS, lang, count=found.scenario.examples))
    if found.verdict == "correct":
        yield Paragraph(say(CORRECT, lang), "good")
    others = {each.name: each.right for each in found.arrays}
    header = tuple(say(title, lang) for title in (ARRAY, VERDICT, HOW))
    yield Table(header, tuple(_row(each, others, lang) for each in found.arrays), ("left", "left", "left"))
    for name, causes in found.lines:
        yield Paragraph(say(FIRST_WRONG, lang, name=name), "strong")
        yield from explained(causes, lang) if causes else ()
    if found.found and not found.explanations:
        yield from explained(found.found, lang)
    if found.verdict == "unexplained":
        yield Paragraph(say(NO_CAUSE if found.tried else NO_NUMBERS, lang, tried=f"{found.tried:,}"), "strong")
    for i, edits in enumerate(found.explanations[:MOST]):
        text = said(found, edits)
        yield Paragraph(say(ALSO if i else CAUSE, lang, what=text), "muted" if i else "strong")
        if i == 0 and found.found:
            yield from edited_lines(found.found[0], lang)
        if i == 0 and edits[0].name in MISTAKES:
            yield Paragraph(say(PRINCIPLE, lang, principle=MISTAKES[edits[0].name].principle))


def _row(each: GraphArray, others: Any, lang: Lang) -> tuple[Words, ...]:
    if each.is_right:
        return plain(each.called), plain(IS_RIGHT[lang], "good"), plain("")
    how = relation(each.given, each.right, each.off, others)
    return plain(each.called), plain(IS_WRONG[lang], "bad"), plain(how[lang])


def graph_record(found: GraphDiagnosis, lang: Lang) -> dict[str, Any]:
    """The diagnosis object."""
    others = {each.name: each.right for each in found.arrays}
    return {
        "format": "backprop-tutor/diagnosis",
        "version": 1,
        "verdict": found.verdict,
        "claims": [
            {
                "name": each.called,
                "quantity": f"{'grads' if each.is_gradient else 'values'}.{each.name}",
                "shape": list(each.given.shape),
                "precision": each.precision,
                "verdict": "right" if each.is_right else "wrong",
                "off": None if each.is_right else relation(each.given, each.right, each.off, others)[lang],
            }
            for each in found.arrays
        ],
        "explanations": [
            *(explanation(causes[0], lang) for _, causes in found.lines if causes),
            *(_explanation(found, i, edits, lang) for i, edits in enumerate(found.explanations)),
            *(() if found.explanations else (explanation(each, lang) for each in distinct(found.found))),
        ][:MOST],
    }


def _explanation(found: GraphDiagnosis, i: int, edits: tuple[GraphEdit, ...], lang: Lang) -> dict[str, Any]:
    graph = found.scenario.graph
    nodes = [{"line": plain_name(graph, edit.node), "rule": edit.name, "right": "", "wrong": ""} for edit in edits]
    return {
        "mistakes": [edits[0].name],
        "kind": "mistake",
        "where": ", ".join(plain_name(graph, edit.node) for edit in edits),
        "edit": explanation(found.found[0], lang)["edit"] if i == 0 and found.found else nodes,
        "message": said(found, edits)[lang],
    }
