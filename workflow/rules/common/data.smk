# What the rules of data.smk read and are told.
from mixsuite.catalog.modules import module_of_dataset


def dataset_specification(wildcards):
    return canonical_json(CATALOG.dataset_specification(wildcards.dataset))


def dataset_source(wildcards):
    source = CATALOG.dataset_source(wildcards.dataset)
    return ["--source", str(source)] if source else []


def dataset_code(step):
    def of_dataset(wildcards):
        kind = CATALOG.dataset_specification(wildcards.dataset)["kind"]
        return code(step, [module_of_dataset(kind)])

    return of_dataset
