"""The errors of a formula, worded so that its author can correct it."""

from __future__ import annotations

from collections.abc import Iterable

from backprop_tutor.errors import visible
from backprop_tutor.text import T

MAX_LENGTH = 2_000
MAX_DEPTH = 64


class FormulaError(Exception):
    """A formula that cannot be read: `message`, and its place; `column` counts from 1 in the text of the formula."""

    def __init__(self, message: T, column: int, length: int = 1) -> None:
        self.message, self.column, self.length = message, column, max(1, length)
        super().__init__(message.en)


def clipped(text: str) -> str:
    """`text` short enough for a message, its control characters written out."""
    return visible(text if len(text) <= 40 else text[:39] + "…")


def some(names: Iterable[str]) -> str:
    """The first dozen of `names` in alphabetical order, as a list in words."""
    shown = [clipped(name) for name in sorted(names)]
    return ", ".join(shown if len(shown) <= 12 else [*shown[:12], "…"])


FOREIGN = T(
    "'{character}' cannot stand in a formula, only numbers, names, + - * / ^ **, parentheses and functions{advice}",
    "公式中不能出现 '{character}'，只能有数、名字、+ - * / ^ **、括号和函数{advice}",
)
ADVICE = T("; write {meant}", "；请写 {meant}")
EMPTY = T("the formula is empty; write for example a*b + c", "公式是空的；例如可以写 a*b + c")
TOO_LONG = T(
    "the formula has {length} characters; at most {most} are allowed", "公式有 {length} 个字符；最多允许 {most} 个"
)
TOO_DEEP = T(
    f"the formula is nested deeper than {MAX_DEPTH} levels; split it into several",
    f"公式嵌套超过 {MAX_DEPTH} 层；请拆成几个公式",
)
OUT_OF_RANGE = T(
    "'{word}' is beyond the range of numbers; the largest is about 1.8e308, the smallest about 5e-324",
    "'{word}' 超出了数的范围；最大约为 1.8e308，最小约为 5e-324",
)
UNKNOWN_NAME = T("unknown name '{word}'; known are {known}{hint}", "未知的名字 '{word}'；可用的有 {known}{hint}")
NO_NAMES = T("'{word}' is a name, and only numbers can stand here", "'{word}' 是名字，这里只能写数")
UNKNOWN_FUNCTION = T(
    "unknown function '{word}'; allowed are {known}{hint}", "未知的函数 '{word}'；可用的有 {known}{hint}"
)
NAME_CALLED = T(
    "'{word}' is not a function; to multiply, write {word}*(...)", "'{word}' 不是函数；要相乘，请写 {word}*(...)"
)
NOT_CALLED = T(
    "the function '{word}' needs parentheses after it: {word}(...)", "函数 '{word}' 后面要有括号：{word}(...)"
)
ARITY = T(
    "wrong number of arguments for '{word}': it takes {wanted}, not {came}",
    "函数 '{word}' 的参数个数不对：应为 {wanted} 个，而不是 {came} 个",
)
NO_VALUE = T("a number, a name or '(' should stand here, not '{word}'", "这里应当是数、名字或 '('，而不是 '{word}'")
NO_VALUE_AT_END = T(
    "the formula breaks off; a number, a name or '(' should follow",
    "公式不完整；后面还应当有数、名字或 '('",
)
UNCLOSED = T("this '(' is never closed; ')' is missing", "这个 '(' 没有闭合；缺少 ')'")
STRAY = {
    ")": T("this ')' closes nothing; '(' is missing", "这个 ')' 没有对应的 '('"),
    "]": T("this ']' closes nothing; '[' is missing", "这个 ']' 没有对应的 '['"),
    "=": T(
        "'=' can only name a constant of a function or an operation, such as slope=0.2, axis=1; a formula stands on its own",
        "'=' 只能用来给函数或运算的常数命名，例如 slope=0.2、axis=1；公式本身不写等号",
    ),
    ":": T("':' can only stand in brackets: x[2:3]", "':' 只能写在方括号里：x[2:3]"),
    ",": T(
        "a comma can only separate the arguments of a function; in a number write a point: 0.5",
        "逗号只能用来分隔函数的参数；小数点要写成点：0.5",
    ),
}
TOO_FEW = T("'{word}' needs more arguments: {wanted}", "'{word}' 的参数不够：{wanted}")
TOO_MANY = T("'{word}' is one argument too many: {wanted}", "'{word}' 是多余的参数：{wanted}")
UNKNOWN_OPTION = T("there is no '{word}=' here: {wanted}", "这里没有 '{word}='：{wanted}")
OPTION_TWICE = T("'{word}' is given twice: {wanted}", "'{word}' 给了两次：{wanted}")
OPTION_MISSING = T("'{word}' needs {option}: {wanted}", "'{word}' 需要 {option}：{wanted}")
NOT_A_NUMBER = T(
    "{option} says how the operation works and must be a number, not a formula",
    "{option} 说明运算的方式，必须是一个数，不能是公式",
)
NOT_POSITIVE = T("{option} must be a positive number", "{option} 必须是正数")
NO_OPTIONS = T("'{word}=' cannot stand here; this function takes no constant", "这里不能有 '{word}='；这个函数没有常数")
PLACE = T(
    "in brackets stand the numbers of elements, counted from 1: x[2], x[1,3], x[2:3], or ':' for all of an axis",
    "方括号里写元素的编号，从 1 数起：x[2]、x[1,3]、x[2:3]，或用 ':' 表示整个轴",
)
PLACE_ZERO = T(
    "elements count from 1 here: the first is x[1], and there is none before it",
    "这里的元素从 1 数起：第一个是 x[1]，没有第 0 个",
)
PLACE_ORDER = T(
    "'{word}' ends before it begins; both ends are included: x[2:3] has two elements",
    "'{word}' 的终点在起点之前；两端都包含在内：x[2:3] 有两个元素",
)
UNCLOSED_PLACE = T("this '[' is never closed; ']' is missing", "这个 '[' 没有闭合；缺少 ']'")
NO_OPERATOR = T(
    "an operator is missing between '{left}' and '{right}'; to multiply, write {left}*{right}",
    "'{left}' 和 '{right}' 之间缺少运算符；要相乘，请写 {left}*{right}",
)
