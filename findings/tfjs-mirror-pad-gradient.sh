#!/usr/bin/env bash
# TensorFlow.js 4.22.0: the gradient of mirrorPad forgets the mirrored copies.
#
# Padded by one on each side with "reflect", (a, b, c, d) becomes (b, a, b, c, d, c): b and c are there twice, so that the sum has
# the derivatives 1, 2, 2, 1. mirrorPad gives 1, 1, 1, 1: it cuts the padding off and hands back the middle. With "symmetric", (a,
# a, b, c, d, d), it is 1, 1, 1, 1 for 2, 1, 1, 2. Put together by concat and slice the gradient is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @tensorflow/tfjs@4.22.0
cat > pad.cjs <<'JS'
const tf = require("@tensorflow/tfjs");
tf.setBackend("cpu");

const x = tf.tensor1d([1, 2, 3, 5]);
const beside = { reflect: [1, 2], symmetric: [0, 3] };
const slopes = (made) => Array.from(tf.grad((z) => made(z).sum())(x).dataSync());
const found = {}, right = {};
for (const [mode, [first, last]] of Object.entries(beside)) {
  const padded = (z) => tf.mirrorPad(z, [[1, 1]], mode);
  const joined = (z) => tf.concat([z.slice(first, 1), z, z.slice(last, 1)]);
  if (String(padded(x).dataSync()) !== String(joined(x).dataSync())) throw new Error("the behaviour has changed");
  [found[mode], right[mode]] = [String(slopes(padded)), String(slopes(joined))];
}
console.log("tfjs", tf.version.tfjs, "mirrorPad", found, "joined by hand", right);
if (right.reflect !== "1,2,2,1" || right.symmetric !== "2,1,1,2") throw new Error("the behaviour has changed");
if (found.reflect !== "1,1,1,1" || found.symmetric !== "1,1,1,1") throw new Error("the behaviour has changed");
JS
node pad.cjs
