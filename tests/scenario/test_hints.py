"""What a writer probably meant."""

from backprop_tutor.scenario import choices
from backprop_tutor.scenario.hints import OTHER_NAMES


def test_other_names_lead_to_names_there_are_and_are_none_themselves() -> None:
    """Every other name is that of an entry of some table, and of no entry itself."""
    tables = (choices.activations, choices.losses, choices.optimizers, choices.initialisers, choices.batches)
    known = {name for table in tables for name in table()}

    assert known.issuperset(OTHER_NAMES.values())
    assert known.isdisjoint(OTHER_NAMES)
