"""A name with a value, as somebody wrote them."""

from __future__ import annotations

from backprop_tutor.errors import Place
from backprop_tutor.frozen import frozen


@frozen(slots=True)
class Entry:
    """A name, the text of its value, and where either stands, if in a file; an empty text is a blank not filled in."""

    name: str
    text: str
    place: Place | None = None
    named: Place | None = None
