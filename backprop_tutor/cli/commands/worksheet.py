"""``tutor worksheet``: personal variants of a scenario with blanks, and their keys, for a class."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Force, Language, NotationName, ScenarioName, ViewName
from backprop_tutor.cli.console.output import INTERRUPTED
from backprop_tutor.errors import TutorError, visible
from backprop_tutor.text import T

if TYPE_CHECKING:
    from backprop_tutor.practice.worksheet.batch import Order


HELP = T(
    "Worksheets for a class: the same network with numbers of their own, blanks to fill in, and the keys apart.",
    "给全班出练习卷：同一个网络，每人的数不同，留空待填，答案另附。",
)
EXAMPLES = (
    "tutor worksheet two-two-one --variants 20 --seed 7 -o class/",
    "tutor worksheet mazur-two-two-two --roster names.csv -o class/ --format html --lang zh",
    "tutor worksheet two-two-one --variants 100 -o class/ --format moodle",
    "tutor worksheet two-two-one --variants 30 -o class/ --format qti",
    "tutor worksheet two-two-one --only backward --key compact -o class/ --format pdf",
    "tutor check class/scenarios/01.yaml class/worksheets/01.md",
)
MOST = 10_000

VARIANTS = T("How many (1 if not said, or one for each name of the roster).", "多少份（默认 1 份；有名单时每人一份）。")
SEED = T(
    "The same seed gives the same numbers, on any machine; it stands on every sheet.",
    "同一个种子在任何机器上都得到同样的数；每份练习卷上都印有种子。",
)
ROSTER = T(
    "A CSV file of names, one worksheet each; its heading tells which column: name, or first name and last name.",
    "CSV 名单，每人一份；由表头认出姓名列，如“姓名”，或“姓”和“名”。",
)
OUTPUT = T(
    "The folder to write to: worksheets/ to hand out, keys/ with the whole solution, scenarios/ for 'tutor check'.",
    "写到哪个目录：worksheets/ 发给学生，keys/ 是完整解答，scenarios/ 供 'tutor check' 批改用。",
)
FORM = T(
    "markdown to fill in and check; html, pdf, typst, latex to print; json for programs; as questions for a "
    "learning system: moodle (a number each), cloze (Moodle, a network each), gift, qti (1.2: Canvas, Blackboard).",
    "markdown 供填写和批改；html、pdf、typst、latex 供打印；json 供程序使用；供导入学习平台的试题：moodle（每题一个数）、"
    "cloze（Moodle，每题一个网络）、gift、qti（1.2：Canvas、Blackboard）。",
)
KEY = T(
    "full: the whole solution; compact: one table a sheet, and class.csv with a line for each person.",
    "full：完整解答；compact：每份一张答案表，另有 class.csv，每人一行。",
)
ONLY = T("Ask for one part only; what comes before it is given.", "只考一部分；前面的结果直接给出。")
SKILL = T(
    "Ask for one skill only, such as hidden-delta; everything else is given.",
    "只考一种技能，如 hidden-delta；其余都给出。",
)
LIKE = T(
    "Figures of the author's kind: as many decimals, the same signs; the learning rate varies too.",
    "数字与原题同类：小数位数、正负号都相同；学习率也变。",
)
BLANKS = T("How many blanks; the other numbers are given.", "留几个空；其余的数都给出。")
A_SKILL = T("the skill", "技能")
JOBS = T(
    "How many processes (if not said, one for each processor, for a large class).",
    "用几个进程（默认：人数多时每个处理器一个）。",
)
FORMULAS = T("Show the formulas and leave only the values blank.", "列出公式，只把数值留空。")
LIKE_A_FILE = T(
    "-o names the folder that the files go to, and '{folder}' ends like a file; a folder is such as '{plain}'",
    "-o 给出的是存放文件的目录，而 '{folder}' 像是文件名；目录可以写作 '{plain}'",
)
BOTH = T(
    "--variants and --roster say the same thing twice; a roster gives one worksheet for each name",
    "--variants 与 --roster 重复了；有名单时每人一份",
)
WRITTEN = T(
    "wrote {count} × worksheet, key and scenario to {folder}",
    "已写入 {folder}：练习卷、答案和场景文件各 {count} 份",
)
FOR = T("{said}, for {first} to {last}", "{said}，从 {first} 到 {last}")
STOPPED = T(
    "stopped; every file in {folder} is whole, and the same call with --force writes them all",
    "已停止；{folder} 中的文件都是完整的，加 --force 重新运行即可全部写出",
)
ASKED = T("wrote the questions of {count} × variant to {folder}", "已写入 {folder}：{count} 份试题")
GRADE = T(
    "when one is filled in: tutor check {scenario} {worksheet}", "填好之后批改：tutor check {scenario} {worksheet}"
)


def worksheet(
    scenario: ScenarioName,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", file_okay=False, help=here(OUTPUT))],
    variants: Annotated[
        int | None, typer.Option("--variants", metavar="N", min=1, max=MOST, help=here(VARIANTS))
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help=here(SEED))] = 1,
    roster: Annotated[Path | None, typer.Option("--roster", metavar="FILE", help=here(ROSTER))] = None,
    format_: Annotated[
        Literal["markdown", "html", "pdf", "typst", "latex", "json", "moodle", "cloze", "gift", "qti"],
        typer.Option("--format", help=here(FORM)),
    ] = "markdown",
    jobs: Annotated[int | None, typer.Option("--jobs", metavar="N", min=1, max=256, help=here(JOBS))] = None,
    key: Annotated[Literal["full", "compact"], typer.Option("--key", help=here(KEY))] = "full",
    only: Annotated[
        Literal["forward", "loss", "backward", "update", "after"] | None, typer.Option("--only", help=here(ONLY))
    ] = None,
    skill: Annotated[str | None, typer.Option("--skill", metavar="NAME", help=here(SKILL))] = None,
    blanks: Annotated[int | None, typer.Option("--blanks", metavar="N", min=1, help=here(BLANKS))] = None,
    like: Annotated[Literal["original"] | None, typer.Option("--like", help=here(LIKE))] = None,
    formulas: Annotated[bool, typer.Option("--formulas/--no-formulas", help=here(FORMULAS))] = True,
    notation: NotationName = None,
    view: ViewName = None,
    force: Force = False,
    lang: Language = None,
) -> None:
    """Reads the scenario and the roster, then makes and writes one worksheet after the other."""
    from backprop_tutor.cli.console.worksheet_files import apart, gathered
    from backprop_tutor.practice.exercise.skills import SKILLS
    from backprop_tutor.practice.worksheet.batch import Order
    from backprop_tutor.practice.worksheet.forms import FORMS
    from backprop_tutor.practice.worksheet.sheet import Assignment
    from backprop_tutor.registry import find
    from backprop_tutor.scenario.load import read

    language = lang or spoken()
    if output.suffix in {form.suffix for form in FORMS.values()}:
        raise TutorError(LIKE_A_FILE.format(folder=visible(str(output)), plain=visible(str(output.with_suffix("")))))
    file, source = read(scenario)
    people = _people(variants, roster)
    if skill is not None:
        skill = find(SKILLS, skill, A_SKILL).name
    chosen = {"compact": key == "compact", "only": only, "skill": skill, "blanks": blanks, "like": like is not None}
    order = Order(file, source, Assignment(seed, language, notation, view, formulas, **chosen), format_)  # type: ignore[arg-type]
    try:
        (gathered if FORMS[format_].gathered else apart)(order, people, output, force, jobs)
    except KeyboardInterrupt:
        typer.echo(STOPPED.format(folder=output)[language], err=True)
        raise typer.Exit(INTERRUPTED) from None
    for said in _done(order, people, output):
        typer.echo(said[language], err=True)


def _people(variants: int | None, roster: Path | None) -> tuple[str, ...]:
    """The names for the worksheets; a single empty one without a roster."""
    from backprop_tutor.scenario.roster import read_roster

    if roster is not None and variants is not None:
        raise TutorError(BOTH)
    return read_roster(roster) if roster is not None else ("",) * (variants or 1)


def _done(order: Order, people: tuple[str, ...], folder: Path) -> Iterator[T]:
    """The sentences on what was written, and on how a worksheet that can be read back is graded."""
    from backprop_tutor.practice.worksheet.forms import FORMS, places

    said = (ASKED if FORMS[order.form].gathered else WRITTEN).format(count=len(people), folder=folder)
    yield FOR.format(said=said, first=people[0], last=people[-1]) if people[0] else said
    if order.form == "markdown":
        filled, _, scenario = places(folder, order.form, 1, people[0], len(people))
        yield GRADE.format(scenario=scenario, worksheet=filled)
