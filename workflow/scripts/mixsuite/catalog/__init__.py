"""From manifests and a scale to runs, their identities and their paths. Imports no torch."""
