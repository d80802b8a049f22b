# What the rules of cscores.smk read and are told.
from mixsuite.catalog.cscores import cscores_of, file_of_cscores

cscores = run_of_kind("cscores")
estimated_cscores = run_of_kind("estimated_cscores")
held_out = run_of_kind("held_out")


def cscores_file(wildcards):
    file = file_of_cscores(CATALOG.house, cscores(wildcards))
    return [str(file)] if file else []


def cscores_source(wildcards):
    return [part for file in cscores_file(wildcards) for part in ("--source", file)]


def cscores_of_held_out(wildcards):
    return outputs_of(cscores_of(held_out(wildcards)))["cscores"]
