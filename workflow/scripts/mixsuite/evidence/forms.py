"""What the JSON files of the evidence, runs aside, must hold for a page to be made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from mixsuite.checks import SettingError, check_count, check_keys, check_list, check_positive

Form = Mapping[str, Any] | list[Any] | Callable[[str, Any], None]
"""Parts by name, each with its form; or a list of which each entry has that one form; or a check of a value."""


def check_form(name: str, value: Any, form: Form) -> None:
    """Raise SettingError, naming the part, unless `value` has the `form`; parts that it does not name are let pass."""
    if isinstance(form, Mapping):
        check_keys(name, value, form, value if isinstance(value, Mapping) else ())
        for part, expected in form.items():
            check_form(f"{name}: {part}", value[part], expected)
    elif isinstance(form, list):
        check_list(name, value, of="entries")
        for entry in value:
            check_form(name, entry, form[0])
    else:
        form(name, value)


def _check_text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise SettingError(f"{name}: found {value!r}, expected text")


def _check_object(name: str, value: Any) -> None:
    if not isinstance(value, dict):
        raise SettingError(f"{name}: found {value!r}, expected an object")


def _check_names_by_paper(name: str, value: Any) -> None:
    _check_object(name, value)
    for paper, names in value.items():
        check_form(f"{name}: {paper}", names, [_check_text])


_check_number, _check_some = partial(check_count, at_least=0), partial(check_count, at_least=1)

TRAINING: Form = {"identity": _check_text, "label": _check_text, "seed": _check_number, "code": _check_text}
INDEX: Form = {
    "scale": _check_text,
    "scale_title": _check_text,
    "config": _check_object,
    "artefacts": [_check_text],
    "not_shown": _check_names_by_paper,
    "trainings": [TRAINING],
}
ARTEFACT: Form = {"kind": _check_text, "description": _check_object, "trainings": [_check_text]}
RECORD: Form = {"forms": _check_object}
DATASET: Form = {"sha256": _check_text}
THROUGHPUT: Form = {
    "images": _check_some,
    "rounds": _check_some,
    "workers": _check_number,
    "model": _check_object,
    "precision": _check_text,
    "batch_size": _check_some,
    "seconds": {f"{which} {part}": check_positive for which in ("our", "plain") for part in ("epoch", "data")},
    "epoch_ratio": check_positive,
    "threads": _check_some,
    "processor": _check_text,
}
