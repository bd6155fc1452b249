"""Send a sentence to the library that it is about: compare three classifiers, and keep what each said.

    OMP_NUM_THREADS=1 python data/router-comparison/compare.py

writes `predictions.csv` beside this script: a row for each number of training texts a library, seed and
model. Chapter 12 runs this file for `documented` and `asked`, fine-tunes once itself, and reads the rest.
The settings below were chosen on the part `dev`, with seed 0; see the card.
"""

from __future__ import annotations

import copy
import hashlib
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from torch import Tensor, nn
from transformers import DataCollatorWithPadding, PrinterCallback, Trainer, TrainingArguments, set_seed

from roadbook import data, models

LIBRARIES = ["numpy", "pandas", "scikit-learn", "torch"]
NAMES = re.compile(r"\b(?:numpy|np|pandas|pd|scikit-learn|sklearn|pytorch|torch)\b(?:'s\b|\.(?=\w))?", re.I)
MARKUP = re.compile(r":\w+(?::\w+)?:`~?\.?([^`<]*?)\s*(?:<[^`]*>)?`")  # :func:`~torch.abs` and its like
SALT = 16  # the smallest whole number that leaves enough of each library in each part
TEST, DEV = 150, 75  # texts of each library

SIZES = [8, 32, 128, 512]  # training texts of each library
SEEDS = range(5)
STEPS = {8: 40, 32: 60, 128: 96, 512: 256}  # of 16 texts
SETTINGS = {"rate": 5e-5, "batch": 16, "warmup": 0.1, "weight_decay": 0.01, "max_tokens": 64, "scale": 10}
C = {"TF-IDF": 10, "frozen": 3}  # inverse strength of the penalty


def first_sentence(docstring: str) -> str:
    """Return the first sentence of a docstring, without markup."""
    text = MARKUP.sub(r"\1", docstring.split("\n\n")[0])
    words = " ".join(re.sub(r"[`*]", "", text).split())
    return re.split(r"(?<=[.!?])\s", words)[0]


def without_names(text: str) -> str:
    """Return a text without the libraries' names: they give the answer away."""
    return " ".join(NAMES.sub("", text).split())


def documented() -> pd.DataFrame:
    """Return the first sentences, each once: `text`, `raw` (names still in it), `library`, `group`, `part`.

    A group is a class or a module, or one function of a library's top level; it lies in one part.
    """
    table = data.load("docstrings")[["library", "name", "docstring"]]
    table["raw"] = table["docstring"].map(first_sentence)
    table["text"] = table["raw"].map(without_names)
    table = table[table["text"].str.split().str.len().between(4, 60)].drop_duplicates("text")
    parent = table["name"].str.rsplit(".", n=1).str[0]
    table["group"] = parent.where(parent.str.contains(".", regex=False), table["name"])
    hashes = table["group"].map(lambda g: int(hashlib.sha256(f"{SALT}{g}".encode()).hexdigest(), 16) % 100)
    table["part"] = np.select([hashes < 22, hashes < 32], ["test", "dev"], "train")
    return table.drop(columns="docstring").reset_index(drop=True)


def asked() -> pd.DataFrame:
    """Return the questions about one of the four libraries: `text`, `raw`, `library`, `paraphrased`."""
    table = pd.DataFrame(data.load("docs-qa-questions"))
    table = table[table["library"].isin(LIBRARIES)].rename(columns={"question": "raw"})
    table["text"] = table["raw"].map(without_names)
    return table[["text", "raw", "library", "paraphrased"]].reset_index(drop=True)


def draw(table: pd.DataFrame, part: str, each: int, seed: int) -> pd.DataFrame:
    """Return so many texts of each library, drawn at random from a part."""
    return table[table["part"] == part].groupby("library").sample(each, random_state=seed)


def tf_idf() -> Any:
    """Return logistic regression on pieces of words, two to five letters long."""
    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    return make_pipeline(pieces, LogisticRegression(C=C["TF-IDF"], max_iter=1000))


class Router(nn.Module):
    """An encoder, the mean over its tokens at length 1, and a linear head that starts from a fitted one."""

    def __init__(self, encoder: nn.Module, fitted: LogisticRegression) -> None:
        super().__init__()
        self.encoder = copy.deepcopy(encoder)
        self.encoder.embeddings.requires_grad_(False)
        self.head = nn.Linear(*fitted.coef_.shape[::-1])
        with torch.no_grad():
            self.head.weight.copy_(torch.tensor(fitted.coef_ / SETTINGS["scale"]))
            self.head.bias.copy_(torch.tensor(fitted.intercept_))

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, labels: Tensor | None = None
    ) -> dict[str, Tensor]:
        states = self.encoder(input_ids, attention_mask).last_hidden_state  # (batch, seq, 384)
        mask = attention_mask.unsqueeze(-1).float()
        mean = nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=1)
        logits = self.head(SETTINGS["scale"] * mean)
        return {"logits": logits} | (
            {} if labels is None else {"loss": nn.functional.cross_entropy(logits, labels)}
        )


def encode(texts: Sequence[str], labels: Sequence[int] | None = None) -> list[dict[str, Any]]:
    """Return a dict of token ids and mask for each text, with its label where labels are given."""
    tokens = models.embedder().tokenizer(
        list(texts), truncation=True, max_length=SETTINGS["max_tokens"], return_token_type_ids=False
    )
    rows = [
        {"input_ids": ids, "attention_mask": mask}
        for ids, mask in zip(tokens["input_ids"], tokens["attention_mask"], strict=True)
    ]
    return rows if labels is None else [row | {"labels": y} for row, y in zip(rows, labels, strict=True)]


def tuned(
    texts: Sequence[str], labels: Sequence[int], fitted: LogisticRegression, steps: int, seed: int
) -> Trainer:
    """Return a Trainer that has fine-tuned the encoder, from a head that was fitted on the frozen one."""
    embedder = models.embedder()
    set_seed(seed)
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            max_steps=steps,
            per_device_train_batch_size=SETTINGS["batch"],
            per_device_eval_batch_size=64,
            train_sampling_strategy="group_by_length",
            learning_rate=SETTINGS["rate"],
            warmup_steps=round(SETTINGS["warmup"] * steps),
            weight_decay=SETTINGS["weight_decay"],
            seed=seed,
            use_cpu=True,
            dataloader_pin_memory=False,
            save_strategy="no",
            logging_strategy="no",
            report_to="none",
            disable_tqdm=True,
        )
        trainer = Trainer(
            model=Router(embedder.model, fitted),
            args=arguments,
            train_dataset=encode(texts, labels),  # type: ignore[arg-type]
            data_collator=DataCollatorWithPadding(embedder.tokenizer),
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    return trainer


def said(trainer: Trainer, texts: Sequence[str]) -> np.ndarray:
    """Return the number of the library that the tuned model names for each text."""
    model: nn.Module = trainer.model.eval()
    collate, rows = trainer.data_collator, encode(texts)
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]["input_ids"]))
    answers = np.empty(len(rows), dtype=int)
    with torch.inference_mode():
        for start in range(0, len(rows), 64):
            some = order[start : start + 64]
            answers[some] = model(**collate([rows[i] for i in some]))["logits"].argmax(dim=1).numpy()
    return answers


def main(
    part: str = "test",
    sizes: Sequence[int] = SIZES,
    seeds: Sequence[int] = SEEDS,
    path: Path | None = None,
) -> None:
    table, questions = documented(), asked()
    held = draw(table, part, {"test": TEST, "dev": DEV}[part], seed=0)
    held_texts, question_texts = list(held["text"]), list(questions["text"])
    embed = models.embedder().embed
    found = []

    def keep(each: int, seed: int, model: str, began: float, docs: np.ndarray, asked: np.ndarray) -> None:
        seconds = round(time.process_time() - began, 1)
        letters = ["".join(LIBRARIES[i][0] for i in answers) for answers in (docs, asked)]
        found.append(
            {"examples": each, "seed": seed, "model": model, "docs": letters[0], "questions": letters[1]}
            | {"cpu_seconds": seconds}
        )
        right = [
            np.mean([said == library[0] for said, library in zip(answers, truth, strict=True)])
            for answers, truth in zip(letters, (held["library"], questions["library"]), strict=True)
        ]
        print(each, seed, model, np.round(right, 3), f"{seconds} s", flush=True)

    for seed in seeds:
        for each in sizes:
            drawn = draw(table, "train", each, seed)
            texts, labels = list(drawn["text"]), [LIBRARIES.index(name) for name in drawn["library"]]
            began = time.process_time()
            baseline = tf_idf().fit(texts, labels)
            keep(each, seed, "TF-IDF", began, *(baseline.predict(t) for t in (held_texts, question_texts)))
            began = time.process_time()
            head = LogisticRegression(C=C["frozen"], max_iter=1000).fit(embed(texts), labels)
            answers = (head.predict(embed(t)) for t in (held_texts, question_texts))
            keep(each, seed, "frozen", began, *answers)
            began = time.process_time()
            trainer = tuned(texts, labels, head, STEPS[each], seed)
            keep(each, seed, "tuned", began, *(said(trainer, t) for t in (held_texts, question_texts)))
        if path:
            pd.DataFrame(found).to_csv(path, index=False, lineterminator="\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    if "--dev" in sys.argv:
        main("dev", sizes=SIZES[:3], seeds=[0])
    else:
        main(path=Path(__file__).parent / "predictions.csv")
