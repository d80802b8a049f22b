"""The base of all configuration models, and one readable message for everything that is wrong in a file."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from mixsuite.checks import suggest

Model = TypeVar("Model", bound=BaseModel)


# Where pydantic's words are a programmer's.
_EXPECTED = {
    "bool_type": "true or false",
    "dict_type": "a mapping of settings",
    "float_parsing": "a number",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "list_type": "a list",
    "model_attributes_type": "a mapping of settings",
    "model_type": "a mapping of settings",
    "string_pattern_mismatch": "a name of letters, digits, '_', '.' and '-'",
    "string_too_short": "some text",
    "string_type": "text",
}


class ConfigError(Exception):
    """A person's mistake in a setting or file; its text names the place, what was found and what is expected."""


class Strict(BaseModel):
    """A frozen model that refuses unknown keys and names the one that was probably meant."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        if isinstance(data, dict):
            for key in data:
                if key not in cls.model_fields:
                    raise ValueError(f"unknown key {key!r}{suggest(key, cls.model_fields)}")
        return data


def check_known(setting: str, found: Any, allowed: Any) -> None:
    """Raise ConfigError unless `found` is among the names `allowed` for `setting`."""
    if not isinstance(found, str) or found not in allowed:
        raise ConfigError(f"{setting}: found {found!r}{suggest(found, allowed)}")


def validate(model: type[Model], data: Any, where: str) -> Model:
    """Return `data` as a `model`; raise ConfigError with a line per mistake, each starting with `where`."""
    if not isinstance(data, dict):
        raise ConfigError(f"{where}: found {_shorten(data)}, expected a mapping of settings")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ConfigError("\n".join(_line(where, detail) for detail in error.errors())) from None


def _line(where: str, detail: Any) -> str:
    # What a union's branches are called, in angle or square brackets, is no part of what a person wrote.
    place = ".".join(str(part) for part in detail["loc"] if not any(sign in str(part) for sign in "<["))
    setting = f"{where}: {place}" if place else where
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "missing":
        return f"{setting}: missing, expected a value"
    if detail["type"] == "value_error":
        return f"{setting}: {message}"
    if detail["type"] == "union_tag_not_found":
        return f"{setting}.{_unquoted(detail)}: missing, expected a value"
    if detail["type"] == "union_tag_invalid":
        context = detail["ctx"]
        return f"{setting}.{_unquoted(detail)}: found {context['tag']!r}, expected {context['expected_tags']}"
    if detail["type"] == "too_short":
        least = detail["ctx"]["min_length"]
        expected = f"at least {least} {'entry' if least == 1 else 'entries'}"
    else:
        expected = _EXPECTED.get(detail["type"]) or message.replace("Input should be ", "")
    return f"{setting}: found {_shorten(detail['input'])}, expected {expected}"


def _unquoted(detail: Any) -> str:
    return detail["ctx"]["discriminator"].strip("'")


def _shorten(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
