#!/usr/bin/env python3
"""The peer of gpu-check's training steps: the same models in PyTorch, eager, binary32.

Same shapes, batches and AdamW as `engine/cuda/src/bin/gpu-check/jobs.rs`, without TF32. Prints one JSON object: the rates in
steps a second, by the names that gpu-check gives them. `--device cpu` serves to try the script where there is no GPU.
"""

import argparse
import json
import math
import statistics
import time

import torch
from torch import nn
from torch.nn import functional

RUNS = 5
LEARNING_RATE = 0.001


class Classifier(nn.Module):
    """Three layers on shuffled rows."""

    def __init__(self, device):
        super().__init__()
        self.batch = 128
        widths = [64, 256, 256, 10]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        self.images = torch.randn(1500, 64, device=device)
        self.labels = torch.randint(10, (1500,), device=device)

    def loss(self, step):
        if step * self.batch % 1500 < self.batch:
            self.order = torch.randperm(1500, device=self.images.device)
        start = step * self.batch % (1500 - self.batch)
        rows = self.order[start : start + self.batch]
        x = self.images[rows]
        for layer in self.layers[:-1]:
            x = gelu(layer(x))
        return functional.cross_entropy(self.layers[-1](x), self.labels[rows])


class Transformer(nn.Module):
    """One layer of causal attention and a multilayer perceptron, predicting the next token."""

    TOKENS, SEQUENCES, HEADS, WIDTH, WORDS = 32, 4, 4, 64, 50

    def __init__(self, device):
        super().__init__()
        self.embedding = nn.Parameter(torch.randn(self.WORDS, self.WIDTH) * 0.1)
        square = lambda: nn.Linear(self.WIDTH, self.WIDTH, bias=False)
        self.query, self.key, self.value, self.output = square(), square(), square(), square()
        self.up = nn.Linear(self.WIDTH, 4 * self.WIDTH)
        self.down = nn.Linear(4 * self.WIDTH, self.WIDTH)
        self.tokens = torch.randint(self.WORDS, (4096,), device=device)
        self.targets = torch.randint(self.WORDS, (4096,), device=device)
        later = torch.triu(torch.ones(self.TOKENS, self.TOKENS, device=device), 1)
        self.mask = later * -1e9

    def loss(self, step):
        batch = self.TOKENS * self.SEQUENCES
        rows = slice(step * batch % 4096, step * batch % 4096 + batch)
        x = self.embedding[self.tokens[rows]]
        x = x + self.attention(x)
        x = x + self.down(gelu(self.up(x)))
        return functional.cross_entropy(x @ self.embedding.T, self.targets[rows])

    def attention(self, x):
        size = self.WIDTH // self.HEADS
        heads = lambda layer: layer(x).view(self.SEQUENCES, self.TOKENS, self.HEADS, size).transpose(1, 2)
        scores = heads(self.query) @ heads(self.key).transpose(2, 3) / math.sqrt(size) + self.mask
        attended = torch.softmax(scores, -1) @ heads(self.value)
        return self.output(attended.transpose(1, 2).reshape(-1, self.WIDTH))


def gelu(x):
    """GELU in its tanh form, as our programs have it."""
    return functional.gelu(x, approximate="tanh")


def rate(model, device, steps):
    """Steps a second: the median of some runs after one to warm up."""
    model = model(device).to(device)
    adam = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=0.01)
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    rates = []
    for run in range(RUNS + 1):
        wait()
        begun = time.perf_counter()
        for step in range(steps):
            adam.zero_grad(set_to_none=True)
            loss = model.loss(step)
            loss.backward()
            adam.step()
        wait()
        rates.append(steps / (time.perf_counter() - begun))
    if not math.isfinite(loss.item()):
        raise SystemExit(f"{type(model).__name__}: the loss is {loss.item()}")
    return statistics.median(rates[1:])


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--device", default="cuda:0")
    arguments.add_argument("--steps", type=int, default=200)
    options = arguments.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    device = torch.device(options.device)
    models = {"classifier step": Classifier, "transformer step": Transformer}
    print(json.dumps({name: rate(model, device, options.steps) for name, model in models.items()}))


if __name__ == "__main__":
    main()
