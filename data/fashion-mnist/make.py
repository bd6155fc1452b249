"""Make `fashion-mnist.npz` from the four files of Fashion-MNIST: `python data/fashion-mnist/make.py FOLDER`.

FOLDER holds the files of https://github.com/zalandoresearch/fashion-mnist (on Debian:
/usr/share/datasets/fashion-mnist of the package dataset-fashion-mnist). The first `TRAIN` images of the
training file and the first `TEST` of the test file are taken, in their order; both are shuffled as published.
The form of the files: the IDX format, four big-endian integers of head for images and two for labels.
"""

from __future__ import annotations

import gzip
import hashlib
import sys
from pathlib import Path

import numpy as np

TRAIN, TEST = 12_000, 4_000
SHA256 = {  # of the files as published, uncompressed
    "train-images-idx3-ubyte.gz": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte.gz": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte.gz": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte.gz": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}


def read(folder: Path, name: str, head: int) -> np.ndarray:
    content = gzip.decompress((folder / name).read_bytes())
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256[name]:
        raise SystemExit(f"{folder / name}: expected sha256 {SHA256[name]} of its content, found {found}")
    return np.frombuffer(content, dtype=np.uint8, offset=head)


def main(folder: Path) -> None:
    arrays = {}
    for part, prefix, number in (("train", "train", TRAIN), ("test", "t10k", TEST)):
        images = read(folder, f"{prefix}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
        arrays[f"{part}_images"] = images[:number]
        arrays[f"{part}_labels"] = read(folder, f"{prefix}-labels-idx1-ubyte.gz", 8)[:number]
    np.savez_compressed(Path(__file__).with_name("fashion-mnist.npz"), **arrays)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
