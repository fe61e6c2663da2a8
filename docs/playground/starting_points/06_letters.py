# A GPT in scalars learns to spell
# Written as for any class Value that has + * ** and exp,
# log: no helpers.
import random

from microgradnn import Value

names = ["anna", "hanna", "nina", "ina", "tina", "tanja", "nadja", "maja", "mara", "tamara"]
letters = [".", *sorted(set("".join(names)))]  # "." stands before and after
size, longest = 6, 8
rng = random.Random(3)


def matrix(rows):
    return [[Value(rng.gauss(0, 0.3)) for _ in range(size)] for _ in range(rows)]


of_letter, of_place, out = matrix(len(letters)), matrix(longest), matrix(len(letters))
query, key, value = matrix(size), matrix(size), matrix(size)
weights = [x for m in (of_letter, of_place, out, query, key, value) for row in m for x in row]


def dot(xs, ys):
    return sum(x * y for x, y in zip(xs, ys))


def times(rows, x):
    return [dot(row, x) for row in rows]


def softmax(xs):
    highest = max(x.data for x in xs)
    powers = [(x - highest).exp() for x in xs]
    total = sum(powers)
    return [power / total for power in powers]


def next_letter(letter, before):
    """How likely each letter is to come next; `before` remembers what came."""
    x = [a + b for a, b in zip(of_letter[letter], of_place[len(before)])]
    before.append((times(key, x), times(value, x)))
    asked = times(query, x)
    attention = softmax([dot(asked, k) for k, _ in before])
    seen = [dot(attention, column) for column in zip(*(v for _, v in before))]
    return softmax(times(out, [a + b for a, b in zip(x, seen)]))


def loss_of(name):
    before, codes = [], [letters.index(letter) for letter in f".{name}."]
    parts = [-next_letter(a, before)[b].log() for a, b in zip(codes, codes[1:])]
    return sum(parts) / len(parts)


speed = [0.0] * len(weights)
for step in range(150):
    loss = loss_of(names[step % len(names)])
    for x in weights:
        x.grad = 0.0
    loss.backward()
    for k, x in enumerate(weights):
        speed[k] = 0.8 * speed[k] + x.grad
        x.data -= 0.05 * speed[k]
    if step % 30 == 29:
        print(f"step {step + 1:3}: loss {loss.data:.3f}", flush=True)

for _ in range(8):
    letter, before, name = 0, [], ""
    while len(before) < longest:
        shares = [share.data for share in next_letter(letter, before)]
        (letter,) = rng.choices(range(len(letters)), shares)
        if letter == 0:
            break
        name += letters[letter]
    print(name, end=" ")
print()
loss_of("ina")
