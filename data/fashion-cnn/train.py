"""Train the small convolutional network of chapter 11, on 12,000 images and on 60,000, and measure both.

    python data/fashion-cnn/train.py FOLDER

FOLDER holds the four files of Fashion-MNIST (see `data/fashion-mnist/make.py`). Writes
`fashion-cnn.safetensors` (the weights of `network()` after the run on 60,000 images) and `results.json`
(settings, loss curves, accuracies, confusion matrices) beside it. About six minutes on one core. The settings
were fixed before the first run and the last epoch's weights are kept: nothing was chosen by the test images
but the number of training images, see the card.
"""

from __future__ import annotations

import json
import platform
import runpy
import sys
import time
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

HERE = Path(__file__).parent
SEED = 0
EPOCHS = {12_000: 20, 60_000: 6}  # by the number of images to train on, the first of the file
BATCH, TEST = 128, 4_000
PEAK, WEIGHT_DECAY = 0.01, 0.01  # the largest learning rate, reached after 30 % of the steps
SHIFT = 2  # pixels, at most, in each direction


def network() -> nn.Sequential:
    """Return the untrained network: 28 × 28 pixels in, ten logits out."""
    layers: list[nn.Module] = []
    for before, after in ((1, 24), (24, 48), (48, 96)):
        layers += [
            nn.Conv2d(before, after, 3, padding=1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(),
            nn.MaxPool2d(2),
        ]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(96 * 9, 10))


def moved(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return each image (n, 1, 28, 28) shifted by up to SHIFT pixels, and every second one mirrored."""
    n, size = len(images), images.shape[-1]
    shift = torch.randint(2 * SHIFT + 1, (2, n, 1), generator=generator)
    rows, columns = shift + torch.arange(size)  # each (n, size)
    mirrored = torch.rand(n, 1, generator=generator) < 0.5
    columns = torch.where(mirrored, columns.flip(1), columns)
    padded = functional.pad(images, (SHIFT,) * 4)
    return padded[torch.arange(n)[:, None, None], 0, rows[:, :, None], columns[:, None, :]][:, None]


def tensors(folder: Path, prefix: str) -> tuple[Tensor, Tensor]:
    """Return images (n, 1, 28, 28), from 0 to 1, and labels (n,) of the files `train` or `t10k`."""
    read = runpy.run_path(str(HERE.parent / "fashion-mnist" / "make.py"))["read"]
    images = read(folder, f"{prefix}-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)
    labels = read(folder, f"{prefix}-labels-idx1-ubyte.gz", 8)
    return torch.tensor(images) / 255, torch.tensor(labels).long()


def train(images: Tensor, labels: Tensor, epochs: int) -> tuple[nn.Sequential, list[dict[str, float]]]:
    """Return the network after training, and its loss and accuracy on the moved images of each epoch."""
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    model = network()
    optimiser = torch.optim.AdamW(model.parameters(), weight_decay=WEIGHT_DECAY)
    steps = -(-len(images) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK, epochs=epochs, steps_per_epoch=steps)
    curve = []
    for epoch in range(epochs):
        total, right = 0.0, 0
        for rows in torch.randperm(len(images), generator=generator).split(BATCH):
            logits = model(moved(images[rows], generator))
            loss = functional.cross_entropy(logits, labels[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * len(rows)
            right += int((logits.argmax(dim=1) == labels[rows]).sum())
        curve.append({"loss": round(total / len(images), 4), "accuracy": round(right / len(images), 4)})
        print(epoch + 1, curve[-1], flush=True)
    return model.eval(), curve


@torch.inference_mode()
def measure(model: nn.Sequential, images: Tensor, labels: Tensor) -> dict[str, Any]:
    """Return accuracies on the first TEST images and on the others, and the confusion matrix of the first."""
    said = torch.cat([model(part).argmax(dim=1) for part in images.split(500)])
    right = (said == labels).double()
    confusion = torch.zeros(10, 10, dtype=torch.long)
    pair = (labels[:TEST], said[:TEST])
    confusion.index_put_(pair, torch.ones(TEST, dtype=torch.long), accumulate=True)
    return {
        "test_accuracy": round(float(right[:TEST].mean()), 4),
        "other_test_accuracy": round(float(right[TEST:].mean()), 4),
        "test_confusion": confusion.tolist(),  # a row a true class, a column what was said
    }


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    images, labels = tensors(folder, "train")
    runs = {}
    for n, epochs in EPOCHS.items():
        started = time.process_time()
        model, curve = train(images[:n], labels[:n], epochs)
        seconds = round(time.process_time() - started)
        runs[str(n)] = {
            **{"epochs": epochs, "cpu_seconds": seconds, "curve": curve},
            **measure(model, *tensors(folder, "t10k")),
        }
        print(n, seconds, "s", runs[str(n)]["test_accuracy"], runs[str(n)]["other_test_accuracy"])
    path = HERE / "fashion-cnn.safetensors"
    save_file(model.state_dict(), path)
    path.chmod(0o644)  # safetensors makes its files private
    results = {
        "torch": torch.__version__,
        "python": platform.python_version(),
        "parameters": sum(p.numel() for p in model.parameters()),
        "settings": {
            **{"seed": SEED, "batch": BATCH, "peak_rate": PEAK},
            **{"weight_decay": WEIGHT_DECAY, "shift": SHIFT},
        },
        "runs": runs,
    }
    (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
