"""What checkers and `help` are told of losses; for checkers it stands in `signatures.pyi`."""

from ..signatures import refusing

loss = loss_with_delta = weighted_loss = loss_of_logits = refusing(
    "Raises ValueError if the target is not nested as the prediction is, and TypeError for what\n"
    "is neither number nor Value."
)
loss_of_classes = loss_of_probabilities = loss_of_logs = refusing(
    "Raises ValueError for a class that there is not, or probabilities that do not add up to 1,\n"
    "and TypeError for what is neither number nor Value."
)
of_distribution = of_two_distributions = refusing(
    "Raises ValueError for what is no distribution, as its numbers are negative or do not add up\n"
    "to 1, and for distributions of different lengths."
)
