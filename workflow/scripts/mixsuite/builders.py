"""Finding and calling the `build` function of a module that settings name."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mixsuite.checks import SettingError, check_choice, check_keys


def build_by_name(package: str, kind: str, key: str, specification: Mapping[str, Any], **given: Any) -> Any:
    """Return what `build` of the module `package`.NAME makes, where NAME is `specification[key]`.

    The rest of the specification are the settings of `build`, and `given` arguments that are no settings, of which it
    gets those that it has. `kind` says in messages what is built. A file of the package is found as soon as it has a
    function `build`: there is no list to keep.

    Raises:
        SettingError: no such module, a setting that `build` does not have, one that it misses or one that it refuses.
    """
    settings = dict(specification)
    if key not in settings:
        raise SettingError(f"{kind}: missing key {key!r}")
    name = settings.pop(key)
    check_choice(kind, name, _names(package))
    build = importlib.import_module(f"{package}.{name}").build
    parameters = inspect.signature(build).parameters
    _check_settings(f"{kind} {name!r}", settings, {key: p for key, p in parameters.items() if key not in given})
    try:
        return build(**settings, **{key: value for key, value in given.items() if key in parameters})
    except ValueError as error:
        raise SettingError(f"{kind} {name!r}: {error}") from error


def _names(package: str) -> list[str]:
    folders = importlib.import_module(package).__path__
    modules = (module.name for module in pkgutil.iter_modules(folders) if not module.ispkg)
    return sorted(name for name in modules if any(_has_build(Path(folder, f"{name}.py")) for folder in folders))


def _has_build(file: Path) -> bool:
    # Read and not imported: a method may need a library that another method's user has not installed.
    return file.is_file() and "\ndef build(" in file.read_text(encoding="utf-8")


def _check_settings(what: str, settings: dict[str, Any], parameters: Mapping[str, inspect.Parameter]) -> None:
    required = [name for name, parameter in parameters.items() if parameter.default is inspect.Parameter.empty]
    check_keys(what, settings, required, [name for name in parameters if name not in required])
