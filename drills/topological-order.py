"""An order for the backward pass

An autograd engine keeps, for each node, the nodes that it was made of. Write `topological_order(inputs)`: `inputs` maps each node to the list of its inputs, and the result lists every node once, each after all its inputs. Where several orders are possible, any will do. A name that occurs only as an input is a leaf and is listed too.

```pycon
>>> topological_order({"loss": ["p", "w"], "p": ["w", "x"]})
['w', 'x', 'p', 'loss']
```

A node that depends on itself, directly or through others, has no place: raise `ValueError`. A chain may be 3,000 nodes long, deeper than Python lets a function call itself.
"""
# chapter: 11-pytorch
# minutes: 8
# difficulty: medium


# %% stub
def topological_order(inputs: dict[str, list[str]]) -> list[str]:
    """Return every node once, each after all its inputs."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(graph):
    try:
        return topological_order(
            {name: list(ins) for name, ins in graph.items()}
        )
    except NotImplementedError:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def fault(graph, got):
    nodes = {*graph, *(i for ins in graph.values() for i in ins)}
    if not isinstance(got, list):
        return f"expected a list, got {got!r:.90}"
    if sorted(got) != sorted(nodes):
        return f"expected each of the {len(nodes)} nodes once, got {len(got)} entries, {len(set(got))} of them different. Leaves count, and a node that is used twice is listed once."
    place = {name: i for i, name in enumerate(got)}
    late = [(i, n) for n in graph for i in graph[n] if place[i] > place[n]]
    return f"{late[0][1]} stands before its input {late[0][0]}" if late else ""


graph = {"loss": ["p", "w"], "p": ["w", "x"]}
wrong = fault(graph, outcome(graph))
assert not wrong, f"the example: {wrong}."
graph = {"y": ["x", "x"]}
wrong = fault(graph, outcome(graph))
assert not wrong, f"a node that uses its input twice, {graph}: {wrong}."
graph = {"a": ["b"], "b": ["c"], "c": ["d"]}
wrong = fault(graph, outcome(graph))
assert not wrong, f"a chain given from its end, {graph}: {wrong}."
graph = {"out": ["x", "far"], "far": ["near"], "near": ["x"]}
wrong = fault(graph, outcome(graph))
assert not wrong, f"a short and a long path to x, {graph}: {wrong}."
for graph in (
    {"s": ["l", "r"], "l": ["m"], "r": ["m", "l"], "m": ["x"]},
    {"a": ["x"], "b": ["y"]},
    {},
):
    wrong = fault(graph, outcome(graph))
    assert not wrong, f"{graph}: {wrong}."
for graph in (
    {"a": ["a"]},
    {"a": ["b"], "b": ["a"]},
    {"out": ["a", "x"], "a": ["b"], "b": ["c"], "c": ["a", "x"]},
):
    got = outcome(graph)
    assert isinstance(got, str) and got.startswith("ValueError"), (
        f"{graph}: expected ValueError for a node that depends on itself, got {got!r:.90}"
    )
rng = random.Random(4)
for _ in range(20):
    names = [f"n{i}" for i in range(12)]
    graph = {n: rng.sample(names[:i], min(i, 2)) for i, n in enumerate(names)}
    graph = {n: graph[n] for n in rng.sample(names, 12)}
    wrong = fault(graph, outcome(graph))
    assert not wrong, f"a random graph of 12 nodes: {wrong}."
twice = {f"d{i}": [f"d{i - 1}", f"d{i - 1}"] for i in range(2999, 0, -1)}
got = outcome(twice)
assert not fault(twice, got), (
    f"a chain of 3,000 nodes: {fault(twice, got)}. A recursion stops at about 1,000 calls: keep a stack, or count for each node the inputs that are still missing."
)

# %% hint
# Count for each node how many inputs are missing. Begin with the leaves; when a node is listed, each of its users misses one less. What is never listed lies on a cycle.


# %% answer
def topological_order(inputs: dict[str, list[str]]) -> list[str]:
    """Return every node once, each after all its inputs."""
    users: dict[str, list[str]] = {name: [] for name in inputs}
    for name, needed in inputs.items():
        for i in needed:
            users.setdefault(i, []).append(name)
    missing = {name: len(inputs.get(name, [])) for name in users}
    order = [name for name, n in missing.items() if n == 0]
    for name in order:  # it grows while it is walked
        for user in users[name]:
            missing[user] -= 1
            if missing[user] == 0:
                order.append(user)
    if len(order) < len(users):
        raise ValueError("a node depends on itself")
    return order


# %% wrong: the order of the dict
# says: stands before its input
def topological_order(inputs):
    leaves = []
    for needed in inputs.values():
        leaves += [i for i in needed if i not in inputs and i not in leaves]
    for name in inputs:
        if name in inputs[name] or any(
            name in inputs.get(i, []) for i in inputs[name]
        ):
            raise ValueError("cycle")
    return leaves + list(inputs)


# %% wrong: breadth first from the outputs, reversed
# says: stands before its input
def topological_order(inputs):
    used = {i for needed in inputs.values() for i in needed}
    queue = [name for name in inputs if name not in used]
    if inputs and not queue:
        raise ValueError("cycle")
    for name in queue:
        for i in inputs.get(name, []):
            if i not in queue:
                queue.append(i)
    return queue[::-1]


# %% wrong: a recursion
# says: A recursion stops at about 1,000 calls
def topological_order(inputs):
    order, open_ = [], set()

    def visit(name):
        if name in order:
            return
        if name in open_:
            raise ValueError("cycle")
        open_.add(name)
        for i in inputs.get(name, []):
            visit(i)
        order.append(name)

    for name in inputs:
        visit(name)
    return order


# %% wrong: a cycle is cut silently
# says: for a node that depends on itself
def topological_order(inputs):
    order, seen = [], set()
    for start in inputs:
        stack = [start]
        while stack:
            name = stack[-1]
            seen.add(name)
            waiting = [i for i in inputs.get(name, []) if i not in seen]
            if waiting:
                stack.append(waiting[0])
            else:
                stack.pop()
                if name not in order:
                    order.append(name)
    return order


# %% wrong: listed once for each use
# says: a node that is used twice is listed once
def topological_order(inputs):
    def walk(name, above):
        if name in above:
            raise ValueError("cycle")
        found = []
        for i in inputs.get(name, []):
            found += walk(i, above | {name})
        return found + [name]

    used = {i for needed in inputs.values() for i in needed}
    if inputs and not set(inputs) - used:
        raise ValueError("cycle")
    return [n for name in inputs if name not in used for n in walk(name, set())]
