import subprocess
import sys
import textwrap

import pytest

from mixsuite import provenance
from mixsuite.provenance import SCRIPTS, code_fingerprint, import_closure, record


@pytest.fixture
def scripts(tmp_path, monkeypatch):
    """A small package: the script imports a, a imports b; c is loaded by name only."""
    package = tmp_path / "mixsuite"
    (package / "room").mkdir(parents=True)
    (package / "__init__.py").write_text('"""A package."""\n')
    (package / "room" / "__init__.py").write_text("")
    (package / "room" / "a.py").write_text("from mixsuite.room import b\n\n\ndef f():\n    return b.X\n")
    (package / "room" / "b.py").write_text("X = 1\n")
    (package / "room" / "c.py").write_text("Y = 1\n")
    (tmp_path / "step.py").write_text("from mixsuite.room.a import f\n\nprint(f())\n")
    monkeypatch.setattr(provenance, "SCRIPTS", tmp_path)
    return tmp_path


def fingerprint(scripts, modules=()):
    return code_fingerprint(scripts / "step.py", modules)


def test_the_closure_holds_what_is_imported_and_nothing_else(scripts):
    closure = import_closure(scripts / "step.py")
    assert set(closure) == {"mixsuite", "mixsuite.room", "mixsuite.room.a", "mixsuite.room.b"}


@pytest.mark.parametrize("file", ["step.py", "mixsuite/room/a.py", "mixsuite/room/b.py"])
def test_imported_code_changes_the_fingerprint(scripts, file):
    before = fingerprint(scripts)
    (scripts / file).write_text((scripts / file).read_text() + "Z = 2\n")
    assert fingerprint(scripts) != before


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: "# a comment\n" + text,
        lambda text: text.replace("\n", "\n\n"),
        lambda text: '"""A docstring."""\n' + text,
        lambda text: text.replace("def f():\n", 'def f():\n    """Say it."""\n'),
    ],
)
def test_comments_blank_lines_and_docstrings_do_not(scripts, edit):
    before = fingerprint(scripts)
    file = scripts / "mixsuite" / "room" / "a.py"
    file.write_text(edit(file.read_text()))
    assert fingerprint(scripts) == before


def test_modules_loaded_by_name_count_only_for_those_who_name_them(scripts):
    plain, with_c = fingerprint(scripts), fingerprint(scripts, ["mixsuite.room.c"])
    (scripts / "mixsuite" / "room" / "c.py").write_text("Y = 2\n")
    assert fingerprint(scripts) == plain
    assert fingerprint(scripts, ["mixsuite.room.c"]) != with_c


def test_the_record_names_code_and_libraries():
    found = record("0123")
    assert found["code"] == "0123"
    assert found["libraries"]["numpy"]


LOADED = """
import sys
sys.path.insert(0, {scripts!r})
sys.argv = ["step"]
import runpy
runpy.run_path({script!r}, run_name="step")
for module in {modules!r}:
    __import__(module)
print("\\n".join(name for name in sys.modules if name.split(".")[0] == "mixsuite"))
"""


@pytest.mark.parametrize("script", sorted(path.name for path in SCRIPTS.glob("*.py")))
def test_no_step_loads_a_module_that_its_fingerprint_misses(script):
    program = textwrap.dedent(LOADED).format(scripts=str(SCRIPTS), script=str(SCRIPTS / script), modules=[])
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(found.stdout.split()) <= set(import_closure(SCRIPTS / script))
