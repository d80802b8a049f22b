"""Write the commands of what is missing as a shell script, to be run where there is no Snakemake."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from mixsuite.catalog.targets import check_targets
from mixsuite.config.strict import ConfigError
from mixsuite.overview.program import ROOT, open_catalog
from mixsuite.program import exit_status, step_parser

_REPORTING = ("tabulate_", "plot_", "write_scorecard")
# More than any rule asks for: each gets the threads that it would get on a large machine.
_CORES = 256
_JOB = re.compile(r"^Job \d+: (.*)$")
_NOT_PREPARED = re.compile(r" --\S+-sha256 '?not prepared'?")
_COMMAND = re.compile(r"^Shell command: (python .*)$")


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = step_parser(__doc__)
    parser.add_argument("targets", nargs="*", metavar="ARTEFACT", help="as for snakemake (default: all)")
    parser.add_argument("--config", nargs="+", default=[], metavar="KEY=VALUE", help="as for snakemake")
    parser.add_argument("--output", type=Path, metavar="FILE", help="instead of the terminal")
    options = parser.parse_args(arguments)

    def step() -> None:
        for change in options.config:
            if "=" not in change:
                raise ConfigError(
                    f"--config: found {change!r}, expected KEY=VALUE; artefacts are named before --config"
                )
        catalog = open_catalog(options.config)
        check_targets(catalog, options.targets)
        config = catalog.house.config
        text = _script(_planned(options.targets, options.config, config.processes), config.device)
        if options.output:
            options.output.write_text(text, encoding="utf-8")
        else:
            sys.stdout.write(text)

    return exit_status(step, ConfigError)


def _planned(targets: list[str], config: list[str], gpus: int) -> str:
    command = [sys.executable, "-m", "snakemake", *targets, "--dry-run", "--printshellcmds"]
    command += ["--cores", str(_CORES), "--resources", f"gpu={gpus}"]
    command += ["--config", *config] if config else []
    found = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if found.returncode:
        said = found.stdout.strip()
        # Of what Snakemake did not expect it prints all of its own calls.
        raise ValueError("snakemake refused:\n" + (said.splitlines()[-1] if "Traceback" in said else said))
    return found.stdout


def _script(told: str, device: str = "auto") -> str:
    label, commands = "", []
    for line in told.splitlines():
        if job := _JOB.match(line):
            label = job[1]
        elif (found := _COMMAND.match(line)) and not re.match(rf"python \S*/({'|'.join(_REPORTING)})", found[1]):
            # A dataset that is not prepared yet has no sha256; import_results.py compares it.
            command = _NOT_PREPARED.sub("", found[1])
            if device == "auto":
                # Without a GPU here Snakemake says cpu; the commands look for one where they run.
                command = command.replace(" --device cpu ", " --device auto ")
            commands.append((label, command))
    folders = sorted({match for _, command in commands for match in re.findall(r"> (\S+)/[^/\s]+ 2>&1$", command)})
    lines = [
        "#!/bin/sh",
        "# To be run in the project's folder, with the same version of the project and requirements.txt installed.",
        "# --device auto takes a GPU where there is one; write cpu or cuda to say which. --threads: CPU threads of",
        "# each process. To change them in all commands: sed -i 's/--threads 1 /--threads 4 /' THIS_FILE",
        "# Then take the results home: python workflow/scripts/import_results.py FOLDER (docs/sharing.md)",
        "set -e",
        *(["mkdir -p " + " ".join(folders)] if folders else ["# Nothing is missing."]),
    ]
    for label, command in commands:
        lines += ["", f"# {label}", command]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
