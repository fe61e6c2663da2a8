"""Iris: three kinds of flowers are told apart by four measurements.

Look at the accuracy on flowers that training has not seen, at the probabilities of one of them,
and at the curves in iris.svg. In iris.html the training can be watched, epoch by epoch. Needs
matplotlib for the picture.
"""

import microgradnn as mg
from microgradnn import data, losses, nn, optim

iris = data.load_iris()
X, X_test, y, y_test = data.train_test_split(iris.X, iris.y, test_size=0.3, seed=1)
X_test, X = data.standardize(X_test, reference=X), data.standardize(X)

model = nn.MLP(4, [8, 3], activation="tanh", init="xavier_uniform", rng=0)  # a logit for each kind
history = mg.fit(
    model,
    X,
    y,
    loss=losses.cross_entropy,
    optimizer=optim.Adam(model.parameters(), lr=0.02),
    epochs=50,
    validation=0.2,  # this share is not trained on; the weights that are best on it are kept
    keep_weights=True,  # so that the page can show this training again
    progress=False,
)

_, accuracy = mg.evaluate(model, X_test, y_test, losses.cross_entropy)
print(f"{accuracy:.1%} of {len(y_test)} unseen flowers are named rightly")

logits = model(X_test[0])
assert isinstance(logits, list)  # a number for each kind, since the last layer has three neurons
for kind, probability in zip(iris.target_names, mg.softmax(logits), strict=True):
    print(f"{kind:11} {probability.data:.3f}")

mg.plots.training_curves(history).savefig("iris.svg")
mg.explore(model, X, y, loss=losses.cross_entropy, history=history, title="Iris").save("iris.html")
