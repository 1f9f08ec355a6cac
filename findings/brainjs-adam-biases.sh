#!/usr/bin/env bash
# brain.js 1.6.1 and 2.0.0-beta.24: praxis "adam" moves biases by the averages of the step before.
#
# Adam's first step is the rate, for every parameter: with 0.1, the weight of a sigmoid unit goes from 0.4 to 0.5. The bias stays
# at 0: its new averages are computed, but the old ones, which are 0, are corrected and used. In the second step they are divided
# by the correction of that step: 0.0744 is added where the rule gives about 0.1. Weight and bias with the same gradient (the
# input is 1) are never moved alike. Way around: an input that is always 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts old@npm:brain.js@1.6.1 new@npm:brain.js@2.0.0-beta.24
cat > adam.cjs <<'JS'
const trained = (brain) => {
  const network = new brain.NeuralNetwork({ inputSize: 1, outputSize: 1, hiddenLayers: [], activation: "sigmoid", praxis: "adam", learningRate: 0.1 });
  network.sizes = [1, 1];
  network.initialize();
  network.weights[1][0] = Float32Array.of(0.4);
  network.biases[1] = Float32Array.of(0);
  return [1, 2].map(() => {
    network.train([{ input: [1], output: [1] }], { iterations: 1, errorThresh: 1e-9, praxis: "adam", learningRate: 0.1 });
    return [network.weights[1][0][0] - 0.4, network.biases[1][0]].map((moved) => Math.round(moved * 1e3) / 1e3);
  });
};
const byRule = () => {
  let [weight, bias, first, second] = [0.4, 0, 0, 0];
  return [1, 2].map((step) => {
    const a = 1 / (1 + Math.exp(-weight - bias));
    const gradient = (a - 1) * a * (1 - a);
    first = 0.9 * first + 0.1 * gradient;
    second = 0.999 * second + 0.001 * gradient ** 2;
    const change = (0.1 * first) / (1 - 0.9 ** step) / (Math.sqrt(second / (1 - 0.999 ** step)) + 1e-8);
    [weight, bias] = [weight - change, bias - change];
    return [weight - 0.4, bias].map((moved) => Math.round(moved * 1e3) / 1e3);
  });
};
const found = ["old", "new"].map((version) => JSON.stringify(trained(require(version))));
console.log("weight and bias have moved by: 1.6.1", found[0], "2.0.0-beta.24", found[1], "by the rule", JSON.stringify(byRule()));
if (found.some((moves) => moves !== "[[0.1,0],[0.2,0.074]]")) throw new Error("the behaviour has changed");
if (byRule()[0].some((moved) => moved !== 0.1)) throw new Error("the rule is wrong");
JS
node adam.cjs
