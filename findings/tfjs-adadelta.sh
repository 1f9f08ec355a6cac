#!/usr/bin/env bash
# TensorFlow.js 4.22.0: tf.train.adadelta is plain gradient descent, to the last digit.
#
# Adadelta divides the root of the averaged squared updates (of the steps before) by the root of the averaged squared gradients. In
# tf.train.adadelta both averages are divided while they still hold what they started from, and the one of the updates is then fed so
# that they stay equal: the quotient is 1 for ever, and rho and epsilon have no effect. With a rate of 1 the gradients 0.5, 0.25 and
# 1 move a parameter from 1 to 0.5, 0.25 and -0.75; by the published rule the first step of epsilon 1e-7 is about 0.001.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @tensorflow/tfjs@4.22.0
cat > adadelta.cjs <<'JS'
const tf = require("@tensorflow/tfjs");
tf.setBackend("cpu");

const moved = (optimizer) => {
  const weight = tf.variable(tf.tensor1d([1]));
  return [0.5, 0.25, 1].map((gradient) => {
    optimizer.applyGradients({ [weight.name]: tf.tensor1d([gradient]) });
    return weight.dataSync()[0];
  });
};
const published = (rho, epsilon) => {
  let [weight, squares, updates] = [1, 0, 0];
  return [0.5, 0.25, 1].map((gradient) => {
    squares = rho * squares + (1 - rho) * gradient ** 2;
    const step = (Math.sqrt(updates + epsilon) / Math.sqrt(squares + epsilon)) * gradient;
    updates = rho * updates + (1 - rho) * step ** 2;
    return (weight -= step);
  });
};
const plain = moved(tf.train.sgd(1));
const found = [[0.95, 1e-7], [0.5, 1e-7], [0.95, 1e-2]].map(([rho, epsilon]) => moved(tf.train.adadelta(1, rho, epsilon)));
console.log("tfjs", tf.version.tfjs, "adadelta", JSON.stringify(found), "sgd", JSON.stringify(plain));
console.log("by the published rule", JSON.stringify(published(0.95, 1e-7)));
const same = found.every((weights) => weights.every((weight, i) => Math.abs(weight - plain[i]) < 1e-6));
if (!same || Math.abs(published(0.95, 1e-7)[0] - 1) > 0.01) throw new Error("the behaviour has changed");
JS
node adadelta.cjs
