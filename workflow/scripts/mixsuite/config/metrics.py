"""What is measured, in which unit, and which direction is better."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """A measured quantity: its title in tables and axes, unit, decimals shown, and whether lower is better."""

    title: str
    unit: str = ""
    decimals: int = 2
    lower_is_better: bool | None = None


METRICS: dict[str, Metric] = {
    "top1_error": Metric("Top-1 error", "%", 2, lower_is_better=True),
    "top5_error": Metric("Top-5 error", "%", 2, lower_is_better=True),
    "top1_error_change": Metric("Change of top-1 error against the baseline", "points", 2, lower_is_better=True),
    "best_top1_error": Metric("Top-1 error of the best epoch", "%", 2, lower_is_better=True),
    "held_out_top1_error": Metric("Top-1 error on the other half of the test images", "%", 2, lower_is_better=True),
    "parameters": Metric("Parameters", "M", 1),
    "relative_time": Metric("Training time relative to vanilla", "×", 2, lower_is_better=True),
    "robust_accuracy": Metric("Top-1 accuracy under attack", "%", 2, lower_is_better=False),
    "accuracy": Metric("Accuracy", "%", 2, lower_is_better=False),
    "accuracy_change": Metric("Change of accuracy against the baseline", "points", 2, lower_is_better=False),
    "aupr": Metric("AUPR", "%", 2, lower_is_better=False),
    "auroc": Metric("AUROC", "%", 2, lower_is_better=False),
    "fpr95": Metric("FPR at 95 % TPR", "%", 2, lower_is_better=True),
    "base_rate": Metric("Chance level of AUPR", "%", 2),
    "std_of_row": Metric("Standard deviation over the row", "points", 2),
    "loss": Metric("Loss", "", 2, lower_is_better=True),
    "centre_loss": Metric("Test loss at the trained weights", "", 3, lower_is_better=True),
    "surface_loss": Metric("Mean test loss over the surface", "", 3, lower_is_better=True),
    "surface_loss_rise": Metric("Mean rise of the test loss over the surface", "", 3, lower_is_better=True),
    "top_eigenvalue": Metric("Leading eigenvalue of the Hessian", "", 1, lower_is_better=True),
    "hessian_trace": Metric("Trace of the Hessian", "", 1, lower_is_better=True),
    "loss_rise": Metric("Rise of the test loss under the strongest noise", "", 3, lower_is_better=True),
    "error_reduction": Metric("Reduction of top-1 error", "points", 2, lower_is_better=False),
    "cv_reliability": Metric("Rank correlation of the CV between two halves of the draws", "", 2),
    "speedup": Metric("Speed-up", "×", 1, lower_is_better=False),
    "flops": Metric("FLOPs", "M", 0),
    "search_cost": Metric("Search cost", "GPU days", 2, lower_is_better=True),
    "search_time": Metric("Search time", "GPU minutes", 0, lower_is_better=True),
    "search_method": Metric("Search method"),
    "area_deviation": Metric(
        "Mean deviation of a region's area from its proportion", "points", 2, lower_is_better=True
    ),
    "distance_to_dirichlet": Metric("Distance of a region's areas to their Beta law", "", 3, lower_is_better=True),
    "salient_pixel_visible": Metric("Sources whose most salient pixel is visible", "%", 1, lower_is_better=False),
    "saliency_visible": Metric("Share of the sources' saliency that is visible", "%", 1, lower_is_better=False),
    "learned": Metric("Feature learned", "", 0, lower_is_better=False),
    "feature_output": Metric("Feature output", "", 2, lower_is_better=False),
    "feature_output_overshoot": Metric("Peak of the feature output minus its last value", "", 2),
    "activation_unevenness": Metric("Spread of the training patches' activation, of its mean", "%", 1, True),
    "images_needed": Metric("Training images that a feature needs to be recognised", "", 1, lower_is_better=True),
    "class_accuracy": Metric("Test accuracy of the rarity class", "", 3, lower_is_better=False),
    "test_accuracy": Metric("Test accuracy", "", 3, lower_is_better=False),
    "training_fit": Metric("Share of the training samples fitted", "", 3, lower_is_better=False),
    "augmented_fit": Metric("Share of the augmented samples fitted", "", 3, lower_is_better=False),
    "gradient_norm": Metric("Gradient norm", "", 6, lower_is_better=True),
    "training_accuracy": Metric("Accuracy on the training images", "%", 2),
    "training_accuracy_change": Metric("Change of the accuracy on the training images", "points", 2),
    "training_loss": Metric("Loss on the training images", "", 3),
    "generalisation_gap": Metric("Training accuracy minus test accuracy", "points", 2, lower_is_better=True),
    "calibration_error": Metric("Expected calibration error", "%", 2, lower_is_better=True),
    "overconfidence": Metric("Mean confidence minus accuracy", "points", 2),
    "overconfident_errors": Metric("Overconfident errors", "%", 2, lower_is_better=True),
    "score": Metric("C-score", "", 3),
    "misclassified_share": Metric("Misclassified held-out images", "%", 2, lower_is_better=True),
    "best_accuracy": Metric("Accuracy of the best epoch", "%", 2, lower_is_better=False),
    "output_share": Metric("Share of the first class's image in the mean output", "", 3),
    "output_share_error": Metric("Distance of the share in the mean output from λ", "", 3, lower_is_better=True),
    "output_departure": Metric("Departure of the output from the image's share", "", 3, lower_is_better=True),
}
