"""The format of scenario files as a JSON Schema (draft 2020-12), for editors that complete and check during typing.

It is generated from the models that read the files, so the two cannot differ. Conditions between several values are
left to `tutor run`.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import models_json_schema

from backprop_tutor.scenario.schema.model import GraphScenarioFile, LayersScenarioFile, NetworkScenarioFile

KINDS = (NetworkScenarioFile, GraphScenarioFile, LayersScenarioFile)
OTHER_THAN_DENSE = {
    "anyOf": [
        {"required": ["tie"]},
        {"required": ["kind"], "properties": {"kind": {"not": {"const": "dense"}}}},
    ]
}
OF_ANY_KIND = {
    "properties": {
        "network": {
            "anyOf": [
                {"required": ["inputs"], "properties": {"inputs": {"type": "object"}}},
                {"required": ["layers"], "properties": {"layers": {"type": "array", "contains": OTHER_THAN_DENSE}}},
            ]
        }
    }
}
"""A network with a layer that is not dense or is tied, or with an input that has a shape."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema. A file with the key `graph` is validated as a graph, any other as a network of its kind of layers."""
    kinds, definitions = models_json_schema([(kind, "validation") for kind in KINDS], ref_template="#/$defs/{model}")
    network, graph, layers = (kinds[kind, "validation"] for kind in KINDS)
    return {
        "$schema": DIALECT,
        "title": "A scenario of backprop-tutor",
        "description": "A layered network, or a graph of scalar formulas, with the data to work it through.",
        "type": "object",
        "properties": {"network": {}, "graph": {}},
        "if": {"required": ["graph"]},
        "then": graph,
        "else": {"if": OF_ANY_KIND, "then": layers, "else": network},
        "$defs": definitions["$defs"],
    }


def schema_text() -> str:
    """The schema as it is printed, and as it is stored beside the bundled scenarios."""
    return f"{json.dumps(json_schema(), indent=2, ensure_ascii=False)}\n"
