"""What checkers are told of losses; it stands in `signatures.pyi`, and programs run without it."""

from ..signatures import as_it_is

loss = loss_with_delta = weighted_loss = loss_of_logits = loss_of_classes = as_it_is
loss_of_probabilities = loss_of_logs = of_distribution = of_two_distributions = as_it_is
