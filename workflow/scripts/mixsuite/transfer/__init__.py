"""Transfer learning: fine-tuning a pretrained network in stages on few images, and how well calibrated it ends."""
