"""Renders a live page: one file for a browser, whose lesson is readable without its script.

Every text from a file is escaped in HTML, and the data of the script contains no ``<``.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from html import escape
from importlib.resources import files
from itertools import groupby
from typing import TypeAlias

from backprop_tutor.formula.nodes import Formula, Num, Sym
from backprop_tutor.formula.printing.mathml import breakable, mathml
from backprop_tutor.formula.traced import Traced
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Document, Equation, Link, Section, Words
from backprop_tutor.render.html import LANGUAGE_TAGS, Setter, blocks, head, plain
from backprop_tutor.render.palette import readable
from backprop_tutor.render.words import plain_words
from backprop_tutor.text import Lang, T

Verdicts: TypeAlias = Mapping[tuple[int, ...], Mapping[str, Words]]
"""The text where the loss went down (``<``), stayed or went up, by the variables of the two losses."""

LANGUAGE_NAMES: Mapping[Lang, str] = {"en": "English", "zh": "中文"}
LIGHT, DARK = "#e4f0ff", "#362e12"
"""The backgrounds that are hardest to read on: a number that a line uses, by day, and the new line, by night."""
_LOADER = """\
const unpacked = async id => {
const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), sign => sign.charCodeAt(0));
return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
};
const run = text => document.head.append(Object.assign(document.createElement("script"), {textContent: text}));
unpacked("script").then(run);
"""
"""Unpacks and runs the script; where a browser cannot, the lesson stays as it is written."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


@frozen
class Field:
    """A given number: its variable, the contract's name, its figures, its value, and whether the author wrote it so."""

    variable: int
    name: str
    text: str
    value: float
    spelled: bool


@frozen
class WrongRule:
    """A mistake: its id, the text that completes "this is what comes out when ...", its place; the outputs that are its
    numbers.
    """

    name: str
    clause: T
    where: T
    changed: tuple[tuple[int, int], ...]


@frozen(eq=False)
class Edition:
    """The lesson in one language and notation; of a graph of arrays with one element of each, or with `every` one."""

    lang: Lang
    notation: str
    every: bool
    document: Document
    verdicts: Verdicts

    @property
    def key(self) -> str:
        """Its name on the page."""
        return f"{self.notation}.{self.lang}{'.every' if self.every else ''}"


@frozen(eq=False)
class LivePage:
    """The contents of a live page; the first edition in its language is the one that it opens with.

    `befores` are pairs of variables: a number after an update, the same before it; `mirrors` a number, the one it is
    the negative of; `choice` has the variable that is 0 as long as every maximum is at its place, if there is one. `place`
    gives the number of the condition under which a link is an equality, `signs` all of them in JavaScript.
    """

    lang: Lang
    notation: str
    notations: Mapping[str, T]
    editions: tuple[Edition, ...]
    place: Callable[[Formula, Link], int | None]
    signs: Callable[[], tuple[str, ...]]
    program: str
    outputs: tuple[int, ...]
    fields: tuple[Field, ...]
    settings: tuple[str, ...]
    choice: tuple[int, ...]
    befores: tuple[tuple[int, int], ...]
    mirrors: tuple[tuple[int, int], ...]
    wrong_rules: str
    rules: tuple[WrongRule, ...]
    says: Mapping[str, T]
    yaml: str


def render_page(page: LivePage) -> str:
    """`page` as HTML."""
    bodies = {each.key: _body(each, page) for each in page.editions}
    home = f"{page.notation}.{page.lang}"
    shown = next(each for each in page.editions if each.key == home)
    signs = ",\n".join(page.signs())
    scripts = f"{page.program}const S = (q, t) => [\n{signs}\n];\n{_resource('page.js')}"
    parts = (
        *head(shown.document, _POLICY, _style()),
        "</head>\n<body>",
        _bar(page),
        f'<main id="lesson">\n{bodies.pop(home)}</main>',
        _dock(page),
        f'<script type="application/json" id="data">{_data(page)}</script>',
        f'<script type="text/plain" id="packed">{_packed(page, bodies)}</script>',
        f'<script type="text/plain" id="script">{_compressed(scripts)}</script>',
        f"<script>\n{_LOADER}</script>",
        "</body>\n</html>\n",
    )
    return "\n".join(parts)


def _style() -> str:
    """The style sheet, with a colour for each kind of quantity that is readable on its background."""
    light, dark = (
        "\n".join(
            f"{of}.{role} {{ {what}: {colour}; }}" for role, colour in readable(ground).items() for of, what in _OF
        )
        for ground in (LIGHT, DARK)
    )
    return f"{_resource('page.css')}{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


_OF = (("", "color"), ("svg text", "fill"), ("svg .frame", "stroke"))


def _resource(name: str) -> str:
    """A file beside this one, without comments and indentation."""
    lines = map(str.strip, files(__name__).joinpath(name).read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def _body(edition: Edition, page: LivePage) -> str:
    """The lesson, in which texts that are true only for the given numbers are marked."""
    setter = Setter(
        mathml,
        breakable,
        sign=lambda before, link: _sign(before, link, page),
        remark=lambda equation: _remark(equation, edition),
        mark=lambda key: f' class="part-{escape(key)}"' if key.isidentifier() else "",
    )
    document = edition.document
    written = [f"<h1>{setter.words(document.title)}</h1>\n"]
    if document.facts:
        written.append(f'<p class="facts">{" · ".join(map(setter.words, document.facts))}</p>\n')
    for is_section, group in groupby(document.blocks, lambda block: isinstance(block, Section)):
        inside = blocks(tuple(group), 2, setter)
        written.append(inside if is_section else f'<div class="as-given">\n{inside}</div>\n')
    return "".join(written)


def _sign(before: Formula, link: Link, page: LivePage) -> str:
    place = page.place(before, link)
    return link.sign if place is None else f'<span data-s="{place}">{link.sign}</span>'


def _remark(equation: Equation, edition: Edition) -> str:
    """The remark after an equation; for a change of the loss every possible verdict, all but one hidden."""
    setter = Setter(mathml, breakable)
    losses = tuple(_variable(link.right) for link in equation.links)
    found = edition.verdicts.get(losses) if "after.loss" in equation.keys else None
    if found is None:
        return setter.words(equation.remark)
    said = plain_words(equation.remark)
    of = ",".join(map(str, losses))
    return "".join(
        f'<span data-when="{escape(relation)}" data-of="{of}"{"" if _alike(words, said) else " hidden"}>{setter.words(words)}</span>'
        for relation, words in found.items()
    )


def _variable(number: Formula) -> int:
    """The variable of a live figure, −1 for anything else."""
    match number:
        case Num(value=Traced(formula=Sym(base=base))):
            return int(base.removeprefix("v"))
        case _:
            return -1


def _alike(words: Words, said: str) -> bool:
    return plain_words(words) == said


def _bar(page: LivePage) -> str:
    """The switches above the lesson, which only the script creates."""
    said = {name: escape(text) for name, text in _said(page, page.lang).items()}
    modes = "".join(
        f'<button type="button" data-mode="{mode}" data-say="{mode}" aria-pressed="false">{said[mode]}</button>'
        for mode in ("read", "step", "predict")
    )
    options = "".join(
        f'<option value="{name}">{plain(text[page.lang])}</option>' for name, text in page.notations.items()
    )
    choose = "" if len(page.notations) > 1 else " hidden"
    lang = f'<button type="button" id="lang" data-say="other" data-label="language" aria-label="{said["language"]}">'
    select = f'<select id="notation" data-label="notation" aria-label="{said["notation"]}"{choose}>{options}</select>'
    every = f'<button type="button" id="every" data-say="every" aria-pressed="false">{said["every"]}</button>'
    every = every if any(each.every for each in page.editions) else ""
    region = f'tabindex="0" role="region" data-label="map" aria-label="{said["map"]}"'
    return f"""<a class="skip live" href="#lesson" data-say="skip" hidden>{said["skip"]}</a>
<header id="bar" class="live" hidden><div class="tools">
<div id="modes" role="group" data-label="modes" aria-label="{said["modes"]}">{modes}</div>
<div id="editions" hidden>{every}{select}
{lang}{said["other"]}</button></div>
</div><div id="map" {region} hidden></div></header>"""


def _dock(page: LivePage) -> str:
    """The buttons below the lesson, and the status line."""
    say = page.says

    def button(name: str) -> str:
        return f'<button type="button" id="{name}" data-say="{name}">{plain(say[name][page.lang])}</button>'

    return f"""<footer id="dock" class="live" hidden>
<div id="say" role="status" aria-live="polite"></div>
<div id="changes" hidden><span id="count"></span>{"".join(map(button, ("reset", "link", "yaml")))}
<span id="anew" data-say="anew" hidden>{plain(say["anew"][page.lang])}</span></div>
<div id="steps" hidden>{button("back")}<span id="place"></span>{button("next")}</div>
<div id="track" aria-hidden="true"><div id="bar-fill"></div></div>
</footer>"""


def _said(page: LivePage, lang: Lang) -> dict[str, str]:
    """Every text of the page in one language; the name of the other language is in that language."""
    other = LANGUAGE_NAMES["zh" if lang == "en" else "en"]
    said = {name: text[lang] for name, text in page.says.items()}
    return {**said, "other": other, "language": said["language"].replace("{name}", other)}


def _data(page: LivePage) -> str:
    data = {
        "lang": page.lang,
        "notation": page.notation,
        "notations": {name: _both(text) for name, text in page.notations.items()},
        "tags": LANGUAGE_TAGS,
        "outputs": page.outputs,
        "given": [(field.variable, field.name, field.text, field.value, field.spelled) for field in page.fields],
        "settings": page.settings,
        "choice": page.choice,
        "befores": page.befores,
        "mirrors": page.mirrors,
        "says": {lang: _said(page, lang) for lang in LANGUAGE_TAGS},
        "yaml": page.yaml,
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _both(text: T) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}


def _packed(page: LivePage, bodies: Mapping[str, str]) -> str:
    """The other editions and the mistakes, each line once, compressed."""
    places: dict[str, int] = {}
    editions = {
        key: [places.setdefault(line, len(places)) for line in body.split("\n")] for key, body in bodies.items()
    }
    rules = [
        {"n": each.name, "c": _both(each.clause), "w": _both(each.where), "v": list(_flat(each))} for each in page.rules
    ]
    packed = {"lines": list(places), "editions": editions, "rules": rules, "wrong": page.wrong_rules}
    written = json.dumps(packed, ensure_ascii=False, separators=(",", ":"))
    return _compressed(written)


def _compressed(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _flat(wrong_rule: WrongRule) -> Iterator[int]:
    for pair in wrong_rule.changed:
        yield from pair
