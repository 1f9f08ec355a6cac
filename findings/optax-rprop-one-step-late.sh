#!/usr/bin/env bash
# optax 0.2.8: rprop takes the step of the gradient before, so that the first one does nothing.
#
# Rprop (Riedmiller, Igel; both cited by optax) moves a parameter against the sign of its gradient, by a step that grows while the
# sign stays and shrinks when it changes; where it changes, the parameter rests once. optax computes this move, stores it, and
# hands out the one that was stored before. From 1 with a rate of 0.01, the gradients 0.5, 0.5, 1, -0.25 and -0.25 should give
# 0.99, 0.978, 0.9636, rest, 0.9708, which is what torch 2.13.0 gives. optax gives 1, 0.99, 0.978, rest, rest: the 0.0144 of the
# last step before the turn is never taken, and the first one after it comes late.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet optax==0.2.8 jax==0.10.2 torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import jax.numpy as jnp
import optax
import torch

GRADIENTS = (0.5, 0.5, 1.0, -0.25, -0.25)


def of_optax():
    rule, weight, seen = optax.rprop(0.01), jnp.array([1.0]), []
    state = rule.init(weight)
    for gradient in GRADIENTS:
        update, state = rule.update(jnp.array([gradient]), state, weight)
        weight = optax.apply_updates(weight, update)
        seen.append(round(float(weight[0]), 5))
    return seen


def of_torch():
    weight = torch.tensor([1.0], requires_grad=True)
    rule, seen = torch.optim.Rprop([weight], lr=0.01), []
    for gradient in GRADIENTS:
        weight.grad = torch.tensor([gradient])
        rule.step()
        seen.append(round(weight.item(), 5))
    return seen


def published():
    weight, step, before, seen = 1.0, 0.01, 0.0, []
    for gradient in GRADIENTS:
        turned = gradient * before
        step *= 1.2 if turned > 0 else 0.5 if turned < 0 else 1
        before = 0.0 if turned < 0 else gradient
        weight -= step * ((before > 0) - (before < 0))
        seen.append(round(weight, 5))
    return seen


print("optax", optax.__version__, of_optax(), "torch", torch.__version__, of_torch(), "by the rule", published())
assert of_torch() == published() == [0.99, 0.978, 0.9636, 0.9636, 0.9708], "the behaviour has changed"
assert of_optax() == [1.0, 0.99, 0.978, 0.978, 0.978], "the behaviour has changed"
PYTHON
