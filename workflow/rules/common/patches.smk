# What the rules of patches.smk read and are told.
from mixsuite.steps import sweep_run

descent = run_of_kind("descent")


def sweep(wildcards):
    return sweep_run(CATALOG, wildcards.sweep, wildcards.method)


def sweep_specification(wildcards):
    return canonical_json(CATALOG.sweep_specification(wildcards.sweep))
