"""From a recipe to the mixing method that it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mixsuite.builders import build_by_name
from mixsuite.mixing.mix import Mix
from mixsuite.models.staged import StagedNetwork


def build_mix(recipe: Mapping[str, Any], network: StagedNetwork | None = None) -> Mix:
    """Return the mix of `recipe`: {"method": NAME, **settings} for the module `mixsuite.mixing.NAME`.

    `network` is the one in training: some methods need it, and may add layers to it. These act in evaluation, too: to
    evaluate saved weights, call this with the network that they are loaded into.

    Raises:
        SettingError: unknown method; unknown, missing or refused setting; a network that a method cannot do with.
    """
    given = {} if network is None else {"network": network}
    return build_by_name("mixsuite.mixing", "mixing method", "method", recipe, **given)
