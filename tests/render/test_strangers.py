"""What strangers write is text in every file: a hostile title, description or name adds no element to any format."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import typst as compiler
import yaml
from markdown_it import MarkdownIt

from backprop_tutor.cli.commands.export import BY_NAME, SUFFIXES
from backprop_tutor.practice.worksheet.batch import Order, written
from backprop_tutor.practice.worksheet.forms import FORMS
from backprop_tutor.practice.worksheet.sheet import Assignment
from backprop_tutor.render.drawings import DRAWINGS
from backprop_tutor.scenario.load import read
from tests.cli.calls import tutor
from tests.render.test_html import Page

HOSTILE = (
    "</title></text></script><script>alert(1)</script><img src=x onerror=y> ]]> --> */ &amp; &#60;b> \"'` \"\"\" ''' {0} {x} ~ = # % "
    "\\input{x} \\end{document} \\n $x$ #panic(1) *b* _i_ **s** [l](javascript:x) ![i](x) | ${a} @x a\u2028b \u202ec \x1b[31m"
)
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def scenario(title: str) -> dict[str, Any]:
    """A small network with this text wherever its author may write one."""
    said = {"en": title, "zh": title}
    layer = {"units": 1, "activation": "sigmoid", "weights": [[0.5, -0.3]]}
    return {
        "title": said,
        "description": said,
        "source": said,
        "network": {"inputs": 2, "layers": [layer]},
        "data": [{"x": [0.4, 0.2], "y": [1]}],
    }


def of_markdown(text: str) -> list[str]:
    """The kinds of everything but words, formulas left out."""
    tokens = MarkdownIt("commonmark").enable("table").parse(re.sub(r"\$\$.*?\$\$", "", text, flags=re.DOTALL))
    inner = [child.type for token in tokens for child in (token, *(token.children or ()))]
    return [kind for kind in inner if kind not in ("text", "text_special", "softbreak")]


def of_typst(text: str) -> list[int]:
    """How many of each element a page has."""
    kinds = ("heading", "math.equation", "table", "raw", "link", "image", "strong", "emph")
    return [len(json.loads(compiler.query(text.encode(), kind))) for kind in kinds]


def of_latex(text: str) -> tuple[list[str], set[str]]:
    """Its environments, and its commands but those of single signs."""
    commands = set(re.findall(r"\\[A-Za-z]+", text.partition(r"\begin{document}")[2]))
    return re.findall(r"\\(?:begin|end)\{\w+\}", text), {c for c in commands if not c.startswith((r"\text", r"\char"))}


def of_python(text: str) -> list[str]:
    """The kinds of its syntax: what strangers wrote is a comment or a string. Lines for a notebook have a percent sign."""
    return [type(node).__name__ for node in ast.walk(ast.parse(re.sub(r"(?m)^%.*$", "", text)))]


def of_json(value: Any) -> Any:
    """Keys and kinds."""
    if isinstance(value, dict):
        return {key: of_json(each) for key, each in value.items()}
    return [of_json(each) for each in value] if isinstance(value, list) else type(value).__name__


def of_notebook(text: str) -> list[Any]:
    """The cells, each as its own language has it."""
    readers = {"markdown": of_markdown, "code": of_python}
    return [readers[cell["cell_type"]]("".join(cell["source"])) for cell in json.loads(text)["cells"]]


def of_page(text: str) -> list[str]:
    """Every element, and the names of its attributes."""
    page = Page(text)
    return [*page.tags, *(name for name, _ in page.attributes)]


READERS: Mapping[str, Callable[[str], Any]] = {
    "markdown": of_markdown,
    "html": of_page,
    "typst": of_typst,
    "latex": of_latex,
    "notebook": of_notebook,
    "json": lambda text: of_json(json.loads(text)),
    "yaml": lambda text: of_json(yaml.safe_load(text)),
    "svg": lambda text: [element.tag for element in ElementTree.fromstring(text).iter()],
    "dot": lambda text: QUOTED.sub("", text),
    "mermaid": lambda text: QUOTED.sub("", text),
    "text": lambda text: None,
    **dict.fromkeys(("python", *BY_NAME.values()), of_python),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The scenario with a harmless text and with a hostile one."""
    folder = tmp_path_factory.mktemp("strangers")
    for name, title in (("plain", "Title"), ("hostile", HOSTILE)):
        (folder / f"{name}.json").write_text(json.dumps(scenario(title)), encoding="utf-8")
    return folder / "plain.json", folder / "hostile.json"


def test_every_file_has_the_elements_of_a_harmless_one(files: tuple[Path, Path], tmp_path: Path) -> None:
    """Each format that is exported or drawn, read back by a parser of its own, and no mark that drives a terminal."""
    endings = {f"x{ending}": kind for ending, kind in SUFFIXES.items()} | BY_NAME
    calls = {name: ("export", kind) for name, kind in endings.items() if kind != "pdf"}
    calls |= {f"graph{one.suffixes[0]}": ("graph", one.name) for one in DRAWINGS.values() if one.name in READERS}
    for name, (command, kind) in calls.items():
        texts = []
        for file in files:
            done = tutor(command, str(file), "-o", name, "--force", cwd=tmp_path)
            assert done.returncode == 0, (name, done.stderr)
            texts.append((tmp_path / name).read_text(encoding="utf-8"))
        plain, hostile = map(READERS[kind], texts)
        assert plain == hostile, name
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", texts[1]), name


@pytest.mark.parametrize("form", [form for form in FORMS.values() if form.name in READERS], ids=lambda form: form.name)
def test_every_worksheet_has_the_elements_of_a_harmless_one(form: Any, files: tuple[Path, Path]) -> None:
    """Its title, its person and its key."""
    pages = [
        next(written(Order(*read(file), Assignment(1, "en"), form.name), (person,))).pages
        for file, person in zip(files, ("Ann", HOSTILE), strict=True)
    ]
    for plain, hostile in zip(*((each.worksheet, each.key) for each in pages), strict=True):
        assert READERS[form.name](str(plain)) == READERS[form.name](str(hostile))
