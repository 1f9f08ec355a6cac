"""Live pages in a real browser: they begin as the lesson that was written, and follow every number that is changed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.cli.commands.page import page_text
from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Sym
from backprop_tutor.graph.symbolic_trace import SymbolicTrace
from backprop_tutor.practice.diagnosis.hypotheses import changes, singles
from backprop_tutor.practice.diagnosis.line_grading import Judge
from backprop_tutor.practice.diagnosis.submission import case
from backprop_tutor.scenario.answers import Entry
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.training.address import addresses
from backprop_tutor.whatif.predictions import PredictionTable
from tests.conftest import some
from tests.page.browser import CHROMIUM, DRIVER, MISSING, Browser, browser
from tests.page.pages import changed, contract_names, loaded, numbers_of, page, with_numbers

pytestmark = pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason=MISSING)

CLOSE = 1e-12
SMALL = 300_000
LARGE = 600_000
NAMES = [entry.name for entry in bundled()]

BEGUN = """
const original = new DOMParser().parseFromString(page.source(), "text/html");
const seen = (root, what) => [...root.querySelectorAll(what)].filter(el => !el.closest("section.part-given, .facts"))
  .map(el => el.textContent);
const now = document.querySelector("main");
return ["[data-v]", "[data-s]", "[data-w]"].map(what => [seen(original, what), seen(now, what)]);
"""
TYPED = """
for (const [name, value] of Object.entries(arguments[0])) {
  const id = page.data.given.find(each => each[1] === name)[0];
  const inputs = document.querySelectorAll(`input.field[data-id="${id}"]`);
  if (!inputs.length) return "no field for " + name;
  inputs[0].value = String(value);
  inputs[0].dispatchEvent(new Event("input", {bubbles: true}));
}
return page.data.outputs.map(id => ["v" + id, String(page.V[id])]);
"""


LOST = """
const scrolls = el => getComputedStyle(el).overflowX === "auto" ? el : el.tagName === "MAIN" ? null : scrolls(el.parentElement);
return [...document.querySelectorAll("main math")].filter(el => el.getBoundingClientRect().width).filter(el => {
  const frame = scrolls(el.parentElement), right = el.getBoundingClientRect().right;
  return frame ? frame.getBoundingClientRect().width < 40 && right > frame.getBoundingClientRect().right + 1 : right > innerWidth;
}).map(el => el.textContent);
"""


def typed(opened: Browser, numbers: Mapping[str, float]) -> dict[str, float]:
    """The numbers of a page after these were typed, by their variables."""
    answer = opened.run(TYPED, numbers)
    assert isinstance(answer, list), answer
    return {variable: float(text) for variable, text in answer}


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    """One browser for all pages."""
    with browser() as opened:
        yield opened


@pytest.fixture
def opened(window: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Browser:
    """The page of a scenario, freshly opened."""
    path = tmp_path / "page.html"
    path.write_text(page(request.param), encoding="utf-8")
    window.complaints()
    window.open(path)
    return window


@pytest.mark.parametrize(("opened", "name"), some(((name, name) for name in NAMES), 6), indirect=["opened"])
def test_every_number_follows(opened: Browser, name: str) -> None:
    """It begins with the figures and signs that Python wrote; every given number typed anew, all are Python's to 1e-12.

    The programs of all pages are run in `test_program`.
    """
    for written, shown in opened.run(BEGUN):
        assert shown == written
    scenario = loaded(name)
    drawn = changed(scenario, seed=7)
    found = typed(opened, drawn)
    wanted = {variable: value for variable, value in numbers_of(with_numbers(scenario, drawn)) if variable in found}
    assert len(wanted) >= len(found) / 3
    np.testing.assert_allclose([found[v] for v in wanted], list(wanted.values()), rtol=CLOSE, atol=CLOSE * 1e-3)
    assert opened.complaints() == []


@pytest.mark.parametrize("opened", ["two-two-one", "xor", "lstm-cell", "adam-two-steps"], indirect=True)
def test_every_edition_begins_as_it_was_written(opened: Browser) -> None:
    """In every notation and language the figures and the signs are those that Python wrote."""
    for notation in opened.run("return Object.keys(page.data.notations)"):
        for lang in ("en", "zh"):
            opened.run("page.turn(...arguments)", lang, notation)
            assert opened.run("return document.documentElement.lang") == {"en": "en", "zh": "zh-Hans"}[lang]
            for written, shown in opened.run(BEGUN):
                assert shown == written, (notation, lang)
    assert opened.complaints() == []


@pytest.mark.parametrize(
    "opened", ["two-two-one", "two-layer-batch", "circuits-max", "momentum-two-steps"], indirect=True
)
def test_it_is_stepped_through(opened: Browser) -> None:
    """Next shows a line more, marked as new; the last shows all; the place is in the address."""
    opened.run("document.querySelector('[data-mode=step]').click()")
    lines = opened.run("return page.lines().length")
    for step in range(1, lines + 1):
        seen = opened.run(
            "return [page.state.step, document.querySelectorAll('.new[data-line]').length,"
            " page.lines().filter(each => !each.el.hidden).length, page.address()]"
        )
        assert seen == [step, 1, step, f"step={step}"]
        opened.run("document.querySelector('#next').click()")
    assert opened.wait("setTimeout(() => arguments[0](location.hash), 400)") == f"#step={lines}"
    assert opened.run("return document.querySelectorAll('main .veiled').length") == 0
    assert opened.complaints() == []


@pytest.mark.parametrize("opened", ["two-two-one", "softmax-classifier", "recurrent-three-steps"], indirect=True)
def test_it_is_predicted(opened: Browser) -> None:
    """A right number is right, a wrong one is not; who asks is shown the number, and the next line comes."""
    opened.run("document.querySelector('[data-mode=predict]').click()")
    lines = opened.run("return page.lines().length")
    for step in range(1, lines + 1):
        wrong, right = opened.run(
            "const entry = page.lines()[page.state.step - 1], input = document.querySelector('.ask input');"
            "if (!input) return [null, 'answered'];"
            "const say = () => document.querySelector('#say').dataset.verdict;"
            "const type = text => { input.value = text; input.form.requestSubmit(); return say(); };"
            "return [type('731.25'), type(page.rounded(page.V[entry.result.id], 9))];"
        )
        assert (wrong, right) in (("wrong", "right"), (None, "answered")), step
        opened.run("document.querySelector('#next').click()")
    assert opened.complaints() == []


@pytest.mark.parametrize("opened", ["two-two-one"], indirect=True)
def test_a_mistake_is_named(opened: Browser) -> None:
    """A derivative of σ taken at the input, h(1 − h), which the course page has, is told by what was done."""
    scenario = loaded("two-two-one")
    found = bt.run(scenario).steps[0].trace
    h, o = float(found.value("z2").item()), float(found.value("a2").item())
    wrong = (o - 1) * h * (1 - h) * float(found.value("a1")[0, 0])
    opened.run("document.querySelector('[data-mode=predict]').click(); page.go(8)")
    said = opened.run(
        "const input = document.querySelector('.ask input'); input.value = arguments[0]; input.form.requestSubmit();"
        "return document.querySelector('#say').textContent",
        f"{wrong:.6f}",
    )
    assert "h(1 − h)" in said or "pre-activation" in said or "z" in said, said
    assert opened.complaints() == []


@pytest.mark.parametrize("opened", ["max-pooling"], indirect=True)
def test_a_maximum_that_moves_is_told(opened: Browser) -> None:
    """The gradient goes to the new place, and the page says that lines still name the old one; reset takes both back."""
    hidden = "return document.querySelector('#anew').hidden"
    assert opened.run(hidden)
    names = contract_names(loaded("max-pooling"))
    gradient = next(int(v.removeprefix("v")) for v, name in names.items() if name == "grads.x[1,1]")
    opened.run("document.querySelector('#every').click()")
    assert opened.run("return page.V[arguments[0]]", gradient) == 0
    opened.run(TYPED, {"x[1,1]": 9})
    assert (opened.run(hidden), opened.run("return page.V[arguments[0]]", gradient)) == (False, 0.5)
    opened.run("document.querySelector('#reset').click()")
    assert (opened.run(hidden), opened.run("return page.V[arguments[0]]", gradient)) == (True, 0)
    assert opened.complaints() == []


NAMED = """
const ids = page.lines().map(entry => entry.result.id);
return Object.entries(arguments[0]).filter(([id]) => ids.includes(Number(id))).map(([id, text]) => {
  const entry = page.lines()[ids.indexOf(Number(id))];
  return [id, page.judge({id: Number(id), line: page.ofLine(entry), uses: [...entry.uses]}, text).mistakes || []];
});
"""


@pytest.mark.parametrize(
    ("opened", "name", "mistake"),
    [
        ("layer-norm-backward", "layer-norm-backward", "norm-mean-path-missing"),
        ("attention-head", "attention-head", "attention-value-path-only"),
        ("lstm-three-steps", "lstm-three-steps", "recurrent-path-cut"),
    ],
    indirect=["opened"],
)
def test_a_mistake_on_arrays_is_named(opened: Browser, name: str, mistake: str) -> None:
    """Each number that Python finds under the mistake is told by its name on the page, where it is one of its lines."""
    scenario = loaded(name)
    reading = SymbolicTrace(bt.run(scenario).steps[0].trace, lambda quantity: Sym(str(quantity)), 6)
    seats = [seat for seat in addresses(reading) if seat.section == "grads"]
    made = [changes(each) for each in singles(scenario) if each.definition[0].mistake.name == mistake]
    right, *wrong = PredictionTable(scenario, seats).rows([(), *made]).tolist()
    called = {full: variable.removeprefix("v") for variable, full in contract_names(scenario).items()}
    keys = [called.get(str(reading.quantity(seat.element, "grads"))) for seat in seats]
    opened.run("document.querySelector('#every').click(); document.querySelector('[data-mode=predict]').click()")
    told: set[str] = set()
    for row in wrong:
        off = {k: f"{w:.6g}" for k, w, r in zip(keys, row, right, strict=True) if k and abs(w - r) > 1e-3 * abs(r)}
        told |= {each for _, found in opened.run(NAMED, off) for each in found}
    assert mistake in told
    assert opened.complaints() == []


ALIKE = 0.9
JUDGED = """
const entry = page.lines()[arguments[0]];
const line = {id: entry.result.id, line: page.ofLine(entry), uses: [...entry.uses]};
return arguments[1].map(text => page.judge(line, text).verdict);
"""


@pytest.mark.parametrize("opened", ["two-two-one"], indirect=True)
def test_the_judge_is_that_of_the_terminal(opened: Browser) -> None:
    """Figures right, off in the last place and wrong get its verdicts, but for how far roundings reach; no wrong one is right."""
    scenario = loaded("two-two-one")
    names = contract_names(scenario)
    opened.run("document.querySelector('[data-mode=predict]').click()")
    pairs = []
    for place, (variable, value) in enumerate(
        opened.run("return page.lines().map(e => [e.result.id, page.V[e.result.id]])")
    ):
        name = names.get(f"v{variable}")
        if name is None:  # a number of the lesson alone, such as the change of a weight
            continue
        texts = sorted(
            {f"{value * factor:.{digits}g}" for digits in (1, 2, 4, 6) for factor in (1, 1.0004, 1.01, 1.2, -1)}
        )
        found = opened.run(JUDGED, place, texts)
        pairs += [
            (Judge(case(scenario, [Entry(name, text)])).verdicts[0], one)
            for text, one in zip(texts, found, strict=True)
        ]
    assert ("wrong", "right") not in pairs
    assert sum(its == mine for its, mine in pairs) >= ALIKE * len(pairs)


@pytest.mark.parametrize("opened", ["two-two-one"], indirect=True)
@pytest.mark.parametrize("text", ["0.61", "０．６１", "0。61", "0,61", " 0.61。", "0.61."])
def test_it_is_answered_from_any_keyboard(opened: Browser, text: str) -> None:
    """Full-width digits and points, a decimal comma, the full stop of a sentence: as in the terminal."""
    answer = (
        "document.querySelector('[data-mode=predict]').click(); const input = document.querySelector('.ask input');"
        "input.value = arguments[0]; input.form.requestSubmit(); return document.querySelector('#say').dataset.verdict"
    )
    assert opened.run(answer, text) == "right"


@pytest.mark.parametrize("opened", ["two-two-one"], indirect=True)
@pytest.mark.parametrize("width", [1280, 1600])
def test_a_small_network_is_seen_whole_while_it_is_stepped_through(opened: Browser, width: int) -> None:
    """On a screen as wide as that nothing of the drawing has to be scrolled to, and it is never enlarged."""
    opened.resize(width, 900)
    seen = opened.run(
        "document.querySelector('[data-mode=step]').click(); const map = document.querySelector('#map');"
        "const svg = map.firstElementChild;"
        "return [map.scrollWidth - map.clientWidth, svg.getBoundingClientRect().width / svg.viewBox.baseVal.width]"
    )
    assert seen[0] <= 0
    assert 0.7 < seen[1] <= 1


@pytest.mark.parametrize("opened", ["two-two-one"], indirect=True)
def test_the_address_carries_the_numbers(opened: Browser, tmp_path: Path) -> None:
    """A link has what was changed, the step, the language and the notation; opened again, all of it is back."""
    opened.run(TYPED, {"W1[1,2]": 0.25})
    opened.run("page.turn('zh', 'nielsen'); document.querySelector('[data-mode=step]').click(); page.go(5)")
    address = opened.run("document.querySelector('#link').click(); return location.hash")
    loss = opened.run("return page.V[page.lines().at(-1).result.id]")
    opened.open(tmp_path / "page.html", address)
    assert opened.run("return [page.state.lang, page.state.notation, page.state.step]") == ["zh", "nielsen", 5]
    assert opened.run("return page.V[page.lines().at(-1).result.id]") == loss


@pytest.mark.parametrize(
    ("opened", "name"),
    [(name, name) for name in ("two-two-one", "xor", "adam-two-steps", "lstm-cell", "circuits")],
    indirect=["opened"],
)
def test_the_file_it_copies_is_that_of_its_numbers(opened: Browser, name: str, tmp_path: Path) -> None:
    """The YAML of a page, loaded, gives the numbers that the page shows."""
    drawn = changed(loaded(name), seed=3)
    found = typed(opened, drawn)
    copied = tmp_path / "copied.yaml"
    copied.write_text(opened.run("return page.yaml()"), encoding="utf-8")
    wanted = {variable: value for variable, value in numbers_of(bt.load(copied)) if variable in found}
    assert wanted
    np.testing.assert_allclose([found[v] for v in wanted], list(wanted.values()), rtol=CLOSE, atol=CLOSE * 1e-3)


@pytest.mark.parametrize("opened", ["mazur-two-two-two", "transformer-step"], indirect=True)
def test_it_fits_a_telephone(opened: Browser) -> None:
    """At 320 pixels nothing but formulas and pictures in their own frames is wider than the window, in every mode."""
    opened.resize(500, 800)
    for mode in ("read", "step", "predict"):
        opened.run(f"document.querySelector('[data-mode={mode}]').click(); document.body.style.width = '320px'")
        wide = opened.run("return document.querySelector('main').scrollWidth")
        assert wide <= 320, mode
    opened.resize(1200, 900)


@pytest.mark.parametrize("opened", ["batch-norm-network", "lenet-step"], indirect=True)
def test_every_formula_is_in_its_place(opened: Browser) -> None:
    """None is wider than the window but in a frame that scrolls, and no frame is so narrow that nothing of it is seen."""
    opened.resize(1280, 900)
    lost = opened.run(LOST)
    assert lost == []


@pytest.mark.parametrize("opened", ["adam-two-steps"], indirect=True)
def test_fields_are_called_by_words_and_letters(opened: Browser) -> None:
    """The learning rate in words, in the language shown, an optimizer's setting by its letter: no key of a file."""
    said = "return [...document.querySelectorAll('input.field')].map(el => el.getAttribute('aria-label'))"
    labels = opened.run(said)
    assert {"the given number learning rate", "the given number ε"} <= {*labels}
    assert not any("_" in label for label in labels)
    opened.run("page.turn('zh', page.state.notation)")
    assert {"已知数 学习率", "已知数 ε"} <= {*opened.run(said)}


def test_without_its_script_it_is_the_lesson() -> None:
    """The page has every word of the lesson; what needs the script is hidden until it runs."""
    written = page("two-two-one")
    lesson = bt.render(bt.teach(bt.run(bt.load("two-two-one")), "en"), "text")
    body = written.partition("<main")[2].partition("</main>")[0]
    assert not re.search(r"<(?!span data-when)[^>]* hidden\b", body)
    for words in re.findall(r"[A-Za-z]{6,}", lesson):
        assert words in written
    assert '<header id="bar" class="live" hidden>' in written


def test_pages_are_small() -> None:
    """At most 300 kB up to mazur-two-two-two, 600 kB for steps of a convolutional network and of a transformer."""
    limits = dict.fromkeys(("two-two-one", "mazur-two-two-two", "lstm-cell", "adam-two-steps"), SMALL)
    for name, most in (limits | dict.fromkeys(("lenet-step", "transformer-step"), LARGE)).items():
        assert len(page(name).encode()) <= most, name


VERDICT = "return [...document.querySelectorAll('[data-when]:not([hidden])')].map(each => each.textContent)[0]"


def test_a_loss_of_zero_and_one_that_all_but_vanishes(window: Browser, tmp_path: Path) -> None:
    """Nothing is divided by it: the page says that it is unchanged, and follows; a percentage is never a power of ten."""
    network = {"inputs": 1, "layers": [{"units": 1, "activation": "identity", "weights": [[0.5]]}]}
    body = {"title": "zero", "network": network, "data": [{"x": [2], "y": [1]}], "training": {"learning_rate": 0.24}}
    path = tmp_path / "zero.json"
    path.write_text(json.dumps(body), encoding="utf-8")
    written = tmp_path / "page.html"
    written.write_text(page_text(str(path), "en"), encoding="utf-8")
    window.complaints()
    window.open(written)
    assert window.run(VERDICT) == "unchanged"
    window.run(TYPED, {"x[1]": 3})
    assert window.run(VERDICT) == "up by 0.0432, 35 %: the step was too long"
    assert window.complaints() == []
    body |= {"data": [{"x": [2], "y": [0]}], "training": {"learning_rate": 0.2499}}
    path.write_text(json.dumps(body), encoding="utf-8")
    assert "100 %" in bt.render(bt.teach(bt.run(bt.load(path)), "en"), "text")


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>'\"`${alert(3)}\u2028⟦x⟧"


@pytest.mark.parametrize("kind", ["network", "graph"])
def test_strangers_are_text(kind: str, window: Browser, tmp_path: Path) -> None:
    """Titles and names of a file are text in HTML, SVG and the data of the script: nothing of them runs or is loaded."""
    title = {lang: f"{lang} {HOSTILE}" for lang in ("en", "zh")}
    said = {"title": title, "description": title, "source": title}
    units = {"inputs": ["constructor"], "layers": [{"units": ["__proto__"], "activation": "tanh", "weights": [[0.5]]}]}
    network = {**said, "network": units, "data": [{"x": [0.4], "y": [1]}]}
    graph = {
        **said,
        "graph": {"inputs": {"constructor": 2, "值": 3}, "nodes": {"f": "constructor * 值"}, "output": "f"},
    }
    path = tmp_path / "hostile.json"
    path.write_text(json.dumps(network if kind == "network" else graph), encoding="utf-8")
    written = tmp_path / "page.html"
    written.write_text(page_text(str(path), "en"), encoding="utf-8")
    window.complaints()
    window.open(written)
    for lang in ("zh", "en"):
        window.run("page.turn(arguments[0], page.state.notation)", lang)
        assert HOSTILE.replace("\u2028", "") in window.run("return document.querySelector('h1').textContent").replace(
            "\\u2028", ""
        )
        assert window.run("return document.querySelectorAll('main script, main img, svg script').length") == 0
    assert window.complaints() == []


AXE = os.environ.get("AXE", "")


@pytest.mark.skipif(
    not AXE, reason="accessibility is not checked: AXE does not name a file with axe-core (npm install axe-core)"
)
@pytest.mark.parametrize("opened", ["two-two-one", "two-layer-batch", "circuits-max"], indirect=True)
def test_axe_finds_nothing(opened: Browser) -> None:
    """WCAG 2.2 AA as far as axe-core sees it: in every mode, both languages, light and dark."""
    opened.run(Path(AXE).read_text(encoding="utf-8"))
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    for dark, width in ((False, 1200), (True, 500)):
        opened.resize(width, 4000)  # so tall that no bar covers half a field, which axe would take for a small one
        opened.scheme("dark" if dark else "light")
        for lang in ("en", "zh"):
            opened.run("page.turn(arguments[0], page.state.notation)", lang)
            for mode in ("read", "step", "predict"):
                opened.run(f"document.querySelector('[data-mode={mode}]').click(); page.go(6)")
                found = opened.wait(
                    "axe.run({runOnly: arguments[0]}).then(r => arguments[1](r.violations.map(v => [v.id, v.nodes.map(n =>"
                    " [n.target, n.any.map(a => a.message)])])))",
                    rules,
                )
                assert found == [], (dark, lang, mode)
    opened.scheme("light")
    opened.resize(1200, 900)


def test_what_no_page_can_hold_is_refused(tmp_path: Path) -> None:
    """More numbers than anybody would type are refused in a sentence; nothing is written."""
    wide = {"inputs": 40, "layers": [{"units": 20, "activation": "tanh", "weights": {"init": "he_normal", "seed": 1}}]}
    path = tmp_path / "refused.json"
    body = {"title": "refused", "network": wide, "data": [{"x": [0.5] * 40, "y": [0] * 20}]}
    path.write_text(json.dumps(body), encoding="utf-8")
    with pytest.raises(TutorError):
        page_text(str(path), "en")
