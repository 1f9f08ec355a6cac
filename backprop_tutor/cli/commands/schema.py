"""``tutor schema``: the JSON Schema of scenario files."""

from __future__ import annotations

from backprop_tutor.cli.console.options import Language
from backprop_tutor.text import T

HELP = T(
    "Print the JSON Schema of scenario files, for editors to complete and check while you type.",
    "输出场景文件的 JSON Schema，供编辑器补全和检查。",
)
EXAMPLES = ("tutor schema > scenario.schema.json",)


def schema(lang: Language = None) -> None:
    """Print the schema."""
    import json

    from backprop_tutor.cli.console.output import say
    from backprop_tutor.scenario.schema.json_schema import json_schema

    say(json.dumps(json_schema(), ensure_ascii=False, indent=2))
