"""Whether a network acts evenly on all parts of an image."""
