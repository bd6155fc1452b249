"""The kept network of chapter 11 against its results, its script and the chapter's notebook."""

from __future__ import annotations

import ast
import json
import runpy
from typing import Any

import nbformat
import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from roadbook import course, data


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(course.root() / "data" / "fashion-cnn" / "train.py"))


def test_the_kept_weights_score_what_the_results_say(script: dict[str, Any]) -> None:
    results = json.loads(data.load("fashion-cnn-results"))
    run = results["runs"]["60000"]
    confusion = np.array(run["test_confusion"])
    assert confusion.sum() == 4000 and np.trace(confusion) / 4000 == run["test_accuracy"] > 0.91
    model = script["network"]()
    model.load_state_dict(load_file(data.load("fashion-cnn")))
    arrays = np.load(data.load("fashion-mnist"))
    images = torch.from_numpy(arrays["test_images"])[:1000, None] / 255
    with torch.inference_mode():
        said = model.eval()(images).argmax(dim=1).numpy()
    kept = confusion_of(arrays["test_labels"][:1000], said)
    assert (kept <= confusion + 2).all(), "the first thousand images alone exceed the kept matrix"
    assert abs((said == arrays["test_labels"][:1000]).mean() - run["test_accuracy"]) < 0.03
    assert sum(p.numel() for p in model.parameters()) == results["parameters"]


def confusion_of(labels: Any, said: Any) -> Any:
    matrix = np.zeros((10, 10), dtype=int)
    np.add.at(matrix, (labels, said), 1)
    return matrix


def test_shifts_and_mirrors_keep_the_picture(script: dict[str, Any]) -> None:
    image = torch.zeros(1, 1, 28, 28)
    image[0, 0, 10, 5] = 1
    moved = script["moved"](image.expand(400, 1, 28, 28), torch.Generator().manual_seed(0))
    assert moved.shape == (400, 1, 28, 28) and (moved.sum(dim=(1, 2, 3)) == 1).all()
    rows, columns = moved.nonzero()[:, 2], moved.nonzero()[:, 3]
    assert set(rows.tolist()) == set(range(8, 13))
    assert set(columns.tolist()) == {*range(3, 8), *range(20, 25)}
    assert 140 < (columns > 14).sum() < 260


def test_the_notebook_builds_the_same_network(script: dict[str, Any]) -> None:
    cells = nbformat.read(course.find("11").notebook, as_version=4).cells
    source = next(c.source for c in cells if c.cell_type == "code" and "def block" in c.source)
    tree = ast.parse(source)
    tree.body = [node for node in tree.body if not isinstance(node, ast.Expr)]  # all but the loading
    namespace: dict[str, Any] = {"nn": nn}
    exec(compile(tree, "notebook", "exec"), namespace)
    assert repr(namespace["cnn"]) == repr(script["network"]())
