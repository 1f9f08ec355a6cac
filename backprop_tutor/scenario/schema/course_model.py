"""The format of a course: its parts in order, and the units, each a file of its own.

As in `model`, what can be said of one value alone is said here. pydantic reads the annotations at once, so they are
not put off.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from backprop_tutor.scenario.schema.model import Record, Seed, Text, Words

MOST_LEVEL = 9

Level: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=MOST_LEVEL)]
Texts: TypeAlias = Annotated[tuple[Text, ...], Field(min_length=1)]


class AskFile(Record):
    """A question of a stage: its kind, and what it may be about."""

    kind: Text = Field(description="The kind of question, as tutor quiz has it.")
    about: Texts = Field(
        description="What it asks about, such as grads.W1[1,2], or a mistake; of several, one is drawn."
    )
    level: Level = Field(1, description="How many lines a solution to be completed lacks.")
    scenario: Text | None = Field(None, description="Another bundled scenario than that of the unit.")


Asks: TypeAlias = Annotated[tuple[AskFile, ...], Field(min_length=1)]


class UnitFile(Record):
    """A unit: a lesson, then the stages of its questions."""

    title: Words = Field(description="What the unit is called; one text for both languages, or {en, zh}.")
    needs: tuple[Text, ...] = Field((), description="The units to master before this one.")
    scenario: Text = Field(description="The bundled scenario that the unit works with.")
    lesson: Annotated[tuple[Words, ...], Field(min_length=1)] = Field(description="The lesson, by paragraphs.")
    example: Asks = Field(description="The scenario's own numbers, predicted one after the other.")
    faded: Asks | None = Field(None, description="Fresh numbers; a solution without its last lines.")
    alone: Asks = Field(description="Fresh numbers, and no help.")
    error: Asks | None = Field(None, description="Fresh numbers, and a solution with a mistake in it.")


class PartFile(Record):
    """A part of the course."""

    title: Words = Field(description="What the part is called.")
    units: Texts = Field(
        description="The units, in their order: each the name of a file NAME.yaml beside this one, or of a bundled unit."
    )


class CourseFile(Record):
    """A course."""

    title: Words = Field(description="What the course is called.")
    seed: Seed | None = Field(None, description="The seed of the numbers, the same for all who take the course.")
    parts: Annotated[tuple[PartFile, ...], Field(min_length=1)] = Field(description="The parts, in their order.")


def course_schema(of: Literal["course", "unit"]) -> dict[str, Any]:
    """The JSON Schema of course files, or of unit files, for editors."""
    kind: type[Record] = CourseFile if of == "course" else UnitFile
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **kind.model_json_schema()}
