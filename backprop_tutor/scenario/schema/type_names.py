"""The messages for a value that does not fit the schema."""

from __future__ import annotations

from collections.abc import Mapping

from backprop_tutor.scenario.schema.shorthand import FORMS, LONGEST_NAME
from backprop_tutor.text import T

MISSING_KEY = T("the key '{key}' is missing here", "这里缺少键 '{key}'")
NO_VALUE = T("the key '{key}' has no value", "键 '{key}' 没有值")
NO_MAPPING = T(
    "a scenario is made of keys with values, such as 'title: ...'; this is {came}",
    "场景由键和值组成，例如 'title: ...'；这里却是{came}",
)
WRONG_TYPE = T("{label} is {came}, but must be {wanted}{hint}", "{label} 是{came}，应为{wanted}{hint}")
WRONG_NAME = T(
    "{label} is {came}, but must be one of {allowed}{others}{near}",
    "{label} 是{came}，只能是 {allowed}{others}{near}",
)
UNKNOWN_KEY = T(
    "unknown key '{key}'; the keys here are {allowed}{near}", "未知的键 '{key}'；这里的键有 {allowed}{near}"
)
NO_KIND = T("a scenario needs 'network:' or 'graph:'", "场景需要 'network:' 或 'graph:'")
TWO_KINDS = T(
    "a scenario has either 'network:' or 'graph:', not both", "场景只能有 'network:' 或 'graph:' 之一，不能两者都有"
)
LOSS_OF_GRAPH = T(
    "a graph has no 'loss:'; what is differentiated is its output", "graph 没有 'loss:'；被求导的是它的 output"
)
BAD_NAME = T(
    "{came} is no name; a name begins with a letter and has only letters, digits and _ "
    f"(at most {LONGEST_NAME}){{hint}}",
    f"名字不能是{{came}}；名字以字母开头，只含字母、数字和 _（至多 {LONGEST_NAME} 个）{{hint}}",
)
BAD_UNIT_NAME = T(
    "{came} is no name of a unit; any text without blanks, commas and control codes is "
    f"(at most {LONGEST_NAME} characters){{hint}}",
    f"单元名不能是{{came}}；可以是任何不含空格、逗号和控制字符的文字（至多 {LONGEST_NAME} 个字符）{{hint}}",
)
NOT_ALLOWED = T("{label} is {came}, which is not allowed here", "{label} 是{came}，这里不允许")

COUNT = T("; units without names are given by their number: {units: 2}", "；单元不取名时只写个数：{units: 2}")
WRONG_SIZE: Mapping[str, T] = {
    "too_short": T("{label} is empty; it needs at least one entry", "{label} 是空的；至少要有一项"),
    "too_long": T("{label} has more than {max_length} entries", "{label} 超过 {max_length} 项"),
    "string_too_short": T("{label} is empty; it needs a text", "{label} 是空的；要写一段文字"),
}
QUOTED = T(" (take the quotes away)", "（请去掉引号）")
QUOTES = T(" (put it in quotes)", "（请加引号）")
SPACE = T("; put a space after the ':'", "；请在 ':' 后加空格")
DECIMAL = T(" (a number is written like 0.1 or 1e-3)", "（数的写法如 0.1 或 1e-3）")
IN_LIST = T(" (write [{came}])", "（请写成 [{came}]）")
LISTED = T(" (write {came})", "（请写成 {came}）")
BRACKETS = T("; several numbers stand in brackets: [0.5, 0.8]", "；几个数要放在方括号里：[0.5, 0.8]")
ENTRIES = T(" (every entry begins with '- ')", "（每一项以 '- ' 开头）")
OR_ELSE = T(", or {other}", "，或{other}")

LISTS = ("tuple_type", "numbers", "units", "bias", "graph_inputs")
NUMBERS = ("float_type", "int_type")
NUMBER, WHOLE = T("a number", "一个数"), T("a whole number", "一个整数")
LIST, MAPPING = T("a list", "列表"), T("keys with values (key: value)", "键值表（键: 值）")
WANTED: Mapping[str, T] = {
    "float_type": NUMBER,
    "int_type": WHOLE,
    "int_from_float": WHOLE,
    "string_type": T("a text", "一段文字"),
    "tuple_type": LIST,
    "dict_type": MAPPING,
    "model_type": MAPPING,
    "finite_number": T("a finite number", "一个有限的数"),
    "greater_than": T("greater than {gt}", "大于 {gt} 的数"),
    "greater_than_equal": T("at least {ge}", "不小于 {ge} 的数"),
    "less_than": T("less than {lt}", "小于 {lt} 的数"),
    "less_than_equal": T("at most {le}", "不大于 {le} 的数"),
    **FORMS,
}
"""The type that was expected, by the type of pydantic's error."""
