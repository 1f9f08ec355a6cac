"""Every sentence of the views that follow a book's own equations, in both languages."""

from __future__ import annotations

from backprop_tutor.text import T

# the book's own equations
IN_GENERAL = T("In general, as the book writes it:", "书中的一般写法：")
IN_JOINT = T("In general, where the outputs come from a softmax:", "输出由 softmax 得出时，一般写成：")
SHARE = T(
    "The factor {share} is the share of each of the {count} examples in {cost}, which is their mean.",
    "因子 {share} 来自取平均：{cost} 是 {count} 个样本的平均，每个样本各占 {share}。",
)
OUTPUT_SHARE = T(
    "The factor {share} is the share of each of the {count} outputs in the loss, which is a mean over them.",
    "因子 {share} 来自取平均：损失是对 {count} 个输出的平均，每个输出各占 {share}。",
)
JACOBIAN = T(
    "Softmax makes every output out of every weighted input, so an element-by-element product would leave derivatives "
    "out. All of them together are the Jacobian, which is symmetric for a softmax:",
    "softmax 的每个输出都由全部加权输入得出，逐元素相乘会漏掉一部分导数。全部导数排在一起就是雅可比矩阵，softmax 的雅可比矩阵是对称的：",
)
JACOBIAN_OF_ONE = T(
    "Softmax makes every output out of every weighted input, so an element-by-element product would leave derivatives "
    "out. All of them together are the Jacobian, which is symmetric for a softmax. Every example has its own; this is "
    "that of the first:",
    "softmax 的每个输出都由全部加权输入得出，逐元素相乘会漏掉一部分导数。全部导数排在一起就是雅可比矩阵，softmax 的雅可比矩阵是对称的。"
    "每个样本各有一个，第一个样本的是：",
)

# view deltas
DELTAS = T("Backward: first the error signals, then the gradients", "反向传播：先求误差项，再求梯度")
DELTAS_INTRO = T(
    "An error signal tells how fast the loss follows when the weighted input of a unit moves. The output layer has its "
    "own from the loss; every layer below gets a weighted sum of those above, times the slope of its own activation "
    "function. After that each gradient is one product: error signal times input.",
    "误差项说的是：一个单元的加权输入变化时，损失跟着变化得多快。输出层的误差项直接由损失求出；往前的每一层，误差项等于后一层误差项的加权和，乘以本单元激活函数的导数。有了误差项，每个梯度就只是一个乘积：误差项乘以输入。",
)
SIGNALS = T("Error signals of {layer}", "{layer}的误差项")
GRADIENTS = T("Gradients: error signal times input", "梯度：误差项乘以输入")
BLAME = T(
    "Who is to blame? Every unit above hands its error back along the weight that led there; the size of the weight is "
    "the share of the blame.",
    "责任怎么分？后一层的每个单元沿着来时的权重把误差交回来，权重的大小就是要分担的份额。",
)
RECEIVER = T("error of", "误差所在")
ALONG = T("through {unit}", "经由 {unit}")
ADDED = T("sum", "合计")
SLOPE = T("times slope", "乘导数")
SIGNAL = T("error signal", "误差项")
THROWN_AWAY = T("thrown away: the unit is always 1", "舍去：该单元恒为 1")

# view matrix
MATRICES = T("Backward: layer by layer, in matrices", "反向传播：逐层用矩阵计算")
FORWARD_MATRICES = T("Forward: layer by layer, in matrices", "前向传播：逐层用矩阵计算")
MATRICES_INTRO = T(
    "Examples are columns. An activation function of a vector works on each of its elements (softmax on each column); ⊙ "
    "multiplies element by element, ᵀ turns rows into columns. The shapes under a line tell whether its factors fit.",
    "样本按列排列。激活函数作用于向量的每个元素（softmax 作用于每一列）；⊙ 表示逐元素相乘，ᵀ 表示转置。"
    "每个式子下面标出形状，一看便知各个因子能不能相乘。",
)
MISSING = T(
    "{mask} is 1 where there is a connection and 0 where there is none: what is not there has no gradient.",
    "{mask} 在有连接处为 1，没有连接处为 0：不存在的连接没有梯度。",
)
ONES = T(
    "{one} is a column of ones: a product with it adds up the examples.",
    "{one} 是全为 1 的列向量：乘上它就是对各个样本求和。",
)
SHAPES = T("shapes", "形状")
SAME_SHAPE = T(
    "A variable and its derivative always have the same shape: {pairs}.", "变量和它的导数形状总是相同：{pairs}。"
)

# conventions in force
OVER_MEAN = T(
    "{cost} is the mean over the {count} examples: a factor 1/{count}.",
    "{cost} 是 {count} 个样本的平均，含因子 1/{count}。",
)
OVER_SUM = T("{cost} is the sum over the {count} examples.", "{cost} 是 {count} 个样本之和。")
EXAMPLE_MARK = T("{marked} belongs to example 2.", "{marked} 属于第 2 个样本。")
OF_THE_MEAN = T(
    "{signal} is a derivative of that mean and holds its 1/{count}: the error of the example alone is {count} times it.",
    "{signal} 是对这个平均求的导数，已含 1/{count}；样本单独的误差项是它的 {count} 倍。",
)
SCALED = T(
    "{signal} belongs to one example's own loss: it is {factor} times {derivative}, and the 1/{count} comes in with the "
    "gradients of the weights and biases.",
    "{signal} 属于单个样本自己的损失，等于 {derivative} 的 {factor} 倍；到求权重和偏置的梯度时才乘 1/{count}。",
)
PLAIN_HERE = T(
    "This view shows plain derivatives of {loss}, which is why they are written as fractions: {signal} of the book is "
    "{factor} times {derivative}.",
    "这个视图显示的是 {loss} 的导数本身，所以写成分式：书中的 {signal} 是 {derivative} 的 {factor} 倍。",
)
