"""The principles that mistakes violate, each said once."""

from __future__ import annotations

from backprop_tutor.text import T

WEIGHTED_SUM = T(
    "A unit first adds up what reaches it, z = W·a + b: row j of W holds the weights into unit j.",
    "单元先求加权和 z = W·a + b：W 的第 j 行是进入第 j 个单元的权重。",
)
ACTIVATION = T(
    "Each layer passes its z through its own activation function, as it is defined: a = f(z).",
    "每一层都要按定义让 z 经过本层的激活函数：a = f(z)。",
)
LOSS = T(
    "The loss is computed exactly as it is stated: its factor, its sum over the outputs, its logarithm.",
    "损失要严格按给出的定义计算：前面的系数、对各输出的求和、对数的底，都不能变。",
)
STATED_LOSS = T(
    "What is differentiated is the loss as it is stated: whatever factor it has goes into every gradient, once.",
    "求导的对象就是给出的那个损失：它的系数会进入每个梯度，而且只进入一次。",
)
SIGN = T(
    "A step that subtracts the gradient needs the error as output minus target: the derivative of ½(a − y)² is a − y. "
    "With y − a every sign turns round, and the step goes uphill.",
    "更新时要减去梯度，误差就必须是输出减目标值：½(a − y)² 的导数是 a − y。写成 y − a，所有符号都会反过来，更新就朝上坡走了。",
)
LOGARITHM = T(
    "The slope of ln a is 1/a, so −y·ln a has the slope −y/a: the loss falls where the probability of what is right rises.",
    "ln a 的导数是 1/a，所以 −y·ln a 的导数是 −y/a：正确答案的概率越大，损失越小。",
)
SLOPE = T(
    "The chain rule goes through the activation function, once: δ = ∂L/∂a · f′(z). Written in the unit's output a, "
    "the sigmoid's derivative is a(1 − a) and that of tanh 1 − a².",
    "链式法则要穿过激活函数，而且只穿过一次：δ = ∂L/∂a · f′(z)。用单元的输出 a 来写，sigmoid 的导数是 a(1 − a)，tanh 的导数是 1 − a²。",
)
FOLD = T(
    "For a cross-entropy behind its own activation, ∂L/∂a · ∂a/∂z is already a − y; nothing more is to be multiplied.",
    "交叉熵配上它对应的激活函数时，∂L/∂a · ∂a/∂z 已经化成 a − y，不必再乘别的因子。",
)
SOFTMAX = T(
    "Every output of a softmax depends on every z, so ∂L/∂z of one unit adds up the shares of all outputs.",
    "softmax 的每个输出都依赖所有的 z，所以某个单元的 ∂L/∂z 要把所有输出的贡献加起来。",
)
PATHS = T(
    "A unit is to blame through every unit that it feeds: add up weight · δ over all the paths, each with its own weight.",
    "一个单元通向几个单元，就要经由几个单元分担责任：把每条路径上的 权重 · δ 加起来，各用各的权重。",
)
BACK = T(
    "What goes back along a connection is δ of the unit above, its f′ included, times the weight of that connection.",
    "沿一条连接传回去的，是后一层单元的误差项 δ（已含它的 f′）乘以这条连接的权重。",
)
OLD_WEIGHTS = T(
    "All gradients belong to one and the same point: they are taken with the weights of the forward pass, before any of "
    "them moves.",
    "所有梯度都属于同一个点：都要用前向传播时的权重来求，求完之前不改变任何权重。",
)
WEIGHT_GRADIENT = T(
    "The gradient of a weight is δ of the unit it leads to, times the activation of the unit it comes from.",
    "权重的梯度等于它通向的单元的误差项 δ，乘以它所来自的单元的激活值。",
)
BATCH_GRADIENT = T(
    "In δ·aᵀ every example gives its own δ times its own activation, and these add up; without the transpose the δ of one "
    "example meets the activation of another.",
    "在 δ·aᵀ 中，每个样本用自己的 δ 乘以自己的激活值，再相加；不转置的话，一个样本的 δ 就会乘到另一个样本的激活值上。",
)
BIAS_GRADIENT = T(
    "A bias is a weight from a unit that is always 1: its gradient is δ itself, added up over the examples.",
    "偏置就是来自恒为 1 的单元的权重：它的梯度就是 δ 本身，再对样本求和。",
)
DOWNHILL = T(
    "The gradient points uphill, so the step goes against it: new = old − η · gradient, every part of it once.",
    "梯度指向上坡，所以要逆着它走：新值 = 旧值 − η · 梯度，每一项都恰好用一次。",
)
BATCH = T(
    "The loss of a batch is the mean, or the sum, over its m examples as it is stated; a mean divides by m exactly once.",
    "一批样本的损失按规定取平均或求和；取平均时要除以样本数 m，而且只除一次。",
)
EXAMPLES = T(
    "Every example goes through the network by itself, with the same weights; what is averaged is the gradients.",
    "每个样本都要用同一组权重单独通过网络；取平均的是梯度。",
)
PENALTY = T(
    "The penalty (λ/2) ΣW² adds λW to the gradient of every weight, once, and nothing to that of a bias.",
    "惩罚项 (λ/2) ΣW² 给每个权重的梯度加上 λW，只加一次；偏置的梯度不变。",
)
OPTIMIZER = T(
    "An optimizer's rule is carried out line by line as it is stated, with what was kept from the step before.",
    "优化器的规则要按给出的写法逐行执行，并用上一步留下来的状态量。",
)
CORRECTION = T(
    "Adam's averages start at 0 and are too small at first; dividing by 1 − β^t, t the number of the step, corrects that.",
    "Adam 的滑动平均从 0 开始，起初偏小；除以 1 − β^t（t 是步数）才得到修正。",
)
SCHEDULE = T(
    "The learning rate of a step follows from the schedule and the number of the step: n counts the updates made before "
    "it, from 0; a warm-up counts t from 1.",
    "一步的学习率由方案和步数决定：n 是这一步之前做过的更新次数，从 0 数起；预热用的 t 从 1 数起。",
)
CLIPPING = T(
    "Clipping by norm shortens the whole gradient, all parameters together, before the optimizer uses it, and keeps its "
    "direction; clipping by value cuts each component for itself.",
    "按范数裁剪是在优化器使用之前，把所有参数的梯度合在一起缩短，方向不变；按值裁剪则让每个分量各自截断。",
)
AFTER = T(
    "The second forward pass starts again from the inputs and uses every new parameter.",
    "第二次前向传播要从输入重新开始，并用上所有的新参数。",
)
COPIED = T(
    "Before the first line, hold every number against what is given.",
    "动笔之前，先把每个数与题目核对一遍。",
)
CONVENTION = T(
    "That is a convention, not a mistake: books differ here. What counts is to state one and stay with it.",
    "这是约定不同，不是错误：各书在这里写法不一。关键是说明用的是哪一种，并始终一致。",
)
LIBRARIES = T(
    "That is a convention, not a mistake: libraries differ here. 'tutor frameworks' lists which does what; 'like:', the "
    "constants of a layer and the settings of the optimizer compute as they do.",
    "这是约定不同，不是错误：各个库在这里做法不一。'tutor frameworks' 列出各库的做法；用 'like:'、层的常数和优化器的设置可以照着算。",
)
ROUNDING = T(
    "That is no mistake, but digits that are dropped early do not come back: carry two more significant figures than you "
    "report.",
    "这不算错误，但早早舍去的位数补不回来：计算途中要比最后报出的多保留两位有效数字。",
)
CORRELATION = T(
    "The kernel slides over the image as it is written (a cross-correlation, as in the frameworks): its first number meets "
    "the first of each window.",
    "核按写出的样子在图像上滑动（互相关，与各框架相同）：它的第一个数遇到每个窗口的第一个数。",
)
INTO_WINDOWS = T(
    "What comes back goes into each window by the number that it was multiplied with there; seen from a pixel, that is the "
    "kernel turned by half a turn.",
    "传回的量按当时相乘的那个数回到各窗口；从像素看去，就是旋转了半圈的核。",
)
EVERY_WINDOW = T(
    "A number that is used at every place of the image gets a share from every place, and the shares add up.",
    "在图像每个位置都用到的数，从每个位置各得一份，各份相加。",
)
WINDOWS = T(
    "The first window starts as many places before the image as the padding says, and the next one a stride further.",
    "第一个窗口从图像之前 padding 个位置开始，下一个窗口再往前移动 stride 个位置。",
)
CHANNELS = T(
    "A convolution adds up over all input channels; on the way back every output channel sends its share to each of them.",
    "卷积对所有输入通道求和；往回走时，每个输出通道都给每个输入通道传回一份。",
)
LARGEST = T(
    "A maximum passes all that came back to the one place that was largest (of equal ones the first in reading order), and "
    "nothing to the others.",
    "最大值把传回的量全部交给最大的那个位置（相等时按阅读顺序取第一个），其他位置什么也得不到。",
)
MEAN_OF_WINDOW = T(
    "A mean over n numbers divides by n, in the value and in what goes back to each of them.",
    "n 个数的平均要除以 n：求值时如此，传回每个数时也如此。",
)
NORM = T(
    "Every x reaches the normalised numbers by three ways: directly, through the mean and through the variance; what comes "
    "back along them is added up.",
    "每个 x 经三条路到达归一化后的数：直接、经由平均值、经由方差；沿三条路传回的量相加。",
)
VARIANCE = T(
    "Mean and variance belong to the numbers that are normalised together, and both divide by how many those are, n.",
    "平均值和方差属于一起归一化的那些数，两者都除以它们的个数 n。",
)
GAIN = T(
    "After x̂ comes the layer's own gain: y = gain · x̂ + shift, so what goes back to x̂ is multiplied by the gain.",
    "x̂ 之后还有这一层自己的 gain：y = gain · x̂ + shift，所以传回 x̂ 的量要乘以 gain。",
)
DROPOUT = T(
    "A dropout multiplies by mask/keep, once, and what goes back along it by the same number: what was off gets nothing.",
    "dropout 乘以 mask/keep，只乘一次；往回传也乘同一个数：被关掉的什么也得不到。",
)
AXIS = T(
    "A sum goes along the axis that disappears; for a row that was added to every row, what comes back is summed over the "
    "rows, column by column.",
    "求和沿着要消失的那个轴进行；加到每一行上的那一行，传回的量要对各行求和，一列一列地算。",
)
EVERY_USE = T(
    "What is used in several places gets a share from each of them, and the shares add up.",
    "在多处使用的量，从每一处各得一份，各份相加。",
)
EVERY_STEP = T(
    "A recurrent net is one net with the same parameters at every step: what comes back passes through every earlier state, "
    "and the shares of all steps add up.",
    "循环网络就是每一步共用同一组参数的网络：传回的量要经过每个更早的状态，各步的份额相加。",
)
GATES = T(
    "Each factor of a gated product is a way of its own: to the gate through its σ′ = σ(1 − σ), to what it lets through times "
    "the gate, and along the memory from step to step.",
    "门控乘积的每个因子都是一条路：到门要乘 σ′ = σ(1 − σ)，到被放行的量要乘门的值，沿记忆则一步步往前传。",
)
ATTENTION = T(
    "The scores are Q·Kᵀ/√d, masked where a mask is stated; the softmax goes along each row, which adds up to 1.",
    "得分是 Q·Kᵀ/√d，有掩码时先遮住；softmax 沿每一行进行，每行之和为 1。",
)
ATTENTION_BACK = T(
    "From O = P·V the way back splits: to V by Pᵀ, and to P by Vᵀ; through the softmax it goes on to Q, by K, and to K, by dSᵀ·Q.",
    "从 O = P·V 往回走分成两路：经 Pᵀ 到 V，经 Vᵀ 到 P；再穿过 softmax，乘 K 到 Q，以 dSᵀ·Q 到 K。",
)
RESIDUAL = T(
    "In x + F(x) what comes back goes to x twice over: past the block as it is, once, and through the block; both add up.",
    "在 x + F(x) 中，传回的量经两路到 x：绕过块原样传一次，再穿过块传一份；两者相加。",
)
UPSTREAM = T(
    "What is differentiated is what comes after the output: start with the upstream gradient that is given, element by element.",
    "求导的对象在输出之后：要从给出的上游梯度开始，逐个元素对应。",
)
