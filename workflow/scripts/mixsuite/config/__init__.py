"""Models of everything a person writes (config, scales, recipes, manifests) and how it is loaded. Imports no torch."""
