"""What the repository says of itself is true: README, settings, layers, data, dependencies."""

from __future__ import annotations

import ast
import hashlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from assistant.settings import Settings
from index.settings import IndexSettings
from tests.commands import Command

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
POLICY = ROOT / "data" / "policies" / "hanzhong-2024-11.md"
POLICY_SHA256 = "538ad78a3ec99f78b440b1d2054e1d78bf59ab7d7832ad5172eb530d55cb14a0"
PARTS = ("app", "assistant", "eval", "index", "pages", "prompts")
SOURCES = sorted(
    path for part in PARTS for path in [ROOT / f"{part}.py", *(ROOT / part).rglob("*.py")] if path.is_file()
)


def test_the_policy_is_byte_for_byte_the_one_received() -> None:
    assert hashlib.sha256(POLICY.read_bytes()).hexdigest() == POLICY_SHA256


def section_of(text: str, heading: str) -> str:
    """The text from a heading of level two to the next."""
    return text.split(f"\n{heading}\n", 1)[1].split("\n## ", 1)[0]


# --- settings -----------------------------------------------------------------------------------


def variables_of_the_code() -> dict[str, str]:
    """Variable -> default as text, of every setting."""
    settings = Settings()
    owners = (
        (settings, [f.name for f in fields(Settings) if f.name != "index"]),
        (settings.index, [f.name for f in fields(IndexSettings)]),
    )
    return {name.upper(): str(getattr(owner, name) or "") for owner, names in owners for name in names}


def test_every_field_is_read_from_its_variable() -> None:
    class Recorder(dict[str, str]):
        def get(self, key: str, default: object = None) -> None:  # type: ignore[override]
            asked.add(key)

    asked: set[str] = set()
    Settings.from_environment(Recorder())
    assert asked == set(variables_of_the_code())


def test_readme_lists_the_settings() -> None:
    table = section_of(README, "## Settings")
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\|", table, re.M)
    assert dict(rows) == variables_of_the_code()


def test_example_environment_lists_the_settings() -> None:
    rows = re.findall(r"^#? ?([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text("utf-8"), re.M)
    assert dict(rows) == variables_of_the_code()


def test_the_environment_is_read_at_the_edges_only() -> None:
    read = re.compile(r"os\.getenv|os\.environ(?:\.get\(|\[[^\]]+\](?! = ))|from_environment\(os\.environ\)")
    edges = {ROOT / "app.py", ROOT / "eval" / "bench.py"}
    for path in set(SOURCES) - edges:
        text = path.read_text("utf-8")
        assert not read.search(text) or 'if __name__ == "__main__":' in text, path.relative_to(ROOT)


# --- README -------------------------------------------------------------------------------------


def test_make_targets_of_the_documents_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))
    for document in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / document).read_text("utf-8")
        named = set(re.findall(r"(?:`|^|\s)make ([a-z]+)(?=`|\s+#|\s+[A-Z_]+=|$)", text, re.M))
        assert named
        assert named <= targets, document


def commands_of_the_readme() -> list[list[str]]:
    text = section_of(README, "## Command line") + (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    found = re.findall(r"python -m (assistant|index|eval) ([a-z]+)([^#`\n]*)", text)
    return [[module, command, *re.findall(r"--[a-z-]+", rest)] for module, command, rest in found]


@pytest.mark.parametrize("command", commands_of_the_readme(), ids=" ".join)
def test_commands_of_the_documents_exist(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    module, name, *options = command
    with pytest.raises(SystemExit) as caught:
        import_module(f"{module}.__main__").main([name, "--help"])
    assert caught.value.code == 0
    shown = capsys.readouterr().out
    for option in options:
        assert option in shown


def test_the_answer_in_the_readme_is_the_real_one(
    index_settings: IndexSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pattern = r"```console\n\$ \.venv/bin/python -m assistant ask \"(.+?)\"\n(.+?)\n```"
    block = re.search(pattern, README, re.S)
    assert block
    monkeypatch.setenv("AS_OF", "2025-01-31")
    done = Command(tmp_path / "answer", index_settings, "assistant", "ask", block[1])
    assert done.wait() == 0, done.error
    assert done.out.strip() == block[2]


def test_links_of_the_documents_lead_somewhere() -> None:
    for document in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_changelog_has_a_place_for_what_comes() -> None:
    assert re.search(r"^## \[Unreleased\]$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)


# --- layers -------------------------------------------------------------------------------------


def imports_of(path: Path) -> Iterator[str]:
    """Top-level names of every module that the file imports, at its head or inside a function."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports stand with their full name"
            yield (node.module or "").split(".")[0]


@pytest.mark.parametrize(
    ("part", "forbidden"),
    [
        ("index", {"app", "assistant", "eval", "pages", "prompts", "tests"}),
        ("prompts", {"app", "assistant", "eval", "index", "pages", "tests"}),
        ("assistant", {"app", "eval", "pages", "tests"}),
        ("eval", {"app", "pages", "tests"}),
        ("pages", {"app", "tests"}),
        ("app", {"eval", "tests"}),
    ],
)
def test_layers(part: str, forbidden: set[str]) -> None:
    files = [path for path in SOURCES if path.relative_to(ROOT).parts[0].removesuffix(".py") == part]
    for path in files:
        assert not forbidden & set(imports_of(path)), path.relative_to(ROOT)


def modules(*parts: str) -> list[str]:
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in SOURCES
        if path.relative_to(ROOT).parts[0] in parts
    ]


def test_heavy_packages_are_not_imported_before_they_are_needed() -> None:
    names = modules("assistant", "index")
    heavy = {"torch", "gradio", "sentence_transformers", "transformers", "chromadb"}
    code = (
        f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\n"
        f"print(*({heavy!r} & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120, check=True
    ).stdout
    assert shown.split() == []


# --- data, not literals --------------------------------------------------------------------------


def names_of_the_policy() -> list[str]:
    """Words that only this policy would bring into code: its region and the headings of its tasks."""
    text = POLICY.read_text("utf-8")
    region = re.search(r"^## (\w{2})市人民政府", text, re.M)
    assert region
    headings = re.findall(r"^(?:#+ )?(?:（[一二三四五六七八九十]+）|\d+\. ?)(\w{6,}?)(?:。|$)", text, re.M)
    assert len(headings) > 20
    return [region[1], *headings]


@pytest.mark.parametrize("part", ["app", "assistant", "index", "pages", "prompts"])
def test_no_name_of_the_policy_stands_in_code_or_its_data(part: str) -> None:
    for path in [ROOT / f"{part}.py", *(ROOT / part).rglob("*")]:
        if path.is_file() and path.suffix in (".py", ".toml", ".md", ".css", ".js"):
            text = re.sub(r'(?s)^regions = """.*?"""', "", path.read_text("utf-8"), flags=re.M)  # all of them
            assert [name for name in names_of_the_policy() if name in text] == [], path.relative_to(ROOT)


# --- dependencies ---------------------------------------------------------------------------------


def normal(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def required(file: str) -> dict[str, str]:
    """Name -> version of each line ``name==version`` or ``name[extra]==version``."""
    pattern = r"^([A-Za-z][\w.-]*)(?:\[[\w,-]+\])?==([^\s;\\]+)"
    rows = re.findall(pattern, (ROOT / file).read_text("utf-8"), re.M)
    return {normal(name): version for name, version in rows}


def test_what_the_code_imports_is_what_requirements_name() -> None:
    distributions = packages_distributions()
    imported = {name for path in SOURCES for name in imports_of(path)} - set(PARTS) - sys.stdlib_module_names
    imported.add("psycopg")  # by SQLAlchemy, for the URL of a PostgreSQL database
    assert {normal(distributions[name][0]) for name in imported} == set(required("requirements.txt"))


def test_the_lock_holds_the_requirements_with_hashes() -> None:
    for name in ("requirements", "requirements-dev"):
        locked, wanted = required(f"{name}.lock"), required(f"{name}.txt")
        assert locked | {"torch": wanted.get("torch")} == locked | wanted | {"torch": wanted.get("torch")}
        assert "torch" not in locked
        blocks = re.split(r"\n(?=[a-z])", (ROOT / f"{name}.lock").read_text("utf-8"))[1:]
        assert len(blocks) == len(locked)
        assert all("--hash=sha256:" in block for block in blocks)


def test_metadata_of_torch_is_that_of_the_pinned_version() -> None:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    stated = {entry["name"]: entry["version"] for entry in tool["uv"]["dependency-metadata"]}
    assert stated == {"torch": required("requirements.txt")["torch"]}


# --- nothing of the machine it was made on ---------------------------------------------------------


def tracked() -> list[Path]:
    """Files under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_registry_and_no_path_of_a_machine_is_named() -> None:
    registry = rb"\b(?:pypi|pythonhosted|pytorch|npmjs|debian|ubuntu)\.(?:org|com|net)\b"
    place = rb"(?<![\w.*/])/(?:root|home|opt|work|tmp)/\w+"
    for path in tracked():
        found = re.findall(registry + rb"|" + place, path.read_bytes())
        assert not found, f"{path.relative_to(ROOT)}: {found[:3]}"
