"""The scenario meant by an unknown name: a file beside it, or a bundled one by a part of its name or title."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from backprop_tutor.errors import closest, visible
from backprop_tutor.scenario.bundled import bundled, title
from backprop_tutor.text import LANGUAGES, NOTHING, T

ENDINGS = (".yaml", ".yml")
MOST = 3
SHORTEST = 2
LINK = T("; it is a symbolic link to a file that is not there", "；它是符号链接，所指的文件不存在")
LOOP = T("; it is a symbolic link that leads back to itself", "；它是绕回自己的符号链接")
MEANT = T("; did you mean {names}?", "；是不是想写 {names}？")
OR = T(" or ", " 或 ")


def nearby(name: str) -> T:
    """``; did you mean 'hw.yaml'?``, or an empty text where nothing is similar: the same name with another ending comes
    first.
    """
    if (nowhere := _leads_nowhere(name)) != NOTHING:
        return nowhere
    path = Path(name)
    files = tuple(_files(path.parent))
    same = [str(file) for file in files if path.name.casefold() in (file.name.casefold(), file.stem.casefold())]
    same = same or [str(file) for file in files if path.suffix and file.stem.casefold() == path.stem.casefold()]
    word = path.stem if path.suffix in ENDINGS else path.name
    stems = {file.stem: str(file) for file in files}
    near = same or [stems[stem] for stem in closest(word, stems)]
    if same or path.name != name:
        return _meant(near)
    names = [entry.name for entry in bundled()]
    return _meant(near + closest(word, names) or _with(word.casefold()))


def nearby_file(name: str) -> T:
    """``; did you mean 'answers.yaml'?``, the file of the same folder whose name is nearest, or nothing."""
    if (nowhere := _leads_nowhere(name)) != NOTHING:
        return nowhere
    path = Path(name)
    try:
        files = sorted(file.name for file in path.parent.iterdir() if file.is_file())
    except (OSError, ValueError):
        return NOTHING
    return _meant([str(path.with_name(near)) for near in closest(path.name, files)])


def _leads_nowhere(name: str) -> T:
    """What is wrong with a symbolic link that leads to no file, or nothing for anything else."""
    try:
        if Path(name).is_symlink():
            Path(name).stat()
    except FileNotFoundError:
        return LINK
    except (OSError, ValueError):
        return LOOP
    return NOTHING


def _files(folder: Path) -> Iterator[Path]:
    """The YAML files of a folder, as they would be typed."""
    try:
        yield from (file for file in sorted(folder.iterdir()) if file.suffix in ENDINGS)
    except (OSError, ValueError):
        return


def _with(word: str) -> list[str]:
    """The bundled scenarios with `word` in their names, else those with it in their titles."""
    if len(word) < SHORTEST:
        return []
    named = [entry.name for entry in bundled() if word in entry.name]
    titles = {entry.name: title(entry) for entry in bundled()} if not named else {}
    return named or [name for name, said in titles.items() if any(word in said[lang].casefold() for lang in LANGUAGES)]


def _meant(names: list[str]) -> T:
    """The first few of these names as a question."""
    quoted = [f"'{visible(name)}'" for name in names[:MOST]]
    listed = T(*(OR[lang].join(quoted) for lang in LANGUAGES))
    return MEANT.format(names=listed) if quoted else NOTHING
