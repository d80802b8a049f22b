"""Datasets: preparing them once as arrays or as an index of files, loading both, and batches on the device."""
