#!/usr/bin/env bash
# brain.js 1.6.1: leaky-relu is alpha z above 0 and 0 below, while its derivative is that of the right function.
#
# Leaky ReLU is z for z > 0 and alpha z for z < 0. The release that `npm install brain.js` gives has 0.02 for z = 2 and 0 for z =
# -2 (alpha 0.01): nothing leaks, and what should pass unchanged is a hundredth. Backwards the slope is 1 above 0 and alpha below,
# so a gradient is a hundred times the one of the function that is computed. The prerelease 2.0.0-beta.24 gives 2 and -0.02. Way
# around: relu.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts old@npm:brain.js@1.6.1 new@npm:brain.js@2.0.0-beta.24
cat > leaky.cjs <<'JS'
const unit = (brain, activation) => {
  const network = new brain.NeuralNetwork({ inputSize: 1, outputSize: 1, hiddenLayers: [], activation, leakyReluAlpha: 0.01 });
  network.sizes = [1, 1];
  network.initialize();
  network.weights[1][0] = Float32Array.of(1);
  network.biases[1] = Float32Array.of(0);
  return network;
};
const seen = (version) => {
  const brain = require(version);
  const values = [2, -2].map((z) => unit(brain, "leaky-relu").run([z])[0]);
  const network = unit(brain, "leaky-relu");
  network.run([2]);
  network.calculateDeltas([network.outputs[1][0] + 1]);
  return [...values, network.deltas[1][0]].map((value) => Math.round(value * 1e4) / 1e4);
};
const [released, later] = [seen("old"), seen("new")];
console.log("leaky-relu of 2, of -2, slope at 2: brain.js 1.6.1", released, "2.0.0-beta.24", later);
const same = (a, b) => a.every((value, i) => value === b[i]);
if (!same(released, [0.02, 0, 1]) || !same(later, [2, -0.02, 1])) throw new Error("the behaviour has changed");
JS
node leaky.cjs
