"""Show what is left to do at a scale, artefact by artefact: jobs, hours of cores and GPUs, disk. Builds nothing."""

from __future__ import annotations

import sys
from dataclasses import asdict

from mixsuite.config.strict import ConfigError
from mixsuite.overview.program import ROOT, add_json_option, open_catalog, project_parser
from mixsuite.program import exit_status


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = project_parser(__doc__)
    add_json_option(parser)
    device = "a device of workflow/devices.yaml to reckon with (default: what config.yaml's device comes to here)"
    parser.add_argument("--device", metavar="NAME", help=device)
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: torch takes seconds.
    from mixsuite.files import write_json
    from mixsuite.overview.costs import Costs
    from mixsuite.overview.devices import CPU, chosen_device, read_devices
    from mixsuite.overview.plan import Planner
    from mixsuite.overview.plan_text import plan_text
    from mixsuite.overview.results import results_of
    from mixsuite.overview.verification import Verifier

    def step() -> None:
        catalog = open_catalog(options.config)
        devices = read_devices(ROOT)
        name = chosen_device(devices, options.device, catalog.house.config.device)
        device, on_gpu = devices[name], name != CPU
        verifier = Verifier(ROOT, catalog, whole=False)
        results = results_of(catalog).values()
        finished = [result for result in results if verifier.finding(result)]
        costs = Costs(ROOT, catalog.scale, device, on_gpu, finished)
        plan = Planner(ROOT, catalog, verifier, costs, on_gpu).plan(device.title)
        print(plan_text(plan, device.because))
        if options.output_json:
            write_json(options.output_json, asdict(plan))

    return exit_status(step, ConfigError)


if __name__ == "__main__":
    sys.exit(main())
