"""What a writer probably meant."""

from backprop_tutor.scenario.schema import choices
from backprop_tutor.scenario.schema.hints import OTHER_KEYS, OTHER_NAMES
from backprop_tutor.scenario.schema.locations import records
from backprop_tutor.scenario.schema.model import GraphScenarioFile, NetworkScenarioFile


def test_other_names_lead_to_names_there_are_and_are_none_themselves() -> None:
    """Every other name is that of an entry of some table, and of no entry itself."""
    tables = (choices.activations, choices.losses, choices.optimizers, choices.initialisers, choices.batches)
    known = {name for table in tables for name in table()}

    assert known.issuperset(OTHER_NAMES.values())
    assert known.isdisjoint(OTHER_NAMES)


def test_other_keys_lead_to_keys_there_are_and_are_none_beside_them() -> None:
    """Every key that has other names is one of some record, and none of its other names is a key of the same record."""
    fields = [set(record.model_fields) for kind in (NetworkScenarioFile, GraphScenarioFile) for record in records(kind)]

    for key, others in OTHER_KEYS.items():
        beside = [keys for keys in fields if key in keys]
        assert beside, key
        assert all(keys.isdisjoint(others) for keys in beside), key
