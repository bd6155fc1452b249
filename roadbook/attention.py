"""Attention, a small GPT and its generation with a cache, as chapter 13 builds them.

Shapes are written `(batch, heads, seq, d_head)`; leading dimensions are free where a function says `...`.
A mask is boolean and True where a query may look at a key, as in `torch.nn.functional`
(`torch.nn.MultiheadAttention` means the opposite by True).

Sources: attention, its scale and its heads are those of Vaswani et al. (2017), "Attention Is All You Need";
the block that normalises before each part is that of Radford et al. (2019), GPT-2, analysed by Xiong et al.
(2020); positions are the rotations of Su et al. (2021), "RoFormer", in the half-split layout of the Llama
family; the output shares the weights of the embedding as in Press and Wolf (2017).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

Cache = dict[str, list[Tensor]]
"""Keys and values of the tokens seen so far: `{"keys": [...], "values": [...]}`, one tensor
`(batch, heads, seq, d_head)` for each layer. The keys are rotated already."""


def causal_mask(n_queries: int, n_keys: int | None = None) -> Tensor:
    """Return the mask, `(n_queries, n_keys)`, under which a query sees its own position and those before.

    With more keys than queries the queries are the last positions, as in a step of cached generation.

    Raises:
        ValueError: there are fewer keys than queries.
    """
    n_keys = n_queries if n_keys is None else n_keys
    if n_keys < n_queries:
        raise ValueError(f"n_keys must be at least n_queries ({n_queries}), got {n_keys}")
    return torch.ones(n_queries, n_keys, dtype=torch.bool).tril(n_keys - n_queries)


def attention_weights(q: Tensor, k: Tensor, mask: Tensor | None = None) -> Tensor:
    """Return how much each query takes from each key: softmax over keys of `q @ k.T / sqrt(d_head)`.

    Args:
        q: queries, `(..., n_queries, d_head)`.
        k: keys, `(..., n_keys, d_head)`.
        mask: boolean, broadcastable to `(..., n_queries, n_keys)`; True where the query may look at the key.

    Returns:
        `(..., n_queries, n_keys)`; a row sums to 1, or to 0 where its query may look at nothing.

    Raises:
        ValueError: `k` has another width than `q`; `mask` is not boolean or fits no such shape.
    """
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"k must have the width of q, {q.shape[-1]}, got {k.shape[-1]}")
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        return scores.softmax(-1)
    if mask.dtype != torch.bool:
        raise ValueError(f"mask must be boolean, True where a query may look, got {mask.dtype}")
    try:
        mask = mask.expand(scores.shape)
    except RuntimeError:
        raise ValueError(
            f"mask must be broadcastable to {tuple(scores.shape)}, got {tuple(mask.shape)}"
        ) from None
    # The lowest finite number rather than -inf: a row without a key would become NaN, in the gradient too.
    weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(-1)
    return weights.masked_fill(~mask, 0.0)


def scaled_dot_product_attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    """Return for each query the mean of the values, weighted by `attention_weights` (Vaswani et al., 2017).

    Args:
        q: queries, `(..., n_queries, d_head)`.
        k: keys, `(..., n_keys, d_head)`.
        v: values, `(..., n_keys, d_value)`.
        mask: as in `attention_weights`.

    Returns:
        `(..., n_queries, d_value)`; zeros for a query that may look at nothing.

    Raises:
        ValueError: as in `attention_weights`, or `v` has another number of rows than `k`.
    """
    if k.shape[-2] != v.shape[-2]:
        raise ValueError(f"v must have a row for each of the {k.shape[-2]} keys, got {v.shape[-2]}")
    return attention_weights(q, k, mask) @ v


def split_heads(x: Tensor, n_heads: int) -> Tensor:
    """Cut the width into heads: `(..., seq, d_model)` to `(..., n_heads, seq, d_model / n_heads)`.

    Raises:
        ValueError: `n_heads` is less than 1 or does not divide the width.
    """
    if n_heads < 1 or x.shape[-1] % n_heads:
        raise ValueError(f"n_heads must divide the width {x.shape[-1]}, got {n_heads}")
    return x.reshape(*x.shape[:-1], n_heads, x.shape[-1] // n_heads).transpose(-3, -2)


def merge_heads(x: Tensor) -> Tensor:
    """Undo `split_heads`: `(..., n_heads, seq, d_head)` to `(..., seq, n_heads * d_head)`."""
    return x.transpose(-3, -2).flatten(-2)


def multi_head_attention(
    x: Tensor, w_qkv: Tensor, w_out: Tensor, n_heads: int, mask: Tensor | None = None
) -> Tensor:
    """Return self-attention with several heads side by side (Vaswani et al., 2017), without biases.

    Args:
        x: `(..., seq, d_model)`.
        w_qkv: `(3 * d_model, d_model)`, the rows of queries, keys and values one below the other, as in
            `torch.nn.MultiheadAttention.in_proj_weight`.
        w_out: `(d_model, d_model)`.
        n_heads: how many heads; must divide d_model.
        mask: boolean, broadcastable to `(..., n_heads, seq, seq)`; True where a query may look at a key.

    Returns:
        `(..., seq, d_model)`.

    Raises:
        ValueError: `n_heads` does not divide d_model, or as in `attention_weights`.
    """
    q, k, v = (split_heads(part, n_heads) for part in (x @ w_qkv.T).chunk(3, dim=-1))
    return merge_heads(scaled_dot_product_attention(q, k, v, mask)) @ w_out.T


def rotate(x: Tensor, positions: Tensor) -> Tensor:
    """Turn queries or keys by their position, so that their products depend on distance (Su et al., 2021).

    Coordinate `i` and coordinate `i + d_head / 2` are turned together by `position * 10000**(-2i / d_head)`.

    Args:
        x: `(..., seq, d_head)`, `d_head` even.
        positions: `(seq,)`, position of each row.

    Raises:
        ValueError: the width of `x` is odd.
    """
    if x.shape[-1] % 2:
        raise ValueError(f"x must have an even width, got {x.shape[-1]}")
    half = x.shape[-1] // 2
    frequencies = 10_000.0 ** (-torch.arange(half) / half)
    angles = positions[:, None] * frequencies  # (seq, half)
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * angles.cos() - b * angles.sin(), a * angles.sin() + b * angles.cos()], dim=-1)


class Attention(nn.Module):
    """Causal multi-head self-attention with rotated queries and keys, and optionally a cache."""

    def __init__(self, d_model: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.qkv = nn.Linear(d_model, 3 * d_model, bias=False)
        self.out = nn.Linear(d_model, d_model, bias=False)

    def project(self, x: Tensor, start: int = 0) -> tuple[Tensor, Tensor, Tensor]:
        """Return queries, keys and values of positions `start` on, each `(batch, heads, seq, d_head)`."""
        q, k, v = (split_heads(part, self.n_heads) for part in self.qkv(x).chunk(3, dim=-1))
        positions = torch.arange(start, start + x.shape[-2])
        return rotate(q, positions), rotate(k, positions), v

    def weights(self, x: Tensor) -> Tensor:
        """Return the attention weights, `(batch, heads, seq, seq)`, to look at."""
        q, k, _ = self.project(x)
        return attention_weights(q, k, causal_mask(x.shape[-2]))

    def forward(
        self, x: Tensor, past: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Return the new `x`, `(batch, seq, d_model)`, and keys and values including those of `past`."""
        q, k, v = self.project(x, start=0 if past is None else past[0].shape[-2])
        if past is not None:
            k, v = torch.cat([past[0], k], dim=-2), torch.cat([past[1], v], dim=-2)
        mixed = scaled_dot_product_attention(q, k, v, causal_mask(q.shape[-2], k.shape[-2]))
        return self.out(merge_heads(mixed)), (k, v)


class Block(nn.Module):
    """One layer: attention, then a perceptron on each position, each normalised before and added after."""

    def __init__(self, d_model: int, n_heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(d_model, bias=False)
        self.attention = Attention(d_model, n_heads)
        self.norm2 = nn.LayerNorm(d_model, bias=False)
        self.up = nn.Linear(d_model, 4 * d_model, bias=False)
        self.down = nn.Linear(4 * d_model, d_model, bias=False)

    def forward(
        self, x: Tensor, past: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        mixed, kept = self.attention(self.norm1(x), past)
        x = x + mixed
        return x + self.down(functional.gelu(self.up(self.norm2(x)))), kept


class GPT(nn.Module):
    """A small decoder-only transformer; the output layer shares the weights of the embedding.

    Args:
        n_tokens: size of the vocabulary.
        d_model: width of a position's vector.
        n_heads: heads of each layer; must divide d_model into an even width.
        n_layers: how many blocks.

    Raises:
        ValueError: `n_heads` does not divide `d_model`, or leaves an odd width.
    """

    def __init__(self, n_tokens: int, d_model: int, n_heads: int, n_layers: int) -> None:
        super().__init__()
        if n_heads < 1 or d_model % n_heads or d_model // n_heads % 2:
            raise ValueError(f"n_heads must divide d_model ({d_model}) into an even width, got {n_heads}")
        self.n_heads = n_heads
        self.token = nn.Embedding(n_tokens, d_model)
        nn.init.normal_(self.token.weight, std=0.02)  # small, because it is the output layer too
        self.blocks = nn.ModuleList(Block(d_model, n_heads) for _ in range(n_layers))
        self.norm = nn.LayerNorm(d_model, bias=False)

    def forward(self, tokens: Tensor, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """Return the logits of the next token after each of these, and the cache that includes these.

        Args:
            tokens: `(batch, seq)` token ids.
            cache: what a call on the tokens before these returned; it is not changed.

        Returns:
            Logits `(batch, seq, n_tokens)`, and the new cache.
        """
        x = self.token(tokens)
        new: Cache = {"keys": [], "values": []}
        for i, block in enumerate(self.blocks):
            x, (k, v) = block(x, None if cache is None else (cache["keys"][i], cache["values"][i]))
            new["keys"].append(k)
            new["values"].append(v)
        logits: Tensor = self.norm(x) @ self.token.weight.T
        return logits, new

    def params(self) -> dict[str, Any]:
        """Return the weights as plain values, for `decode_step`: detached tensors in dicts and lists."""
        layers = [
            {
                "norm1": block.norm1.weight.detach(),
                "qkv": block.attention.qkv.weight.detach(),
                "out": block.attention.out.weight.detach(),
                "norm2": block.norm2.weight.detach(),
                "up": block.up.weight.detach(),
                "down": block.down.weight.detach(),
            }
            for block in self.blocks
            if isinstance(block, Block)
        ]
        return {
            "n_heads": self.n_heads,
            "token": self.token.weight.detach(),
            "layers": layers,
            "norm": self.norm.weight.detach(),
        }


def empty_cache(params: Mapping[str, Any]) -> Cache:
    """Return the cache of `decode_step` before the first token: tensors `(heads, 0, d_head)`."""
    n_heads, d_model = params["n_heads"], params["token"].shape[1]
    nothing = params["token"].new_zeros(n_heads, 0, d_model // n_heads)
    return {"keys": [nothing for _ in params["layers"]], "values": [nothing for _ in params["layers"]]}


def decode_step(params: Mapping[str, Any], token: int, cache: Cache) -> tuple[Tensor, Cache]:
    """Feed one token to a decoder whose weights are plain values: the inner loop of an inference engine.

    Args:
        params: as `GPT.params` returns them. Where it has an entry `"fed"`, a tensor, that is a meter:
            one is added to it in place for every token fed.
        token: id of the token, at the position that follows those of the cache.
        cache: as `empty_cache` or an earlier step returned it, `(heads, seq, d_head)` each; not changed.

    Returns:
        Logits of the next token, `(n_tokens,)`, and the cache with this token, each tensor one row longer.

    Raises:
        ValueError: `token` is not an id of the vocabulary.
    """
    if not 0 <= token < len(params["token"]):
        raise ValueError(f"token must lie between 0 and {len(params['token']) - 1}, got {token}")
    x = params["token"][token][None]  # (1, d_model)
    width = x.shape[-1:]
    new: Cache = {"keys": [], "values": []}
    for layer, keys, values in zip(params["layers"], cache["keys"], cache["values"], strict=True):
        h = functional.layer_norm(x, width, layer["norm1"]) @ layer["qkv"].T
        q, k, v = (split_heads(part, params["n_heads"]) for part in h.chunk(3, dim=-1))  # (heads, 1, d_head)
        position = torch.tensor([keys.shape[-2]])
        keys = torch.cat([keys, rotate(k, position)], dim=-2)
        values = torch.cat([values, v], dim=-2)
        mixed = scaled_dot_product_attention(rotate(q, position), keys, values)
        x = x + merge_heads(mixed) @ layer["out"].T
        h = functional.layer_norm(x, width, layer["norm2"])
        x = x + functional.gelu(h @ layer["up"].T) @ layer["down"].T
        new["keys"].append(keys)
        new["values"].append(values)
    if "fed" in params:
        params["fed"].add_(1)
    logits: Tensor = functional.layer_norm(x, width, params["norm"])[0] @ params["token"].T
    return logits, new


@torch.no_grad()
def generate(
    model: GPT,
    prompt: Sequence[int],
    n_new: int,
    *,
    temperature: float = 0.0,
    seed: int = 0,
    stop: int | None = None,
    max_length: int | None = None,
) -> list[int]:
    """Continue a prompt, feeding each token once: the prompt in one pass, then token by token with a cache.

    Args:
        model: the decoder.
        prompt: token ids, at least one.
        n_new: how many tokens to add at most.
        temperature: 0 takes the most likely token; above 0 draws from `softmax(logits / temperature)`.
        seed: seed of the draws.
        stop: a token that ends the text; it is not returned.
        max_length: prompt and new tokens together are at most so many.

    Returns:
        The new tokens, without the prompt.

    Raises:
        ValueError: `prompt` is empty or longer than `max_length`; `n_new` or `temperature` is negative.
    """
    if not prompt or (max_length is not None and len(prompt) > max_length):
        raise ValueError(f"prompt must have 1 to {max_length or 'any number of'} tokens, got {len(prompt)}")
    if n_new < 0:
        raise ValueError(f"n_new must not be negative, got {n_new}")
    if temperature < 0:
        raise ValueError(f"temperature must not be negative, got {temperature}")
    generator = torch.Generator().manual_seed(seed)
    room = n_new if max_length is None else min(n_new, max_length - len(prompt))
    new: list[int] = []
    cache: Cache | None = None
    feed = list(prompt)
    while len(new) < room:
        logits, cache = model(torch.tensor([feed]), cache)
        if temperature == 0:
            token = int(logits[0, -1].argmax())
        else:
            probabilities = (logits[0, -1] / temperature).softmax(-1)
            token = int(torch.multinomial(probabilities, 1, generator=generator))
        if token == stop:
            break
        new.append(token)
        feed = [token]
    return new


def save_gpt(model: GPT, characters: str, path: Path) -> None:
    """Write a character-level model and its alphabet to a `.safetensors` file."""
    from safetensors.torch import save_file

    save_file(model.state_dict(), path, metadata={"n_heads": str(model.n_heads), "characters": characters})


def load_gpt(path: Path) -> tuple[GPT, str]:
    """Return the model that `save_gpt` wrote and its alphabet: token `i` is character `i`."""
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (not a dict)
    n_layers = len({name.split(".")[1] for name in weights if name.startswith("blocks.")})
    n_tokens, d_model = weights["token.weight"].shape
    model = GPT(n_tokens, d_model, int(metadata["n_heads"]), n_layers)
    model.load_state_dict(weights)
    return model.eval(), metadata["characters"]
