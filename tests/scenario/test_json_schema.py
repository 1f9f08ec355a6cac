"""The JSON Schema for editors says what the program reads."""

import json

import jsonschema
import pytest

from backprop_tutor.scenario.bundled import bundled, schema_path
from backprop_tutor.scenario.schema import choices
from backprop_tutor.scenario.schema.json_schema import json_schema, schema_text
from backprop_tutor.scenario.yaml.source import read_source
from backprop_tutor.scenario.yaml.tree import parse

from .bad_files import bad_files
from .files import GRAPH, NETWORK

SCHEMA = json_schema()
VALID = jsonschema.Draft202012Validator(SCHEMA)


def test_it_is_a_schema_of_the_draft_it_names():
    """The schema is valid by the meta-schema of draft 2020-12."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)

    assert SCHEMA["$schema"] == jsonschema.Draft202012Validator.META_SCHEMA["$id"]


def test_the_file_beside_the_scenarios_is_this_schema():
    """scenarios/scenario.schema.json is up to date; else: tutor schema > scenarios/scenario.schema.json."""
    assert schema_path().read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("entry", bundled(), ids=lambda entry: entry.name)
def test_it_accepts_the_bundled_scenarios(entry):
    """An editor finds nothing wrong with a bundled scenario."""
    assert not [error.message for error in VALID.iter_errors(read_source(entry.name).tree.value)]


@pytest.mark.parametrize("text", [NETWORK, GRAPH])
def test_it_accepts_both_kinds(text):
    """An editor finds nothing wrong with the small files of these tests."""
    assert VALID.is_valid(parse(text).value)


@pytest.mark.parametrize(
    "fault",
    [
        "unknown key",
        "missing key",
        "loss of a graph",
        "misspelt optimizer",
        "misspelt initialiser",
        "text for number",
        "bool for number",
        "null in a vector",
        "number for list",
        "text for bias",
        "zero rate",
        "whole number",
        "empty data",
        "no nodes",
    ],
)
def test_it_refuses_what_a_field_cannot_be(fault):
    """What is wrong with one value alone is underlined while typing."""
    (text,) = (bad.text for bad in bad_files() if bad.fault == fault)

    assert not VALID.is_valid(parse(text).value)


@pytest.mark.parametrize(
    ("record", "field", "names"),
    [
        ("LayerFile", "activation", choices.activations()),
        ("LossFile", "function", choices.losses()),
        ("OptimizerFile", "kind", choices.optimizers()),
        ("InitFile", "init", choices.initialisers()),
        ("PresentationFile", "notation", choices.notations()),
        ("PresentationFile", "view", choices.views()),
    ],
)
def test_an_editor_can_complete_every_name(record, field, names):
    """Every name of a table stands in an enum of its field, also where a formula is allowed beside it."""
    described = SCHEMA["$defs"][record]["properties"][field]
    enums = [form["enum"] for form in described.get("anyOf", [described]) if "enum" in form]

    assert enums == [list(names)]


def test_every_field_is_described():
    """Hovering over any key shows what it means."""
    for name, record in SCHEMA["$defs"].items():
        for field, described in record["properties"].items():
            meant = SCHEMA["$defs"][described["$ref"].rpartition("/")[2]] if "$ref" in described else described
            assert described.get("description") or meant["description"], (name, field)


def test_the_text_is_json_with_the_words_readable():
    """The printed schema is JSON that ends in a line break."""
    assert json.loads(schema_text()) == SCHEMA
    assert schema_text().endswith("}\n")
