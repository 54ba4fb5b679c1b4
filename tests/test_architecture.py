"""The arrows between the packages hold, and so do the habits that a tool can see.

Each rule reads the source as a syntax tree and names every place that breaks it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

LONGEST_MODULE = 400
Violations = Iterator[tuple[int, str]]


@dataclass(frozen=True)
class Import:
    """One name that is imported: `module` absolute; whether it is loaded with its importer."""

    module: str
    line: int
    at_load: bool


@dataclass(frozen=True)
class Module:
    """One source file: its dotted name, and what it imports and calls."""

    name: str
    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def part(self) -> str:
        """The package or module right below crmctl that this one belongs to."""
        return self.name.split(".")[1] if "." in self.name else ""

    @cached_property
    def imports(self) -> list[Import]:
        return list(self._imports(self.tree, at_load=True))

    def _imports(self, node: ast.AST, *, at_load: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                yield from (Import(a.name, child.lineno, at_load) for a in child.names)
            elif isinstance(child, ast.ImportFrom):
                base = child.module or ""
                for alias in child.names:
                    # `from crmctl import locale` loads crmctl.locale.
                    name = f"{base}.{alias.name}"
                    yield Import(name if name in NAMES else base, child.lineno, at_load)
            elif isinstance(child, ast.If) and _is_type_checking(child.test):
                yield from self._imports(ast.Module(child.body, []), at_load=False)
                yield from self._imports(ast.Module(child.orelse, []), at_load=at_load)
            else:
                inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
                yield from self._imports(child, at_load=at_load and not inside)

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))


def _is_type_checking(test: ast.expr) -> bool:
    return ast.unparse(test).rpartition(".")[2] == "TYPE_CHECKING"


def _name(file: Path) -> str:
    parts = file.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = sorted((REPOSITORY / "crmctl").rglob("*.py"))
NAMES = frozenset(map(_name, FILES))
MODULES = [Module(_name(file), file, file.read_text("utf-8")) for file in FILES]


def below(name: str, *packages: str) -> bool:
    """Whether a dotted name is one of the packages or inside one."""
    return any(name == package or name.startswith(package + ".") for package in packages)


def imports_of(module: Module, *packages: str) -> Violations:
    for found in module.imports:
        if below(found.module, *packages):
            yield found.line, f"imports {found.module}"


def only_in(package: str, *homes: str) -> Callable[[Module], Violations]:
    def rule(module: Module) -> Violations:
        return iter(()) if below(module.name, *homes) else imports_of(module, package)

    return rule


def clock_is_asked_in_one_place(module: Module) -> Violations:
    if module.name == "crmctl.values.clock":
        return
    forbidden = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
    forbidden |= {"time.time", "time.localtime", "time.gmtime"}
    if not below(module.name, "crmctl.index"):
        forbidden.add("time.time_ns")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute):
            called = ".".join(ast.unparse(node).split(".")[-2:])
            if called in forbidden:
                yield node.lineno, f"asks for the time: {called}"


FILE_METHODS = frozenset(
    "open read_text write_text read_bytes write_bytes iterdir glob rglob unlink mkdir".split()
)


def models_are_pure(module: Module) -> Violations:
    if not below(module.name, "crmctl.analytics", "crmctl.reports"):
        return
    yield from imports_of(module, "os", "pathlib", "io", "shutil", "tempfile", "sys", "logging")
    for call in module.calls():
        if isinstance(call.func, ast.Name) and call.func.id in ("open", "print", "input"):
            yield call.lineno, f"calls {call.func.id}()"
        elif isinstance(call.func, ast.Attribute) and call.func.attr in FILE_METHODS:
            yield call.lineno, f"touches a file: {ast.unparse(call.func)}()"


def values_stand_at_the_bottom(module: Module) -> Violations:
    if below(module.name, "crmctl.values"):
        allowed = ("crmctl.values", "crmctl.locale", "crmctl.errors")
        for found in module.imports:
            if below(found.module, "crmctl") and not below(found.module, *allowed):
                yield found.line, f"imports {found.module}"


def only_cli_knows_cli(module: Module) -> Violations:
    if not below(module.name, "crmctl.cli", "crmctl.__main__"):
        yield from imports_of(module, "crmctl.cli")


def only_changes_write_records(module: Module) -> Violations:
    homes = ("crmctl.changes", "crmctl.cli", "crmctl.doctor", "crmctl.exchange", "crmctl.sync")
    if not below(module.name, *homes):
        yield from imports_of(module, "crmctl.changes.apply")


def nothing_runs_data(module: Module) -> Violations:
    yield from imports_of(module, "pickle", "marshal", "shelve", "dill")
    for call in module.calls():
        called = ast.unparse(call.func)
        if called in ("eval", "exec", "compile", "__import__"):
            yield call.lineno, f"calls {called}()"
        if called in ("os.system", "os.popen", "subprocess.getoutput"):
            yield call.lineno, f"starts a shell: {called}()"
        if called in ("yaml.load", "yaml.unsafe_load", "yaml.full_load", "yaml.load_all"):
            yield call.lineno, f"builds objects from YAML: {called}()"
        for keyword in call.keywords:
            if keyword.arg == "shell" and ast.unparse(keyword.value) != "False":
                yield call.lineno, "starts a shell: shell="


def modules_say_why_they_exist(module: Module) -> Violations:
    if not ast.get_docstring(module.tree):
        yield 1, "has no docstring"


def modules_stay_short(module: Module) -> Violations:
    count = module.text.count("\n")
    if count > LONGEST_MODULE:
        yield LONGEST_MODULE, f"has {count} lines, more than {LONGEST_MODULE}"


def public_functions_are_documented(module: Module) -> Violations:
    """A command's text is its `help`, which is translated; a docstring would not be."""
    for node in module.tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
        is_command = any("help=" in decorator for decorator in decorators)
        if not is_command and not ast.get_docstring(node):
            yield node.lineno, f"has no docstring: {node.name}"


RULES = [
    pytest.param(only_in("click", "crmctl.cli"), id="click only in cli"),
    pytest.param(only_in("yaml", "crmctl.storage"), id="yaml only in storage"),
    pytest.param(only_in("sqlite3", "crmctl.index"), id="sqlite3 only in index"),
    pytest.param(
        only_in("subprocess", "crmctl.vcs", "crmctl.cli.editor"),
        id="subprocess only in vcs and the editor",
    ),
    *(
        pytest.param(rule, id=rule.__name__.replace("_", " "))
        for rule in (
            clock_is_asked_in_one_place,
            models_are_pure,
            values_stand_at_the_bottom,
            only_cli_knows_cli,
            only_changes_write_records,
            nothing_runs_data,
            modules_say_why_they_exist,
            modules_stay_short,
            public_functions_are_documented,
        )
    ),
]


@pytest.mark.parametrize("rule", RULES)
def test_rule(rule: Callable[[Module], Violations]) -> None:
    found = [
        f"{module.path.relative_to(REPOSITORY)}:{line}: {what}"
        for module in MODULES
        for line, what in rule(module)
    ]
    if found:
        pytest.fail("\n".join(["", *found]), pytrace=False)


def _cycle(edges: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def test_packages_form_no_cycle_when_they_load() -> None:
    edges: dict[str, set[str]] = {}
    because: dict[tuple[str, str], str] = {}
    for module in MODULES:
        for found in module.imports:
            target = found.module.split(".")
            if found.at_load and target[0] == "crmctl" and len(target) > 1:
                edge = module.part, target[1]
                if edge[0] and edge[0] != edge[1]:
                    edges.setdefault(edge[0], set()).add(edge[1])
                    where = f"{module.path.relative_to(REPOSITORY)}:{found.line}"
                    because.setdefault(edge, where)
    cycle = _cycle(edges)
    if cycle:
        steps = [f"{because[edge]}: {edge[0]} -> {edge[1]}" for edge in pairwise(cycle)]
        pytest.fail("\n".join(["", *steps]), pytrace=False)


def example(text: str, name: str = "crmctl.example") -> Module:
    return Module(name, REPOSITORY / "crmctl" / "example.py", text)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (only_in("click", "crmctl.cli"), "def f():\n    from click import echo"),
        (clock_is_asked_in_one_place, "import datetime\ndatetime.datetime.now()"),
        (clock_is_asked_in_one_place, "import time\nf(clock=time.time)"),
        (nothing_runs_data, "eval('1')"),
        (nothing_runs_data, "subprocess.run('ls', shell=True)"),
        (nothing_runs_data, "import yaml\nyaml.load(text, yaml.Loader)"),
        (modules_say_why_they_exist, "x = 1"),
        (public_functions_are_documented, "def f(): ..."),
    ],
)
def test_a_rule_sees_what_breaks_it(rule: Callable[[Module], Violations], text: str) -> None:
    assert list(rule(example(text)))


def test_models_may_not_read_files() -> None:
    text = "from pathlib import Path\nPath('x').read_text()\nprint()"
    assert len(list(models_are_pure(example(text, "crmctl.reports.example")))) == 3


def test_an_import_for_types_alone_is_none_at_load() -> None:
    text = "if TYPE_CHECKING:\n    from crmctl.index.store import Index\nimport os\n"
    assert [found.at_load for found in example(text).imports] == [False, True]


def test_a_cycle_is_found() -> None:
    assert set(_cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}})) == {"a", "b", "c"}
    assert _cycle({"a": {"b", "c"}, "b": {"c"}}) == []
