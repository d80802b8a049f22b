"""How each method of the papers looks in every figure: its name, colour and marker."""

from __future__ import annotations

from dataclasses import dataclass

from mixsuite.checks import suggest


@dataclass(frozen=True)
class MethodStyle:
    """How one method looks in every figure: the papers' name for it, its colour and its marker."""

    name: str
    colour: str
    marker: str


# The first six are of the Okabe-Ito palette; the others were searched so that any two stay apart for normal sight and
# under simulated protanopia, deuteranopia and tritanopia (tests/reporting/test_methods.py measures it).
METHODS: dict[str, MethodStyle] = {
    "erm": MethodStyle("ERM", "#4D4D4D", "o"),
    "cutout": MethodStyle("Cutout", "#E69F00", "s"),
    "cutmix": MethodStyle("CutMix", "#0072B2", "^"),
    "mixup": MethodStyle("Mixup", "#56B4E9", "v"),
    "dmixup": MethodStyle("DMixup", "#009E73", "P"),
    "dcutmix": MethodStyle("DCutMix", "#D55E00", "D"),
    "manifold_mixup": MethodStyle("Manifold Mixup", "#B05CF0", "<"),
    "saliency_dcutmix": MethodStyle("Saliency-DCutMix", "#781800", "X"),
    "saliencymix": MethodStyle("SaliencyMix", "#180000", "H"),
    "puzzle_mix": MethodStyle("PuzzleMix", "#300078", "p"),
    "co_mixup": MethodStyle("Co-Mixup", "#6000F0", "h"),
    "label_smoothing": MethodStyle("Label Smoothing", "#CDB667", ">"),
    "dropblock": MethodStyle("DropBlock", "#6B1860", "d"),
    "stochastic_depth": MethodStyle("StochDepth", "#A3BDBD", "8"),
    "random_erasing": MethodStyle("Random Erasing", "#A86090", "*"),
    "small_cutmix": MethodStyle("CutMix, small patches", "#7818C0", "^"),
}
# jeong2021 calls training without augmentation "vanilla", oh2024 "ERM": the same thing, so the same look.
METHODS["vanilla"] = MethodStyle("Vanilla", METHODS["erm"].colour, METHODS["erm"].marker)


def method_style(method: str) -> MethodStyle:
    """Return the look of `method`. Raises ValueError when it has none."""
    if method not in METHODS:
        raise ValueError(f"method: found {method!r}{suggest(method, METHODS)}")
    return METHODS[method]
