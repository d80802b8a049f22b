"""The parts of the page on the trainings: what each cost, which are missing, and what all were made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mixsuite.evidence.folder import Evidence, Training
from mixsuite.evidence.markdown import grid
from mixsuite.overview.text import counted
from mixsuite.reporting.statistics import mean
from mixsuite.reporting.table_markdown import escape

_HOUR, _MINUTE, _MEGABYTE = 3600, 60, 1e6
_MEMORY_OF = {"gpu": "of the GPU", "process_without_workers": "of the process"}


def runs_section(evidence: Evidence) -> Iterator[str]:
    """Yield the paragraphs on the trainings, each with what it cost; missing ones are named."""
    yield "## Runs"
    there = [training for training in evidence.trainings if training.result]
    missing = [training for training in evidence.trainings if training.result is None]
    yield _summary(there, len(evidence.trainings))
    if missing:
        yield f"**Missing ({len(missing)}):** {_named(missing)}."
    if there:
        yield (
            "Errors are in %, times those of training and testing all epochs. Each run's folder holds its settings, "
            "results and provenance (`run.json`) and a line per epoch (`history.csv`)."
        )
        yield _runs(there)


def provenance_section(evidence: Evidence) -> Iterator[str]:
    """Yield the paragraphs on data, code, libraries and machine."""
    there = [training for training in evidence.trainings if training.result]
    yield "## Made of"
    yield _datasets(evidence)
    others = [each for each in there if each.result["provenance"]["code"] != each.code]
    codes = Counter(f"`{each.result['provenance']['code']}`" for each in there)
    lines = [
        ("Fingerprints of the code (one per method, for each depends on its own files alone)", codes),
        ("Revisions", Counter(f"`{each.result['provenance']['revision']}`" for each in there)),
        ("Python", Counter(each.result["provenance"]["python"] for each in there)),
        ("Libraries", Counter(_libraries(each.result) for each in there)),
        ("System", Counter(each.result["provenance"]["platform"] for each in there)),
        ("Device", Counter(_device(each.result) for each in there)),
    ]
    yield "\n".join(f"- {what}: {_counts(counts)}" for what, counts in lines if counts)
    if others:
        yield f"**Made by other code than that of the time when this was collected ({len(others)}):** {_named(others)}."
    elif there:
        yield "All runs were made by the code of the time when this was collected."


def throughput_section(throughput: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield the paragraphs on images per second beside a plain loop."""
    yield "## Images per second beside a plain loop"
    if throughput is None:
        yield "**Not measured.**"
        return
    yield (
        f"On {escape(throughput['processor'])}, {counted(throughput['threads'], 'thread')}, batches of "
        f"{throughput['batch_size']}, training without mixing of `{escape(_words(throughput['model']))}`, "
        f"{throughput['images']:,} random 32 x 32 images an epoch; both timed in turns, the shortest of "
        f"{counted(throughput['rounds'], 'round')}. The suite computes in {throughput['precision']}; the plain loop, "
        f"a DataLoader with {throughput['workers']} workers and torchvision's transforms, in float32."
    )
    yield grid(
        ["", "Images per second, whole epoch", "Images per second, data alone"],
        [
            [name, *(f"{throughput['images'] / throughput['seconds'][f'{which} {part}']:,.0f}" for part in _PARTS)]
            for name, which in (("This suite", "our"), ("Plain loop", "plain"))
        ],
        numeric=(1, 2),
    )
    yield f"The suite's epoch is {throughput['epoch_ratio']:.2f} times as fast."


_PARTS = ("epoch", "data")


def _summary(there: Sequence[Training], wanted: int) -> str:
    if not there:
        return f"None of {counted(wanted, 'run')} is here."
    seconds = [each.result["seconds"] for each in there]
    by_label: dict[str, list[float]] = {}
    for each in there:
        by_label.setdefault(_label(each), []).append(each.result["images_per_second"])
    rates = "; ".join(f"{escape(label)} {mean(values):,.0f}" for label, values in by_label.items())
    return (
        f"{len(there)} of {counted(wanted, 'run')} are here: {sum(seconds) / _HOUR:.1f} hours of training in all, "
        f"{min(seconds) / _MINUTE:.1f} to {max(seconds) / _MINUTE:.1f} minutes each. Images per second in training, "
        f"mean over the runs: {rates}."
    )


def _runs(there: Sequence[Training]) -> str:
    headings = ["Run", "Seed", "Best error", "at epoch", "Last error", "Minutes", "Images/s", "Memory (MB)", "Folder"]
    lines = [
        [
            _label(each),
            str(each.seed),
            f"{each.result['best']['top1_error']:.2f}",
            str(each.result["best"]["epoch"]),
            f"{each.result['last']['top1_error']:.2f}",
            f"{each.result['seconds'] / _MINUTE:.1f}",
            f"{each.result['images_per_second']:,.0f}",
            f"{each.result['peak_memory']['bytes'] / _MEGABYTE:,.0f}",
            f"[{each.identity}](runs/{each.identity}/)",
        ]
        for each in there
    ]
    kinds = dict.fromkeys(_MEMORY_OF[each.result["peak_memory"]["of"]] for each in there)
    return f"{grid(headings, lines, numeric=range(1, 8))}\n\nMemory is the most that was held, {' or '.join(kinds)}."


def _named(trainings: Sequence[Training]) -> str:
    seeds: dict[str, list[int]] = {}
    for each in trainings:
        seeds.setdefault(_label(each), []).append(each.seed)
    return escape("; ".join(f"{label}, seeds {', '.join(map(str, found))}" for label, found in seeds.items()))


def _label(training: Training) -> str:
    # What it was trained on may stand behind the seed.
    return training.label.replace(f", seed {training.seed}", "", 1)


def _datasets(evidence: Evidence) -> str:
    lines = []
    for name, dataset in evidence.datasets.items():
        counts = [f"{count:,} images to {split}" for split, count in dataset.get("n", {}).items()]
        images = f" ({', '.join(counts)})" if counts else ""
        source = f": {escape(dataset['source'])}" if "source" in dataset else ""
        lines.append(f"- Data `{name}`{source}{images}, sha256 `{dataset['sha256']}`")
    used = {each.result["dataset"]["sha256"] for each in evidence.trainings if each.result}
    unknown = used - {dataset["sha256"] for dataset in evidence.datasets.values()}
    lines += [f"- **Other data than these**, sha256 `{sha256}`" for sha256 in sorted(unknown)]
    return "\n".join(lines) or "**No description of the data is here.**"


def _libraries(result: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {version}" for name, version in result["provenance"]["libraries"].items())


def _device(result: Mapping[str, Any]) -> str:
    processes = f", {result['processes']} processes" if result["processes"] > 1 else ""
    return f"{result['device']}, {counted(result['threads'], 'thread')}{processes}, {result['precision']}"


def _counts(counts: Counter[str]) -> str:
    return "; ".join(f"{what} ({counted(count, 'run')})" for what, count in counts.items())


def _words(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in settings.items())
