"""The starter file runs as it is and teaches the format."""

import pytest

from backprop_tutor.scenario.load import read
from backprop_tutor.scenario.schema import choices
from backprop_tutor.scenario.schema.model import LayerFile, NetworkFile, NetworkScenarioFile, TrainingFile
from backprop_tutor.scenario.starter import starter
from backprop_tutor.text import LANGUAGES

NAMES = ["my-network", "我的网络", 'a "quoted" name', "x: [y", "\x1b[31m", "\udc80", "\\", "'", "${x}", "{title}"]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_starter_file_loads_whatever_it_is_called(name, lang, tmp_path):
    """A starter file of any name is a scenario without a fault, titled by that name."""
    path = tmp_path / "f.yaml"
    path.write_text(starter(name, lang), encoding="utf-8")

    file, _ = read(path)

    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    assert file.title.text.en == "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def test_both_languages_give_the_same_scenario(tmp_path):
    """Only the comments differ between the languages."""
    for lang in LANGUAGES:
        (tmp_path / lang).write_text(starter("a", lang), encoding="utf-8")

    assert read(tmp_path / "en")[0] == read(tmp_path / "zh")[0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_starter_file_shows_every_key_and_every_name(lang):
    """Its keys and comments together hold every key of the main records and every name of the tables."""
    text = starter("a", lang)
    keys = (key for record in (NetworkScenarioFile, NetworkFile, LayerFile) for key in record.model_fields)
    training = TrainingFile.model_fields.keys() - {"like", "shuffle", "stop"}

    for word in (*keys, *training, *choices.activations(), *choices.losses(), *choices.optimizers(), "graph", "nodes"):
        assert word in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_graph_in_the_comments_is_a_scenario_too(lang, tmp_path):
    """The graph at the end of the file, its comment marks taken away, is a scenario of the other kind."""
    lines = starter("a", lang).splitlines()
    graph = [line[2:] for line in lines[lines.index("# graph:") :]]
    (tmp_path / "f.yaml").write_text("\n".join(["title: t", *graph]))

    assert set(read(tmp_path / "f.yaml")[0].graph.nodes) == {"p", "q", "y"}
