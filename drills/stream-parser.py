"""A parser for server-sent events

A language model's answer arrives as a stream of bytes, cut anywhere. Write `stream_data(chunks)`: the data of every event, in order. The stream is UTF-8 text in lines that end in `\\n`. A line `data:` adds what follows the colon, without *one* leading space if there is one, to the current event; several such lines are joined by `\\n`. An empty line ends the event. Every other line (`event:`, `id:`, comments that begin with a colon) is skipped.

```pycon
>>> stream_data([b"data: Hel", b"lo\\n\\n: ping\\n\\ndata: world\\n\\nda"])
['Hello', 'world']
```

A chunk can end within a line and even within a character. An event without data is none, and one that the stream leaves unfinished is dropped.
"""
# chapter: 14-llm-apis
# minutes: 10
# difficulty: hard

# %% stub
from collections.abc import Iterable


def stream_data(chunks: Iterable[bytes]) -> list[str]:
    """Return the data of every finished event of the stream."""
    raise NotImplementedError("not written yet")


# %% checks
import random


def outcome(chunks):
    try:
        return stream_data(chunks)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


got = stream_data([b"data: one\n\n", b"data: two\n\n"])
assert got == ["one", "two"], (
    f"two whole events: expected ['one', 'two'], got {got!r}"
)
got = outcome([b"data: Hel", b"lo\n", b"\nda", b"ta: world\n\n"])
assert got == ["Hello", "world"], (
    f"chunks that end within a line: expected ['Hello', 'world'], got {got!r}. Keep the unfinished line until the rest of it arrives; a chunk is not an event."
)
got = outcome([b"data: a\n\ndata: b\n\ndata: c\n\n"])
assert got == ["a", "b", "c"], (
    f"three events in one chunk: expected ['a', 'b', 'c'], got {got!r}. A chunk is not an event."
)
got = outcome([b"data:  two\n\ndata: to \n\ndata:none\n\n"])
assert got == [" two", "to ", "none"], (
    f"'data:  two', 'data: to ', 'data:none': expected [' two', 'to ', 'none'], got {got!r}. One leading space belongs to the format, every other one to the text; strip() glues words together."
)
got = outcome([b"data: first\ndata: second\n\n"])
assert got == ["first\nsecond"], (
    f"two data lines in one event: expected ['first\\nsecond'], got {got!r}. An event ends at the empty line, and its data lines are joined by a line feed."
)
got = outcome([b": ping\n\nevent: end\ndata: x: y\nid: 7\n\nretry: 1\n\n"])
assert got == ["x: y"], (
    f"a comment, an event with event:, data: and id:, one with retry: alone: expected ['x: y'], got {got!r}. Other lines are skipped, an event without data is none, and the text may hold colons."
)
got = outcome([b"data: \n\ndata\n\ndata: z\n\n"])
assert got in (["", "z"], ["", "", "z"]), (
    f"an empty data line, then 'z': expected ['', 'z'], got {got!r}. Empty data is data: a line was there."
)
got = outcome([b"data: whole\n\ndata: cut off\n"])
assert got == ["whole"], (
    f"the stream breaks off before the empty line: expected ['whole'], got {got!r}. Nobody knows what was still to come; an unfinished event is dropped."
)
text = "data: naïve – 東京 🙂\n\n".encode()
got = outcome([text[i : i + 1] for i in range(len(text))])
assert got == ["naïve – 東京 🙂"], (
    f"'naïve – 東京 🙂' byte by byte: expected ['naïve – 東京 🙂'], got {got!r}. A character of several bytes can be cut; decode whole lines, or use an incremental decoder."
)
got = outcome(iter([b"data: one\n\n"]))
assert got == ["one"], (
    f"chunks from an iterator: expected ['one'], got {got!r}. A stream can be read only once."
)
assert outcome([]) == [], f"no chunk: expected [], got {outcome([])!r}"
got = outcome(["data: a\u2028b\n\n".encode()])
assert got == ["a\u2028b"], (
    f"a line separator U+2028 within the text: expected ['a\\u2028b'], got {got!r}. splitlines() splits at more than line feeds."
)
rng = random.Random(14)
wanted = [
    rng.choice(["Tok", " en", "é", "{}", "a: b", "x\ny"]) for _ in range(30)
]
text = "".join(
    "".join(f"data: {line}\n" for line in data.split("\n")) + "\n"
    for data in wanted
).encode()
for _ in range(5):
    cuts = sorted(rng.sample(range(1, len(text)), 25))
    chunks = [text[i:j] for i, j in zip([0, *cuts], [*cuts, len(text)])]
    got = outcome(chunks)
    assert got == wanted, (
        f"the same 30 events, cut at other places: expected {wanted[:4]}…, got {str(got)[:80]}…"
    )

# %% hint
# Keep a buffer of bytes. While it holds a line feed, take the line before it, decode that line, and look at how it begins; `removeprefix` takes away one space at most.


# %% answer
from collections.abc import Iterable


def stream_data(chunks: Iterable[bytes]) -> list[str]:
    """Return the data of every finished event of the stream."""
    events: list[str] = []
    lines: list[str] = []  # data lines of the event that is open
    rest = b""  # a line that has not ended yet
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if line.startswith(b"data:"):
                data = line.removeprefix(b"data:").removeprefix(b" ")
                lines.append(data.decode())
            elif not line and lines:
                events.append("\n".join(lines))
                lines = []
    return events


# %% wrong: each chunk taken for whole lines
# says: Keep the unfinished line
def stream_data(chunks):
    events = []
    for chunk in chunks:
        for line in chunk.decode().split("\n"):
            if line.startswith("data: "):
                events.append(line[6:])
    return events


# %% wrong: spaces stripped
# says: strip() glues words together
def stream_data(chunks):
    events, lines = [], []
    for line in b"".join(chunks).decode().split("\n")[:-1]:
        if line.startswith("data:"):
            lines.append(line[5:].strip())
        elif not line and lines:
            events.append("\n".join(lines))
            lines = []
    return events


# %% wrong: one event for each data line
# says: its data lines are joined
def stream_data(chunks):
    events = []
    for line in b"".join(chunks).decode().split("\n")[:-1]:
        if line.startswith("data:"):
            events.append(line[5:].removeprefix(" "))
    return events


# %% wrong: each chunk decoded on its own
# says: A character of several bytes can be cut
def stream_data(chunks):
    events, lines, rest = [], [], ""
    for chunk in chunks:
        *whole, rest = (rest + chunk.decode()).split("\n")
        for line in whole:
            if line.startswith("data:"):
                lines.append(line[5:].removeprefix(" "))
            elif not line and lines:
                events.append("\n".join(lines))
                lines = []
    return events


# %% wrong: an unfinished event is given out
# says: an unfinished event is dropped
def stream_data(chunks):
    events, lines = [], []
    for line in b"".join(chunks).decode().split("\n"):
        if line.startswith("data:"):
            lines.append(line[5:].removeprefix(" "))
        elif not line and lines:
            events.append("\n".join(lines))
            lines = []
    return events + ["\n".join(lines)] if lines else events


# %% wrong: empty data is no event
# says: Empty data is data
def stream_data(chunks):
    events = []
    for block in b"".join(chunks).decode().split("\n\n")[:-1]:
        lines = [
            line[5:].removeprefix(" ")
            for line in block.split("\n")
            if line.startswith("data:")
        ]
        data = "\n".join(lines)
        if data:
            events.append(data)
    return events


# %% wrong: lines by splitlines
# says: splitlines() splits at more
def stream_data(chunks):
    events, lines = [], []
    for line in b"".join(chunks).decode().splitlines():
        if line.startswith("data:"):
            lines.append(line[5:].removeprefix(" "))
        elif not line and lines:
            events.append("\n".join(lines))
            lines = []
    return events
