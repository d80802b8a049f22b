"""A plan, for a terminal."""

from __future__ import annotations

from mixsuite.overview.plan import Line, Plan
from mixsuite.overview.text import columns, counted, size

_HEADING = ("artefact", "jobs left", "done", "core-hours", "GPU-hours", "disk there", "disk to come")


def plan_text(plan: Plan, because: str) -> str:
    """Return what is said of `plan`; `because` says where the device's rate comes from."""
    rows = [_row(line) for line in (*plan.lines, plan.total)]
    by = [f"{counted(plan.measured, 'run')} by finished runs like them" if plan.measured else ""]
    by += [f"{counted(plan.counted, 'run')} by counted operations on {plan.device}" if plan.counted else ""]
    by += [f"nobody knows what {counted(plan.total.unknown, 'run')} take (marked +?)" if plan.total.unknown else ""]
    parts = [
        f"Scale {plan.scale}, reckoned for {plan.device}",
        "",
        columns(_HEADING, rows, right=range(1, len(_HEADING))),
        "",
        "Runs that several artefacts show count for each of them, and once in the last line.",
    ]
    if any(by):
        parts.append(f"Hours: {'; '.join(part for part in by if part)}.")
    if plan.counted:
        parts.append(f"The rate of {plan.device}: {because}.")
    if plan.stale:
        parts.append(f"{counted(plan.stale, 'result')} there are stale or damaged, and count as left: snakemake verify")
    return "\n".join(parts)


def _row(line: Line) -> tuple[str, ...]:
    more = " +?" if line.unknown else ""
    return (
        line.name,
        str(line.left),
        str(line.done),
        _hours(line.core_hours) + more,
        _hours(line.gpu_hours),
        size(line.bytes_there),
        size(line.bytes_left),
    )


def _hours(hours: float) -> str:
    if hours == 0:
        return "0"
    if hours < 0.05:
        return "<0.1"
    return f"{hours:,.0f}" if hours >= 10 else f"{hours:.1f}"
