"""Finding and calling the `build` function of a module that settings name."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def build_by_name(package: str, kind: str, key: str, specification: Mapping[str, Any], **given: Any) -> Any:
    """Return what `build` of the module `package`.NAME makes, where NAME is `specification[key]`.

    The rest of the specification are the settings of `build`, and `given` its arguments that are no settings. `kind`
    says in messages what is built. A file of the package is found as soon as it has a function `build`: there is no
    list to keep.

    Raises:
        ValueError: no such module, a setting that `build` does not have, one that it misses or one that it refuses.
    """
    settings = dict(specification)
    if key not in settings:
        raise ValueError(f"{kind}: setting {key!r} is missing")
    name = settings.pop(key)
    known = _names(package)
    if name not in known:
        raise ValueError(f"{kind} {name!r} is unknown; known are {', '.join(known)}")
    build = importlib.import_module(f"{package}.{name}").build
    _check_settings(f"{kind} {name!r}", build, settings, given)
    try:
        return build(**settings, **given)
    except ValueError as error:
        raise ValueError(f"{kind} {name!r}: {error}") from error


def _names(package: str) -> list[str]:
    folders = importlib.import_module(package).__path__
    modules = (module.name for module in pkgutil.iter_modules(folders) if not module.ispkg)
    return sorted(name for name in modules if any(_has_build(Path(folder, f"{name}.py")) for folder in folders))


def _has_build(file: Path) -> bool:
    # Read and not imported: a method may need a library that another method's user has not installed.
    return file.is_file() and "\ndef build(" in file.read_text(encoding="utf-8")


def _check_settings(what: str, build: Callable[..., Any], settings: dict[str, Any], given: dict[str, Any]) -> None:
    parameters = {name: p for name, p in inspect.signature(build).parameters.items() if name not in given}
    its_settings = f"its settings are {', '.join(parameters)}" if parameters else "it has no settings"
    for name in settings:
        if name not in parameters:
            raise ValueError(f"{what}: setting {name!r} is unknown; {its_settings}")
    for name, parameter in parameters.items():
        if name not in settings and parameter.default is inspect.Parameter.empty:
            raise ValueError(f"{what}: setting {name!r} is missing; {its_settings}")
