# How what builds nothing runs beside a build.
from mixsuite.catalog.targets import asks_for_overviews


def without_lock(execute):
    # As with --nolock. Snakemake takes no lock for what has no output, but would delete the folder with the locks of
    # the build that runs. A Snakefile is read before there are settings of the execution.
    def execute_without_lock(*arguments, **named):
        workflow.execution_settings.lock = False
        return execute(*arguments, **named)

    return execute_without_lock


if asks_for_overviews(asked_targets()):
    workflow.execute = without_lock(workflow.execute)
