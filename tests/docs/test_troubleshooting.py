"""The messages that docs/troubleshooting.md explains are those that the suite has."""

from __future__ import annotations

import ast
import re

import pytest

OTHERS = ("Read-only file system", "Permission denied", "No space left on device")
"""The system's own words."""


@pytest.fixture(scope="module")
def own_words(root):
    """All texts of the suite's code, what differs left out."""
    files = [*root.glob("workflow/scripts/**/*.py"), *root.glob("workflow/rules/*.smk")]
    words = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        # Rules are no Python: of these files the strings are taken as they stand.
        words += texts(ast.parse(text)) if file.suffix == ".py" else [re.sub(r'"\s*f?"', "", text)]
    return "\n".join(words)


def texts(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "\0" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def explained(text):
    """Yield the messages in the tables' first columns, up to those of Snakemake."""
    for line in text.partition("## Snakemake's own")[0].splitlines():
        cells = line.split(" | ")
        if line.startswith("| ") and len(cells) == 2:
            yield from re.findall(r"`([^`]+)`", cells[0])


def test_every_message_that_is_explained_is_one_of_the_suite(root, own_words):
    messages = list(explained((root / "docs" / "troubleshooting.md").read_text(encoding="utf-8")))
    assert len(messages) > 50
    unknown = [
        fragment
        for message in messages
        if message not in OTHERS
        for fragment in re.split(r"\.\.\.|NAME|STEP|OPTIONS", message.removeprefix("error: "))
        if len(fragment.strip(" :,;()")) > 3 and fragment.strip() not in own_words
    ]
    assert not unknown, "\n".join(unknown)
