"""Every sentence of the walkthroughs, in both languages."""

from __future__ import annotations

from backprop_tutor.text import T

# conventions in force, on the first line of a lesson
ONE_EXAMPLE = T("1 example", "1 个样本")
EXAMPLES_MEAN = T("mean over {count} examples", "对 {count} 个样本取平均")
EXAMPLES_SUM = T("sum over {count} examples", "对 {count} 个样本求和")
EXAMPLES_IN_BATCHES = T("{count} examples, {size} at a time", "{count} 个样本，每次 {size} 个")
L2 = T("L2 penalty λ = {value}", "L2 惩罚项 λ = {value}")

# headings
MORE = T("… {count} more", "…… 另有 {count} 个")
GIVEN = T("Given", "已知")
FORWARD = T("Forward: from the inputs to the loss", "前向传播：从输入到损失")
FORWARD_VALUE = T("Forward: every value, step by step", "前向传播：逐步求出每个值")
LOSS = T("Loss", "损失")
BACKWARD = T("Backward: how much is each weight to blame?", "反向传播：每个权重各要负多少责任？")
BACKWARD_NODES = T("Backward: node by node", "反向传播：逐个节点")
UPDATE = T("Update: one step downhill", "更新：沿下坡方向走一步")
AFTER = T("Did it help? Forward again with the new values", "有效果吗？用新参数再做一次前向传播")
STEP = T("Step {number}", "第 {number} 步")
SATURATED_LOSS = T(
    "An output this near 0 or 1 is shown as 0 or 1; the loss is computed from the full number.",
    "输出极其接近 0 或 1，显示出来就成了 0 或 1；损失是用完整的数值算出的。",
)
STEP_OVER = T("Step {number}, examples {examples}", "第 {number} 步，样本 {examples}")
STEP_OVER_ONE = T("Step {number}, example {examples}", "第 {number} 步，样本 {examples}")
EXAMPLE = T("Example {number}", "样本 {number}")

# given
NO_BIASES = T("no biases", "没有偏置")
SOURCE = T("Source: {source}", "来源：{source}")

# backward, paths
CHAIN_RULE_PATHS = T(
    "Every weight reaches the loss along a path; the chain rule multiplies the derivatives met on the way, and where "
    "several paths lead on, it adds them up.",
    "每个权重都沿着路径影响损失；链式法则把路上遇到的导数相乘，若有多条路径，再把各条路径的结果相加。",
)
PATH = T("path", "路径")
PATHS = T("paths", "路径")
FUNCTIONS = T("functions", "函数")
CHAIN = T("chain rule", "链式法则")
KEPT = T("kept", "留作后用")
UPDATE_ROW = T("update", "更新")
EACH_EXAMPLE = T(
    "Written for the first example. Each of the {count} examples has the same path and the same functions; what they give "
    "is added up in the chain rule.",
    "这里按第一个样本写出。{count} 个样本各有同样的路径和函数，所得的结果在链式法则中相加。",
)
EACH_EXAMPLE_PATHS = T(
    "Written for the first example. Each of the {count} examples has the same paths and the same functions; what they "
    "give is added up in the chain rule.",
    "这里按第一个样本写出。{count} 个样本各有同样的路径和函数，所得的结果在链式法则中相加。",
)
MORE_PATHS = T("… {count} paths in all, added up", "…… 共 {count} 条路径，结果相加")
NOT_AGAIN = T("it comes back below and is not computed again", "后面还会用到，不必重算")
REUSED = T("{kept} reused", "复用 {kept}")
OLD_WEIGHTS = T(
    "{weight} is the old {value}: all gradients are taken before any weight moves.",
    "{weight} 用的是旧值 {value}：先求出所有梯度，再改变权重。",
)
FOLDED = T(
    "The derivative of the loss and that of the activation fold into one:",
    "损失的导数与激活函数的导数合并成一项：",
)
FROZEN = T(": frozen, so no update changes them.", "：已冻结，不做更新。")

# backward, node by node
UPSTREAM_LOCAL = T(
    "Each node passes back its own derivative times its local one; a node that is used several times adds up what "
    "comes back.",
    "每个节点把自己的导数乘以局部导数，再往回传；被多次使用的节点，把传回来的各项相加。",
)
SEED = T("The derivative of the result with respect to itself.", "结果对自身的导数。")
THROUGH = T("through {node}", "经由 {node}")
SUM = T("sum", "合计")
NOT_USED = T("nothing flows back here", "没有导数传回这里")

# update
EVERY_PARAMETER = T("for every weight and bias p:", "对每个权重和偏置 p：")
PARAMETER = T("parameter", "参数")
OLD = T("old", "旧值")
GRADIENT = T("gradient", "梯度")
CHANGE = T("change", "变化")
NEW = T("new", "新值")
STATE_STARTS = T("The optimizer's memory starts at 0.", "优化器的状态量从 0 开始。")
STATE_IS_GIVEN = T("The optimizer's memory starts at the numbers given.", "优化器的状态量从给定的数开始。")
COUNT_STARTS = T("{count} updates were made before, so t starts at {t}.", "此前已更新 {count} 次，所以 t 从 {t} 开始。")
STATE_STARTS_AT = T("The optimizer's memory starts at {start}.", "优化器的状态量从 {start} 开始。")
NORM = T(
    "{norm} is the norm of the whole gradient: the root of the sum of the squares of all its components.",
    "{norm} 是整个梯度的范数：所有分量的平方和再开方。",
)
LIKE = T(
    "As in {framework}, {parameter} becomes {found}; by the rule of the books it would be {usual} ('tutor frameworks --of {name}').",
    "按 {framework} 的算法，{parameter} 变为 {found}；按教科书的规则则是 {usual}（见 'tutor frameworks --of {name}'）。",
)

# after
LOSS_DOWN = T("down by {change}, {percent} %", "下降 {change}，即 {percent} %")
LOSS_UP = T("up by {change}, {percent} %: the step was too long", "上升 {change}，即 {percent} %：步子太大")
LOSS_LITTLE = T("changed by less than floats can tell", "变化太小，浮点数已分辨不出")
LOSS_SAME = T("unchanged", "没有变化")

# closing
CHECKED = T("✓ all {count} derivatives agree with a numerical check", "✓ 全部 {count} 个导数与数值检验一致")
CHECKED_SOME = T(
    "✓ {count} of the {all} derivatives, spread over all parameters, agree with a numerical check",
    "✓ 从全部 {all} 个导数中均匀抽取 {count} 个，都与数值检验一致",
)
CHECKED_ONE = T("✓ the derivative agrees with a numerical check", "✓ 这个导数与数值检验一致")
NOT_CHECKED = T(
    "✗ the derivative for {name} is {value}, its numerical check {check} (a number may be too large to check)",
    "✗ {name} 的导数是 {value}，数值检验却是 {check}（可能是数值过大）",
)
AT_KINK = T(
    "{name} is just at a kink, where there is no derivative: {value} here, its numerical check {check}",
    "{name} 正好在折点上，那里没有导数：这里取 {value}，数值检验是 {check}",
)
UNDEFINED = T(
    "no derivative here for {name}: the slope is infinite or another on each side, or the loss has no value on one side",
    "{name} 此处无导数：斜率为无穷大，或各个方向不同，或者损失在一侧没有值",
)
NEXT = T("next: ", "接下来：")

# names that are not there
NOT_FOUND = T(
    "there is no quantity '{name}' here; names are such as {samples}{near}",
    "这里没有名为 '{name}' 的量；名字的写法如 {samples}{near}",
)
NOT_FOR_THIS = T(
    "{what} '{name}' does not fit this scenario; what fits: {allowed}",
    "{what} '{name}' 不适用于这个场景；适用的有：{allowed}",
)
NOTATION = T("the notation", "记号")
VIEW = T("the view", "视图")
