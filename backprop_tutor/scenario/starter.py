"""A commented first scenario file: it runs unchanged, and its comments teach the format."""

from __future__ import annotations

import json

from backprop_tutor.errors import visible
from backprop_tutor.scenario.bundled import schema_path
from backprop_tutor.text import Lang, T

STARTER = T(
    """\
# yaml-language-server: $schema={schema}
#
# The line above lets editors complete and check while you type.
# To see this network worked out:  tutor run {file}
title: {title}
# description: What it is about, in a sentence or two.
# source: Where the numbers come from.
# topic and level (1 to 3) sort it in 'tutor list'

network:
  inputs: [a, b]                 # names of the inputs, or how many (2 means x1, x2)
  layers:                        # from the first hidden layer to the output
    - units: [c, d]              # names of the units, or how many
      # activation: {activations},
      # or a formula in z, such as "z / (1 + exp(-z))"; a key for its constant: {constants}
      activation: sigmoid
      weights: [[0.1, 0.7],      # into c: from a, from b (null = no connection)
                [0.3, 0.2]]      # into d: from a, from b
      bias: [0.35, 0.35]         # one per unit; a number for every unit; without this line, none
      # frozen: [bias]           # what no update changes
    - units: [e]
      activation: sigmoid
      weights: [[0.4, 0.6]]      # or drawn at random: {{init: uniform, low: -1, high: 1, seed: 1}}

# loss: {losses},
# or a formula in a and y, or {{function: ..., reduction: sum, l2: 0.01}}
loss: half_squared_error

data:                            # one row per example: inputs x, targets y
  - {{x: [0.5, 0.8], y: [1]}}

training:
  # optimizer: {optimizers}; with settings: {{kind: momentum, momentum: 0.9}}
  optimizer: sgd
  learning_rate: 0.1
  # schedule: {{kind: cosine, total: 100, warm_up: 10}}    # or {schedules}
  # clip: {{kind: norm, limit: 1}}                         # or by value
  steps: 1                       # how many update steps are shown
  batch: full                    # full, online, or how many examples a step

# start: {{state: {{v: {{W1: [[0.1, 0], [0, 0.2]]}}}}}}   # what the optimizer keeps before the first step
# keep: [W1]                     # what stays the same in every variant of a worksheet
# names: {{W1: [[w1, w2], [w3, w4]], b1: [b1, b1]}}    # your book's own; one name twice is one shared number

# presentation: {{notation: nodes, view: paths, digits: 6}}

# Instead of a network and its loss, a file can hold a graph of formulas:
#
# graph:
#   inputs: {{a: 1, b: 2, c: 3}}
#   nodes:
#     p: a + b
#     q: b * c
#     y: p * q
#   output: y
""",
    """\
# yaml-language-server: $schema={schema}
#
# 上面一行让编辑器边写边补全、边检查。
# 查看这个网络的完整计算：  tutor run {file}
title: {title}
# description: 用一两句话说明内容。
# source: 数值的出处。
# topic 和 level（1 到 3）用于 'tutor list' 的分类

network:
  inputs: [a, b]                 # 输入的名字，或输入个数（2 表示 x1、x2）
  layers:                        # 从第一个隐藏层到输出层
    - units: [c, d]              # 单元的名字，或单元个数
      # activation: {activations}，
      # 或用 z 写的公式，如 "z / (1 + exp(-z))"；常数另用一个键：{constants}
      activation: sigmoid
      weights: [[0.1, 0.7],      # 通向 c：从 a、从 b（null 表示没有连接）
                [0.3, 0.2]]      # 通向 d：从 a、从 b
      bias: [0.35, 0.35]         # 每个单元一个；一个数则各单元共用；没有这一行就没有偏置
      # frozen: [bias]           # 更新时保持不变的参数
    - units: [e]
      activation: sigmoid
      weights: [[0.4, 0.6]]      # 也可以随机抽取：{{init: uniform, low: -1, high: 1, seed: 1}}

# loss: {losses}，
# 或用 a 和 y 写的公式，或 {{function: ..., reduction: sum, l2: 0.01}}
loss: half_squared_error

data:                            # 每个样本一行：输入 x，目标值 y
  - {{x: [0.5, 0.8], y: [1]}}

training:
  # optimizer: {optimizers}；带设置：{{kind: momentum, momentum: 0.9}}
  optimizer: sgd
  learning_rate: 0.1             # 学习率
  # schedule: {{kind: cosine, total: 100, warm_up: 10}}    # 学习率方案；也可以是 {schedules}
  # clip: {{kind: norm, limit: 1}}                         # 梯度裁剪；也可以按值（value）
  steps: 1                       # 显示多少步更新
  batch: full                    # full、online，或每步的样本个数

# start: {{state: {{v: {{W1: [[0.1, 0], [0, 0.2]]}}}}}}   # 第一步之前优化器已有的状态
# keep: [W1]                     # 练习卷的各个变式都不改动的数
# names: {{W1: [[w1, w2], [w3, w4]], b1: [b1, b1]}}    # 你的书里的名字；同名即为同一个共享的数

# presentation: {{notation: nodes, view: paths, digits: 6}}

# 文件里也可以不放网络和损失，而放一个由公式组成的图：
#
# graph:
#   inputs: {{a: 1, b: 2, c: 3}}
#   nodes:
#     p: a + b
#     q: b * c
#     y: p * q
#   output: y
""",
)


def starter(name: str, lang: Lang) -> str:
    """The text of a commented first scenario whose title is `name`, with its comments in one language."""
    from backprop_tutor.scenario.schema import choices

    shown = visible(name.removesuffix(".yaml"))
    return STARTER.format(
        schema=schema_path().as_uri(),
        file=f"{shown}.yaml",
        title=json.dumps(shown, ensure_ascii=False),
        activations=_listed(choices.activations()),
        constants=_listed(tuple(f"{key} ({', '.join(of)})" for key, of in choices.constants().items())),
        losses=_listed(choices.losses()),
        optimizers=_listed(tuple(choices.optimizers())),
        schedules=_listed(tuple(choices.schedules())),
    )[lang]


def _listed(names: tuple[str, ...]) -> T:
    return T(", ".join(names), "、".join(names))
