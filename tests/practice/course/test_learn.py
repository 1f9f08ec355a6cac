"""A learner's way through the course: at the command line, without a terminal."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from datetime import timedelta
from io import StringIO
from pathlib import Path
from unicodedata import combining, east_asian_width

import pytest

from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.lesson.document import Document, Section, Table
from backprop_tutor.practice.course import beside
from backprop_tutor.practice.course.course import STAGES, Unit, read_course
from backprop_tutor.practice.course.progress import Progress, contrasts, next_unit, progress
from backprop_tutor.practice.exercise.exercise import exercise
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.quiz.plan import Turn, question
from backprop_tutor.practice.quiz.records import Records, records
from backprop_tutor.practice.quiz.self_check import samples
from backprop_tutor.render import render
from backprop_tutor.scenario.load import load
from backprop_tutor.text import LANGUAGES, Lang
from tests.cli.calls import tutor
from tests.conftest import some
from tests.practice.quiz.test_records import NOW

COURSE = read_course()
FIRST, SECOND = list(COURSE.units.values())[:2]
REQUEST = FIRST.request(4)
RIGHT = [samples(question(REQUEST, Turn(i), 1, "en").key).right for i in range(REQUEST.count)]
EXAMPLE = sum(ask.stage == "example" for ask in FIRST.asks)


def learn(folder: Path, *lines: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """The course with these lines typed, and its records in a folder."""
    return tutor("learn", *options, "--state", str(folder), "--width", "80", text="\n".join(lines))


def columns(line: str) -> int:
    """How many columns of a terminal a line takes: two for a Chinese character."""
    return sum(2 if east_asian_width(c) in "WF" else not combining(c) for c in line)


def kept(folder: Path) -> Records:
    """The records in a folder."""
    return records(folder, NOW)


def test_who_answers_all_right_masters_the_unit(tmp_path: Path) -> None:
    """The lesson first, every line of the example in full, the unit mastered, the next one named; the map says so."""
    done = learn(tmp_path, *RIGHT, options=("--seed", "4"))
    assert (done.returncode, done.stderr) == (0, "")
    opened = " ".join(FIRST.lesson[0].en.split())[:40]
    assert opened in " ".join(done.stdout.split())
    assert "g = x³ + 5 = 2³ + 5 = 13" in done.stdout
    assert f"The unit '{FIRST.title.en}' is mastered." in done.stdout
    assert f"Go on with '{SECOND.title.en}': tutor learn" in done.stdout
    found = progress(COURSE, kept(tmp_path))
    assert [each.unit.name for each in found.values() if each.mastered] == [FIRST.name]
    assert "✓ mastered" in learn(tmp_path, options=("--map",)).stdout


@pytest.mark.parametrize("unit", COURSE.units.values(), ids=lambda unit: unit.name)
def test_every_unit_can_be_gone_through(unit: Unit, tmp_path: Path) -> None:
    """With right answers to the end, in one language or the other, and mastered by them; no line is wider than asked."""
    lang: Lang = LANGUAGES[len(unit.name) % 2]
    request = unit.request(6)
    typed = [samples(question(request, Turn(i), 1, lang).key).right for i in range(request.count)]
    done = learn(tmp_path, *typed, options=("--unit", unit.name, "--seed", "6", "--lang", lang))
    assert (done.returncode, done.stderr) == (0, "")
    assert max(map(columns, done.stdout.splitlines())) <= 80
    assert progress(COURSE, kept(tmp_path))[unit.name].mastered


@pytest.mark.parametrize("unit", some(list(COURSE.units.values())[1:], 3), ids=lambda unit: unit.name)
def test_wrong_answers_are_told_and_asked_again(unit: Unit, tmp_path: Path) -> None:
    """Nothing right of what counts: each is refused with what is right, comes again, and the unit is not mastered."""
    request = unit.request(6, test=True)
    typed = [samples(question(request, Turn(i), 1, "en").key).wrong for i in range(2)]
    done = learn(tmp_path, *typed, options=("--unit", unit.name, "--test", "--seed", "6"))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.count("✗") == 2
    assert done.stdout.count("comes again, with new numbers") == 2
    assert not progress(COURSE, kept(tmp_path))[unit.name].mastered


def test_it_goes_on_where_it_was_left(tmp_path: Path) -> None:
    """After three answers and the end of the input; the seed need not be known."""
    learn(tmp_path, *RIGHT[:3], options=("--seed", "4"))
    assert "left open" in learn(tmp_path, options=("--map",)).stdout
    done = learn(tmp_path, *RIGHT[3:])
    assert "Going on after 3 answered" in done.stdout
    assert progress(COURSE, kept(tmp_path))[FIRST.name].mastered


def test_of_two_units_left_open_the_last_comes_first(tmp_path: Path) -> None:
    """Whichever is earlier in the course; begun anew and done, the one before it stays open no longer."""
    learn(tmp_path, "q", options=("--unit", SECOND.name))
    learn(tmp_path, "q", options=("--unit", FIRST.name))
    assert COURSE.units[FIRST.name].title.en in learn(tmp_path, "q").stdout
    learn(tmp_path, *RIGHT, options=("--unit", FIRST.name, "--seed", "4", "--new"))
    found = progress(COURSE, kept(tmp_path))
    assert (found[FIRST.name].left, found[FIRST.name].mastered) == (None, True)
    assert SECOND.title.en in learn(tmp_path, "q").stdout


def test_a_wrong_answer_in_the_example_is_explained_and_does_not_count(tmp_path: Path) -> None:
    """The right line is shown; the question does not come again; the unit can still be mastered."""
    done = learn(tmp_path, "12", *RIGHT[1:], options=("--seed", "4"))
    assert done.returncode == 1
    assert "you have 12, right is 13" in done.stdout
    assert "comes again" not in done.stdout
    assert progress(COURSE, kept(tmp_path))[FIRST.name].mastered


def test_what_counts_comes_again_and_next_time_without_the_example(tmp_path: Path) -> None:
    """All that counts skipped: not mastered; the next time begins with the first question that counts."""
    done = learn(tmp_path, *RIGHT[:EXAMPLE], *(["s"] * (REQUEST.count - EXAMPLE)), options=("--seed", "4"))
    assert "Not mastered yet" in done.stdout
    again = learn(tmp_path)
    assert "A worked example" not in again.stdout
    assert f"1/{REQUEST.count - EXAMPLE}" in again.stdout


def test_a_wrong_answer_meets_the_judge(tmp_path: Path) -> None:
    """The derivative of the sigmoid made of its input is named, and the like of it asked again."""
    unit = COURSE.units["output-layer"]
    request = unit.request(1, test=True)
    asked = question(request, Turn(1), 1, "en")
    values = asked.exercise.values
    z, a, y = values["values.z2[1]"], values["values.a2[1]"], asked.exercise.scenario.data["y"].ravel()[0]
    first = samples(question(request, Turn(0), 1, "en").key).right
    wrong = f"{(a - y) * z * (1 - z):.7g}"
    done = learn(tmp_path, first, wrong, options=("--unit", unit.name, "--test", "--seed", "1"))
    assert "fed the unit's input z" in " ".join(done.stdout.split())
    assert "comes again, with new numbers" in done.stdout


def test_a_unit_out_of_turn_says_what_it_builds_on(tmp_path: Path) -> None:
    """It is asked all the same."""
    done = learn(tmp_path, "q", options=("--unit", "gates"))
    assert f"builds on '{FIRST.title.en}' ({FIRST.name})" in done.stdout
    assert "1/" in done.stdout


def test_an_unknown_unit_is_refused(tmp_path: Path) -> None:
    """With the nearest name, and no traceback."""
    done = learn(tmp_path, options=("--unit", "gate"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean 'gates'" in done.stderr


def test_what_is_mastered_is_due_again(tmp_path: Path) -> None:
    """Long after, it is due; while there is something new, that comes first."""
    learn(tmp_path, *RIGHT, options=("--seed", "4"))
    found = progress(COURSE, kept(tmp_path))
    later = (found[FIRST.name].standing.due or NOW) + timedelta(days=1)
    assert found[FIRST.name].is_due(later)
    coming = next_unit(found, later)
    assert isinstance(coming, Progress)
    assert coming.unit.name == SECOND.name
    only = next_unit({FIRST.name: found[FIRST.name]}, later)
    assert isinstance(only, Progress)
    assert only.unit.name == FIRST.name


def test_the_self_check_says_what_it_checked(tmp_path: Path) -> None:
    """One unit, one seed: every question, twice."""
    done = learn(tmp_path, options=("--self-check", "--unit", "gates", "--seeds", "1", "--lang", "zh"))
    assert done.returncode == 0
    assert "所有题目均符合要求" in done.stdout


def slip(folder: Path, *seeds: int) -> None:
    """The sigmoid's derivative made of its input, in one question of each session: a mistake that has a name."""
    unit = COURSE.units["output-layer"]
    for seed in seeds:
        asked = question(unit.request(seed, test=True), Turn(1), 1, "en")
        z, a = asked.exercise.values["values.z2[1]"], asked.exercise.values["values.a2[1]"]
        wrong = (a - asked.exercise.scenario.data["y"].ravel()[0]) * z * (1 - z)
        learn(folder, "s", f"{wrong:.7g}", options=("--unit", "output-layer", "--test", "--seed", str(seed), "--new"))


def test_a_mistake_made_twice_comes_beside_the_right_solution(tmp_path: Path) -> None:
    """Once does not bring it; twice does, as what comes next; right answers put it off, and it is overcome in the end."""
    slip(tmp_path, 1)
    assert not contrasts(kept(tmp_path))
    slip(tmp_path, 2)
    (met,) = contrasts(kept(tmp_path)).values()
    assert (met.mistake.name, met.made, met.overcome) == ("derivative-at-preactivation", 2, False)
    coming = next_unit({}, NOW, contrasts(kept(tmp_path)))
    assert coming == met
    asked = beside.request(met.mistake, met.scenario, 5)
    assert asked is not None
    first, second = (question(asked, Turn(i), 1, "en") for i in range(asked.count))
    assert first.exercise.scenario.digest != second.exercise.scenario.digest
    right = [samples(each.key).right for each in (first, second)]
    done = learn(tmp_path, *right, options=("--mistake", met.mistake.name, "--seed", "5"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "Right and wrong, side by side" in done.stdout
    assert "So far 2 of 3 right in a row" in done.stdout
    (met,) = contrasts(kept(tmp_path)).values()
    assert not met.overcome
    assert not met.is_due(NOW)
    again = beside.request(met.mistake, met.scenario, 6)
    assert again is not None
    right = [samples(question(again, Turn(i), 1, "en").key).right for i in range(again.count)]
    done = learn(tmp_path, *right, options=("--mistake", met.mistake.name, "--seed", "6"))
    assert "You have overcome this mistake" in done.stdout
    shown = tutor("progress", "--state", str(tmp_path), "--width", "80").stdout
    assert "✓ overcome" in shown
    assert "3. Layers by hand" in shown


def test_both_solutions_part_at_the_first_wrong_line() -> None:
    """On Mazur's network: 0.00995425 is what his page multiplies by 0.05 and 0.10; before it nothing differs."""
    asked = beside.request(MISTAKES["updated-weights-used"], "mazur-with-biases")
    assert asked is not None
    (section,) = beside.side_by_side(asked, "en")
    assert isinstance(section, Section)
    (table,) = (block for block in section.blocks if isinstance(block, Table))
    rows = render(Document("en", (), (), (table,)), "text", width=80).strip().splitlines()[1:]
    first = next(i for i, row in enumerate(rows) if "≠" in row)
    assert all(row.split()[-1] == row.split()[-2] for row in rows[:first])
    assert rows[first].split()[:2] == ["∂L/∂h(h2)", "0.00995425"]
    assert all("≠" in row for row in rows[first:])


SLIPS = ("factor-omitted", "constant-forgotten")
RULES = ("half-missing", "given-miscopied", "norm-mean-path-missing", "clip-forgotten", "early-division-by-m")


@pytest.mark.parametrize("mistake", [*SLIPS, *some(RULES, 2)])
def test_a_mistake_that_no_solution_of_the_quiz_has_is_shown_beside_the_right_one(mistake: str) -> None:
    """The line that parts them; of a slip as it was written down, which gives the mistaken number; then it is asked for."""
    asked = beside.request(MISTAKES[mistake], None)
    assert asked is not None
    two = beside.beside(exercise(load(asked.asks[0].scenario), "en", None, 0), MISTAKES[mistake])
    assert two is not None
    before = two.lines[: two.lines.index(two.wrong)]
    assert not any(two.learner.wrong_at(line) for line in before)
    assert two.learner.wrong_at(two.wrong)
    assert asked.asks[-1].about == (two.wrong.key,)
    assert {question(asked, Turn(i), 1, "en").kind for i in range(2)} == {asked.asks[0].kind, "value"}
    if mistake in SLIPS:
        assert two.written is not None
        known = {key: two.learner.values[key] for key in two.wrong.needs}
        assert evaluate(two.written, known) == pytest.approx(two.learner.values[two.wrong.key], rel=1e-12)
    text = render(Document("en", (), (), beside.side_by_side(asked, "en")), "text", width=80)
    assert text.count("with the mistake") == (2 if mistake in SLIPS else 1)
    assert len(text.strip("\n").splitlines()) <= 24 - 5


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("mistake", ["one-path-only", "hidden-derivative-omitted", "ascent", "factor-two"])
def test_both_solutions_fit_a_screen(mistake: str, lang: Lang) -> None:
    """With the heading of the session above and the line below where one goes on."""
    asked = beside.request(MISTAKES[mistake], "mazur-with-biases")
    assert asked is not None
    text = render(Document(lang, (), (), beside.side_by_side(asked, lang)), "text", width=80)
    assert len(text.strip("\n").splitlines()) <= 24 - 5


def test_a_class_has_its_own_course_and_results(tmp_path: Path) -> None:
    """Its file chooses, orders and seeds; all get the same numbers; the results are a row a unit, as CSV and as JSON."""
    file = tmp_path / "class.yaml"
    file.write_text("title: My class\nseed: 4\nparts:\n  - title: Week 1\n    units: [gates, chain-rule]\n")
    course = read_course(file)
    assert [unit.needs for unit in course.units.values()] == [(), ()]
    shown = learn(tmp_path / "a", options=("--course", str(file), "--map")).stdout
    assert "My class" in shown
    assert "hidden-layer" not in shown
    first, second = (learn(tmp_path / who, "q", options=("--course", str(file))).stdout for who in "ab")
    assert f"again:tutorlearn--course{file}--unit" in "".join(first.split())  # a long path is broken anywhere
    assert first == second
    assert "seed 4" in first
    for name in ("results.csv", "results.json"):
        done = learn(tmp_path / "a", options=("--course", str(file), "--results", str(tmp_path / name)))
        assert (done.returncode, done.stderr) == (0, "")
    rows = list(csv.DictReader(StringIO((tmp_path / "results.csv").read_text("utf-8"))))
    assert [row["unit"] for row in rows] == ["gates", "chain-rule"]
    kept_as = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert [row["sessions"] for row in kept_as["units"]] == [1, 0]


def test_what_goes_on_keeps_to_the_units_asked_for(tmp_path: Path) -> None:
    """The call at the end of the map names the file and the units, so that it can be typed as it is."""
    shown = learn(tmp_path, options=("--only", "lstm, gates", "--map")).stdout
    assert "tutor learn --only lstm,gates" in " ".join(shown.split())
    assert "chain-rule" not in shown


def test_faults_of_a_class_course_are_reported_at_their_place(tmp_path: Path) -> None:
    """A unit that is not there, with the nearest name; the file itself is told apart from its units."""
    file = tmp_path / "class.yaml"
    file.write_text("title: My class\nparts:\n  - title: Week 1\n    units: [gates, chain-rul]\n")
    done = learn(tmp_path, options=("--course", str(file)))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{file}:4:20: error:" in done.stderr
    assert "did you mean 'chain-rule'" in done.stderr


def test_the_book_has_a_chapter_a_unit_and_its_links_lead_somewhere(tmp_path: Path) -> None:
    """Markdown and HTML; the example is answered at once, the rest at the end; live pages can be opened."""
    folder = tmp_path / "book"
    options = ("--only", "pooling,chain-rule", "--seed", "7", "--export", str(folder))
    assert learn(tmp_path, options=options).returncode == 0
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    names = ("pooling", "chain-rule")
    assert files == {f"{name}{end}" for name in ("index", *names) for end in (".md", ".html")} | {
        f"live/{name}.html" for name in names
    }
    for name in files:
        text = (folder / name).read_text("utf-8")
        links = re.findall(r"\]\(([^)#:]+)\)", text) if name.endswith(".md") else re.findall(r'href="([^"#:]+)"', text)
        assert all((folder / name).parent.joinpath(link).exists() for link in links), name
    chapter = (folder / "chain-rule.md").read_text("utf-8")
    assert chapter.count(r"$f = \sin(g)$") == len(STAGES)  # once a stage, above its questions
    assert chapter.index("A worked example") < chapter.index("13") < chapter.index("Solutions")
    assert 'type="application/json"' in (folder / "live" / "chain-rule.html").read_text("utf-8")
    assert learn(tmp_path, options=options).returncode == 2
