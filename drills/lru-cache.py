"""A cache that forgets what was used least recently

Answers to repeated prompts are worth keeping, but memory is limited. Write a class `LRUCache(capacity)` with `get(key, default)` and `put(key, value)`. When a new key would exceed the capacity, the key goes whose last use is longest ago. Both `get` of a key that is there and `put` are uses.

```pycon
>>> cache = LRUCache(2)
>>> cache.put("a", 1); cache.put("b", 2)
>>> cache.get("a")
1
>>> cache.put("c", 3)
>>> cache.get("b", "gone"), cache.get("a"), cache.get("c")
('gone', 1, 3)
```

Putting a key that is there replaces its value and drives nobody out. A value may be None or 0. Raise `ValueError` for a capacity below 1.
"""
# chapter: 33-interviews-and-portfolio
# minutes: 7
# difficulty: medium


# %% stub
class LRUCache:
    """At most `capacity` keys; the one used least recently goes first."""

    def __init__(self, capacity: int) -> None:
        pass

    def get(self, key, default=None):
        """Return the value of key, or default if it is not there."""
        raise NotImplementedError("not written yet")

    def put(self, key, value) -> None:
        """Keep value under key, if need be in place of another key."""
        raise NotImplementedError("not written yet")


# %% checks
import random


def filled(capacity, keys):
    cache = LRUCache(capacity)
    for key in keys:
        cache.put(key, key.upper())
    return cache


def held(cache, keys):
    """Which keys are there; asking is a use, so ask once, at the end."""
    return [key for key in keys if cache.get(key) == key.upper()]


got = filled(2, "a").get("a")
assert got == "A", f"put('a', 'A'), then get('a'): expected 'A', got {got!r}"
got = filled(2, "a").get("b"), filled(2, "a").get("b", 0)
assert got == (None, 0), (
    f"a key that is not there: expected None, and 0 where that is the default, got {got!r}"
)
got = held(filled(1, "ab"), "ab")
assert got == ["b"], (
    f"capacity 1, put a, b: expected b alone to be there, found {got!r}"
)
got = held(filled(2, "abc"), "abc")
assert got == ["b", "c"], (
    f"capacity 2, put a, b, c: expected b and c to be there, found {got!r}. The oldest goes, not the newest, and not before it must."
)
cache = filled(2, "ab")
cache.get("a")
cache.put("c", "C")
got = held(cache, "abc")
assert got == ["a", "c"], (
    f"capacity 2, put a, b, get a, put c: expected a and c, found {got!r}. get is a use too; otherwise the cache is first in, first out."
)
cache = filled(2, "ab")
cache.put("b", "new")
got = cache.get("a"), cache.get("b")
assert got == ("A", "new"), (
    f"capacity 2, put a, b, and b again: expected 'A' and 'new', got {got!r}. A key that is there needs no room: replace its value, drive nobody out."
)
cache = filled(2, "ab")
cache.put("a", "A")
cache.put("c", "C")
got = held(cache, "abc")
assert got == ["a", "c"], (
    f"capacity 2, put a, b, a, c: expected a and c, found {got!r}. put of a key that is there is a use: it moves to the end."
)
cache = filled(2, "ab")
cache.get("z")
cache.put("c", "C")
got = held(cache, "abcz")
assert got == ["b", "c"], (
    f"capacity 2, put a, b, get z (not there), put c: expected b and c, found {got!r}. A miss keeps nothing and is no use."
)
cache = filled(2, "")
cache.put("none", None)
cache.put("b", "B")
got = cache.get("none", "gone")
cache.put("c", "C")
again = cache.get("none", "gone")
assert got is None and again is None, (
    f"put('none', None), get('none', 'gone'): expected None, also after b had to go for c, got {got!r} and {again!r}. None is a value like others; ask whether the key is there."
)
one, other = filled(2, "ab"), filled(2, "c")
got = held(one, "abc"), held(other, "abc")
assert got == (["a", "b"], ["c"]), (
    f"two caches: expected a and b in one, c in the other, found {got!r}. Each object needs a store of its own."
)
try:
    LRUCache(0)
    got = "no error"
except Exception as error:
    got = type(error).__name__
assert got == "ValueError", f"capacity 0: expected ValueError, got {got}"
rng, cache, order = random.Random(9), LRUCache(3), []
for step in range(200):
    key = rng.choice("abcdef")
    if rng.random() < 0.5:
        got, wanted = cache.get(key), key.upper() if key in order else None
        assert got == wanted, (
            f"step {step} of a random sequence: get({key!r}) should give {wanted!r}, gave {got!r}; from the most recent, the keys are {order[::-1]}"
        )
        if key in order:
            order.remove(key)
            order.append(key)
    else:
        cache.put(key, key.upper())
        order = [k for k in order if k != key][-2:] + [key]

# %% hint
# A dict keeps the order of insertion: delete a key and put it in again, and it stands at the end. `next(iter(self.items))` is the first one, the least recent.


# %% answer
class LRUCache:
    """At most `capacity` keys; the one used least recently goes first."""

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1, got {capacity}")
        self._capacity = capacity
        self._items: dict = {}  # least recently used first

    def get(self, key, default=None):
        """Return the value of key, or default if it is not there."""
        if key not in self._items:
            return default
        self._items[key] = self._items.pop(key)  # to the end
        return self._items[key]

    def put(self, key, value) -> None:
        """Keep value under key, if need be in place of another key."""
        self._items.pop(key, None)
        self._items[key] = value
        if len(self._items) > self._capacity:
            del self._items[next(iter(self._items))]


# %% wrong: first in, first out
# says: get is a use too
class LRUCache:
    def __init__(self, capacity):
        self.capacity, self.items = capacity, {}

    def get(self, key, default=None):
        return self.items.get(key, default)

    def put(self, key, value):
        self.items.pop(key, None)
        self.items[key] = value
        if len(self.items) > self.capacity:
            del self.items[next(iter(self.items))]


# %% wrong: room is made for a key that is there
# says: drive nobody out
class LRUCache:
    def __init__(self, capacity):
        self.capacity, self.items = capacity, {}

    def get(self, key, default=None):
        if key in self.items:
            self.items[key] = self.items.pop(key)
        return self.items.get(key, default)

    def put(self, key, value):
        if len(self.items) >= self.capacity:
            del self.items[next(iter(self.items))]
        self.items[key] = value


# %% wrong: the newest goes
# says: The oldest goes, not the newest
from collections import OrderedDict


class LRUCache:
    def __init__(self, capacity):
        self.capacity, self.items = capacity, OrderedDict()

    def get(self, key, default=None):
        if key in self.items:
            self.items.move_to_end(key)
        return self.items.get(key, default)

    def put(self, key, value):
        if key not in self.items and len(self.items) == self.capacity:
            self.items.popitem()
        self.items[key] = value
        self.items.move_to_end(key)


# %% wrong: a new value is no use
# says: it moves to the end
class LRUCache:
    def __init__(self, capacity):
        self.capacity, self.items = capacity, {}

    def get(self, key, default=None):
        if key in self.items:
            self.items[key] = self.items.pop(key)
        return self.items.get(key, default)

    def put(self, key, value):
        self.items[key] = value
        if len(self.items) > self.capacity:
            del self.items[next(iter(self.items))]


# %% wrong: None means that nothing is there
# says: None is a value like others
class LRUCache:
    def __init__(self, capacity):
        self.capacity, self.items = capacity, {}

    def get(self, key, default=None):
        value = self.items.pop(key, None)
        if value is None:
            return default
        self.items[key] = value
        return value

    def put(self, key, value):
        self.items.pop(key, None)
        self.items[key] = value
        if len(self.items) > self.capacity:
            del self.items[next(iter(self.items))]


# %% wrong: one store for all caches
# says: Each object needs a store of its own
class LRUCache:
    items = {}

    def __init__(self, capacity):
        self.capacity = capacity
        self.items.clear()

    def get(self, key, default=None):
        if key not in self.items:
            return default
        self.items[key] = self.items.pop(key)
        return self.items[key]

    def put(self, key, value):
        self.items.pop(key, None)
        self.items[key] = value
        if len(self.items) > self.capacity:
            del self.items[next(iter(self.items))]
