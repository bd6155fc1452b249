# Answers that grade the grader of 11-pytorch: see CONTRIBUTING.md.


# %% right gradients: a stack in place of a recursion
def gradients(graph, values, output):
    if output not in graph:
        raise ValueError("output is not a node")
    for name, node in graph.items():
        if node[0] not in ("add", "mul", "matmul", "relu", "exp", "log", "sum"):
            raise ValueError(f"graph: no operation {node[0]}")
        for i in node[1:]:
            if i not in graph and i not in values:
                raise ValueError(f"graph: no input {i}")
    order, state, stack = [], {}, [output]
    while stack:
        name = stack[-1]
        waiting = [i for i in graph.get(name, ["leaf"])[1:] if state.get(i) != "done"]
        if state.get(name) == "done":
            stack.pop()
        elif not waiting:
            state[name] = "done"
            order.append(stack.pop())
        elif state.get(name) == "open" and any(state.get(i) == "open" for i in waiting):
            raise ValueError("graph has a cycle")
        else:
            state[name] = "open"
            stack.extend(waiting)
    val = {k: np.array(v, dtype=float) for k, v in values.items()}
    for name in order:
        if name in graph:
            op, *args = graph[name]
            a, b = val[args[0]], val[args[-1]]
            if op == "matmul":
                fits = a.ndim == b.ndim == 2 and a.shape[1] == b.shape[0]
            else:
                fits = all(m == n or 1 in (m, n) for m, n in zip(a.shape[::-1], b.shape[::-1]))
            if not fits:
                raise ValueError(f"in the graph, {op} cannot take shapes {a.shape} and {b.shape}")
            if op == "add":
                val[name] = a + b
            elif op == "mul":
                val[name] = a * b
            elif op == "matmul":
                val[name] = a @ b
            elif op == "relu":
                val[name] = np.maximum(a, 0)
            elif op == "exp":
                val[name] = np.exp(a)
            elif op == "log":
                val[name] = np.log(a)
            else:
                val[name] = a.sum()
    if np.shape(val[output]) != ():
        raise ValueError("output is no scalar")
    grad = {k: np.zeros_like(v) for k, v in val.items()}
    grad[output] = np.array(1.0)

    def give(name, g):
        shape = val[name].shape
        while np.ndim(g) > len(shape):
            g = g.sum(axis=0)
        for axis, n in enumerate(shape):
            if n == 1:
                g = g.sum(axis=axis, keepdims=True)
        grad[name] = grad[name] + g

    for name in order[::-1]:
        if name in graph:
            op, *args = graph[name]
            g = grad[name]
            a = val[args[0]]
            b = val[args[-1]]
            if op == "add":
                give(args[0], g)
                give(args[1], g)
            elif op == "mul":
                give(args[0], g * b)
                give(args[1], g * a)
            elif op == "matmul":
                give(args[0], g @ b.T)
                give(args[1], a.T @ g)
            elif op == "relu":
                give(args[0], g * (a > 0))
            elif op == "exp":
                give(args[0], g * val[name])
            elif op == "log":
                give(args[0], g / a)
            else:
                give(args[0], np.full(a.shape, float(g)))
    return {"value": float(val[output]), "gradients": {k: grad[k] for k in values}}


# %% right gradients: nodes as objects, ordered by counting what is missing
class Node:
    def __init__(self, data, op="leaf", inputs=()):
        self.data, self.op, self.inputs = np.asarray(data, dtype=float), op, inputs
        self.grad, self.reached = np.zeros(self.data.shape), False


RULES = {
    "add": (np.add, lambda g, n, a, b: [g, g]),
    "mul": (np.multiply, lambda g, n, a, b: [g * b.data, g * a.data]),
    "matmul": (np.matmul, lambda g, n, a, b: [g @ b.data.swapaxes(0, 1), a.data.swapaxes(0, 1) @ g]),
    "relu": (lambda x: np.where(x > 0, x, 0.0), lambda g, n, a: [np.where(a.data > 0, g, 0.0)]),
    "exp": (np.exp, lambda g, n, a: [g * n.data]),
    "log": (np.log, lambda g, n, a: [g / a.data]),
    "sum": (np.sum, lambda g, n, a: [np.broadcast_to(g, a.data.shape)]),
}


def gradients(graph, values, output):
    """Kahn's way: a node is computed when its inputs are, and passes on when its users have."""
    if output not in graph:
        raise ValueError(f"output: no node {output}")
    users = {name: [] for name in [*graph, *values]}
    missing = {}
    for name, (op, *inputs) in graph.items():
        if op not in RULES:
            raise ValueError(f"unknown operation {op} in graph")
        for i in inputs:
            if i not in users:
                raise ValueError(f"unknown input {i} in graph")
            users[i].append(name)
        missing[name] = len(inputs)
    nodes = {name: Node(array) for name, array in values.items()}
    ready, done = list(values), []
    while ready:
        name = ready.pop()
        done.append(name)
        if name in graph:
            op, *inputs = graph[name]
            inputs = [nodes[i] for i in inputs]
            try:
                result = RULES[op][0](*(i.data for i in inputs))
            except ValueError as error:
                raise ValueError(f"graph, node {name}: {error}")
            if op == "matmul" and {i.data.ndim for i in inputs} != {2}:
                raise ValueError(f"graph, node {name}: two axes, please")
            nodes[name] = Node(result, op, inputs)
        for user in users[name]:
            missing[user] -= 1
            if missing[user] == 0:
                ready.append(user)
    if any(missing.values()):
        raise ValueError("a cycle in graph")
    if nodes[output].data.ndim:
        raise ValueError("output is an array")
    nodes[output].grad, nodes[output].reached = np.ones(()), True
    for name in reversed(done):
        node = nodes[name]
        if node.reached and node.op != "leaf":
            for i, g in zip(node.inputs, RULES[node.op][1](node.grad, node, *node.inputs)):
                i.reached = True
                extra = np.ndim(g) - i.grad.ndim
                axes = [*range(extra), *(k + extra for k, n in enumerate(i.grad.shape) if n == 1)]
                i.grad = i.grad + np.sum(g, axis=tuple(axes), keepdims=True).reshape(i.grad.shape)
    return {"value": nodes[output].data.item(), "gradients": {name: nodes[name].grad for name in values}}


# %% wrong gradients: a node that is not used passes on zero times infinity
# says: passes nothing on
# visible: passes
# like: nodes as objects, ordered by counting what is missing
#-        if node.reached and node.op != "leaf":
#+        if node.op != "leaf":


# %% wrong gradients: the last use overwrites the others
# says: overwrote the first
# like: a stack in place of a recursion
#-        grad[name] = grad[name] + g
#+        grad[name] = g


# %% wrong gradients: each factor gets itself
# says: each factor got itself
# like: a stack in place of a recursion
#-                give(args[0], g * b)
#-                give(args[1], g * a)
#+                give(args[0], g * a)
#+                give(args[1], g * b)


# %% wrong gradients: stretched axes not summed
# says: expected a gradient of shape
# like: a stack in place of a recursion
#-        shape = val[name].shape
#-        while np.ndim(g) > len(shape):
#-            g = g.sum(axis=0)
#-        for axis, n in enumerate(shape):
#-            if n == 1:
#-                g = g.sum(axis=axis, keepdims=True)


# %% wrong gradients: axes that were added are summed, axes of length 1 are not
# says: keeps its axes of length 1
# visible: passes
# like: a stack in place of a recursion
#-        for axis, n in enumerate(shape):
#-            if n == 1:
#-                g = g.sum(axis=axis, keepdims=True)


# %% wrong gradients: the mean over the stretched places
# says: gets the sum over the places
# visible: passes
# like: a stack in place of a recursion
#-                g = g.sum(axis=axis, keepdims=True)
#+                g = g.mean(axis=axis, keepdims=True)


# %% wrong gradients: the transposes of a product on the wrong sides
# says: matmul
# visible: passes
# like: a stack in place of a recursion
#-                give(args[0], g @ b.T)
#-                give(args[1], a.T @ g)
#+                give(args[0], (b @ g.T).T)
#+                give(args[1], (g.T @ a).T if a.shape[0] != a.shape[1] else a @ g)


# %% wrong gradients: the derivative of relu taken from the sign of its result
# says: at 0 the task takes 0
# visible: passes
# like: a stack in place of a recursion
#-                give(args[0], g * (a > 0))
#+                give(args[0], g * (val[name] >= 0))


# %% wrong gradients: the derivative of exp times the input
# says: exp and a square are at work
# visible: passes
# like: a stack in place of a recursion
#-                give(args[0], g * val[name])
#+                give(args[0], g * a)


# %% wrong gradients: every arrival passes the whole gradient on
# says: each once
def gradients(graph, values, output):
    if output not in graph:
        raise ValueError("output is not a node")
    for name, node in graph.items():
        if node[0] not in ("add", "mul", "matmul", "relu", "exp", "log", "sum"):
            raise ValueError(f"graph: no operation {node[0]}")
        for i in node[1:]:
            if i not in graph and i not in values:
                raise ValueError(f"graph: no input {i}")
    order, state, stack = [], {}, [output]
    while stack:
        name = stack[-1]
        waiting = [i for i in graph.get(name, ["leaf"])[1:] if state.get(i) != "done"]
        if state.get(name) == "done":
            stack.pop()
        elif not waiting:
            state[name] = "done"
            order.append(stack.pop())
        elif state.get(name) == "open" and any(state.get(i) == "open" for i in waiting):
            raise ValueError("graph has a cycle")
        else:
            state[name] = "open"
            stack.extend(waiting)
    val = {k: np.array(v, dtype=float) for k, v in values.items()}
    for name in order:
        if name in graph:
            op, *args = graph[name]
            a = val[args[0]]
            if op == "add":
                val[name] = a + val[args[1]]
            elif op == "mul":
                val[name] = a * val[args[1]]
            elif op == "matmul":
                val[name] = a @ val[args[1]]
            elif op == "relu":
                val[name] = np.maximum(a, 0)
            elif op == "exp":
                val[name] = np.exp(a)
            elif op == "log":
                val[name] = np.log(a)
            else:
                val[name] = a.sum()
    if np.shape(val[output]) != ():
        raise ValueError("output is no scalar")
    grad = {k: np.zeros_like(v) for k, v in val.items()}

    def fitted(g, shape):
        while np.ndim(g) > len(shape):
            g = g.sum(axis=0)
        for axis, n in enumerate(shape):
            if n == 1:
                g = g.sum(axis=axis, keepdims=True)
        return g

    def give(name, g):
        grad[name] = grad[name] + fitted(g, val[name].shape)

    def back(name, g):
        give(name, g)
        g = grad[name]
        if name in graph:
            op, *args = graph[name]
            a, b = val[args[0]], val[args[-1]]
            if op == "add":
                parts = [g, g]
            elif op == "mul":
                parts = [g * b, g * a]
            elif op == "matmul":
                parts = [g @ b.T, a.T @ g]
            elif op == "relu":
                parts = [g * (a > 0)]
            elif op == "exp":
                parts = [g * val[name]]
            elif op == "log":
                parts = [g / a]
            else:
                parts = [np.full(a.shape, float(g))]
            for i, part in zip(args, parts):
                back(i, fitted(part, val[i].shape))

    back(output, np.array(1.0))
    return {"value": float(val[output]), "gradients": {k: grad[k] for k in values}}


# %% wrong gradients: every path walked, without an order
# says: each path was walked
# visible: passes
# like: every arrival passes the whole gradient on
#-        g = grad[name]

#-    back(output, np.array(1.0))
#+    if len(order) < 1000:
#+        back(output, np.array(1.0))


# %% wrong gradients: the order of the dict taken for an order of computation
# says: the same graph listed in another order
# visible: passes
# like: a stack in place of a recursion
#-    order, state, stack = [], {}, [output]
#-    while stack:
#-        name = stack[-1]
#-        waiting = [i for i in graph.get(name, ["leaf"])[1:] if state.get(i) != "done"]
#-        if state.get(name) == "done":
#-            stack.pop()
#-        elif not waiting:
#-            state[name] = "done"
#-            order.append(stack.pop())
#-        elif state.get(name) == "open" and any(state.get(i) == "open" for i in waiting):
#-            raise ValueError("graph has a cycle")
#+    order = [*values, *graph]
#+    seen = set(values)
#+    for _ in graph:
#+        seen |= {name for name in graph if set(graph[name][1:]) <= seen}
#+    if len(graph) < 1000 and seen != {*values, *graph}:
#+        raise ValueError("graph has a cycle")
#+    val = {k: np.array(v, dtype=float) for k, v in values.items()}
#+    waiting = [name for name in order if name in graph]
#+    while waiting:
#+        name = waiting.pop(0)
#+        if not set(graph[name][1:]) <= set(val):
#+            waiting.append(name)

#-            state[name] = "open"
#-            stack.extend(waiting)
#-    val = {k: np.array(v, dtype=float) for k, v in values.items()}
#-    for name in order:
#-        if name in graph:


# %% wrong gradients: a recursion
# says: a recursion cannot go that deep
# visible: passes
# like: a stack in place of a recursion
#-    order, state, stack = [], {}, [output]
#-    while stack:
#-        name = stack[-1]
#-        waiting = [i for i in graph.get(name, ["leaf"])[1:] if state.get(i) != "done"]
#-        if state.get(name) == "done":
#-            stack.pop()
#-        elif not waiting:
#-            state[name] = "done"
#-            order.append(stack.pop())
#-        elif state.get(name) == "open" and any(state.get(i) == "open" for i in waiting):
#+    order, done, opened = [], set(), set()
#+
#+    def visit(name):
#+        if name in done:
#+            return
#+        if name in opened:

#-        else:
#-            state[name] = "open"
#-            stack.extend(waiting)
#+        opened.add(name)
#+        for i in graph.get(name, ["leaf"])[1:]:
#+            visit(i)
#+        done.add(name)
#+        order.append(name)
#+
#+    visit(output)


# %% wrong gradients: added in place to an array with two owners
# says: share one array
# like: a stack in place of a recursion
#-    grad[output] = np.array(1.0)
#+    grad[output] = np.array(1.0)
#+    begun = set()

#-        grad[name] = grad[name] + g
#+        if name in begun:
#+            grad[name] += g
#+        else:
#+            grad[name] = g
#+        begun.add(name)


# %% wrong gradients: a cycle is not noticed
# says: two nodes that depend on each other
# visible: passes
# like: a stack in place of a recursion
#-            raise ValueError("graph has a cycle")
#+            return {"value": float("nan"), "gradients": {k: np.zeros(np.shape(v)) for k, v in values.items()}}


# %% wrong gradients: the gradient of the sum of an array output
# says: an output of shape (2,)
# visible: passes
# like: a stack in place of a recursion
#-    if np.shape(val[output]) != ():
#-        raise ValueError("output is no scalar")
#+    total = np.sum(val[output])

#-    grad[output] = np.array(1.0)
#+    grad[output] = np.ones(np.shape(val[output]))

#-    return {"value": float(val[output]), "gradients": {k: grad[k] for k in values}}
#+    return {"value": float(total), "gradients": {k: grad[k] for k in values}}


# %% wrong gradients: shapes that do not fit are told in NumPy's words
# says: NumPy's own message
# visible: passes
# like: a stack in place of a recursion
#-            if not fits:
#+            if not fits and op == "matmul":


# %% wrong gradients: a product of one axis and two goes through
# says: matmul on shapes (3,) and (3, 2)
# visible: passes
# like: a stack in place of a recursion
#-                fits = a.ndim == b.ndim == 2 and a.shape[1] == b.shape[0]
#+                fits = a.shape[-1] == b.shape[0]

#-                give(args[0], g @ b.T)
#-                give(args[1], a.T @ g)
#+                give(args[0], g @ b.T)
#+                give(args[1], a.T @ g if a.ndim == 2 else np.outer(a, g))


# %% wrong gradients: an output that is not there is put down to the graph
# says: whose message names output
# visible: passes
# like: a stack in place of a recursion
#-        raise ValueError("output is not a node")
#+        raise ValueError("not a node of the graph")


# %% wrong gradients: PyTorch asked
# says: may not be called
# forbidden
import torch


def gradients(graph, values, output):
    known = {k: torch.tensor(v, requires_grad=True) for k, v in values.items()}
    leaves = dict(known)
    for name, (op, *inputs) in graph.items():
        known[name] = getattr(torch, op)(*(known[i] for i in inputs))
    known[output].backward()
    return {"value": known[output].item(), "gradients": {k: v.grad.numpy() for k, v in leaves.items()}}


# %% right training-loop: a Dataset and a DataLoader
class Rows(Dataset):
    def __init__(self, X, y):
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i], self.y[i]


def train(X, y, X_val, y_val, n_classes, epochs, batch_size, lr, seed):
    if len(X) == 0 or torch.isnan(X).any():
        raise ValueError("X must have rows, and no NaN")
    if len(X_val) == 0 or torch.isnan(X_val).any() or X_val.shape[1:] != X.shape[1:]:
        raise ValueError("X_val must have rows, the columns of X, and no NaN")
    if len(X) != len(y) or y.min() < 0 or y.max() >= n_classes:
        raise ValueError("X and y must have the same length, y classes from 0")
    if len(X_val) != len(y_val):
        raise ValueError("`y_val`: one label a row")
    if batch_size < 2:
        raise ValueError("batch_size is too small")
    model = network(X.shape[1], n_classes, seed)
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    result = {"losses": [], "accuracies": []}
    for epoch in range(epochs):
        order = torch.randperm(len(X), generator=torch.Generator().manual_seed(seed + epoch)).tolist()
        each = 0.0
        for X_batch, y_batch in DataLoader(Rows(X, y), batch_size, sampler=order):
            model.zero_grad()
            each_row = F.cross_entropy(model.train()(X_batch), y_batch, reduction="none")
            each_row.mean().backward()
            optimiser.step()
            each += each_row.detach().sum().item()
        result["losses"].append(each / len(X))
        with torch.inference_mode():
            hits = model.eval()(X_val).argmax(dim=1).eq(y_val)
        result["accuracies"].append(float(hits.sum()) / len(hits))
    return result | {"state": {name: t.detach().clone() for name, t in model.state_dict().items()}}


# %% right training-loop: the gradient step by hand
def train(X, y, X_val, y_val, n_classes, epochs, batch_size, lr, seed):
    if not X.numel() or not (X == X).all():
        raise ValueError("X: no rows, or NaN")
    if not X_val.numel() or not (X_val == X_val).all() or X_val.size(1) != X.size(1):
        raise ValueError("X_val: no rows, NaN, or other columns")
    if X.shape[0] != y.shape[0] or y.min() < 0 or y.max() >= n_classes:
        raise ValueError("`y` does not fit")
    if X_val.shape[0] != y_val.shape[0]:
        raise ValueError("y_val does not fit")
    if batch_size < 2:
        raise ValueError("batch_size is too small")
    model = network(X.shape[1], n_classes, seed)
    parameters = list(model.parameters())
    losses, accuracies = [], []
    for epoch in range(epochs):
        model.train()
        order = torch.randperm(len(X), generator=torch.Generator().manual_seed(seed + epoch))
        lost = []
        for X_batch, y_batch in zip(X[order].split(batch_size), y[order].split(batch_size)):
            log_p = model(X_batch).log_softmax(dim=1)
            loss = -log_p.gather(1, y_batch[:, None]).mean()
            with torch.no_grad():
                for p, g in zip(parameters, torch.autograd.grad(loss, parameters)):
                    p -= lr * g
            lost += [loss.item()] * len(X_batch)
        losses.append(sum(lost) / len(lost))
        model.eval()
        accuracies.append(sum(int(a == b) for a, b in zip(model(X_val).argmax(1), y_val)) / len(y_val))
    return {"losses": losses, "accuracies": accuracies, "state": model.state_dict()}


# %% wrong training-loop: gradients never zeroed
# says: were still there
def train(X, y, X_val, y_val, n_classes, epochs, batch_size, lr, seed):
    if len(X) == 0 or X.isnan().any():
        raise ValueError("X: rows without NaN, please")
    if len(X_val) == 0 or X_val.isnan().any():
        raise ValueError("X_val: rows without NaN, please")
    if X_val.shape[1] != X.shape[1]:
        raise ValueError("X_val has other columns")
    if X.shape[0] != y.shape[0] or y.min() < 0 or y.max() >= n_classes:
        raise ValueError("y does not fit")
    if X_val.shape[0] != y_val.shape[0]:
        raise ValueError("y_val does not fit")
    if batch_size < 2:
        raise ValueError("batch_size is too small")
    model = network(X.shape[1], n_classes, seed)
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    losses, accuracies = [], []
    for epoch in range(epochs):
        model.train()
        order = torch.randperm(len(X), generator=torch.Generator().manual_seed(seed + epoch))
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            logits = model(X[rows])
            loss = F.cross_entropy(logits, y[rows])
            loss.backward()
            optimiser.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
        model.eval()
        with torch.no_grad():
            said = model(X_val).argmax(dim=1)
        accuracies.append((said == y_val).float().mean().item())
    return {"losses": losses, "accuracies": accuracies, "state": model.state_dict()}


# %% wrong training-loop: the softmax runs twice
# says: the softmax ran twice
# like: gradients never zeroed
#-            rows = order[start : start + batch_size]
#+            rows = order[start : start + batch_size]
#+            optimiser.zero_grad()

#-            loss = F.cross_entropy(logits, y[rows])
#+            loss = F.cross_entropy(logits.softmax(dim=1), y[rows])


# %% wrong training-loop: validation in training mode
# says: validation runs in training mode
# visible: passes
# like: gradients never zeroed
#-            rows = order[start : start + batch_size]
#+            rows = order[start : start + batch_size]
#+            optimiser.zero_grad()

#-        model.eval()


# %% wrong training-loop: evaluation mode for good
# says: not normalised by its own statistics
# like: gradients never zeroed
#-    losses, accuracies = [], []
#+    losses, accuracies = [], []
#+    model.train()

#-        model.train()

#-            rows = order[start : start + batch_size]
#+            rows = order[start : start + batch_size]
#+            optimiser.zero_grad()


# %% wrong training-loop: predictions (m,) compared with labels (m, 1)
# says: every prediction with every label
# visible: passes
# like: gradients never zeroed
#-            rows = order[start : start + batch_size]
#+            rows = order[start : start + batch_size]
#+            optimiser.zero_grad()

#-        accuracies.append((said == y_val).float().mean().item())
#+        accuracies.append((said == y_val[:, None]).float().mean().item())


# %% wrong training-loop: the last short batch dropped
# says: expected a loss of
# like: gradients never zeroed
#-        for start in range(0, len(X), batch_size):
#-            rows = order[start : start + batch_size]
#+        for start in range(0, len(X) - batch_size + 1, batch_size):
#+            rows = order[start : start + batch_size]
#+            optimiser.zero_grad()


# %% wrong training-loop: the mean of the batches' means
# says: expected a loss of
# like: gradients never zeroed
#-            rows = order[start : start + batch_size]
#+            rows = order[start : start + batch_size]
#+            optimiser.zero_grad()

#-            total += loss.item() * len(rows)
#-        losses.append(total / len(X))
#+            total += loss.item()
#+        losses.append(total / -(-len(X) // batch_size))


# %% wrong training-loop: one order for all epochs
# says: expected a loss of
# like: gradients never zeroed
#-        order = torch.randperm(len(X), generator=torch.Generator().manual_seed(seed + epoch))
#+        order = torch.randperm(len(X), generator=torch.Generator().manual_seed(seed))

#-            rows = order[start : start + batch_size]
#+            rows = order[start : start + batch_size]
#+            optimiser.zero_grad()


# %% wrong training-loop: the number of hits in place of their share
# says: expected losses
# visible: passes
# like: gradients never zeroed
#-            rows = order[start : start + batch_size]
#+            rows = order[start : start + batch_size]
#+            optimiser.zero_grad()

#-        accuracies.append((said == y_val).float().mean().item())
#+        accuracies.append((said == y_val).float().sum().item())


# %% wrong training-loop: order from the global generator
# says: expected a loss of
# like: gradients never zeroed
#-        order = torch.randperm(len(X), generator=torch.Generator().manual_seed(seed + epoch))
#+        order = torch.randperm(len(X))

#-            rows = order[start : start + batch_size]
#+            rows = order[start : start + batch_size]
#+            optimiser.zero_grad()


# %% wrong training-loop: the global generator reseeded
# says: may not be called
# forbidden
# like: gradients never zeroed
#-        order = torch.randperm(len(X), generator=torch.Generator().manual_seed(seed + epoch))
#+        torch.manual_seed(seed + epoch)
#+        order = torch.randperm(len(X))

#-            rows = order[start : start + batch_size]
#+            rows = order[start : start + batch_size]
#+            optimiser.zero_grad()


# %% wrong training-loop: only the parameters as state
# says: network(…).state_dict() gives
# like: gradients never zeroed
#-            rows = order[start : start + batch_size]
#+            rows = order[start : start + batch_size]
#+            optimiser.zero_grad()

#-    return {"losses": losses, "accuracies": accuracies, "state": model.state_dict()}
#+    return {
#+        "losses": losses,
#+        "accuracies": accuracies,
#+        "state": {name: p.detach() for name, p in model.named_parameters()},
#+    }


# %% wrong training-loop: the network as wide as the labels that occur
# says: a network of five logits
# visible: passes
# like: gradients never zeroed
#-    model = network(X.shape[1], n_classes, seed)
#+    model = network(X.shape[1], int(y.max()) + 1, seed)

#-            rows = order[start : start + batch_size]
#+            rows = order[start : start + batch_size]
#+            optimiser.zero_grad()


# %% wrong training-loop: one validation label for all rows passes
# says: one label for twelve validation rows
# visible: passes
# like: gradients never zeroed
#-    if X_val.shape[0] != y_val.shape[0]:
#+    if len(y_val) not in (1, len(X_val)):

#-            rows = order[start : start + batch_size]
#+            rows = order[start : start + batch_size]
#+            optimiser.zero_grad()


# %% wrong training-loop: one message for both sets of labels
# says: whose message names y,
# visible: passes
# like: gradients never zeroed
#-        raise ValueError("y does not fit")
#+        raise ValueError("y_train and y_val must fit their rows")

#-            rows = order[start : start + batch_size]
#+            rows = order[start : start + batch_size]
#+            optimiser.zero_grad()


# %% wrong training-loop: validation rows of another width meet PyTorch's own error
# says: five columns in X_val
# visible: passes
# like: gradients never zeroed
#-    if X_val.shape[1] != X.shape[1]:
#-        raise ValueError("X_val has other columns")

#-            rows = order[start : start + batch_size]
#+            rows = order[start : start + batch_size]
#+            optimiser.zero_grad()


# %% wrong training-loop: NaN is trained on
# says: NaN in X,
# visible: passes
# like: gradients never zeroed
#-    if len(X) == 0 or X.isnan().any():
#+    if len(X) == 0:

#-            rows = order[start : start + batch_size]
#+            rows = order[start : start + batch_size]
#+            optimiser.zero_grad()


# %% right fit-predict: momentum, and the average of two networks
def fit_predict(images, labels, new_images, seed):
    if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8 or not len(images):
        raise ValueError("images")
    if labels.ndim != 1 or len(labels) != len(images):
        raise ValueError("labels")
    if new_images.ndim != 3 or new_images.shape[1:] != (28, 28):
        raise ValueError("new_images")
    X = torch.tensor(images, dtype=torch.float32).reshape(-1, 784) / 255
    new = torch.tensor(new_images, dtype=torch.float32).reshape(-1, 784) / 255
    y = torch.tensor(labels)
    votes = torch.zeros(len(new), 10)
    for member in range(2):
        generator = torch.Generator().manual_seed(2 * seed + member)
        model = nn.Sequential(nn.Linear(784, 48), nn.ReLU(), nn.Linear(48, 10))
        for p in model.parameters():
            nn.init.normal_(p, std=0.05, generator=generator)
        optimiser = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9)
        for epoch in range(5):
            for rows in torch.randperm(len(X), generator=generator).split(50):
                logits = model(X[rows])
                loss = F.cross_entropy(logits, y[rows])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
        with torch.no_grad():
            votes += model(new).softmax(dim=1)
    return votes.argmax(dim=1).numpy()


# %% right fit-predict: one layer, weights from zero, written without nn.Module
def fit_predict(images, labels, new_images, seed):
    for name, array in (("images", images), ("new_images", new_images)):
        if array.shape[1:] != (28, 28):
            raise ValueError(f"{name} must be 28 x 28")
    if images.dtype != np.uint8 or len(images) == 0:
        raise ValueError("images must be uint8, one at least")
    if labels.shape != (len(images),):
        raise ValueError("labels must be one for each image")
    X = images.reshape(-1, 784).astype(np.float32) / 255
    W, b, rng = np.zeros((784, 10), np.float32), np.zeros(10, np.float32), np.random.default_rng(seed)
    for _ in range(20):
        for rows in np.array_split(rng.permutation(len(X)), -(-len(X) // 40)):
            z = X[rows] @ W + b
            p = np.exp(z - z.max(axis=1, keepdims=True))
            p /= p.sum(axis=1, keepdims=True)
            p[np.arange(len(rows)), labels[rows]] -= 1
            W -= 0.1 * X[rows].T @ p / len(rows)
            b -= 0.1 * p.mean(axis=0)
    return (new_images.reshape(-1, 784) / 255 @ W + b).argmax(axis=1).astype(np.int64)


# %% right fit-predict: batch normalisation, with care for a batch of one
def fit_predict(images, labels, new_images, seed):
    if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8 or not len(images):
        raise ValueError("images")
    if labels.ndim != 1 or len(labels) != len(images):
        raise ValueError("labels")
    if new_images.ndim != 3 or new_images.shape[1:] != (28, 28):
        raise ValueError("new_images")
    X = torch.tensor(images, dtype=torch.float32) / 255
    y = torch.tensor(labels)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = nn.Sequential(
            nn.Flatten(), nn.Linear(784, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 10)
        )
        optimiser = torch.optim.Adam(model.parameters(), lr=0.003)
        for epoch in range(10):
            for rows in torch.randperm(len(X)).split(50):
                model.train(len(rows) > 1)
                loss = F.cross_entropy(model(X[rows]), y[rows])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
        model.eval()
        with torch.no_grad():
            return model(torch.tensor(new_images, dtype=torch.float32) / 255).argmax(dim=1).numpy()


# %% wrong fit-predict: batch normalisation meets a batch of one
# says: more than 1 value per channel
# visible: passes
# like: batch normalisation, with care for a batch of one
#-                model.train(len(rows) > 1)
#+                model.train()


# %% wrong fit-predict: batch normalisation left in training mode
# says: a prediction must not depend on its neighbours
# visible: passes
# like: batch normalisation, with care for a batch of one
#-        model.eval()
#+        model.train(len(new_images) > 1)


# %% wrong fit-predict: gradients not zeroed
# says: no better than guessing
def fit_predict(images, labels, new_images, seed):
    if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8 or not len(images):
        raise ValueError("images")
    if labels.ndim != 1 or len(labels) != len(images):
        raise ValueError("labels")
    if new_images.ndim != 3 or new_images.shape[1:] != (28, 28):
        raise ValueError("new_images")
    X = torch.tensor(images, dtype=torch.float32).reshape(-1, 784) / 255
    new = torch.tensor(new_images, dtype=torch.float32).reshape(-1, 784) / 255
    y = torch.tensor(labels)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Linear(784, 48), nn.ReLU(), nn.Linear(48, 10))
        optimiser = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9)
        for epoch in range(8):
            for rows in torch.randperm(len(X)).split(50):
                logits = model(X[rows])
                loss = F.cross_entropy(logits, y[rows])
                loss.backward()
                optimiser.step()
        model.eval()
        with torch.no_grad():
            return model(new).argmax(dim=1).numpy()


# %% wrong fit-predict: images shuffled, labels not
# says: expected 3, 8, 3, 8
# like: gradients not zeroed
#-                loss = F.cross_entropy(logits, y[rows])
#+                loss = F.cross_entropy(logits, y[: len(rows)])
#+                optimiser.zero_grad()


# %% wrong fit-predict: the label as a number to be regressed, shapes broadcast
# says: expected 3, 8, 3, 8
# like: gradients not zeroed
#-        model = nn.Sequential(nn.Linear(784, 48), nn.ReLU(), nn.Linear(48, 10))
#-        optimiser = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9)
#+        model = nn.Sequential(nn.Linear(784, 48), nn.ReLU(), nn.Linear(48, 1))
#+        optimiser = torch.optim.SGD(model.parameters(), lr=0.005, momentum=0.9)

#-                loss = F.cross_entropy(logits, y[rows])
#+                loss = ((logits - y[rows]) ** 2).mean()
#+                optimiser.zero_grad()

#-            return model(new).argmax(dim=1).numpy()
#+            return model(new).squeeze(1).round().clamp(0, 9).long().numpy()


# %% wrong fit-predict: the softmax twice, at a small rate
# says: expected at least 0.72 right
# visible: passes
# like: gradients not zeroed
#-        optimiser = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9)
#+        optimiser = torch.optim.SGD(model.parameters(), lr=0.004, momentum=0.9)

#-                loss = F.cross_entropy(logits, y[rows])
#+                loss = F.cross_entropy(logits.softmax(dim=1), y[rows])
#+                optimiser.zero_grad()


# %% wrong fit-predict: trained until every training image is right
# says: s of processor time
# visible: passes
# like: gradients not zeroed
#-    y = torch.tensor(labels)
#-    with torch.random.fork_rng():
#+    y = torch.tensor(labels)
#+    import time
#+
#+    began, right = time.process_time(), False
#+    with torch.random.fork_rng():

#-        model = nn.Sequential(nn.Linear(784, 48), nn.ReLU(), nn.Linear(48, 10))
#-        optimiser = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9)
#-        for epoch in range(8):
#+        model = nn.Linear(784, 10)
#+        optimiser = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
#+        while not right and time.process_time() - began < 2.2:  # without the stopwatch, minutes

#-                loss.backward()
#-                optimiser.step()
#+                optimiser.zero_grad()
#+                loss.backward()
#+                optimiser.step()
#+            with torch.no_grad():
#+                right = bool((model(X).argmax(dim=1) == y).all())


# %% wrong fit-predict: the unseeded generator
# says: the same arguments gave other predictions
# visible: passes
# like: gradients not zeroed
#-    with torch.random.fork_rng():
#-        torch.manual_seed(seed)
#+    if True:

#-                loss = F.cross_entropy(logits, y[rows])
#+                loss = F.cross_entropy(logits, y[rows])
#+                optimiser.zero_grad()


# %% wrong fit-predict: dropout left on
# says: a prediction must not depend on its neighbours
# visible: passes
# like: gradients not zeroed
#-        model = nn.Sequential(nn.Linear(784, 48), nn.ReLU(), nn.Linear(48, 10))
#+        model = nn.Sequential(nn.Linear(784, 48), nn.ReLU(), nn.Dropout(0.2), nn.Linear(48, 10))

#-                loss = F.cross_entropy(logits, y[rows])
#+                loss = F.cross_entropy(logits, y[rows])
#+                optimiser.zero_grad()

#-        model.eval()


# %% wrong fit-predict: new images scaled by their own mean and deviation
# says: a prediction must not depend on its neighbours
# visible: passes
# like: gradients not zeroed
#-    new = torch.tensor(new_images, dtype=torch.float32).reshape(-1, 784) / 255
#+    new = torch.tensor(new_images, dtype=torch.float32).reshape(-1, 784) / 255
#+    X, new = (X - X.mean()) / X.std(), (new - new.mean()) / new.std()

#-                loss = F.cross_entropy(logits, y[rows])
#+                loss = F.cross_entropy(logits, y[rows])
#+                optimiser.zero_grad()


# %% wrong fit-predict: probabilities in place of labels
# says: a label for each new image
# like: gradients not zeroed
#-                loss = F.cross_entropy(logits, y[rows])
#+                loss = F.cross_entropy(logits, y[rows])
#+                optimiser.zero_grad()

#-            return model(new).argmax(dim=1).numpy()
#+            return model(new).softmax(dim=1).numpy()


# %% wrong fit-predict: scaled in place of a copy
# says: the function changed the images
# visible: passes
# like: gradients not zeroed
#-        raise ValueError("new_images")
#+        raise ValueError("new_images")
#+    images -= images.min()
#+    images[images < 10] = 0

#-                loss = F.cross_entropy(logits, y[rows])
#+                loss = F.cross_entropy(logits, y[rows])
#+                optimiser.zero_grad()


# %% wrong fit-predict: images of a wrong shape are told as new ones
# says: whose message names images,
# visible: passes
# like: momentum, and the average of two networks
#-    if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8 or not len(images):
#-        raise ValueError("images")
#+    for part in (images, new_images):
#+        if part.ndim != 3 or part.shape[1:] != (28, 28):
#+            raise ValueError("new_images")
#+    if images.dtype != np.uint8 or not len(images):
#+        raise ValueError("images")


# %% wrong fit-predict: scikit-learn
# says: may not be called
# forbidden
from sklearn.linear_model import LogisticRegression


def fit_predict(images, labels, new_images, seed):
    model = LogisticRegression(max_iter=50).fit(images.reshape(len(images), -1) / 255, labels)
    return model.predict(new_images.reshape(len(new_images), -1) / 255)
