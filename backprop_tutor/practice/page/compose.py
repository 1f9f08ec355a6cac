"""Makes a live page from a scenario: every notation it fits in both languages, the program of its numbers, the
mistakes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from backprop_tutor.errors import TutorError
from backprop_tutor.fast.javascript import LIBRARY, javascript
from backprop_tutor.fast.program import Assignment
from backprop_tutor.fast.staged_run import StagedRun, staged_run
from backprop_tutor.formula.nodes import Formula, Neg, Num, Sym, formula, total
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.formula.traced import Traced
from backprop_tutor.graph.array import AnyArray, np
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.lesson.document import Block, Equation, Flow, Section, Table, Words
from backprop_tutor.lesson.forward import COMPUTED, verdicts
from backprop_tutor.lesson.inline import math
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.live import LiveLesson
from backprop_tutor.lesson.settled import Variables, settled, traced_in
from backprop_tutor.lesson.teach import choose_notation, choose_view, teach
from backprop_tutor.lesson.update import given
from backprop_tutor.notation.notation import Notation
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.practice.page.signs import Signs
from backprop_tutor.practice.page.wrong_rules import variable_index, wrong_rules
from backprop_tutor.render.page import Edition, Field, LivePage
from backprop_tutor.text import LANGUAGES, Lang, T, same
from backprop_tutor.training.optimizers import LETTERS
from backprop_tutor.training.train_step import Run, Step, run_scenario

MOST = 300
"""The maximum of the given numbers of a page times its steps."""

TOO_LARGE = T(
    "a live page of {count} given numbers would be too large (at most {most}); tutor export writes the lesson itself",
    "有 {count} 个已知数，交互网页会过大（最多 {most} 个）；可用 tutor export 写出解题过程",
)


RATE = T("learning rate", "学习率")

SAYS: Mapping[str, T] = MappingProxyType(
    {
        "skip": T("Skip to the lesson", "跳到正文"),
        "read": T("Read", "阅读"),
        "step": T("Step", "逐步"),
        "predict": T("Predict", "预测"),
        "modes": T("How to go through the lesson", "学习方式"),
        "every": T("Every element", "每个元素"),
        "notation": T("Notation", "记号"),
        "language": T("{name}: this page in the other language", "{name}：用另一种语言显示本页"),
        "map": T("The network, with what the line uses", "网络图，标出这一行用到的数"),
        "back": T("Back", "上一步"),
        "next": T("Next", "下一步"),
        "place": T("line {step} of {count}", "第 {step} / {count} 行"),
        "line": T("Line {number}: {figures}", "第 {number} 行：{figures}"),
        "field": T("the given number {name}", "已知数 {name}"),
        "reset": T("Reset", "还原"),
        "link": T("Copy link", "复制链接"),
        "yaml": T("Copy as YAML", "复制为 YAML"),
        "changed": T("{count} numbers changed", "改动了 {count} 个数"),
        "one_changed": T("1 number changed", "改动了 1 个数"),
        "was_reset": T("The numbers are the given ones again.", "已恢复为题目给出的数。"),
        "link_copied": T("The link is copied; it carries your numbers.", "链接已复制，其中带有你改动的数。"),
        "yaml_copied": T("The scenario is copied as YAML, with your numbers.", "已复制为 YAML 场景，用的是你的数。"),
        "copy_yourself": T("Copy the marked text with Ctrl+C.", "请按 Ctrl+C 复制选中的文字。"),
        "anew": T(
            "With your numbers another place is the largest. Every figure is right; lines that name the old place are not: "
            "copy the YAML to see them anew.",
            "换成你的数后，最大值换了位置。各个数都是对的，但写着原来位置的算式不再成立；可复制 YAML 重新生成。",
        ),
        "as_given": T("About the numbers as they were given:", "以下说的是原来给出的数："),
        "no_number": T("'{text}' is not a number that fits here.", "“{text}” 不是这里可用的数。"),
        "ask": T("Your number for line {number}", "你算出的第 {number} 行的数"),
        "your_number": T("your number", "你的答案"),
        "check": T("Check", "检查"),
        "show": T("Show it", "看答案"),
        "shown": T("Here it is. Follow how it comes about, then go on.", "答案在这里。看清它是怎么来的，再继续。"),
        "right": T("Right.", "正确。"),
        "rounded": T("Right: the last figures differ by rounding on the way.", "正确：末几位的差别来自中间的舍入。"),
        "carried": T(
            "Rightly computed from your own earlier number. With the right one it is {right}.",
            "用你自己前面的数来算，这一步是对的；用正确的数算是 {right}。",
        ),
        "undecided": T(
            "Too few figures to tell. Write one or two more.",
            "位数太少，还看不出对错，请再多写一两位。",
        ),
        "wrong": T(
            "Not yet. Look at what the line is made of, and try again.",
            "还不对。看看这一行由哪些数组成，再试一次。",
        ),
        "mistake": T(
            "Not yet: this is what comes out when {clause} ({where}).",
            "还不对：{clause}，就会得到这个数（{where}）。",
        ),
    }
)

QUANTITY, BEFORE, AFTER = T("quantity", "量"), T("before", "更新前"), T("after", "更新后")


def live_page(
    scenario: Scenario,
    lang: Lang = "en",
    *,
    notation: str | None = None,
    view: str | None = None,
    digits: int | None = None,
    yaml: str = "",
    opening: Callable[[Lang], tuple[Block, ...]] = lambda _: (),
) -> LivePage:
    """`scenario` as a live page that opens in this language and notation; `yaml` is the scenario with holes, `opening`
    what comes before its lesson.

    Raises TutorError for a notation or view that does not fit, and for a scenario that is too large for a page.
    """
    opened = choose_notation(scenario.graph, notation or scenario.presentation.notation)
    choose_view(scenario.graph, opened, view)
    if scenario.count_given * scenario.training.steps > MOST:
        raise TutorError(TOO_LARGE.format(count=scenario.count_given, most=MOST // scenario.training.steps))
    run, staged = run_scenario(scenario), staged_run(scenario)
    names = (*(each.variable for each in staged.given), *(line.name for line in staged.lines))
    variables, signs = Variables(1 + max(map(variable_index, names))), Signs()
    notations = [opened, *(each for each in NOTATIONS.values() if each.fits(scenario.graph) and each is not opened)]
    editions = tuple(
        _edition(run, staged, each, variables, opening, lang=language, view=view, digits=digits, detail=detail)
        for each in notations
        for language in LANGUAGES
        for detail in (("full",) if scenario.graph.shapes is None else ("normal", "full"))
    )
    choice = _choice(run, staged, variables)
    said = [verdicts for each in editions for verdicts in each.verdicts.items()]
    traced = (*(each.document for each in editions), *(tuple(words.values()) for _, words in said))
    shown = sorted(
        {_number(n.value) for n in traced_in(traced)} | {n for losses, _ in said for n in losses} | {*choice}
    )
    inputs = [each.variable for each in staged.given]
    lines = (*staged.lines, *(Assignment(name, written) for name, written in variables.lines))
    program = javascript("P", inputs, lines, [Sym(f"v{number}") for number in shown])
    code, rules = wrong_rules(scenario, staged.steps[0], inputs, [f"v{number}" for number in shown])
    return LivePage(
        lang=lang,
        notation=opened.name,
        notations={each.name: each.text for each in notations},
        editions=editions,
        place=signs.place,
        signs=lambda: signs.written,
        program=LIBRARY + program,
        outputs=tuple(shown),
        fields=tuple(_fields(scenario, run, staged)),
        settings=tuple(staged.settings),
        mirrors=tuple(_mirrors(variables)),
        choice=choice,
        befores=tuple(pair for pair in _pairs(staged) if pair[0] in shown),
        wrong_rules=code,
        rules=rules,
        says={**SAYS, **{f"the {name}": setting_in_words(name) for name in staged.settings}},
        yaml=yaml,
    )


def setting_in_words(name: str) -> T:
    """A setting of the training as its field is called: the learning rate, and of the optimizer's the letter."""
    return RATE if name == "learning_rate" else same(unicode(LETTERS[name]))


def _edition(
    run: Run,
    staged: StagedRun,
    notation: Notation,
    variables: Variables,
    opening: Callable[[Lang], tuple[Block, ...]],
    lang: Lang,
    **options: Any,
) -> Edition:
    """The lesson in one notation and language, with live figures, after its opening."""
    lessons: list[LiveLesson] = []

    def read(scenario: Scenario, step: Step, written: Notation, spoken: Lang, digits: int) -> Lesson:
        written_step = staged.steps[step.number - 1]
        lessons.append(LiveLesson(scenario, step, written, spoken, digits, written_step, staged.settings))
        return lessons[-1]

    document = teach(run, lang, notation=notation.name, **options, reader=read)
    before = {key: number for lesson in lessons for key, number in _befores(lesson)}
    blocks = tuple(_side_by_side(block, lessons[0], before) for block in document.blocks)
    document = settled(replace(document, blocks=blocks), variables)
    document = replace(document, blocks=(*opening(lang), *document.blocks))
    said = {_losses(lesson): verdicts(lesson) for lesson in lessons if lesson.graph.parameters}
    settled_said = {
        losses: {relation: settled(words, variables) for relation, words in each.items()}
        for losses, each in said.items()
    }
    every = run.scenario.graph.shapes is not None and options["detail"] == "full"
    return Edition(lang, notation.name, every, document, settled_said)


def _losses(lesson: Lesson) -> tuple[int, ...]:
    """The variables of the loss before and after a step."""
    loss = lesson.graph.reported_loss
    return tuple(_number(reading.value(loss)) for reading in (lesson.reading, lesson.reading_after))


def _number(value: float) -> int:
    assert isinstance(value, Traced), "a live lesson reads traced numbers"
    assert isinstance(value.formula, Sym), "a number of the run is a variable"
    return variable_index(value.formula.base)


def _befores(lesson: Lesson) -> Iterator[tuple[Formula, Formula]]:
    """The number before the update for each number of the pass after it, by their variables."""
    if not lesson.graph.parameters:
        return
    losses = (*lesson.reading.elements(lesson.graph.losses), lesson.graph.reported_loss)
    for element in (*lesson.elements(*COMPUTED), *losses):
        value = lesson.reading_after.value(element)
        if isinstance(value, Traced):
            yield value.formula, lesson.reading.number(element)


def _side_by_side(block: Block, lesson: Lesson, before: Mapping[Formula, Formula]) -> Block:
    """The results after an update as a table, beside those before it."""
    match block:
        case Section(key="after", blocks=(Flow(items=items), *rest)):
            made = (_row(item, before) for item in items if isinstance(item, Equation))
            header = tuple(lesson.say(title) for title in (QUANTITY, BEFORE, AFTER))
            return replace(block, blocks=(Table(header, tuple(made), ("left", "right", "right")), *rest))
        case Section(blocks=blocks):
            return replace(block, blocks=tuple(_side_by_side(each, lesson, before) for each in blocks))
        case _:
            return block


def _choice(run: Run, staged: StagedRun, variables: Variables) -> tuple[int, ...]:
    """The variable that is 0 as long as every maximum is where the lesson has it; none where nothing is chosen."""
    terms: list[Formula] = []
    for step, written in zip(run.steps, staged.steps, strict=True):
        for i in step.trace.graph.computed:
            node = step.trace.graph.nodes[i]
            if node.op is None or node.op.taught_by is None or node.op.whole:
                continue
            exact, now = (
                node.op.vjp(
                    np.full_like(trace.values[i], one), trace.values[i], *(trace.values[j] for j in node.inputs)
                )[0]
                for trace, one in ((step.trace, 1), (written.trace, formula(1)))
            )
            terms += [
                (formula(each) - formula(Fraction(share).limit_denominator())) ** 2
                for each, share in zip(now.flat, exact.flat, strict=True)
            ]
    return (variable_index(variables.of(total(tuple(terms))).base),) if terms else ()


def _mirrors(variables: Variables) -> Iterator[tuple[int, int]]:
    """The variables that are the negative of another, each with that one."""
    for name, written in variables.lines:
        if isinstance(written, Neg) and isinstance(written.operand, Sym):
            yield variable_index(name), variable_index(written.operand.base)


def _pairs(staged: StagedRun) -> Iterator[tuple[int, int]]:
    """Every number after an update with the same before it, by their variables."""
    for step in staged.steps:
        arrays: list[tuple[AnyArray, AnyArray]] = [*zip(step.after.values, step.trace.values, strict=True)]
        arrays += [(names, step.trace.value(name)) for name, names in step.updated.items()]
        for now, before in arrays:
            for new, old in zip(now.ravel().tolist(), before.ravel().tolist(), strict=True):
                if isinstance(new, Sym) and isinstance(old, Sym) and new != old:
                    yield variable_index(new.base), variable_index(old.base)


def _row(item: Equation, before: Mapping[Formula, Formula]) -> tuple[Words, ...]:
    number = item.links[-1].right
    traced = isinstance(number, Num) and isinstance(number.value, Traced)
    first = before.get(number.value.formula) if traced else None  # type: ignore[union-attr]
    return math(item.left), math(first) if first else (), math(number)


def _fields(scenario: Scenario, run: Run, staged: StagedRun) -> Iterator[Field]:
    """Every given number, spelled as its author did."""
    lesson = Lesson(scenario, run.steps[0], NOTATIONS["nielsen"], "en", 6)
    for each in staged.given:
        spelled = scenario.spelling.get(each.name) or scenario.spelling.get(f"{each.name}@1")
        setting = each.name in staged.settings
        text = spelled or (given(lesson, each.name, each.value) if setting else lesson.figure(each.value)).text
        yield Field(variable_index(each.variable), each.name, text, each.value, spelled is not None or setting)
