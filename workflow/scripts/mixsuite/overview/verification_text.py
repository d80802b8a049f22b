"""What verification found, for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mixsuite.overview.text import counted
from mixsuite.overview.verification import Finding

_SHOWN = 20
_SHOWN_OF_GROUP = 3
_ADVICE = {
    "damaged": "Delete what is damaged and start Snakemake again: it is made anew.",
    "stale": "Snakemake makes stale results anew when it made them itself (snakemake -n tells);\n"
    "what was imported: delete it, or keep it knowing that it is not of the present state.",
}


def verification_text(scale: str, findings: Sequence[Finding], missing: int, strays: Sequence[str]) -> str:
    """Return what is said of `findings` at `scale`; `missing` runs are not there, and nothing asks for `strays`."""
    states = Counter(finding.state for finding in findings)
    told = ", ".join(f"{states[state]} {state}" for state in ("good", *reversed(_ADVICE)))
    there = f"{counted(len(findings), 'result')} there: {told}"
    parts = [f"Scale {scale}: {there}; {counted(missing, 'run')} not there yet"]
    for state, advice in _ADVICE.items():
        chosen = [finding for finding in findings if finding.state == state]
        if chosen:
            parts += ["", f"{state}:", *_grouped(chosen), advice]
    notes = Counter(note for finding in findings for note in finding.notes)
    if notes:
        told = [f"  {counted(number, 'result')}: {note}" for note, number in notes.most_common()]
        parts += ["", "No reason to make anything again, but to know:", *_limited(told)]
    if strays:
        parts += ["", "Of other settings, shown by nothing now, and kept:", *_limited([f"  {path}" for path in strays])]
    return "\n".join(parts)


def _grouped(findings: Sequence[Finding]) -> list[str]:
    # Hundreds of results may have one and the same reason.
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        reason = (*finding.damaged, *finding.stale)[0].partition(":")[0]
        groups.setdefault((finding.kind, reason), []).append(finding)
    lines = []
    for (kind, reason), group in groups.items():
        lines.append(f"  {len(group)} of the kind {kind}: {reason}")
        lines += _limited([_line(finding) for finding in group], _SHOWN_OF_GROUP, "    ")
    return lines


def _line(finding: Finding) -> str:
    reasons = "; ".join((*finding.damaged, *finding.stale))
    return f"    {finding.path} ({finding.label}): {reasons}"


def _limited(lines: list[str], most: int = _SHOWN, indent: str = "  ") -> list[str]:
    if len(lines) <= most:
        return lines
    return [*lines[:most], f"{indent}and {len(lines) - most} more: --output-json tells all"]
