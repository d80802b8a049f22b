"""From a recipe to the mixing method that it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mixsuite.builders import build_by_name
from mixsuite.mixing.mix import Mix


def build_mix(recipe: Mapping[str, Any]) -> Mix:
    """Return the mix of `recipe`: {"method": NAME, **settings} for the module `mixsuite.mixing.NAME`.

    Raises:
        SettingError: unknown method; unknown, missing or refused setting.
    """
    return build_by_name("mixsuite.mixing", "mixing method", "method", recipe)
