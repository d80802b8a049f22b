"""Named settings: each kind can be changed by a scale and by a user."""

from __future__ import annotations

import pytest

from mixsuite.config.named import SETTINGS
from mixsuite.config.settings import Config, Scale


@pytest.mark.parametrize("changing", [Config, Scale])
@pytest.mark.parametrize("kind", SETTINGS)
def test_a_scale_and_a_user_can_change_settings_of_every_kind(kind, changing):
    field = changing.model_fields.get(kind)
    assert field is not None, f"{changing.__name__} lacks the field {kind}"
    assert field.default == {}
