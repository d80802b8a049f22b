"""Full-batch gradient descent on the Gram matrix of the training patches."""

import torch
from torch import Tensor

from mixsuite.patches.distribution import PatchSet
from mixsuite.patches.network import SmoothedLeakyReLU, patch_outputs
from mixsuite.patches.objective import Objective


class DivergedError(RuntimeError):
    """Descent left the range of float64; the message names the step."""


class GramDescent:
    """Gradient descent on W that never touches a vector of d entries.

    Every iterate is W(t) = W(0) + C(t) D for the dictionary D (m, d) of training patches, so the products
    h = W D^T (2, m) follow from the Gram matrix D D^T alone, and a step costs the same whatever d is. On the CPU a
    descent repeats bit for bit; on a GPU the sums over images that share a feature may differ in the last bits.

    projections: h (2, m), rows of w_1 and w_-1. coefficients: C (2, m). step: steps taken.
    """

    def __init__(
        self,
        data: PatchSet,
        weights: Tensor,
        objective: Objective,
        activation: SmoothedLeakyReLU,
        learning_rate: float,
    ) -> None:
        """Start at `weights` (2, d), on the device of `data`."""
        self.index = data.index
        self.objective = objective
        self.activation = activation
        self.learning_rate = learning_rate
        self.step = 0
        weights = weights.to(data.dictionary)
        self.gram = data.dictionary @ data.dictionary.T
        self.initial_products = weights @ weights.T
        self.initial_projections = weights @ data.dictionary.T
        self.projections = self.initial_projections.clone()
        self.coefficients = torch.zeros_like(self.projections)
        self.signs = self.projections.new_tensor([[1.0], [-1.0]])

    def activations(self) -> Tensor:
        """Return the table a (n, P) of what each training patch adds to f."""
        return patch_outputs(self.projections, self.activation).take(self.index)

    def gradient(self) -> Tensor:
        """Return G (2, m), the gradient by W being G D.

        Raises:
            DivergedError: the activations are not finite, or beyond what float64 can treat.
        """
        try:
            by_activation = self.objective.gradient(self.activations())
        except OverflowError as error:
            raise DivergedError(
                f"descent diverged by step {self.step} at learning rate {self.learning_rate}: {error}"
            ) from None
        by_patch = torch.zeros_like(self.projections[0]).index_add_(0, self.index.flatten(), by_activation.flatten())
        return self.activation.derivative(self.projections).mul_(self.signs).mul_(by_patch)

    def advance(self, steps: int) -> None:
        """Take `steps` steps."""
        for _ in range(steps):
            gradient = self.gradient()
            self.coefficients.sub_(gradient, alpha=self.learning_rate)
            self.projections.addmm_(gradient, self.gram, alpha=-self.learning_rate)
            self.step += 1

    def gradient_norm(self) -> Tensor:
        """Return the Euclidean norm of the loss's gradient by W."""
        gradient = self.gradient()
        # Rounding can leave a vanishing squared norm just below 0.
        return (gradient @ self.gram * gradient).sum().clamp(min=0).sqrt()

    def weight_products(self) -> Tensor:
        """Return W W^T (2, 2) of the rows w_1 and w_-1."""
        cross = self.initial_projections @ self.coefficients.T
        return self.initial_products + cross + self.coefficients @ self.projections.T
