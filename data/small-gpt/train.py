"""Train the small GPT of chapter 13 on NumPy's docstrings, and measure it against tables of counts.

    python data/small-gpt/train.py

writes `small-gpt.safetensors` (weights and alphabet, see `roadbook.attention.load_gpt`) and `results.json`
(settings, loss curve, summed losses of each validation function under the model and the baselines) beside it.
About 15 minutes on one core. The settings were fixed before the first run on this split, and the last step's
weights are kept: nothing was chosen by the validation loss.
"""

from __future__ import annotations

import hashlib
import json
import math
import platform
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from roadbook import data
from roadbook.attention import GPT, generate, save_gpt

HERE = Path(__file__).parent
SEED = 0
D_MODEL, N_HEADS, N_LAYERS = 96, 4, 4
CONTEXT, BATCH, STEPS = 128, 16, 3000
RATE, WARM_UP, FLOOR = 4e-3, 100, 0.05
ORDERS = (1, 2, 3, 4, 5, 6, 7, 8)  # an order-n table predicts a character from the n - 1 before it
PRIOR = 3.0  # weight, in characters seen, of what the next shorter context says


def split(text: str) -> tuple[str, str]:
    """Return the first nine tenths and the rest of the text, cut between two functions."""
    cut = text.index("\n\n\nnumpy.", len(text) * 9 // 10)
    return text[:cut], text[cut:]


def count_losses(train: str, valid: str, order: int) -> Tensor:
    """Return the loss of each character of `valid`, in nats, under interpolated counts of `train`.

    p(c | context) = (count(context, c) + PRIOR * p(c | context without its first character)) /
    (count(context) + PRIOR), down to the uniform distribution over the alphabet.
    """
    probability = [1 / len(set(train))] * len(valid)
    for n in range(order):  # n characters of context
        pairs = Counter(train[i - n : i + 1] for i in range(n, len(train)))
        contexts = Counter(train[i - n : i] for i in range(n, len(train)))
        padded = train[len(train) - n :] + valid  # the first characters have a context too
        for i in range(len(valid)):
            context, c = padded[i : i + n], valid[i]
            probability[i] = (pairs[context + c] + PRIOR * probability[i]) / (contexts[context] + PRIOR)
    return -torch.tensor(probability).log()


def not_copied(train: str, valid: str, window: int = 50) -> list[bool]:
    """Say of each character of `valid` whether the `window` characters that it ends are new to `train`."""
    seen = {train[i : i + window] for i in range(len(train) - window + 1)}
    return [valid[max(0, i + 1 - window) : i + 1] not in seen for i in range(len(valid))]


@torch.no_grad()
def gpt_losses(model: GPT, before: Tensor, tokens: Tensor) -> Tensor:
    """Return the loss of each of `tokens`, in nats, given half a context or more of what stands before it."""
    half = CONTEXT // 2
    text = torch.cat([before[-half:], tokens, tokens.new_zeros(-len(tokens) % half)])
    losses = []
    for windows in torch.split(text.unfold(0, CONTEXT, half), 64):
        logits, _ = model(windows[:, :-1])
        each = functional.cross_entropy(logits.transpose(1, 2), windows[:, 1:], reduction="none")
        losses.append(each[:, half - 1 :].flatten())
    return torch.cat(losses)[: len(tokens)]


def sample(model: GPT, characters: str) -> dict[str, Any]:
    """Return a text that the model draws, in stretches short enough for the context it was trained on."""
    prompt, temperature, half = "numpy.median(", 0.5, CONTEXT // 2
    tokens = [characters.index(c) for c in prompt]
    for stretch in range(6):
        tokens += generate(model, tokens[-half:], half, temperature=temperature, seed=SEED + stretch)
    text = "".join(characters[token] for token in tokens)
    return {"prompt": prompt, "temperature": temperature, "seed": SEED, "text": text}


def train_gpt(train: Tensor, valid: Tensor, n_tokens: int) -> tuple[GPT, list[dict[str, Any]]]:
    """Train the model and return it with its loss curve."""
    torch.manual_seed(SEED)
    model = GPT(n_tokens, D_MODEL, N_HEADS, N_LAYERS)
    optimiser = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.95), weight_decay=0.1)
    curve, seen = [], 0.0
    for step in range(STEPS):
        cosine = (1 + math.cos(math.pi * step / STEPS)) / 2
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / WARM_UP) * (FLOOR + (1 - FLOOR) * cosine)
        index = torch.randint(len(train) - CONTEXT, (BATCH, 1)) + torch.arange(CONTEXT + 1)
        windows = train[index]
        loss = functional.cross_entropy(model(windows[:, :-1])[0].flatten(0, 1), windows[:, 1:].flatten())
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        seen += loss.item()
        if (step + 1) % 200 == 0:
            now = gpt_losses(model, train, valid).mean().item()
            curve.append({"step": step + 1, "train": round(seen / 200, 4), "validation": round(now, 4)})
            seen = 0.0
            print(curve[-1], flush=True)
    return model.eval(), curve


def main() -> None:
    torch.set_num_threads(1)
    started = time.process_time()
    text = data.load("numpy-docs")
    train_text, valid_text = split(text)
    characters = "".join(sorted(set(train_text)))
    ids = {c: i for i, c in enumerate(characters)}
    train, valid = (torch.tensor([ids[c] for c in part]) for part in (train_text, valid_text))

    losses = {str(n): count_losses(train_text, valid_text, n) for n in ORDERS}
    print({name: round(each.mean().item(), 3) for name, each in losses.items()})
    model, curve = train_gpt(train, valid, len(characters))
    losses["gpt"] = gpt_losses(model, train, valid)

    fresh = torch.tensor(not_copied(train_text, valid_text))
    starts = [match.start() + 3 for match in re.finditer(r"\n\n\nnumpy\.", valid_text)]
    functions = []
    for start, end in zip(starts, [*starts[1:], len(valid_text)], strict=True):
        here = slice(start, end)
        name = valid_text[here].split("(")[0]
        row: dict[str, Any] = {"name": name, "characters": end - start, "fresh": int(fresh[here].sum())}
        for by, each in losses.items():
            row[by] = round(each[here].sum().item(), 2)
            row[f"{by}_fresh"] = round(each[here][fresh[here]].sum().item(), 2)
        functions.append(row)
    save_gpt(model, characters, HERE / "small-gpt.safetensors")
    (HERE / "small-gpt.safetensors").chmod(0o644)  # safetensors makes its files private
    results = {
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "cpu_seconds": round(time.process_time() - started),
        "settings": {
            **{
                "seed": SEED,
                "d_model": D_MODEL,
                "n_heads": N_HEADS,
                "n_layers": N_LAYERS,
                "context": CONTEXT,
            },
            **{
                "batch": BATCH,
                "steps": STEPS,
                "rate": RATE,
                "warm_up": WARM_UP,
                "floor": FLOOR,
                "prior": PRIOR,
            },
        },
        "curve": curve,
        "validation": {name: round(each.mean().item(), 4) for name, each in losses.items()},
        "functions": functions,
        "sample": sample(model, characters),
    }
    (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
