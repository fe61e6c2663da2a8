"""A GPT in scalars: it learns how names are spelt, letter by letter, and makes up new ones.

Look at the loss, which starts near log 27 = 3.30, that of a blind guess; at the time; and at the
names. Every number in the model is a Value; the program is compiled once for each length of a
name. An argument is the number of steps. Needs nothing but microgradnn and data/names.txt.
"""

import random
import sys
import time
from pathlib import Path

import microgradnn as mg
from microgradnn import losses, nn, optim

WIDTH, HEADS, LONGEST = 16, 4, 16  # numbers to a letter, heads of attention, letters at most
START = nn.normal(0.08)  # how weights are drawn

lines = (Path(__file__).parent / "data" / "names.txt").read_text("utf-8").splitlines()
names = [line for line in lines if not line.startswith("#")]
random.Random(0).shuffle(names)
letters = sorted(set("".join(names)))
END = len(letters)  # stands before and after a name
documents = [[END, *map(letters.index, name), END] for name in names]


def plus(x, y):
    return [a + b for a, b in zip(x, y, strict=True)]


def normalised(x):
    scale = (mg.dot(x, x) / len(x) + 1e-5) ** -0.5
    return [scale * number for number in x]


def attention(query, keys, values):
    """The mean of the values, each weighted by how well its key fits the query."""
    shares = mg.softmax([mg.dot(query, key) / len(query) ** 0.5 for key in keys])
    return [mg.dot(shares, column) for column in zip(*values, strict=True)]


class GPT(nn.Module):
    """One block of attention and one of neurons; each adds to what it is given."""

    def __init__(self, seed):
        rng = random.Random(seed)

        def linear(nin, nout, activation="linear"):
            return nn.Layer(nin, nout, activation, bias=False, init=START, rng=rng)

        self.letter = nn.Embedding(END + 1, WIDTH, init=START, rng=rng)
        self.place = nn.Embedding(LONGEST, WIDTH, init=START, rng=rng)
        self.query, self.key, self.value, self.mix = (linear(WIDTH, WIDTH) for _ in range(4))
        self.up, self.down = linear(WIDTH, 4 * WIDTH, "relu"), linear(4 * WIDTH, WIDTH)
        self.head = linear(WIDTH, END + 1)

    def logits(self, letter, before):
        """The logits of the letter that follows; `before` holds keys and values, and grows."""
        x = normalised(plus(self.letter(letter), self.place(len(before))))
        seen = normalised(x)
        before.append((self.key(seen), self.value(seen)))
        query, heads = self.query(seen), []
        for start in range(0, WIDTH, WIDTH // HEADS):
            own = slice(start, start + WIDTH // HEADS)
            heads += attention(query[own], [k[own] for k, _ in before], [v[own] for _, v in before])
        x = plus(x, self.mix(heads))
        return self.head(plus(x, self.down(self.up(normalised(x)))))

    def loss(self, document):
        """How far the letters come as a surprise, on average."""
        before = []
        logits = [self.logits(letter, before) for letter in document[:-1]]
        return losses.cross_entropy(logits, document[1:])

    def name(self, rng):
        """A new name, drawn letter by letter; logits × 2 make the likely likelier still."""
        spelt, before = [END], []
        while len(before) < LONGEST and END not in spelt[1:]:
            shares = mg.softmax([2 * z.data for z in self.logits(spelt[-1], before)])
            spelt += rng.choices(range(END + 1), shares)
        return "".join(letters[index] for index in spelt if index != END)


if __name__ == "__main__":
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 1000  # one name each
    model, found, start = GPT(seed=1), [], time.perf_counter()
    programs = mg.compile(model.loss, params=model.parameters())
    optimizer = optim.Adam(model.parameters(), lambda step: 0.01 * (1 - step / steps), (0.85, 0.99))
    theta = programs.read_params()
    for document in documents[:steps]:
        loss, gradient = programs.value_and_grad([document], theta)
        theta = optimizer.update(theta, gradient)
        found.append(loss)
    programs.write_params(theta)
    print(f"{len(theta):,} parameters, {steps:,} steps in {time.perf_counter() - start:.1f} s")
    print(f"loss {found[0]:.2f} → {sum(found[-100:]) / len(found[-100:]):.2f}; new names:")
    rng = random.Random(0)
    with mg.no_grad():
        print(*[model.name(rng) for _ in range(20)])
