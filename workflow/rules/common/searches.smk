# What the rules of searches.smk read and are told.
search = run_of_kind("search")
sizes = run_of_kind("sizes")


def genotypes_option(wildcards):
    return ["--genotypes", *files] if (files := genotype_of(sizes)(wildcards)) else []
