"""`roadbook.attention` against PyTorch's own, and the notebook of chapter 13 against both."""

from __future__ import annotations

import ast
import math
from pathlib import Path
from typing import Any

import nbformat
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from roadbook import attention, course
from roadbook.attention import GPT


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def random_mask(*shape: int) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(7)) < 0.6


@pytest.fixture
def model() -> GPT:
    torch.manual_seed(3)
    return GPT(n_tokens=11, d_model=16, n_heads=2, n_layers=3).eval()


@pytest.fixture(scope="module")
def notebook() -> dict[str, Any]:
    """What the chapter's notebook defines, from the cells that only define."""
    cells = nbformat.read(course.find("13").notebook, as_version=4).cells
    namespace: dict[str, Any] = {
        "__name__": "notebook",
        "F": functional,
        "math": math,
        "nn": nn,
        "torch": torch,
    }
    for cell in cells:
        if cell.cell_type == "code" and "%pip" not in cell.source:
            tree = ast.parse(cell.source)
            if all(isinstance(node, (ast.FunctionDef, ast.ClassDef)) for node in tree.body):
                exec(compile(tree, "notebook", "exec"), namespace)
    return namespace


# attention ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("q", "k", "v", "mask"),
    [
        ((5, 8), (5, 8), (5, 8), None),
        ((2, 3, 4, 8), (2, 3, 6, 8), (2, 3, 6, 5), None),
        ((2, 3, 4, 8), (2, 3, 6, 8), (2, 3, 6, 5), (4, 6)),
        ((2, 3, 4, 8), (2, 3, 6, 8), (2, 3, 6, 5), (2, 1, 1, 6)),
        ((1, 1, 1, 2), (1, 1, 1, 2), (1, 1, 1, 2), (1, 1)),
    ],
)
def test_attention_agrees_with_pytorch(
    q: tuple[int, ...], k: tuple[int, ...], v: tuple[int, ...], mask: tuple[int, ...] | None
) -> None:
    tensors = normal(*q, seed=1), normal(*k, seed=2), normal(*v, seed=3)
    m = None if mask is None else random_mask(*mask)
    expected = functional.scaled_dot_product_attention(*tensors, attn_mask=m)
    assert torch.allclose(attention.scaled_dot_product_attention(*tensors, m), expected, atol=1e-6)


def test_causal_mask_agrees_with_is_causal_and_puts_queries_last() -> None:
    x = normal(2, 6, 8)
    expected = functional.scaled_dot_product_attention(x, x, x, is_causal=True)
    assert torch.allclose(
        attention.scaled_dot_product_attention(x, x, x, attention.causal_mask(6)), expected, atol=1e-6
    )
    assert torch.equal(attention.causal_mask(2, 5), attention.causal_mask(5)[-2:])
    with pytest.raises(ValueError, match="n_keys"):
        attention.causal_mask(3, 2)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_a_row_without_keys_gives_zeros_and_finite_gradients(dtype: torch.dtype) -> None:
    q, k, v = (normal(3, 4, seed=s).to(dtype).requires_grad_() for s in (1, 2, 3))
    mask = torch.tensor([[True, True, False], [False, False, False], [True, False, False]])
    out = attention.scaled_dot_product_attention(q, k, v, mask)
    assert out.dtype == dtype and (out[1] == 0).all()
    out.sum().backward()
    assert all(t.grad is not None and t.grad.isfinite().all() for t in (q, k, v))


def test_large_scores_do_not_overflow() -> None:
    q, k = 1e4 * normal(3, 4, seed=1), 1e4 * normal(5, 4, seed=2)
    weights = attention.attention_weights(q, k, torch.tensor([True, True, True, False, True]))
    assert torch.allclose(weights.sum(-1), torch.ones(3)) and (weights[:, 3] == 0).all()


@pytest.mark.parametrize(
    ("q", "k", "v", "mask", "named"),
    [
        ((3, 4), (5, 6), (5, 4), None, "k "),
        ((3, 4), (5, 4), (6, 4), None, "v "),
        ((3, 4), (5, 4), (5, 4), torch.ones(4, 5, dtype=torch.bool), "mask "),
        ((3, 4), (5, 4), (5, 4), torch.ones(2, 3, 5, dtype=torch.bool), "mask "),
        ((3, 4), (5, 4), (5, 4), torch.zeros(3, 5), "mask "),
    ],
)
def test_attention_names_the_argument_at_fault(
    q: tuple[int, ...], k: tuple[int, ...], v: tuple[int, ...], mask: Tensor | None, named: str
) -> None:
    with pytest.raises(ValueError, match=f"^{named}"):
        attention.scaled_dot_product_attention(normal(*q), normal(*k), normal(*v), mask)


# heads and positions ------------------------------------------------------------------------------


@pytest.mark.parametrize("n_heads", [1, 2, 6])
def test_multi_head_attention_agrees_with_pytorch(n_heads: int) -> None:
    torch.manual_seed(0)
    theirs = nn.MultiheadAttention(12, n_heads, bias=False, batch_first=True)
    x, mask = normal(3, 5, 12), attention.causal_mask(5)
    expected, _ = theirs(x, x, x, attn_mask=~mask, need_weights=False)  # there, True means: may not look
    ours = attention.multi_head_attention(x, theirs.in_proj_weight, theirs.out_proj.weight, n_heads, mask)
    assert torch.allclose(ours, expected, atol=1e-6)


def test_heads_are_split_and_merged() -> None:
    x = normal(2, 5, 12)
    heads = attention.split_heads(x, 3)
    assert heads.shape == (2, 3, 5, 4) and torch.equal(heads[:, 1], x[..., 4:8])
    assert torch.equal(attention.merge_heads(heads), x)
    for wrong in (0, 5, -3):
        with pytest.raises(ValueError, match="n_heads"):
            attention.split_heads(x, wrong)
        with pytest.raises(ValueError, match="n_heads"):
            GPT(5, 12, wrong, 1)
    with pytest.raises(ValueError, match="n_heads"):
        GPT(5, 12, 4, 1)  # heads of width 3 cannot be rotated in pairs


def test_rotations_are_those_of_the_llama_family() -> None:
    from transformers import LlamaConfig
    from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb

    config = LlamaConfig(
        hidden_size=32, num_attention_heads=2, rope_parameters={"rope_type": "default", "rope_theta": 1e4}
    )
    q, k, positions = normal(1, 2, 7, 16), normal(1, 2, 7, 16, seed=1), torch.arange(4, 11)
    cos, sin = LlamaRotaryEmbedding(config)(q, positions[None])
    for ours, theirs in zip((q, k), apply_rotary_pos_emb(q, k, cos, sin), strict=True):
        assert torch.allclose(attention.rotate(ours, positions), theirs, atol=1e-5)


def test_products_of_rotated_vectors_depend_on_distance_alone() -> None:
    q, k = normal(1, 8), normal(1, 8, seed=1)
    at = [
        (attention.rotate(q, torch.tensor([i])) @ attention.rotate(k, torch.tensor([j])).T).item()
        for i, j in ((3, 1), (52, 50), (9, 1))
    ]
    assert at[0] == pytest.approx(at[1], abs=1e-4) and abs(at[0] - at[2]) > 1e-3
    assert torch.equal(attention.rotate(q, torch.tensor([0])), q)
    with pytest.raises(ValueError, match="x must"):
        attention.rotate(normal(2, 3), torch.arange(2))


# the model ----------------------------------------------------------------------------------------


def test_later_tokens_do_not_reach_earlier_logits(model: GPT) -> None:
    tokens = torch.tensor([[1, 2, 3, 4, 5, 6]])
    changed = tokens.clone()
    changed[0, 4] = 9
    a, b = model(tokens)[0], model(changed)[0]
    assert torch.equal(a[:, :4], b[:, :4]) and not torch.allclose(a[:, 4:], b[:, 4:], atol=1e-3)


def test_the_cache_changes_nothing_but_the_cost(model: GPT) -> None:
    tokens = torch.randint(11, (2, 9), generator=torch.Generator().manual_seed(1))
    whole, cache_of_all = model(tokens)
    first, cache = model(tokens[:, :4])
    kept = [k.clone() for k in cache["keys"]]
    rest, grown = model(tokens[:, 4:], cache)
    assert torch.allclose(torch.cat([first, rest], dim=1), whole, atol=1e-5)
    for name in ("keys", "values"):
        assert all(
            torch.allclose(a, b, atol=1e-5) for a, b in zip(grown[name], cache_of_all[name], strict=True)
        )
    assert all(torch.equal(a, b) for a, b in zip(kept, cache["keys"], strict=True))


def test_decode_step_agrees_with_the_module(model: GPT) -> None:
    params = {**model.params(), "fed": torch.tensor(0)}
    tokens = [3, 1, 4, 1, 5, 9, 2, 6]
    whole, cache_of_all = model(torch.tensor([tokens]))
    cache = attention.empty_cache(params)
    for i, token in enumerate(tokens):
        logits, cache = attention.decode_step(params, token, cache)
        assert torch.allclose(logits, whole[0, i], atol=1e-5)
    assert params["fed"] == len(tokens)
    assert torch.allclose(cache["keys"][2], cache_of_all["keys"][2][0], atol=1e-5)
    for wrong in (-1, 11):
        with pytest.raises(ValueError, match="token"):
            attention.decode_step(params, wrong, cache)


def slow(model: GPT, prompt: list[int], n_new: int) -> list[int]:
    tokens = list(prompt)
    for _ in range(n_new):
        tokens.append(int(model(torch.tensor([tokens]))[0][0, -1].argmax()))
    return tokens[len(prompt) :]


def test_generation_equals_the_slow_way(model: GPT) -> None:
    expected = slow(model, [1, 2, 3], 12)
    assert attention.generate(model, [1, 2, 3], 12) == expected
    assert attention.generate(model, [1, 2, 3], 12, max_length=8) == expected[:5]
    assert attention.generate(model, [1, 2, 3], 12, stop=expected[0]) == []
    assert attention.generate(model, [1, 2, 3], 0) == []
    drawn = attention.generate(model, [1], 30, temperature=1.0, seed=4)
    assert drawn == attention.generate(model, [1], 30, temperature=1.0, seed=4)
    assert drawn != attention.generate(model, [1], 30, temperature=1.0, seed=5)
    assert attention.generate(model, [1, 2, 3], 12, temperature=1e-4) == expected


@pytest.mark.parametrize(
    ("prompt", "n_new", "more", "named"),
    [
        ([], 3, {}, "prompt"),
        ([1, 2], 3, {"max_length": 1}, "prompt"),
        ([1], -1, {}, "n_new"),
        ([1], 1, {"temperature": -0.5}, "temperature"),
    ],
)
def test_generate_names_the_argument_at_fault(
    model: GPT, prompt: list[int], n_new: int, more: dict[str, Any], named: str
) -> None:
    with pytest.raises(ValueError, match=f"^{named} "):
        attention.generate(model, prompt, n_new, **more)


def test_a_saved_model_is_the_same_model(model: GPT, tmp_path: Path) -> None:
    attention.save_gpt(model, "abcdefghij\n", tmp_path / "m.safetensors")
    again, characters = attention.load_gpt(tmp_path / "m.safetensors")
    tokens = torch.tensor([[0, 5, 10]])
    assert characters == "abcdefghij\n" and torch.equal(again(tokens)[0], model(tokens)[0])


# the chapter --------------------------------------------------------------------------------------


def test_the_chapter_computes_the_same_attention(notebook: dict[str, Any]) -> None:
    q, k, v, mask = (
        normal(2, 3, 4, 8),
        normal(2, 3, 6, 8, seed=1),
        normal(2, 3, 6, 5, seed=2),
        random_mask(4, 6),
    )
    mask[:, 0] = True  # the chapter's own version gives NaN for a row without keys, and says so
    expected = attention.scaled_dot_product_attention(q, k, v, mask)
    assert torch.allclose(notebook["attend"](q, k, v, mask), expected, atol=1e-6)
    x, w_qkv, w_out = normal(2, 5, 12), normal(36, 12, seed=1), normal(12, 12, seed=2)
    theirs = notebook["multi_head_attention"](x, w_qkv, w_out, 3, attention.causal_mask(5))
    ours = attention.multi_head_attention(x, w_qkv, w_out, 3, attention.causal_mask(5))
    assert torch.allclose(theirs, ours, atol=1e-5)
    positions = torch.arange(3, 7)
    assert torch.allclose(notebook["rotate"](q, positions), attention.rotate(q, positions), atol=1e-6)


def test_the_chapter_builds_the_same_model(model: GPT, notebook: dict[str, Any]) -> None:
    theirs = notebook["GPT"](n_tokens=11, d_model=16, n_heads=2, n_layers=3).eval()
    theirs.load_state_dict(model.state_dict())
    tokens = torch.tensor([[3, 1, 4, 1, 5, 9]])
    assert torch.allclose(theirs(tokens)[0], model(tokens)[0], atol=1e-6)
    for writer in ("write", "write_slowly"):
        written = notebook[writer](theirs, tokens, 8)[0, 6:].tolist()
        assert written == attention.generate(model, tokens[0].tolist(), 8)
