"""Reading YAML so that a slip is seen: a key that is there twice is an error, and so is a file that is no mapping."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from mixsuite.config.strict import ConfigError

_MERGE = "tag:yaml.org,2002:merge"


class _OneKeyLoader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):
    """Safe loader that refuses a repeated key, of which plain YAML silently keeps the last."""


def _mapping(loader: _OneKeyLoader, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    keys: set[Any] = set()
    for key_node, _ in node.value:
        key = key_node.value if key_node.tag == _MERGE else loader.construct_object(key_node, deep=deep)
        if isinstance(key, (dict, list)):
            raise yaml.constructor.ConstructorError(None, None, "a key must be a name", key_node.start_mark)
        if key in keys:
            raise yaml.constructor.ConstructorError(None, None, f"key {key!r} is there twice", key_node.start_mark)
        keys.add(key)
    # Only now: a key may stand beside `<<` to change what it merges.
    loader.flatten_mapping(node)
    return yaml.SafeLoader.construct_mapping(loader, node, deep=deep)


_OneKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path, where: str) -> dict[str, Any]:
    """Return the mapping in the file `path`, called `where` in messages.

    Raises:
        ConfigError: no such file, no valid YAML, a repeated key, or something other than a mapping.
    """
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_OneKeyLoader)  # noqa: S506 (a safe loader)
    except FileNotFoundError:
        raise ConfigError(f"{where}: no such file") from None
    except OSError as error:
        raise ConfigError(f"{where}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{where}: found bytes that are no UTF-8 text, expected a text file") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" line {mark.line + 1}:" if mark else ""
        raise ConfigError(f"{where}:{place} {getattr(error, 'problem', None) or error}") from None
    if not isinstance(data, dict):
        raise ConfigError(f"{where}: found {type(data).__name__}, expected a mapping of settings")
    return data
