"""``tutor config``: a reader's permanent choices."""

from __future__ import annotations

from typing import Annotated

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Language
from backprop_tutor.text import T

HELP = T(
    "Set what you always want: notation, view, digits, detail, language; without arguments, show it.",
    "设置你一贯的偏好：记号、讲解方式、位数、详略、语言；不带参数则显示当前设置。",
)
EXAMPLES = (
    "tutor config",
    "tutor config notation=nielsen digits=8",
    "tutor config notation=",
    "tutor config --clear",
)
NOTHING = T("nothing is set; what can be set:", "目前没有设置；可以设置：")
KEPT_IN = T("kept in {file}", "保存在 {file}")
CLEAR = T("Forget everything that was set.", "清除所有设置。")
PAIRS = T("NAME=VALUE; nothing behind the = unsets it.", "名字=值；等号后为空表示取消设置。")


def config(
    pairs: Annotated[list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help=here(PAIRS))] = None,
    clear: Annotated[bool, typer.Option("--clear", help=here(CLEAR))] = False,
    lang: Language = None,
) -> None:
    """Reads, changes, writes and shows the preferences."""
    from backprop_tutor.cli.console.files import make_folder, write
    from backprop_tutor.cli.console.output import say
    from backprop_tutor.cli.console.preferences import PREFERENCES, checked, file, kept, pair, toml

    language, path = lang or spoken(), file()
    asked = [pair(text) for text in pairs or ()]
    changed = checked((name, value) for name, value in asked if value or name not in PREFERENCES)
    dropped = {name for name, value in asked if not value}
    settings = {name: value for name, value in ({} if clear else kept() | changed).items() if name not in dropped}
    if asked or clear:
        make_folder(path.parent)
        write(path, toml(settings | (changed if clear else {})), force=True)
        settings = kept()
    lines = [f"{name}={value}" for name, value in settings.items()]
    if not settings:
        lines = [NOTHING[language]]
        lines += [f"  {p.name:<9} {p.text[language]} ({', '.join(p.allowed)})" for p in PREFERENCES.values()]
    say("\n".join((*lines, KEPT_IN.format(file=path)[language])))
