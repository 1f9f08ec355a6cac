#!/usr/bin/env bash
# TensorFlow.js 4.22.0: the gradient of floorDiv is that of a division.
#
# floorDiv(x, 2) is constant between its steps, so its derivative is 0 wherever it has one, as tf.floor, tf.round and tf.sign give.
# floorDiv hands back 1/2 for x and -x/4 for the divisor: what floor(x / 2) gives by hand is 0. A gradient check by differences
# disagrees at every point. Way around: tf.floor(tf.div(x, y)).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @tensorflow/tfjs@4.22.0
cat > floor.cjs <<'JS'
const tf = require("@tensorflow/tfjs");
tf.setBackend("cpu");

const x = tf.tensor1d([3, 5.5]), divisor = tf.scalar(2);
const slopes = (made) => Array.from(tf.grad((z) => made(z).sum())(x).dataSync());
const found = slopes((z) => tf.floorDiv(z, divisor));
const byHand = slopes((z) => tf.floor(tf.div(z, divisor)));
const ofDivisor = tf.grad((d) => tf.floorDiv(x, d).sum())(divisor).dataSync()[0];
const nearby = tf.floorDiv(x.add(0.01), divisor).sub(tf.floorDiv(x.sub(0.01), divisor)).dataSync();
console.log("tfjs", tf.version.tfjs, "floorDiv", found, "floor of div", byHand, "divisor", ofDivisor, "by differences", Array.from(nearby));
const changed = found.some((slope) => slope !== 0.5) || byHand.some((slope) => slope !== 0) || Math.abs(ofDivisor + 2.125) > 1e-6;
if (changed || nearby.some((difference) => difference !== 0)) throw new Error("the behaviour has changed");
JS
node floor.cjs
