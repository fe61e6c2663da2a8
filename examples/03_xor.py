"""XOR: the smallest problem that needs a hidden layer, and the loop that trains every network.

Look at the loss, which falls, and at the four answers: 1 where the bits differ. The network is
drawn into xor.svg, with its weights on the lines. Needs nothing but microgradnn.
"""

import microgradnn as mg
from microgradnn import losses, nn, optim

inputs = [[0, 0], [0, 1], [1, 0], [1, 1]]
targets = [0, 1, 1, 0]

model = nn.MLP(2, [3, 1], activation="tanh", output_activation="sigmoid", rng=3)
optimizer = optim.SGD(model.parameters(), lr=2.0)

for step in range(201):
    answers = [model(bits) for bits in inputs]  # forward: a graph is recorded
    loss = losses.binary_cross_entropy(answers, targets)
    optimizer.zero_grad()
    loss.backward()  # backward: each weight gets its gradient
    optimizer.step()  # each weight goes a little way downhill
    if step % 50 == 0:
        print(f"step {step:3}: loss {loss.data:.4f}")

for bits in inputs:
    print(f"{bits[0]} xor {bits[1]} = {model(bits):.3f}")

mg.draw(model).save("xor.svg")
