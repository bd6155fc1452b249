"""What all tests share: one thread each (two run side by side), no network for models, quiet libraries."""

from __future__ import annotations

import os

# Before NumPy and PyTorch are imported. Notebooks are run under roadbook.notebooks.ENVIRONMENT instead.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
