#!/usr/bin/env python3
"""PyTorch's side of gpu-check's training steps: eager, binary32, without TF32.

gpu-check runs this and tells it all: the one argument is a JSON object with the device, the model's sizes, the optimizer's settings
and the tensors' types; their bytes come first on standard input, parameters in the builder's order, then inputs and targets.
Says `{"version", "loss"}` when it has taken as many steps as it was told to begin with. Then each line on standard input is
a number of steps: they are taken, and `{"seconds"}` says how long that took.
"""

import json
import math
import sys
import time

try:
    import torch
    from torch.nn import functional
except ImportError as error:
    sys.exit(f"torch_steps: {error}")

MOST_STEPS = 10_000_000


def read_tensor(kind, rows, columns):
    """The next tensor of standard input."""
    size = 4 * rows * columns
    data = sys.stdin.buffer.read(size)
    if len(data) != size:
        sys.exit("torch_steps: a tensor is cut off")
    dtype = {"f32": torch.float32, "u32": torch.int32}[kind]
    tensor = torch.frombuffer(bytearray(data), dtype=dtype).view(rows, columns)
    return tensor.long() if kind == "u32" else tensor


def flat(parameter):
    """A row as a vector, as biases and gains are in PyTorch."""
    return parameter.view(-1) if parameter.shape[0] == 1 else parameter


def mlp_loss(_, parameters, images, labels):
    """A perceptron with ReLU between its layers."""
    x = images
    layers = list(zip(parameters[::2], parameters[1::2]))
    for number, (weight, bias) in enumerate(layers):
        x = functional.linear(x, weight, bias)
        if number + 1 < len(layers):
            x = functional.relu(x)
    return functional.cross_entropy(x, labels.view(-1))


def gpt_loss(model, parameters, tokens, targets):
    """A decoder-only transformer with learned positions."""
    words, positions, *blocks, gain, bias, head = parameters
    x = functional.embedding(tokens, words) + positions
    for block in zip(*[iter(blocks)] * 16):
        x = gpt_block(model["heads"], block, x)
    logits = functional.linear(norm(x, gain, bias), head)
    return functional.cross_entropy(logits.view(-1, logits.shape[-1]), targets.view(-1))


def gpt_block(heads, parameters, x):
    """Causal attention and a perceptron, each behind a norm and beside a residual."""
    gain, bias, q, q_bias, k, k_bias, v, v_bias, o, o_bias, gain2, bias2, up, up_bias, down, down_bias = parameters
    normed = norm(x, gain, bias)
    sequences, length, width = x.shape

    def apart(weight, bias):
        return functional.linear(normed, weight, bias).view(sequences, length, heads, width // heads).transpose(1, 2)

    seen = functional.scaled_dot_product_attention(apart(q, q_bias), apart(k, k_bias), apart(v, v_bias), is_causal=True)
    x = x + functional.linear(seen.transpose(1, 2).reshape(x.shape), o, o_bias)
    hidden = functional.gelu(functional.linear(norm(x, gain2, bias2), up, up_bias), approximate="tanh")
    return x + functional.linear(hidden, down, down_bias)


def norm(x, gain, bias):
    """Layer norm."""
    return functional.layer_norm(x, gain.shape, gain, bias, 1e-5)


class Training:
    """A model with its optimizer, batches and the number of the next step."""

    LOSSES = {"mlp": mlp_loss, "gpt": gpt_loss}

    def __init__(self, told):
        self.device = torch.device(told["device"])
        self.model = told["model"]
        tensors = [read_tensor(*tensor).to(self.device) for tensor in told["tensors"]]
        *parameters, self.inputs, self.targets = tensors
        self.parameters = [flat(parameter).requires_grad_() for parameter in parameters]
        self.adam = torch.optim.AdamW(
            self.parameters,
            lr=told["rate"],
            betas=(told["beta1"], told["beta2"]),
            eps=told["epsilon"],
            weight_decay=told["weight_decay"],
        )
        self.next = 0

    def step(self):
        """Takes a step and gives its loss."""
        batch = self.model["batch"]
        start = self.next * batch % self.inputs.shape[0]
        rows = slice(start, start + batch)
        self.next += 1
        self.adam.zero_grad(set_to_none=True)
        loss = self.LOSSES[self.model["kind"]](self.model, self.parameters, self.inputs[rows], self.targets[rows])
        loss.backward()
        self.adam.step()
        return loss

    def turn(self, steps):
        """Takes steps; gives the seconds that they took and the last one's loss."""
        self.wait()
        begun = time.perf_counter()
        for _ in range(steps):
            loss = self.step()
        self.wait()
        return time.perf_counter() - begun, loss.item()

    def wait(self):
        """Waits for all work that the device was given."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)


def steps_of(line):
    """A number of steps, 1 to MOST_STEPS."""
    if not (line.isascii() and line.isdigit() and len(line) <= 8 and 1 <= int(line) <= MOST_STEPS):
        sys.exit("torch_steps: a line is no number of steps")
    return int(line)


def say(**answer):
    """An answer of one line."""
    print(json.dumps(answer, allow_nan=False), flush=True)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    told = json.loads(sys.argv[1])
    if told["device"].startswith("cuda") and not torch.cuda.is_available():
        sys.exit("torch_steps: PyTorch finds no GPU")
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    training = Training(told)
    _, loss = training.turn(steps_of(str(told["begin"])))
    if not math.isfinite(loss):
        sys.exit(f"torch_steps: the loss is {loss}")
    say(version=torch.__version__, loss=loss)
    while line := sys.stdin.buffer.readline(16):
        seconds, _ = training.turn(steps_of(line.decode("ascii", "replace").strip()))
        say(seconds=seconds)


if __name__ == "__main__":
    main()
