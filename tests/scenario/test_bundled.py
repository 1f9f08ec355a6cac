"""The bundled scenarios are found by name from anywhere."""

import subprocess
import sys
from pathlib import Path

import pytest

from backprop_tutor.errors import TutorError
from backprop_tutor.scenario.bundled import bundled, find, locate, schema_path, title
from backprop_tutor.scenario.load import read
from backprop_tutor.scenario.topics import LEVELS, TOPICS

from .files import NETWORK


@pytest.mark.parametrize("entry", bundled(), ids=lambda entry: entry.name)
def test_a_bundled_scenario_is_found_by_its_name_and_has_no_fault(entry, tmp_path, monkeypatch):
    """Each is read by name from another directory, without an error, with all its texts in two languages."""
    monkeypatch.chdir(tmp_path)

    file, source = read(entry.name)

    assert source.file == str(entry.path)
    for words in (file.title, file.description, file.source):
        assert words is not None
        assert words.text.en != words.text.zh
    assert title(entry) == file.title.text
    assert file.topic in TOPICS
    assert file.level in LEVELS


def test_each_names_the_schema_beside_it():
    """The first line of each bundled scenario leads an editor to the schema file that lies beside it."""
    for entry in bundled():
        first = entry.path.read_text(encoding="utf-8").splitlines()[0]
        assert first == f"# yaml-language-server: $schema={schema_path().name}"
        assert schema_path().parent == entry.path.parent


@pytest.mark.parametrize(
    ("name", "en", "zh"),
    [
        ("two-two-on", "did you mean 'two-two-one'?", "是不是想写 'two-two-one'？"),
        ("two-two-one.yaml", "did you mean 'two-two-one'?", "是不是想写 'two-two-one'？"),
        ("XOR", "did you mean 'xor'?", "是不是想写 'xor'？"),
        (
            "mazur",
            "did you mean 'mazur-two-two-two' or 'mazur-with-biases'?",
            "'mazur-two-two-two' 或 'mazur-with-biases'？",
        ),
        ("2-2-1", "did you mean 'two-two-one'?", "是不是想写 'two-two-one'？"),
        ("异或", "did you mean 'xor'?", "是不是想写 'xor'？"),
        ("hw", "did you mean 'hw.yaml'?", "是不是想写 'hw.yaml'？"),
        ("hw.yml", "did you mean 'hw.yaml'?", "是不是想写 'hw.yaml'？"),
        ("homewrok.yaml", "did you mean 'homework.yml'?", "是不是想写 'homework.yml'？"),
        ("in/hw", "no file 'in/hw'; did you mean 'in/hw.yml'?", "没有文件 'in/hw'；是不是想写 'in/hw.yml'？"),
        ("in/qq.yaml", "there is no file 'in/qq.yaml'", "没有文件 'in/qq.yaml'"),
        ("qqqqqq", "'qqqqqq' is neither a file nor a bundled scenario; 'tutor list'", "'qqqqqq' 既不是文件，也不是"),
        ("\x1b[31m", "'\\x1b[31m' is neither", "'\\x1b[31m' 既不是文件"),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_the_nearest(name, en, zh, tmp_path, monkeypatch):
    """An unknown name is said to be one, with the nearest file or bundled name where there is one."""
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    for file in ("hw.yaml", "homework.yml", "in/hw.yml"):
        Path(file).touch()

    with pytest.raises(TutorError) as caught:
        read(name)

    assert en in caught.value.problems[0].message.en
    assert zh in caught.value.problems[0].message.zh


def test_a_file_wins_over_a_bundled_name_and_a_directory_does_not(tmp_path, monkeypatch):
    """In a directory with a file called xor, that file is meant; a directory called xor is not."""
    monkeypatch.chdir(tmp_path)
    Path("xor").write_text(NETWORK)
    Path("zero-weights").mkdir()

    assert read("xor")[0].title.text.en == "A network"
    assert locate("zero-weights") == find("zero-weights")


def test_listing_names_loads_nothing_heavy():
    """Shell completion lists the names without loading NumPy, YAML or pydantic."""
    program = (
        "import sys, backprop_tutor.scenario.bundled as b; b.bundled();"
        "print(*{'numpy', 'yaml', 'pydantic', 'sympy', 'rich', 'typer'} & sys.modules.keys())"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "\n"
