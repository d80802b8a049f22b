# What the rules of transfers.smk read and are told.
from mixsuite.catalog.transfers import weights_place

weights = run_of_kind("weights")
transfer = run_of_kind("transfer")


def weights_source(wildcards, resources):
    return weights_place(CATALOG.house, weights(wildcards))


def pretrained_files(wildcards):
    (network,) = transfer(wildcards).needs
    dataset = CATALOG.data_files(network) if network.kind == "training" else []
    return [*outputs_of(network).values(), *ancient(dataset)]


def pretrained_options(wildcards):
    (network,) = transfer(wildcards).needs
    if network.kind == "weights":
        return ["--weights-folder", folder_of(network)]
    source = str(Path(CATALOG.data_files(network)[0]).parent)
    sha256 = dataset_sha256_of(lambda _: network)(wildcards)
    return ["--run-folder", folder_of(network), "--source", source, "--source-sha256", sha256]
