"""``tutor worksheet``: personal variants of a scenario with blanks, and their keys, for a class."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from backprop_tutor.cli.language import here, spoken
from backprop_tutor.cli.options import Force, Language, NotationName, ScenarioName, ViewName
from backprop_tutor.errors import TutorError
from backprop_tutor.text import T

if TYPE_CHECKING:
    from backprop_tutor.practice.worksheet.batch import Order

HELP = T(
    "Worksheets for a class: the same network with numbers of their own, blanks to fill in, and the keys apart.",
    "给全班出练习纸：同一个网络，每人的数不同，留空待填，答案另附。",
)
EXAMPLES = (
    "tutor worksheet two-two-one --variants 20 --seed 7 -o class/",
    "tutor worksheet mazur-two-two-two --roster names.csv -o class/ --format html --lang zh",
    "tutor worksheet two-two-one --variants 100 -o class/ --format moodle",
)
MOST = 10_000

VARIANTS = T("How many (1 if not said, or one for each name of the roster).", "多少份（默认 1 份；有名单时每人一份）。")
SEED = T("The same seed gives the same numbers, on any machine.", "同一个种子在任何机器上都得到同样的数。")
ROSTER = T("A CSV file of names, one worksheet each.", "CSV 名单，每人一份。")
OUTPUT = T("The folder to write to.", "写到哪个目录。")
FORM = T("What to write: pages, data, or questions for Moodle.", "输出形式：网页或文档、数据，或 Moodle 试题。")
FORMULAS = T("Show the formulas and leave only the values blank.", "列出公式，只把数值留空。")
BOTH = T(
    "--variants and --roster say the same thing twice; a roster gives one worksheet for each name",
    "--variants 与 --roster 重复了；有名单时每人一份",
)
WRITTEN = T("wrote {count} worksheets with their keys to {folder}", "已把 {count} 份练习纸和答案写入 {folder}")
ASKED = T("wrote {count} variants to {file}", "已把 {count} 份试题写入 {file}")


def worksheet(
    scenario: ScenarioName,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", file_okay=False, help=here(OUTPUT))],
    variants: Annotated[int | None, typer.Option("--variants", min=1, max=MOST, help=here(VARIANTS))] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help=here(SEED))] = 1,
    roster: Annotated[Path | None, typer.Option("--roster", metavar="FILE", help=here(ROSTER))] = None,
    format_: Annotated[
        Literal["markdown", "html", "json", "moodle"], typer.Option("--format", help=here(FORM))
    ] = "markdown",
    formulas: Annotated[bool, typer.Option("--formulas/--no-formulas", help=here(FORMULAS))] = True,
    notation: NotationName = None,
    view: ViewName = None,
    force: Force = False,
    lang: Language = None,
) -> None:
    """Read the scenario and the roster, then make and write one worksheet after the other."""
    from backprop_tutor.practice.worksheet.batch import Order
    from backprop_tutor.scenario.load import read

    language = lang or spoken()
    file, source = read(scenario)
    people = _people(variants, roster)
    order = Order(file, source, seed, language, format_, notation, view, formulas)
    if format_ == "moodle":
        said = ASKED.format(count=len(people), file=_gathered(order, people, output, force))
    else:
        _apart(order, people, output, force)
        said = WRITTEN.format(count=len(people), folder=output)
    typer.echo(said[language], err=True)


def _people(variants: int | None, roster: Path | None) -> tuple[str, ...]:
    """Whom the worksheets are for; nobody in particular without a roster."""
    from backprop_tutor.scenario.roster import read_roster

    if roster is not None and variants is not None:
        raise TutorError(BOTH)
    return read_roster(roster) if roster is not None else ("",) * (variants or 1)


def _apart(order: Order, people: tuple[str, ...], folder: Path, force: bool) -> None:
    """Worksheets, keys and scenarios, a file each."""
    from backprop_tutor.cli.counting import counted
    from backprop_tutor.cli.files import write
    from backprop_tutor.practice.worksheet.batch import written
    from backprop_tutor.practice.worksheet.folder import places

    paths = [places(folder, order.form, number, person, len(people)) for number, person in enumerate(people, start=1)]
    _make_room([path for place in paths for path in place], force)
    for place, made in zip(paths, counted(written(order, people), len(people)), strict=True):
        for path, text in zip(place, (made.pages.worksheet, made.pages.key, made.scenario), strict=True):
            write(path, text, force=force)


def _gathered(order: Order, people: tuple[str, ...], folder: Path, force: bool) -> Path:
    """All questions in one file."""
    from backprop_tutor.cli.counting import counted
    from backprop_tutor.cli.files import whole
    from backprop_tutor.practice.worksheet.batch import written
    from backprop_tutor.practice.worksheet.moodle import CLOSING, OPENING

    path = folder / "questions.xml"
    _make_room([path], force)
    with whole(path, force=force) as file:
        file.write(OPENING.encode())
        for made in counted(written(order, people), len(people)):
            file.write(made.pages.questions.encode())
        file.write(CLOSING.encode())
    return path


def _make_room(paths: list[Path], force: bool) -> None:
    """The folders of these files, once it is sure that none of them is there already (or may be overwritten)."""
    from backprop_tutor.cli.files import claim, make_folder

    for path in paths:
        claim(path, force=force)
    for folder in dict.fromkeys(path.parent for path in paths):
        make_folder(folder)
