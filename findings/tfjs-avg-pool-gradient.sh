#!/usr/bin/env bash
# TensorFlow.js 4.22.0: the gradient of avgPool with padding "same" is too small at the border.
#
# Where a window hangs over the border, avgPool divides by the number of elements that are inside, as TensorFlow does: over a 2 by
# 2 image, windows of 2 by 2 with the stride 1 give the mean of 4, of 2, of 2 and of 1 elements. An element's derivative is the
# sum of one over these counts: the last one is in all four windows, 1/4 + 1/2 + 1/2 + 1 = 2.25. The gradient divides by 4
# everywhere and gives it 1. Differences give 0.25, 0.75, 0.75 and 2.25, and so does the mean written out. layers.averagePooling2d
# trains with the same. With padding "valid" it is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @tensorflow/tfjs@4.22.0
cat > pool.cjs <<'JS'
const tf = require("@tensorflow/tfjs");
tf.setBackend("cpu");

const image = [1, 2, 3, 5];
const windows = [[0, 1, 2, 3], [1, 3], [2, 3], [3]];
const pooled = (x) => tf.avgPool(x.reshape([2, 2, 1]), 2, 1, "same").sum();
const writtenOut = (x) => tf.addN(windows.map((places) => tf.gather(x, tf.tensor1d(places, "int32")).mean()));
const slopes = (made) => Array.from(tf.grad(made)(tf.tensor1d(image)).dataSync());
const value = (made, moved, by) => made(tf.tensor1d(image.map((pixel, i) => pixel + (i === moved ? by : 0)))).dataSync()[0];
const differences = image.map((_, i) => value(pooled, i, 0.5) - value(pooled, i, -0.5));
const [found, right] = [slopes(pooled), slopes(writtenOut)];
console.log("tfjs", tf.version.tfjs, "avgPool", found, "written out", right, "by differences", differences);
const near = (a, b) => a.every((slope, i) => Math.abs(slope - b[i]) < 1e-5);
if (Math.abs(value(pooled, 0, 0) - value(writtenOut, 0, 0)) > 1e-5) throw new Error("the behaviour has changed");
if (!near(right, [0.25, 0.75, 0.75, 2.25]) || !near(differences, right)) throw new Error("the behaviour has changed");
if (!near(found, [0.25, 0.5, 0.5, 1])) throw new Error("the behaviour has changed");
JS
node pool.cjs
