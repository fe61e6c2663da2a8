# XOR, trained by hand
import microgradnn as mg

samples = [([0, 0], -1), ([0, 1], 1), ([1, 0], 1), ([1, 1], -1)]
model = mg.nn.MLP(2, [4, 1], activation="tanh", rng=1)
weights = model.parameters()


def loss_of_all():
    errors = [model(x) - target for x, target in samples]
    return mg.mean([error * error for error in errors])


for step in range(101):
    loss = loss_of_all()
    if step % 20 == 0:
        print(f"step {step:3}: loss {loss.data:.6f}")
    model.zero_grad()
    loss.backward()
    for weight in weights:
        weight.data -= 0.2 * weight.grad

for x, target in samples:
    print(x, "→", f"{model(x).data:+.3f}", "wanted", target)

# The network as it is now. End with loss_of_all(), to see
# the graph instead.
model(samples[1][0])
model
