"""Synthetic experiments of oh2024: ERM, Cutout and CutMix on feature-noise patches, with exact expected losses."""
