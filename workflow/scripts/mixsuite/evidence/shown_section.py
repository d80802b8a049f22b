"""The parts of the page that show tables and figures, and say in which settings they are not the papers'."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from mixsuite.evidence.folder import Evidence, Shown
from mixsuite.overview.text import counted
from mixsuite.reporting.table_markdown import escape


def shown_section(evidence: Evidence) -> Iterator[str]:
    """Yield the paragraphs that show every artefact, or say of it what is missing."""
    yield "## Tables and figures"
    missing = {training.identity for training in evidence.trainings if training.result is None}
    for shown in evidence.shown:
        yield f"### {escape(shown.description.title)}"
        yield f"`{shown.name}` ({escape(shown.description.where)})"
        if shown.measurements is None:
            yield _not_built(len(missing.intersection(shown.trainings)))
        elif shown.kind == "figure":
            yield f"![{escape(shown.description.title)}](figures/{shown.name}.png)"
            yield f"What it draws: [figures/{shown.name}.csv](figures/{shown.name}.csv)."
        else:
            yield from _table(shown)


def settings_section(evidence: Evidence) -> Iterator[str]:
    """Yield the paragraphs on how each setting differs from the papers', as the catalog says it."""
    yield "## How the settings differ from the papers'"
    yield "What stands in for the papers' own, by the catalog of this scale:"
    yield _bullets(evidence.shown, lambda shown: shown.description.stand_in_note.split("; "))
    yield "What was run, and what the sources of the settings are:"
    yield _bullets(evidence.shown, lambda shown: shown.description.footnotes)


def not_shown_section(evidence: Evidence) -> Iterator[str]:
    """Yield the paragraphs on what is not shown."""
    yield "## What is not shown here"
    yield (
        f"These artefacts of the manifests are not shown: at the scale `{evidence.scale}` they were not run, or they "
        "need no real images. [docs/scales.md](../scales.md) says which scale runs what."
    )
    yield "\n".join(f"- `{paper}`: {', '.join(names)}" for paper, names in evidence.not_shown.items())


def _not_built(missing: int) -> str:
    because = f": {counted(missing, 'training')} behind it missing, named under [Runs](#runs)" if missing else ""
    return f"**Not built**{because}."


def _table(shown: Shown) -> Iterator[str]:
    for paragraph in (shown.table or "").split("\n\n"):
        if paragraph.startswith("## "):
            yield f"#### {paragraph.removeprefix('## ')}"
        elif paragraph.startswith(("|", "<sup>")):
            yield paragraph.strip()
    yield f"With all of its notes: [tables/{shown.name}.md](tables/{shown.name}.md)."


def _bullets(shown: Sequence[Shown], said: Callable[[Shown], Sequence[str]]) -> str:
    """Return each sentence once, with the artefacts that it is said of where that is not all."""
    of: Mapping[str, list[str]] = {}
    for each in shown:
        for text in said(each):
            if text:
                of.setdefault(text, []).append(each.name)
    return "\n".join(
        f"- {escape(text)}" + ("" if len(names) == len(shown) else f" ({', '.join(f'`{name}`' for name in names)})")
        for text, names in of.items()
    )
