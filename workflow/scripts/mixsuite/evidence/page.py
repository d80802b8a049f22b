"""The page of the evidence, made of the files beside it alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from mixsuite.evidence.claims_section import claims_section
from mixsuite.evidence.folder import NOTES, Evidence
from mixsuite.evidence.outcomes import outcomes
from mixsuite.evidence.runs_section import provenance_section, runs_section, throughput_section
from mixsuite.evidence.shown_section import not_shown_section, settings_section, shown_section


def evidence_page(evidence: Evidence) -> str:
    """Return the page (Markdown); equal evidence gives equal text."""
    return "\n\n".join(_paragraphs(evidence)) + "\n"


def _paragraphs(evidence: Evidence) -> Iterator[str]:
    yield "# Evidence"
    stands_in = any(shown.description.stand_in for shown in evidence.shown)
    yield f"What this suite gives on real images, at the scale `{evidence.scale}`: {evidence.scale_title}." + (
        " **Smaller data and networks stand in for the papers': no number is compared with a printed one**; what is "
        "tested are claims in words."
        if stands_in
        else ""
    )
    added = f", but for what a person had to add ([{NOTES}]({NOTES})):" if evidence.notes else "."
    yield (
        "`workflow/scripts/write_evidence.py` makes this page of the files beside it, which "
        "`workflow/scripts/collect_evidence.py` gathered from a results folder; a test makes it again and compares. "
        f"Nothing on it is typed{added}"
    )
    if evidence.notes:
        yield "\n".join(f"> {line}".rstrip() for line in evidence.notes.strip().splitlines())
    yield from claims_section([outcome for shown in evidence.shown for outcome in outcomes(shown)])
    yield from shown_section(evidence)
    yield from settings_section(evidence)
    yield from runs_section(evidence)
    yield from provenance_section(evidence)
    yield from throughput_section(evidence.throughput)
    yield from not_shown_section(evidence)
    yield from _how_to_make_it(evidence)


def _shell(key: str, value: Any) -> str:
    return f"{key}={value}" if isinstance(value, str | int) else f"'{key}={json.dumps(value)}'"


def _how_to_make_it(evidence: Evidence) -> Iterator[str]:
    papers = list(dict.fromkeys(shown.description.paper for shown in evidence.shown))
    changed = "".join(f" {_shell(key, value)}" for key, value in evidence.config.items())
    config = f"--config scale={evidence.scale} 'papers=[{','.join(papers)}]'{changed}"
    names = [shown.name for shown in evidence.shown]
    whole = [paper for paper in papers if paper not in evidence.not_shown]
    asked = [*whole, *(name for name in names if name.partition("_")[0] not in whole)]
    yield "## To make it again"
    yield "With the data of your own (`datasets` in config.yaml; without, it is downloaded):"
    yield (
        f"```sh\nsnakemake {' '.join(asked)} {config}\n"
        f"python workflow/scripts/collect_evidence.py {' '.join(asked)} {config}\n"
        "python workflow/scripts/write_evidence.py\n```"
    )
