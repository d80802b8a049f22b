"""What a result was made of: the fingerprint of the code that it ran, and the environment that it ran in."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).resolve().parent.parent
_PACKAGE = "mixsuite"
_LIBRARIES = (
    "torch",
    "torchvision",
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
    "matplotlib",
    "seaborn",
    "safetensors",
    "opencv-contrib-python-headless",
)
_VARIABLES = ("SLURM_JOB_ID", "CUDA_VISIBLE_DEVICES")


def code_fingerprint(script: Path | str, modules: Iterable[str] = ()) -> str:
    """Return a hash of `script` and of every mixsuite module that it imports, however far down.

    Syntax trees are hashed, without docstrings, so that neither a comment nor a blank line changes it. `modules` are
    those that the script loads by name (importlib), which no reading of the code can find.
    """
    closure = import_closure(Path(script), tuple(modules))
    parts = [f"{name}:{_syntax_hash(path, path.stat().st_mtime_ns)}" for name, path in sorted(closure.items())]
    script_hash = _syntax_hash(Path(script), Path(script).stat().st_mtime_ns)
    return hashlib.sha256("\n".join([script_hash, *parts]).encode()).hexdigest()[:16]


def import_closure(script: Path, modules: tuple[str, ...] = ()) -> dict[str, Path]:
    """Return the mixsuite modules that `script` and `modules` import, directly or not, with their files."""
    waiting = [*_imports(script, script.stat().st_mtime_ns), *modules]
    closure: dict[str, Path] = {}
    while waiting:
        name = waiting.pop()
        path = _file_of(name)
        if name in closure or path is None:
            continue
        closure[name] = path
        waiting += _imports(path, path.stat().st_mtime_ns)
        waiting += [name.rpartition(".")[0]] if "." in name else []
    return closure


def record(code: str) -> dict[str, Any]:
    """Return the provenance of a result computed by this process; `code` is the fingerprint of its code.

    Of the environment variables that say where it ran (SLURM's job, the GPUs that it was shown), those that are set.
    """
    return {
        "code": code,
        "revision": _revision(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": {name: version for name in _LIBRARIES if (version := _version(name))},
        "environment": {name: os.environ[name] for name in _VARIABLES if name in os.environ},
    }


@cache
def _imports(path: Path, _changed: int) -> tuple[str, ...]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from package import name` may name a module or something in the package's __init__.
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(name for name in names if name.split(".")[0] == _PACKAGE)


@cache
def _syntax_hash(path: Path, _changed: int) -> str:
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            node.body = [part for part in node.body if not _is_text(part)] or [ast.Pass()]
    return hashlib.sha256(_dump(tree).encode()).hexdigest()


def _dump(node: Any) -> str:
    # Unlike ast.dump, it leaves out what is empty, and so does not change with the fields that a new Python adds.
    if isinstance(node, list):
        return f"[{','.join(_dump(item) for item in node)}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = [f"{name}={_dump(value)}" for name, value in ast.iter_fields(node) if value not in (None, [])]
    if isinstance(node, ast.Constant):
        fields = [repr(node.value)]
    return f"{type(node).__name__}({','.join(fields)})"


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _file_of(module: str) -> Path | None:
    stem = SCRIPTS.joinpath(*module.split("."))
    return next((path for path in (stem.with_suffix(".py"), stem / "__init__.py") if path.is_file()), None)


def _version(library: str) -> str | None:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return None


def _revision() -> str | None:
    command = ["git", "-C", str(SCRIPTS), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip()
