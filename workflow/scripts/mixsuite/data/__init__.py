"""Datasets: preparing them once as arrays, loading the arrays, and batches that are cut on the device."""
