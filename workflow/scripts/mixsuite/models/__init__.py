"""Networks: one file per family, each with a function `build` that `mixsuite.models.registry` finds by name."""
