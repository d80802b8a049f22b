# What the rules of cscores.smk read and are told.
from mixsuite.catalog.cscores import cscores_of, file_of_cscores
from mixsuite.records import sha256_of

cscores = run_of_kind("cscores")
estimated_cscores = run_of_kind("estimated_cscores")
held_out = run_of_kind("held_out")


def cscores_source(wildcards, resources):
    file = file_of_cscores(CATALOG.house, cscores(wildcards))
    return ["--source", str(file)] if file else []


def cscores_content(wildcards):
    # Compared instead of the place: a file that was moved makes nothing anew, one that was replaced does.
    file = file_of_cscores(CATALOG.house, cscores(wildcards))
    return ["--source-sha256", sha256_of(file)] if file else []


def cscores_of_held_out(wildcards):
    return outputs_of(cscores_of(held_out(wildcards)))["cscores"]
