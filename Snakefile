# What the suite builds. A paper's artefact is a target: snakemake jeong2021_table1
from snakemake.utils import min_version

min_version("9.20")


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/checks.smk"


check_gpus()


wildcard_constraints:
    scale=CATALOG.scale,
    # Runs are named by a hash, so that a path never changes with a label.
    run="[0-9a-f]{12}",
    dataset=one_of(CATALOG.house.datasets),
    sweep=one_of(CATALOG.built),
    method="erm|cutout|cutmix",


rule all:
    default_target: True
    input:
        [CATALOG.files(name) for name in CATALOG.built],
        scorecard_files(),
    localrule: True


include: "workflow/rules/data.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/landscapes.smk"
include: "workflow/rules/fits.smk"
include: "workflow/rules/robustness.smk"
include: "workflow/rules/subsampling.smk"
include: "workflow/rules/searches.smk"
include: "workflow/rules/cscores.smk"
include: "workflow/rules/mixed_outputs.smk"
include: "workflow/rules/transfers.smk"
include: "workflow/rules/compositions.smk"
include: "workflow/rules/patches.smk"
include: "workflow/rules/bridges.smk"
include: "workflow/rules/artefacts.smk"
include: "workflow/rules/scorecard.smk"
include: "workflow/rules/overview.smk"


# The named targets: one per artefact, and one per paper.
for name in CATALOG.built:

    rule:
        name:
            name
        input:
            CATALOG.files(name),
        localrule: True


for paper in PAPERS:

    rule:
        name:
            paper
        input:
            [CATALOG.files(name) for name in PAPERS[paper]],
        localrule: True


onstart:
    check_cluster()


onsuccess:
    refuse_stale_results()
    refuse_unfinished_work()
