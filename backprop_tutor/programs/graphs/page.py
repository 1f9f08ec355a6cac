"""The diagnosis of the gradients of a graph, for people and as the JSON object of the contract."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from backprop_tutor.graph.graph import Graph
from backprop_tutor.lesson.document import Block, Code, Document, Paragraph, Row, Rows, Table, Text, Words
from backprop_tutor.lesson.inline import plain, say
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.programs.graphs.diagnosis import GraphArray, GraphDiagnosis
from backprop_tutor.programs.graphs.share import GraphEdit, plain_name, shown_name
from backprop_tutor.programs.naming import MEANS, SUMS
from backprop_tutor.programs.page import (
    ARRAY,
    HOW,
    IS_RIGHT,
    IS_WRONG,
    PRINCIPLE,
    RIGHT_LINE,
    TITLE,
    VERDICT,
    WRONG_LINE,
)
from backprop_tutor.programs.relations import relation
from backprop_tutor.text import NOTHING, Lang, T

MOST = 3
NO_CAUSE = T(
    "No single change of what one node sends back gives these arrays ({tried} tried).",
    "只改一个节点传回的内容得不到这些数组（试了 {tried} 种）。",
)
CORRECT = T("✓ Right: these are the gradients of this graph.", "✓ 正确：这就是该计算图的梯度。")
CAUSE = T("Your arrays are what you get when {what}.", "你的数组正好是这样算出来的：{what}。")
ALSO = T("The same arrays also come out when {what}.", "这样也会得到同样的数组：{what}。")
ALIKE = T("{said}, and likewise at {others}", "{said}；{others} 处也是这样")
CAVEAT = T(
    "In the lines, g is the gradient that arrives at {node}{parts}.", "代码行中的 g 是到达 {node} 的梯度{parts}。"
)
PART = T(", {called} is {node}", "，{called} 即 {node}")


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
    if found.verdict == "unexplained":
        yield Paragraph(say(NO_CAUSE, lang, tried=f"{found.tried:,}"), "strong")
    for i, edits in enumerate(found.explanations[:MOST]):
        text = said(found, edits)
        yield Paragraph(say(ALSO if i else CAUSE, lang, what=text), "muted" if i else "strong")
        if i == 0:
            yield from _lines(found, edits, lang)


def _lines(found: GraphDiagnosis, edits: tuple[GraphEdit, ...], lang: Lang) -> Iterator[Block]:
    lined = [edit for edit in edits if edit.right]
    rows = []
    for edit in lined:
        rows.append(Row(say(WRONG_LINE, lang), (Paragraph((Code(edit.wrong),), "bad"),)))
        rows.append(Row(say(RIGHT_LINE, lang), (Paragraph((Code(edit.right),), "good"),)))
    if rows:
        yield Rows(tuple(rows))
        yield Paragraph(say(_caveat(found.scenario.graph, lined), lang), "muted")
    if edits[0].name in MISTAKES:
        yield Paragraph(say(PRINCIPLE, lang, principle=MISTAKES[edits[0].name].principle))


def _caveat(graph: Graph, edits: Sequence[GraphEdit]) -> T:
    """What the names in the lines mean: g, and what stands for a part of a formula."""
    named = set(re.findall(r"\w+", " ".join(edit.right + " " + edit.wrong for edit in edits)))
    inner = {plain_name(graph, i): node.inner for i, node in enumerate(graph.nodes) if node.inner}
    parts = [PART.format(called=name, node=inner[name]) for name in inner if {name, f"d{name}"} & named]
    text = T("".join(part.en for part in parts), "".join(part.zh for part in parts)) if parts else NOTHING
    return CAVEAT.format(node=shown_name(graph, edits[0].node), parts=text)


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
                "quantity": f"grads.{each.name}",
                "shape": list(each.given.shape),
                "precision": each.precision,
                "verdict": "right" if each.is_right else "wrong",
                "off": None if each.is_right else relation(each.given, each.right, each.off, others)[lang],
            }
            for each in found.arrays
        ],
        "explanations": [_explanation(found, edits, lang) for edits in found.explanations[:MOST]],
    }


def _explanation(found: GraphDiagnosis, edits: tuple[GraphEdit, ...], lang: Lang) -> dict[str, Any]:
    graph = found.scenario.graph
    return {
        "mistakes": [edits[0].name],
        "kind": "mistake",
        "where": ", ".join(plain_name(graph, edit.node) for edit in edits),
        "edit": [
            {"line": plain_name(graph, edit.node), "rule": edit.name, "right": edit.right, "wrong": edit.wrong}
            for edit in edits
        ],
        "message": said(found, edits)[lang],
    }
