"""Image-mixing augmentation: one file per method, all with the signature of `mixsuite.mixing.mix.Mix`."""
