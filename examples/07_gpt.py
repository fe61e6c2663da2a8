"""A GPT in scalars: it learns how names are spelt, and is compiled for each length of a name."""

import random
import sys
import time
from pathlib import Path
from typing import Any

import microgradnn as mg
from microgradnn import losses, nn, optim

WIDTH, HEADS, BLOCK = 16, 4, 16  # numbers to a letter, heads of attention, letters at most
STEPS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000  # one name each
CHECKED = 20  # steps that are taken eagerly, too

lines = (Path(__file__).parent / "data" / "names.txt").read_text("utf-8").splitlines()
names = [line for line in lines if not line.startswith("#")]
random.Random(0).shuffle(names)
letters = sorted(set("".join(names)))
END = len(letters)  # stands before and after a name
documents = [[END, *map(letters.index, name), END] for name in names]


Numbers = list[mg.Value]


def matrix(rows: int, columns: int, rng: random.Random) -> list[Numbers]:
    return [[mg.Value(rng.gauss(0, 0.08)) for _ in range(columns)] for _ in range(rows)]


def times(matrix: list[Numbers], x: Numbers) -> Numbers:
    return [mg.dot(row, x) for row in matrix]


def plus(x: Numbers, y: Numbers) -> Numbers:
    return [a + b for a, b in zip(x, y, strict=True)]


def normalised(x: Numbers) -> Numbers:
    scale = (mg.dot(x, x) / len(x) + 1e-5) ** -0.5
    return [scale * number for number in x]


def attention(query: Numbers, keys: list[Numbers], values: list[Numbers]) -> Numbers:
    shares = mg.softmax([mg.dot(query, key) / len(query) ** 0.5 for key in keys])
    return [mg.dot(shares, column) for column in zip(*values, strict=True)]


class GPT(nn.Module):
    """One block of attention and one of neurons; each adds to what it is given."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        self.letter = nn.Embedding(END + 1, WIDTH, init=nn.normal(0.08), rng=rng)
        self.place = nn.Embedding(BLOCK, WIDTH, init=nn.normal(0.08), rng=rng)
        self.query, self.key, self.value, self.mix = (matrix(WIDTH, WIDTH, rng) for _ in range(4))
        self.up, self.down = matrix(4 * WIDTH, WIDTH, rng), matrix(WIDTH, 4 * WIDTH, rng)
        self.head = matrix(END + 1, WIDTH, rng)

    def logits(self, letter: Any, before: list[tuple[Numbers, Numbers]]) -> Numbers:
        """The logits of the letter that follows; `before` holds keys and values, and grows."""
        x = plus(self.letter(letter), self.place(len(before)))
        x = normalised(x)
        seen = normalised(x)
        before.append((times(self.key, seen), times(self.value, seen)))
        query, heads = times(self.query, seen), []
        for start in range(0, WIDTH, WIDTH // HEADS):
            own = slice(start, start + WIDTH // HEADS)
            keys, values = [key[own] for key, _ in before], [value[own] for _, value in before]
            heads += attention(query[own], keys, values)
        x = plus(x, times(self.mix, heads))
        active = [mg.relu(y) for y in times(self.up, normalised(x))]
        x = plus(x, times(self.down, active))
        return times(self.head, x)

    def loss(self, document: list[Any]) -> Any:
        """How far the letters come as a surprise, on average."""
        before: list[tuple[Numbers, Numbers]] = []
        logits = [self.logits(letter, before) for letter in document[:-1]]
        return losses.cross_entropy(logits, document[1:])

    def name(self, rng: random.Random) -> str:
        """A new name, letter by letter."""
        letter, before, spelt = END, list[tuple[Numbers, Numbers]](), ""
        with mg.no_grad():
            while len(before) < BLOCK:
                shares = [share.data for share in mg.softmax(self.logits(letter, before))]
                (letter,) = rng.choices(range(END + 1), shares)
                if letter == END:
                    break
                spelt += letters[letter]
        return spelt


def adam(model: GPT) -> optim.Adam:
    """Adam, with a learning rate that falls to 0 on a straight line."""
    return optim.Adam(model.parameters(), lambda step: 0.01 * (1 - step / STEPS), (0.85, 0.99))


# ---- Eagerly: each step records a graph and goes back over it ------------------------------------

model = GPT(seed=1)
optimizer, eager = adam(model), []
start = time.process_time()
with mg.large_graph():
    for document in documents[:CHECKED]:
        loss = model.loss(document)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        eager.append(loss.data)
eager_step = (time.process_time() - start) / CHECKED
print(f"{len(model.parameters()):,} parameters; a step takes {1000 * eager_step:.1f} ms eagerly")

# ---- Compiled: the same function, as one array program for each length ---------------------------

model = GPT(seed=1)
optimizer, compiled = adam(model), []
programs = mg.compile(model.loss, params=model.parameters())
start = time.process_time()
for document in documents[:STEPS]:
    programs.program([document])
compiling = time.process_time() - start
print(f"compiled for lengths {programs.lengths} in {compiling:.2f} s")

theta = programs.read_params()
start = time.process_time()
for document in documents[:STEPS]:
    loss, gradient = programs.value_and_grad([document], theta)
    theta = optimizer.update(theta, gradient)
    compiled.append(loss)
training = time.process_time() - start
programs.write_params(theta)

difference = max(abs(a - b) for a, b in zip(eager, compiled[:CHECKED], strict=True))
print(f"the first {CHECKED} losses differ by {difference:.0e} at most")
assert difference < 1e-9
step = training / STEPS
print(f"{STEPS:,} steps in {training:.2f} s; a step takes {1000 * step:.2f} ms, ", end="")
print(f"{eager_step / step:.0f} times as fast as eagerly, ", end="")
print(f"and with compiling {eager_step * STEPS / (compiling + training):.0f} times")

recent = compiled[-100:]
print(f"loss {compiled[0]:.2f} → {sum(recent) / len(recent):.2f}; new names:")
rng = random.Random(2)
print(*[model.name(rng) for _ in range(20)])
