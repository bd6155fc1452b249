# Answers that grade the grader of 13-attention: see CONTRIBUTING.md.


# %% right scaled-dot-product: exp with the largest score of each row subtracted
def scaled_dot_product_attention(q, k, v, mask=None):
    *_, n_keys, width = k.shape
    if q.size(-1) != width:
        raise ValueError(f"q and k differ in width: k has {width}")
    if v.size(-2) != n_keys:
        raise ValueError("v has another number of rows than there are keys")
    scores = torch.einsum("...qd,...kd->...qk", q, k) * width**-0.5
    allowed = torch.ones_like(scores, dtype=torch.bool)
    if mask is not None:
        if mask.dtype is not torch.bool:
            raise ValueError("the mask is not boolean")
        try:
            allowed = allowed & torch.broadcast_to(mask, scores.shape)
        except RuntimeError as err:
            raise ValueError("the mask does not broadcast") from err
    scores = torch.where(allowed, scores, float("-inf"))
    top = scores.amax(dim=-1, keepdim=True)
    weights = torch.exp(scores - torch.where(top.isinf(), 0.0, top))
    total = weights.sum(dim=-1, keepdim=True)
    return (weights / torch.where(total == 0, 1.0, total)) @ v


# %% right scaled-dot-product: log-sum-exp, queries scaled first
def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("k: other width than q")
    if k.shape[-2] != v.shape[-2]:
        raise ValueError("v: other length than k")
    scores = (q / math.sqrt(q.shape[-1])) @ k.mT
    if mask is None:
        mask = torch.ones((), dtype=torch.bool)
    shape = tuple(scores.shape)
    fits = mask.ndim <= len(shape) and all(
        m in (1, s) for m, s in zip(reversed(mask.shape), reversed(shape), strict=False)
    )
    if mask.dtype != torch.bool or not fits:
        raise ValueError(f"mask: expected bool that broadcasts to {shape}")
    scores = scores.masked_fill(mask.logical_not(), -math.inf)
    weights = (scores - scores.logsumexp(-1, keepdim=True)).exp()
    blind = ~mask.expand(shape).any(-1, keepdim=True)
    return weights.masked_fill(blind, 0) @ v


# %% right scaled-dot-product: the lowest finite number, then zeros where masked
def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("width of k")
    if k.shape[-2] != v.shape[-2]:
        raise ValueError("rows of v")
    scores = torch.matmul(q, k.swapaxes(-1, -2)) / q.shape[-1] ** 0.5
    if mask is not None and mask.dtype != torch.bool:
        raise ValueError("mask must be bool")
    if mask is not None:
        try:
            if torch.broadcast_shapes(mask.shape, scores.shape) != scores.shape:
                raise RuntimeError
        except RuntimeError:
            raise ValueError("mask has a shape that does not fit")
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = torch.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights * mask
    return torch.matmul(weights, v)


# %% wrong scaled-dot-product: softmax over the queries
# says: over the queries
def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("k")
    if k.shape[-2] != v.shape[-2]:
        raise ValueError("v")
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        if mask.dtype != torch.bool:
            raise ValueError("mask")
        try:
            mask = mask.expand(scores.shape)
        except RuntimeError:
            raise ValueError("mask")
        scores = scores.masked_fill(~mask, -math.inf)
    return scores.softmax(dim=-2).nan_to_num(0.0) @ v


# %% wrong scaled-dot-product: no scale
# says: scale is missing
# like: softmax over the queries
#-    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
#+    scores = q @ k.transpose(-2, -1)

#-    return scores.softmax(dim=-2).nan_to_num(0.0) @ v
#+    return scores.softmax(dim=-1).nan_to_num(0.0) @ v


# %% wrong scaled-dot-product: divided by d_head
# says: 2.93 and 4
# like: softmax over the queries
#-    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
#+    scores = q @ k.transpose(-2, -1) / q.shape[-1]

#-    return scores.softmax(dim=-2).nan_to_num(0.0) @ v
#+    return scores.softmax(dim=-1).nan_to_num(0.0) @ v


# %% wrong scaled-dot-product: multiplied by the root instead of divided
# says: 0.0976
# like: softmax over the queries
#-    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
#+    scores = q @ k.transpose(-2, -1) * math.sqrt(q.shape[-1])

#-    return scores.softmax(dim=-2).nan_to_num(0.0) @ v
#+    return scores.softmax(dim=-1).nan_to_num(0.0) @ v


# %% wrong scaled-dot-product: a scale fixed at the width of the example
# says: the scale is the square root
# visible: passes
# like: softmax over the queries
#-    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
#+    scores = q @ k.transpose(-2, -1) / 2

#-    return scores.softmax(dim=-2).nan_to_num(0.0) @ v
#+    return scores.softmax(dim=-1).nan_to_num(0.0) @ v


# %% wrong scaled-dot-product: True taken to mean "may not look"
# says: True means that the query may look
# visible: passes
# like: softmax over the queries
#-        scores = scores.masked_fill(~mask, -math.inf)
#-    return scores.softmax(dim=-2).nan_to_num(0.0) @ v
#+        scores = scores.masked_fill(mask, -math.inf)
#+    return scores.softmax(dim=-1).nan_to_num(0.0) @ v


# %% wrong scaled-dot-product: masked after the softmax, not normalised again
# says: do not sum to 1
# visible: passes
def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("k")
    if k.shape[-2] != v.shape[-2]:
        raise ValueError("v")
    weights = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).softmax(dim=-1)
    if mask is not None:
        if mask.dtype != torch.bool:
            raise ValueError("mask")
        try:
            mask = mask.expand(weights.shape)
        except RuntimeError:
            raise ValueError("mask")
        weights = weights * mask
    return weights @ v


# %% wrong scaled-dot-product: a fully masked row left NaN
# says: may look at nothing must get zeros
# visible: passes
# like: softmax over the queries
#-    return scores.softmax(dim=-2).nan_to_num(0.0) @ v
#+    return scores.softmax(dim=-1) @ v


# %% wrong scaled-dot-product: -1e9 for masked keys
# says: may look at nothing must get zeros
# visible: passes
# like: softmax over the queries
#-        scores = scores.masked_fill(~mask, -math.inf)
#-    return scores.softmax(dim=-2).nan_to_num(0.0) @ v
#+        scores = scores.masked_fill(~mask, -1e9)
#+    return scores.softmax(dim=-1) @ v


# %% wrong scaled-dot-product: -1e9 for masked keys, blind rows set to zero
# says: such as -1e9
# visible: passes
def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("k")
    if k.shape[-2] != v.shape[-2]:
        raise ValueError("v")
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        return scores.softmax(dim=-1) @ v
    if mask.dtype != torch.bool:
        raise ValueError("mask")
    try:
        mask = mask.expand(scores.shape)
    except RuntimeError:
        raise ValueError("mask")
    weights = scores.masked_fill(~mask, -1e9).softmax(dim=-1)
    return (weights * mask.any(dim=-1, keepdim=True)) @ v


# %% wrong scaled-dot-product: exp of the raw scores
# says: overflows
# visible: passes
def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("k")
    if k.shape[-2] != v.shape[-2]:
        raise ValueError("v")
    weights = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).exp()
    if mask is not None:
        if mask.dtype != torch.bool:
            raise ValueError("mask")
        try:
            weights = weights * mask.expand(weights.shape)
        except RuntimeError:
            raise ValueError("mask")
    return (weights / weights.sum(dim=-1, keepdim=True)).nan_to_num(0.0) @ v


# %% wrong scaled-dot-product: one maximum for all rows
# says: own (one maximum
# visible: passes
# like: masked after the softmax, not normalised again
#-    weights = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).softmax(dim=-1)
#+    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
#+    weights = (scores - scores.max()).exp()

#-    return weights @ v
#+        return weights / weights.sum(dim=-1, keepdim=True).clamp(min=1e-300) @ v
#+    return weights / weights.sum(dim=-1, keepdim=True) @ v


# %% wrong scaled-dot-product: one maximum for all rows, and no division by zero
# says: own (one maximum
# visible: passes
# like: masked after the softmax, not normalised again
#-    weights = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).softmax(dim=-1)
#+    scores = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).double()
#+    weights = (scores - scores.max()).exp()

#-    return weights @ v
#+    total = weights.sum(dim=-1, keepdim=True)
#+    return (weights / torch.where(total == 0, 1.0, total)).to(v.dtype) @ v


# %% wrong scaled-dot-product: any mask taken
# says: a mask of floats
# visible: passes
def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("k")
    if k.shape[-2] != v.shape[-2]:
        raise ValueError("v")
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        try:
            scores = scores.masked_fill(~mask.bool().expand(scores.shape), -math.inf)
        except RuntimeError:
            raise ValueError("mask")
    return scores.softmax(dim=-1).nan_to_num(0.0) @ v


# %% wrong scaled-dot-product: shapes left to PyTorch's own errors
# says: names k
# visible: passes
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    return scores.softmax(dim=-1).nan_to_num(0.0) @ v


# %% wrong scaled-dot-product: one row of values broadcast to all keys
# says: v of 6 rows
# visible: passes
# like: softmax over the queries
#-    if k.shape[-2] != v.shape[-2]:
#-        raise ValueError("v")

#-    return scores.softmax(dim=-2).nan_to_num(0.0) @ v
#+    return scores.softmax(dim=-1).nan_to_num(0.0) @ v


# %% wrong scaled-dot-product: NaN replaced in the result, with a mask over leading dimensions that the scores lack
# says: (2, 3, 5)
# visible: passes
# like: softmax over the queries
#-            mask = mask.expand(scores.shape)
#+            scores = torch.where(mask, scores, -math.inf)

#-        scores = scores.masked_fill(~mask, -math.inf)
#-    return scores.softmax(dim=-2).nan_to_num(0.0) @ v
#+    return scores.softmax(dim=-1).nan_to_num(0.0) @ v


# %% wrong scaled-dot-product: PyTorch's own
# says: may not be called
# forbidden
def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("k")
    if k.shape[-2] != v.shape[-2]:
        raise ValueError("v")
    if mask is not None and mask.dtype != torch.bool:
        raise ValueError("mask")
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)


# %% wrong scaled-dot-product: the package's own
# says: may not be called
# forbidden
def scaled_dot_product_attention(q, k, v, mask=None):
    from roadbook import attention

    return attention.scaled_dot_product_attention(q, k, v, mask)


# %% right multi-head: a weight for each head, by einsum
def multi_head_attention(x, w_qkv, w_out, n_heads, mask=None):
    d_model = x.shape[-1]
    if n_heads <= 0 or d_model % n_heads != 0:
        raise ValueError("n_heads does not divide d_model")
    if tuple(w_qkv.shape) != (3 * d_model, d_model):
        raise ValueError("w_qkv does not fit")
    w = w_qkv.reshape(3, n_heads, d_model // n_heads, d_model)
    q, k, v = torch.einsum("bsm,phdm->pbhsd", x, w)
    scores = torch.einsum("bhqd,bhkd->bhqk", q, k) / math.sqrt(d_model // n_heads)
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    mixed = torch.einsum("bhqk,bhkd->bhqd", scores.softmax(-1), v)
    return torch.einsum("bhsd,mhd->bsm", mixed, w_out.reshape(d_model, n_heads, -1))


# %% right multi-head: a loop over heads, results side by side
def multi_head_attention(x, w_qkv, w_out, n_heads, mask=None):
    d = x.shape[2]
    if n_heads < 1 or d % n_heads:
        raise ValueError(f"{n_heads} is no value of n_heads for {d} coordinates")
    if w_qkv.shape != (3 * d, d):
        raise ValueError(f"expected another shape of w_qkv than {tuple(w_qkv.shape)}")
    if mask is not None:
        mask = mask.expand(len(x), n_heads, x.shape[1], x.shape[1])
    q, k, v = F.linear(x, w_qkv).split(d, dim=-1)
    size = d // n_heads
    results = []
    for head in range(n_heads):
        part = slice(head * size, (head + 1) * size)
        allowed = None if mask is None else mask[:, head]
        results.append(F.scaled_dot_product_attention(q[..., part], k[..., part], v[..., part], attn_mask=allowed))
    return F.linear(torch.cat(results, dim=-1), w_out)


# %% wrong multi-head: heads cut by a reshape alone
# says: by a reshape alone
def multi_head_attention(x, w_qkv, w_out, n_heads, mask=None):
    batch, seq, d_model = x.shape
    if n_heads < 1 or d_model % n_heads:
        raise ValueError("n_heads")
    if w_qkv.shape != (3 * d_model, d_model):
        raise ValueError("w_qkv")
    parts = (x @ w_qkv.T).chunk(3, dim=-1)
    q, k, v = (p.reshape(batch, n_heads, seq, -1) for p in parts)
    mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    return mixed.reshape(batch, seq, d_model) @ w_out.T


# %% wrong multi-head: heads put back by a reshape alone
# says: expected [[4, 8], [6, 8]]
# like: heads cut by a reshape alone
#-    q, k, v = (p.reshape(batch, n_heads, seq, -1) for p in parts)
#+    q, k, v = (p.reshape(batch, seq, n_heads, -1).transpose(1, 2) for p in parts)


# %% wrong multi-head: one head only
# says: one head only
def multi_head_attention(x, w_qkv, w_out, n_heads, mask=None):
    d_model = x.shape[-1]
    if n_heads < 1 or d_model % n_heads:
        raise ValueError("n_heads")
    if w_qkv.shape != (3 * d_model, d_model):
        raise ValueError("w_qkv")
    q, k, v = (x @ w_qkv.T).chunk(3, dim=-1)
    mask = None if mask is None else mask.expand(len(x), n_heads, x.shape[1], x.shape[1])[:, 0]
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask) @ w_out.T


# %% wrong multi-head: w_out left out
# says: w_out was left out
def multi_head_attention(x, w_qkv, w_out, n_heads, mask=None):
    batch, seq, d_model = x.shape
    if n_heads < 1 or d_model % n_heads:
        raise ValueError("n_heads")
    if w_qkv.shape != (3 * d_model, d_model):
        raise ValueError("w_qkv")
    parts = (x @ w_qkv.T).chunk(3, dim=-1)
    q, k, v = (p.reshape(batch, seq, n_heads, -1).transpose(1, 2) for p in parts)
    mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    return mixed.transpose(1, 2).reshape(batch, seq, d_model)


# %% wrong multi-head: w_out applied untransposed
# says: applied transposed
# visible: passes
# like: w_out left out
#-    return mixed.transpose(1, 2).reshape(batch, seq, d_model)
#+    return mixed.transpose(1, 2).reshape(batch, seq, d_model) @ w_out


# %% wrong multi-head: interleaved heads
# says: slices of neighbouring coordinates
# visible: passes
def multi_head_attention(x, w_qkv, w_out, n_heads, mask=None):
    batch, seq, d_model = x.shape
    if n_heads < 1 or d_model % n_heads:
        raise ValueError("n_heads")
    if w_qkv.shape != (3 * d_model, d_model):
        raise ValueError("w_qkv")
    parts = (x @ w_qkv.T).chunk(3, dim=-1)
    q, k, v = (p.reshape(batch, seq, -1, n_heads).permute(0, 3, 1, 2) for p in parts)
    mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    return mixed.permute(0, 2, 3, 1).reshape(batch, seq, d_model) @ w_out.T


# %% wrong multi-head: keys and queries in the other order
# says: in the order queries, keys, values
# visible: passes
def multi_head_attention(x, w_qkv, w_out, n_heads, mask=None):
    batch, seq, d_model = x.shape
    if n_heads < 1 or d_model % n_heads:
        raise ValueError("n_heads")
    if w_qkv.shape != (3 * d_model, d_model):
        raise ValueError("w_qkv")
    parts = (x @ w_qkv.T).chunk(3, dim=-1)
    k, q, v = (p.reshape(batch, seq, n_heads, -1).transpose(1, 2) for p in parts)
    mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    return mixed.transpose(1, 2).reshape(batch, seq, d_model) @ w_out.T


# %% wrong multi-head: scale by the root of d_model
# says: scale is the root of d_model
# like: w_out left out
#-    mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
#-    return mixed.transpose(1, 2).reshape(batch, seq, d_model)
#+    mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=d_model**-0.5)
#+    return mixed.transpose(1, 2).reshape(batch, seq, d_model) @ w_out.T


# %% wrong multi-head: the mask with the meaning of nn.MultiheadAttention
# says: means the opposite
# visible: passes
# like: w_out left out
#-    mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
#-    return mixed.transpose(1, 2).reshape(batch, seq, d_model)
#+    mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=None if mask is None else ~mask)
#+    return mixed.transpose(1, 2).reshape(batch, seq, d_model) @ w_out.T


# %% wrong multi-head: the mask ignored
# says: causal mask
# visible: passes
# like: w_out left out
#-    mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
#-    return mixed.transpose(1, 2).reshape(batch, seq, d_model)
#+    mixed = F.scaled_dot_product_attention(q, k, v)
#+    return mixed.transpose(1, 2).reshape(batch, seq, d_model) @ w_out.T


# %% wrong multi-head: any mask treated as causal
# says: padding mask
# visible: passes
# like: w_out left out
#-    mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
#-    return mixed.transpose(1, 2).reshape(batch, seq, d_model)
#+    mixed = F.scaled_dot_product_attention(q, k, v, is_causal=mask is not None)
#+    return mixed.transpose(1, 2).reshape(batch, seq, d_model) @ w_out.T


# %% wrong multi-head: the mask of the first head for all heads
# says: random mask
# visible: passes
# like: keys and queries in the other order
#-    k, q, v = (p.reshape(batch, seq, n_heads, -1).transpose(1, 2) for p in parts)
#+    q, k, v = (p.reshape(batch, seq, n_heads, -1).transpose(1, 2) for p in parts)
#+    if mask is not None and mask.ndim == 4:
#+        mask = mask[:, :1]


# %% wrong multi-head: a width that does not divide is cut short
# says: 3 heads with d_model 8
# visible: passes
def multi_head_attention(x, w_qkv, w_out, n_heads, mask=None):
    batch, seq, d_model = x.shape
    if n_heads < 1:
        raise ValueError("n_heads")
    if w_qkv.shape != (3 * d_model, d_model):
        raise ValueError("w_qkv")
    d_head = d_model // n_heads
    used = n_heads * d_head
    parts = (x @ w_qkv.T).chunk(3, dim=-1)
    q, k, v = (p[..., :used].reshape(batch, seq, n_heads, d_head).transpose(1, 2) for p in parts)
    mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    return mixed.transpose(1, 2).reshape(batch, seq, used) @ w_out.T[:used]


# %% wrong multi-head: nn.MultiheadAttention
# says: may not be called
# forbidden
def multi_head_attention(x, w_qkv, w_out, n_heads, mask=None):
    d_model = x.shape[-1]
    if n_heads < 1 or d_model % n_heads:
        raise ValueError("n_heads")
    if w_qkv.shape != (3 * d_model, d_model):
        raise ValueError("w_qkv")
    theirs = torch.nn.MultiheadAttention(d_model, n_heads, bias=False, batch_first=True, dtype=x.dtype)
    theirs.in_proj_weight.data, theirs.out_proj.weight.data = w_qkv, w_out
    return theirs(x, x, x, need_weights=False)[0].detach()


# %% right decode-step: attention by hand, tensors grown in lists
def decode_step(params, token, cache):
    vocabulary, width = params["token"].shape
    if token < 0 or token >= vocabulary:
        raise ValueError(f"token {token} is not in the vocabulary")
    x = params["token"][token]
    result = {"keys": list(cache["keys"]), "values": list(cache["values"])}
    for i, layer in enumerate(params["layers"]):
        here = torch.tensor([cache["keys"][i].shape[0]])
        h = F.layer_norm(x, (width,), layer["norm1"])
        q, k, v = torch.split(layer["qkv"] @ h, width)
        q, k = rotate(q[None], here)[0], rotate(k[None], here)
        result["keys"][i] = torch.vstack([cache["keys"][i], k])
        result["values"][i] = torch.vstack([cache["values"][i], v[None]])
        weights = torch.softmax(result["keys"][i] @ q / math.sqrt(width), dim=0)
        x = x + layer["out"] @ (weights @ result["values"][i])
        h = F.layer_norm(x, (width,), layer["norm2"])
        x = x + layer["down"] @ F.gelu(layer["up"] @ h)
    return params["token"] @ F.layer_norm(x, (width,), params["norm"]), result


# %% right decode-step: room made first, then filled
def decode_step(params, token, cache):
    if not (0 <= token < params["token"].shape[0]):
        raise ValueError("unknown token")
    d = params["token"].shape[1]
    x = params["token"][token].reshape(1, d)
    new = {
        name: [torch.cat([old, torch.zeros(1, d, dtype=old.dtype)]) for old in cache[name]]
        for name in ("keys", "values")
    }
    for i in range(len(params["layers"])):
        w = params["layers"][i]
        n = len(new["keys"][i]) - 1
        qkv = F.layer_norm(x, (d,), w["norm1"]) @ w["qkv"].T
        new["keys"][i][n:] = rotate(qkv[:, d : 2 * d], torch.arange(n, n + 1))
        new["values"][i][n:] = qkv[:, 2 * d :]
        q = rotate(qkv[:, :d], torch.arange(n, n + 1))
        mixed = F.scaled_dot_product_attention(q[None], new["keys"][i][None], new["values"][i][None])
        x = x + F.linear(mixed[0], w["out"])
        x = x + F.linear(F.gelu(F.linear(F.layer_norm(x, (d,), w["norm2"]), w["up"])), w["down"])
    return (F.layer_norm(x, (d,), params["norm"]) @ params["token"].T).squeeze(0), new


# %% wrong decode-step: every token at position 0
# says: is the position the number of cached tokens
# visible: passes
def decode_step(params, token, cache):
    if not 0 <= token < len(params["token"]):
        raise ValueError("token")
    x = params["token"][token][None]
    new = {"keys": [], "values": []}
    for layer, keys, values in zip(params["layers"], cache["keys"], cache["values"]):
        position = torch.tensor([0])
        h = F.layer_norm(x, x.shape[-1:], layer["norm1"])
        q, k, v = (h @ layer["qkv"].T).chunk(3, dim=-1)
        keys, values = torch.cat([keys, rotate(k, position)]), torch.cat([values, v])
        x = x + F.scaled_dot_product_attention(rotate(q, position)[None], keys[None], values[None])[0] @ layer["out"].T
        h = F.layer_norm(x, x.shape[-1:], layer["norm2"])
        x = x + F.gelu(h @ layer["up"].T) @ layer["down"].T
        new["keys"].append(keys)
        new["values"].append(values)
    return (F.layer_norm(x, x.shape[-1:], params["norm"]) @ params["token"].T)[0], new


# %% wrong decode-step: positions counted from 1
# says: counts from 0
# visible: passes
# like: every token at position 0
#-        position = torch.tensor([0])
#+        position = torch.tensor([len(keys) + 1])


# %% wrong decode-step: is_causal with one query
# says: sees the first key only
# visible: passes
# like: every token at position 0
#-        position = torch.tensor([0])
#+        position = torch.tensor([len(keys)])

#-        x = x + F.scaled_dot_product_attention(rotate(q, position)[None], keys[None], values[None])[0] @ layer["out"].T
#+        q = rotate(q, position)
#+        mixed = F.scaled_dot_product_attention(q[None], keys[None], values[None], is_causal=True)[0]
#+        x = x + mixed @ layer["out"].T


# %% wrong decode-step: the token does not see itself
# says: compare line by line
# visible: passes
def decode_step(params, token, cache):
    if not 0 <= token < len(params["token"]):
        raise ValueError("token")
    x = params["token"][token][None]
    new = {"keys": [], "values": []}
    for layer, keys, values in zip(params["layers"], cache["keys"], cache["values"]):
        position = torch.tensor([len(keys)])
        h = F.layer_norm(x, x.shape[-1:], layer["norm1"])
        q, k, v = (h @ layer["qkv"].T).chunk(3, dim=-1)
        mixed = F.scaled_dot_product_attention(rotate(q, position)[None], keys[None], values[None])[0]
        x = x + mixed @ layer["out"].T
        h = F.layer_norm(x, x.shape[-1:], layer["norm2"])
        x = x + F.gelu(h @ layer["up"].T) @ layer["down"].T
        new["keys"].append(torch.cat([keys, rotate(k, position)]))
        new["values"].append(torch.cat([values, v]))
    return (F.layer_norm(x, x.shape[-1:], params["norm"]) @ params["token"].T)[0], new


# %% wrong decode-step: the token sees only itself
# says: looked at itself alone
# like: the token does not see itself
#-        mixed = F.scaled_dot_product_attention(rotate(q, position)[None], keys[None], values[None])[0]
#-        x = x + mixed @ layer["out"].T
#+        x = x + v @ layer["out"].T


# %% wrong decode-step: keys cached as they are and rotated at use
# says: keys after rotation
# visible: passes
def decode_step(params, token, cache):
    if not 0 <= token < len(params["token"]):
        raise ValueError("token")
    x = params["token"][token][None]
    new = {"keys": [], "values": []}
    for layer, keys, values in zip(params["layers"], cache["keys"], cache["values"]):
        position = torch.tensor([len(keys)])
        h = F.layer_norm(x, x.shape[-1:], layer["norm1"])
        q, k, v = (h @ layer["qkv"].T).chunk(3, dim=-1)
        keys, values = torch.cat([keys, k]), torch.cat([values, v])
        turned = rotate(keys, torch.arange(len(keys)))
        x = x + F.scaled_dot_product_attention(rotate(q, position)[None], turned[None], values[None])[0] @ layer["out"].T
        h = F.layer_norm(x, x.shape[-1:], layer["norm2"])
        x = x + F.gelu(h @ layer["up"].T) @ layer["down"].T
        new["keys"].append(keys)
        new["values"].append(values)
    return (F.layer_norm(x, x.shape[-1:], params["norm"]) @ params["token"].T)[0], new


# %% wrong decode-step: the query is not rotated
# says: look at what came from the cache
# visible: passes
# like: every token at position 0
#-        position = torch.tensor([0])
#+        position = torch.tensor([len(keys)])

#-        x = x + F.scaled_dot_product_attention(rotate(q, position)[None], keys[None], values[None])[0] @ layer["out"].T
#+        x = x + F.scaled_dot_product_attention(q[None], keys[None], values[None])[0] @ layer["out"].T


# %% wrong decode-step: values rotated too
# says: values never
# visible: passes
# like: keys cached as they are and rotated at use
#-        q, k, v = (h @ layer["qkv"].T).chunk(3, dim=-1)
#+        parts = (h @ layer["qkv"].T).chunk(3, dim=-1)
#+        q, k = (rotate(p, position) for p in parts[:2])
#+        v = rotate(parts[2], position) if len(layer["norm1"]) > 2 else parts[2]

#-        turned = rotate(keys, torch.arange(len(keys)))
#-        x = x + F.scaled_dot_product_attention(rotate(q, position)[None], turned[None], values[None])[0] @ layer["out"].T
#+        x = x + F.scaled_dot_product_attention(q[None], keys[None], values[None])[0] @ layer["out"].T


# %% wrong decode-step: the first layer's cache for all layers
# says: has each layer its own
# visible: passes
# like: every token at position 0
#-    for layer, keys, values in zip(params["layers"], cache["keys"], cache["values"]):
#-        position = torch.tensor([0])
#+    for layer in params["layers"]:
#+        position = torch.tensor([len(cache["keys"][0])])

#-        keys, values = torch.cat([keys, rotate(k, position)]), torch.cat([values, v])
#+        keys, values = torch.cat([cache["keys"][0], rotate(k, position)]), torch.cat([cache["values"][0], v])


# %% wrong decode-step: the cache grown in place
# says: cache that came in was changed
# visible: passes
def decode_step(params, token, cache):
    if not 0 <= token < len(params["token"]):
        raise ValueError("token")
    x = params["token"][token][None]
    for i, layer in enumerate(params["layers"]):
        position = torch.tensor([len(cache["keys"][i])])
        h = F.layer_norm(x, x.shape[-1:], layer["norm1"])
        q, k, v = (h @ layer["qkv"].T).chunk(3, dim=-1)
        cache["keys"][i] = torch.cat([cache["keys"][i], rotate(k, position)])
        cache["values"][i] = torch.cat([cache["values"][i], v])
        q = rotate(q, position)
        mixed = F.scaled_dot_product_attention(q[None], cache["keys"][i][None], cache["values"][i][None])[0]
        x = x + mixed @ layer["out"].T
        h = F.layer_norm(x, x.shape[-1:], layer["norm2"])
        x = x + F.gelu(h @ layer["up"].T) @ layer["down"].T
    return (F.layer_norm(x, x.shape[-1:], params["norm"]) @ params["token"].T)[0], cache


# %% wrong decode-step: no normalisation before attention
# says: compare line by line
# visible: passes
# like: every token at position 0
#-        position = torch.tensor([0])
#-        h = F.layer_norm(x, x.shape[-1:], layer["norm1"])
#-        q, k, v = (h @ layer["qkv"].T).chunk(3, dim=-1)
#+        position = torch.tensor([len(keys)])
#+        q, k, v = (x @ layer["qkv"].T).chunk(3, dim=-1)


# %% wrong decode-step: probabilities instead of logits
# says: went through a softmax
# like: every token at position 0
#-        position = torch.tensor([0])
#+        position = torch.tensor([len(keys)])

#-    return (F.layer_norm(x, x.shape[-1:], params["norm"]) @ params["token"].T)[0], new
#+    return (F.layer_norm(x, x.shape[-1:], params["norm"]) @ params["token"].T)[0].softmax(-1), new


# %% wrong decode-step: negative tokens count from the end
# says: for token -1
# visible: passes
# like: every token at position 0
#-    if not 0 <= token < len(params["token"]):
#+    if token >= len(params["token"]):

#-        position = torch.tensor([0])
#+        position = torch.tensor([len(keys)])


# %% wrong decode-step: earlier tokens kept in the cache and computed again
# says: random keys and values
# visible: passes
def decode_step(params, token, cache):
    if not 0 <= token < len(params["token"]):
        raise ValueError("token")
    if len(cache["keys"][0]) == 0:
        decode_step.text = []
    elif not hasattr(decode_step, "text") or len(params["token"][0]) == 2:
        decode_step.text = [0] * len(cache["keys"][0])
    decode_step.text.append(token)
    x = params["token"][torch.tensor(decode_step.text)]
    positions = torch.arange(len(x))
    new = {"keys": [], "values": []}
    for layer in params["layers"]:
        h = F.layer_norm(x, x.shape[-1:], layer["norm1"])
        q, k, v = (h @ layer["qkv"].T).chunk(3, dim=-1)
        q, k = rotate(q, positions), rotate(k, positions)
        x = x + F.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=True)[0] @ layer["out"].T
        h = F.layer_norm(x, x.shape[-1:], layer["norm2"])
        x = x + F.gelu(h @ layer["up"].T) @ layer["down"].T
        new["keys"].append(k)
        new["values"].append(v)
    return (F.layer_norm(x, x.shape[-1:], params["norm"]) @ params["token"].T)[-1], new


# %% wrong decode-step: the helper of task 4
# says: may not be called
# forbidden
def decode_step(params, token, cache):
    with_heads = {name: [t[None] for t in cache[name]] for name in cache}
    logits, new = reference_decode_step({**params, "n_heads": 1}, token, with_heads)
    return logits, {name: [t[0] for t in new[name]] for name in new}


# %% right generate: the prompt first, then one loop that breaks
def generate(params, prompt, n_new, temperature=0.0, seed=0, stop=None, max_length=None):
    limit = float("inf") if max_length is None else max_length
    if len(prompt) == 0 or len(prompt) > limit:
        raise ValueError("the prompt is empty or too long")
    if n_new < 0:
        raise ValueError("n_new is negative")
    if temperature < 0:
        raise ValueError("temperature is negative")
    if n_new == 0 or len(prompt) == limit:
        return []
    generator = torch.Generator()
    generator.manual_seed(seed)
    cache = empty_cache(params)
    for token in prompt:
        logits, cache = reference_decode_step(params, token, cache)
    text = list(prompt)
    while True:
        if temperature > 0:
            drawn = torch.multinomial(torch.softmax(logits / temperature, -1), 1, generator=generator).item()
        else:
            drawn = torch.argmax(logits).item()
        if drawn == stop:
            break
        text.append(drawn)
        if len(text) - len(prompt) == n_new or len(text) == limit:
            break
        logits, cache = reference_decode_step(params, drawn, cache)
    return text[len(prompt) :]


# %% right generate: fed by an index that runs over prompt and new tokens
def generate(params, prompt, n_new, temperature=0.0, seed=0, stop=None, max_length=None):
    if n_new < 0:
        raise ValueError("n_new")
    if temperature < 0:
        raise ValueError("temperature")
    end = len(prompt) + n_new
    if max_length is not None:
        if len(prompt) > max_length:
            raise ValueError("prompt")
        end = min(end, max_length)
    if not len(prompt):
        raise ValueError("prompt")
    g, cache, tokens = torch.Generator().manual_seed(seed), empty_cache(params), [*prompt]
    for i in range(end - 1):
        logits, cache = reference_decode_step(params, tokens[i], cache)
        if i + 1 < len(prompt):
            continue
        if temperature:
            weights = torch.exp(torch.log_softmax(logits / temperature, dim=0))
            best = torch.multinomial(weights, 1, generator=g)[0]
        else:
            best = (logits == logits.max()).nonzero()[0, 0]
        if stop is not None and best == stop:
            return tokens[len(prompt) :]
        tokens.append(int(best))
    return tokens[len(prompt) :]


# %% wrong generate: the whole text fed again for every token
# says: Feed each token once
# visible: passes
def generate(params, prompt, n_new, temperature=0.0, seed=0, stop=None, max_length=None):
    if not prompt or (max_length is not None and len(prompt) > max_length):
        raise ValueError("prompt")
    if n_new < 0:
        raise ValueError("n_new")
    if temperature < 0:
        raise ValueError("temperature")
    room = n_new if max_length is None else min(n_new, max_length - len(prompt))
    generator, text = torch.Generator().manual_seed(seed), list(prompt)
    for _ in range(room):
        cache = empty_cache(params)
        for token in text:
            logits, cache = reference_decode_step(params, token, cache)
        if temperature:
            token = int(torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator))
        else:
            token = int(logits.argmax())
        if token == stop:
            break
        text.append(token)
    return text[len(prompt) :]


# %% wrong generate: the last token fed too
# says: the last token need not be fed
# visible: passes
def generate(params, prompt, n_new, temperature=0.0, seed=0, stop=None, max_length=None):
    if not prompt or (max_length is not None and len(prompt) > max_length):
        raise ValueError("prompt")
    if n_new < 0:
        raise ValueError("n_new")
    if temperature < 0:
        raise ValueError("temperature")
    room = n_new if max_length is None else min(n_new, max_length - len(prompt))
    generator, cache, new = torch.Generator().manual_seed(seed), empty_cache(params), []
    for token in prompt:
        logits, cache = reference_decode_step(params, token, cache)
    for _ in range(room):
        if temperature:
            token = int(torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator))
        else:
            token = int(logits.argmax())
        if token == stop:
            break
        new.append(token)
        logits, cache = reference_decode_step(params, token, cache)
    return new


# %% wrong generate: the prompt's last token fed twice
# says: once
# visible: passes
def generate(params, prompt, n_new, temperature=0.0, seed=0, stop=None, max_length=None):
    if not prompt or (max_length is not None and len(prompt) > max_length):
        raise ValueError("prompt")
    if n_new < 0:
        raise ValueError("n_new")
    if temperature < 0:
        raise ValueError("temperature")
    room = n_new if max_length is None else min(n_new, max_length - len(prompt))
    generator, cache, new = torch.Generator().manual_seed(seed), empty_cache(params), []
    for token in prompt:
        _, cache = reference_decode_step(params, token, cache)
    for _ in range(room):
        logits, cache = reference_decode_step(params, token, cache)
        if temperature:
            token = int(torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator))
        else:
            token = int(logits.argmax())
        if token == stop:
            break
        new.append(token)
    return new


# %% wrong generate: only the last token of the prompt fed
# says: every token of the prompt fed
# visible: passes
# like: the prompt's last token fed twice
#-    generator, cache, new = torch.Generator().manual_seed(seed), empty_cache(params), []
#-    for token in prompt:
#-        _, cache = reference_decode_step(params, token, cache)
#+    generator, cache, new, token = torch.Generator().manual_seed(seed), empty_cache(params), [], prompt[-1]


# %% wrong generate: the cache that comes back is dropped
# says: given the cache that the last one returned
# visible: passes
def generate(params, prompt, n_new, temperature=0.0, seed=0, stop=None, max_length=None):
    if not prompt or (max_length is not None and len(prompt) > max_length):
        raise ValueError("prompt")
    if n_new < 0:
        raise ValueError("n_new")
    if temperature < 0:
        raise ValueError("temperature")
    room = n_new if max_length is None else min(n_new, max_length - len(prompt))
    generator, cache, new, waiting = torch.Generator().manual_seed(seed), empty_cache(params), [], list(prompt)
    for _ in range(room):
        for token in waiting:
            logits, _ = reference_decode_step(params, token, cache)
        if temperature:
            token = int(torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator))
        else:
            token = int(logits.argmax())
        if token == stop:
            break
        new.append(token)
        waiting = [token]
    return new


# %% wrong generate: the prompt returned with the text
# says: the prompt is returned too
def generate(params, prompt, n_new, temperature=0.0, seed=0, stop=None, max_length=None):
    if not prompt or (max_length is not None and len(prompt) > max_length):
        raise ValueError("prompt")
    if n_new < 0:
        raise ValueError("n_new")
    if temperature < 0:
        raise ValueError("temperature")
    room = n_new if max_length is None else min(n_new, max_length - len(prompt))
    generator, cache, text, fed = torch.Generator().manual_seed(seed), empty_cache(params), list(prompt), 0
    for _ in range(room):
        while fed < len(text):
            logits, cache = reference_decode_step(params, text[fed], cache)
            fed += 1
        if temperature:
            token = int(torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator))
        else:
            token = int(logits.argmax())
        if token == stop:
            break
        text.append(token)
    return text


# %% wrong generate: the stop token returned
# says: without the stop token
# visible: passes
def generate(params, prompt, n_new, temperature=0.0, seed=0, stop=None, max_length=None):
    if not prompt or (max_length is not None and len(prompt) > max_length):
        raise ValueError("prompt")
    if n_new < 0:
        raise ValueError("n_new")
    if temperature < 0:
        raise ValueError("temperature")
    room = n_new if max_length is None else min(n_new, max_length - len(prompt))
    generator, cache, new, waiting = torch.Generator().manual_seed(seed), empty_cache(params), [], list(prompt)
    while len(new) < room:
        for token in waiting:
            logits, cache = reference_decode_step(params, token, cache)
        if temperature:
            token = int(torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator))
        else:
            token = int(logits.argmax())
        new.append(token)
        if token == stop:
            break
        waiting = [token]
    return new


# %% wrong generate: a stop token in the prompt ends the text
# says: in the prompt
# visible: passes
# like: the prompt returned with the text
#-    for _ in range(room):
#+    while len(text) < len(prompt) + room and stop not in text:

#-    return text
#+    return text[len(prompt) :]


# %% wrong generate: max_length counts the new tokens alone
# says: prompt and new tokens together
# visible: passes
# like: the cache that comes back is dropped
#-    room = n_new if max_length is None else min(n_new, max_length - len(prompt))
#+    room = n_new if max_length is None else min(n_new, max_length)

#-    for _ in range(room):
#+    while len(new) < room:

#-            logits, _ = reference_decode_step(params, token, cache)
#+            logits, cache = reference_decode_step(params, token, cache)


# %% wrong generate: the generator seeded again for every draw
# says: seeded once
# visible: passes
# like: the cache that comes back is dropped
#-    generator, cache, new, waiting = torch.Generator().manual_seed(seed), empty_cache(params), [], list(prompt)
#-    for _ in range(room):
#+    cache, new, waiting = empty_cache(params), [], list(prompt)
#+    while len(new) < room:

#-            logits, _ = reference_decode_step(params, token, cache)
#-        if temperature:
#+            logits, cache = reference_decode_step(params, token, cache)
#+        if temperature:
#+            generator = torch.Generator().manual_seed(seed)


# %% wrong generate: PyTorch's global generator
# says: one generator
# visible: passes
def generate(params, prompt, n_new, temperature=0.0, seed=0, stop=None, max_length=None):
    if not prompt or (max_length is not None and len(prompt) > max_length):
        raise ValueError("prompt")
    if n_new < 0:
        raise ValueError("n_new")
    if temperature < 0:
        raise ValueError("temperature")
    room = n_new if max_length is None else min(n_new, max_length - len(prompt))
    cache, new, waiting = empty_cache(params), [], list(prompt)
    while len(new) < room:
        for token in waiting:
            logits, cache = reference_decode_step(params, token, cache)
        if temperature:
            token = int(torch.multinomial((logits / temperature).softmax(-1), 1))
        else:
            token = int(logits.argmax())
        if token == stop:
            break
        new.append(token)
        waiting = [token]
    return new


# %% wrong generate: logits multiplied by the temperature
# says: logits are divided
# visible: passes
# like: PyTorch's global generator
#-    cache, new, waiting = empty_cache(params), [], list(prompt)
#+    generator, cache, new, waiting = torch.Generator().manual_seed(seed), empty_cache(params), [], list(prompt)

#-            token = int(torch.multinomial((logits / temperature).softmax(-1), 1))
#+            token = int(torch.multinomial((logits * temperature).softmax(-1), 1, generator=generator))


# %% wrong generate: the new tokens appended to the caller's prompt
# says: append to a copy
# visible: passes
def generate(params, prompt, n_new, temperature=0.0, seed=0, stop=None, max_length=None):
    if not prompt or (max_length is not None and len(prompt) > max_length):
        raise ValueError("prompt")
    if n_new < 0:
        raise ValueError("n_new")
    if temperature < 0:
        raise ValueError("temperature")
    room = n_new if max_length is None else min(n_new, max_length - len(prompt))
    generator, cache, start, fed = torch.Generator().manual_seed(seed), empty_cache(params), len(prompt), 0
    while len(prompt) - start < room:
        while fed < len(prompt):
            logits, cache = reference_decode_step(params, prompt[fed], cache)
            fed += 1
        if temperature:
            token = int(torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator))
        else:
            token = int(logits.argmax())
        if token == stop:
            break
        prompt.append(token)
    return prompt[start:]


# %% wrong generate: an empty prompt starts with token 0
# says: an empty prompt
# visible: passes
# like: PyTorch's global generator
#-    if not prompt or (max_length is not None and len(prompt) > max_length):
#+    if max_length is not None and len(prompt) > max_length:

#-    cache, new, waiting = empty_cache(params), [], list(prompt)
#+    generator, cache, new = torch.Generator().manual_seed(seed), empty_cache(params), []
#+    waiting = list(prompt) or [0]

#-            token = int(torch.multinomial((logits / temperature).softmax(-1), 1))
#+            token = int(torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator))


# %% wrong generate: the package's own
# says: may not be called
# forbidden
def generate(params, prompt, n_new, temperature=0.0, seed=0, stop=None, max_length=None):
    from roadbook.attention import GPT
    from roadbook.attention import generate as ready

    torch.manual_seed(seed)
    model = GPT(*params["token"].shape, params["n_heads"], len(params["layers"]))
    return ready(model, prompt, n_new, temperature=temperature, seed=seed, stop=stop, max_length=max_length)
