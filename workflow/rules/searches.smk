# The cells of networks: searched for, and how large a network of them is.
include: "common/searches.smk"


rule search_architecture:
    input:
        script=ancient(script("search_architecture")),
        dataset=dataset_files_of(search),
    output:
        record="results/{scale}/searches/{run}/search.json",
        genotype="results/{scale}/searches/{run}/genotype.json",
        history="results/{scale}/searches/{run}/history.csv",
    log:
        "results/{scale}/logs/search_architecture/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/search_architecture/{run}.jsonl"
    conda:
        "../../envs/training.yaml"
    threads: 1
    resources:
        gpu=gpus,
        mem_mb=growing(8000),
        runtime=growing(720),
    params:
        search=specification_of(search),
        code=code_of_run(search),
        dataset_sha256=dataset_sha256_of(search),
        dataset=dataset_folder_of(search),
        label=label_of(search),
        device=device,
        # Not an output: it outlives a killed job, and Snakemake would delete it before the next attempt.
        state="results/{scale}/.state/{run}",
    message:
        "Searching: {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --search {params.search:q} --dataset {params.dataset}"
        " --dataset-sha256 {params.dataset_sha256} --code {params.code} --state {params.state}"
        " --output-genotype {output.genotype} --output-history {output.history} --output-search {output.record}"
        " --device {params.device} --threads {threads} > {log} 2>&1"


rule count_networks:
    input:
        script=ancient(script("count_networks")),
        genotypes=genotype_of(sizes),
    output:
        "results/{scale}/sizes/{run}.json",
    log:
        "results/{scale}/logs/count_networks/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/count_networks/{run}.jsonl"
    conda:
        "../../envs/training.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        networks=specification_of(sizes),
        code=code_of_run(sizes),
        genotypes=genotypes_option,
        label=label_of(sizes),
    message:
        "Counting {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --networks {params.networks:q} {params.genotypes} --code {params.code} --output {output} > {log} 2>&1"


# Of a search that someone asks for by its file: snakemake results/demo/searches/RUN/genotype.png
rule draw_genotype:
    input:
        script=ancient(script("draw_genotype")),
        genotype="results/{scale}/searches/{run}/genotype.json",
    output:
        pdf="results/{scale}/searches/{run}/genotype.pdf",
        png="results/{scale}/searches/{run}/genotype.png",
    log:
        "results/{scale}/logs/draw_genotype/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/draw_genotype/{run}.jsonl"
    conda:
        "../../envs/reporting.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("draw_genotype"),
        label=label_of(search),
    message:
        "Drawing what was found by {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --genotypes {input.genotype} --names {params.label:q} --output-pdf {output.pdf}"
        " --output-png {output.png} > {log} 2>&1"
