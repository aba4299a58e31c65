"""Makes random faults in the sources, one at a time, and lists the faults that no test notices.

`mutants.py python|rust [NUMBER] [SEED] [ENGINE]`, or `make mutants`. A fault is called a mutant. cosmic-ray makes the
mutants of Python files, and cargo-mutants those of Rust files. The same seed gives the same mutants of the same
sources.

Each mutant is a change in a copy of the checkout, in a temporary folder that is removed at the end, so the checkout
never changes. First, the tests run that are named like the changed module or belong to its folder. If all of them pass,
all tests that are not slow run on one engine, and for Rust also the Rust tests. A mutant survives if all of these pass.

A survivor is either a missing test, or equivalent: it changes nothing that anyone can see.
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
#: Files of Rust that are not compiled for every engine, or that only the tests use, have no mutants.
RUST_SOURCES = ["src/abi/**", "src/base/**", "src/engine/**", "src/store/**", "src/wasi/**", "src/wasm/**"]
#: Tests about the checkout, which cannot pass in a copy.
DESELECTED = ("tests/test_checkouts.py", "tests/test_add_an_engine.py")
#: The tests that are most likely to notice a mutant in a file of these folders.
NEARBY_TESTS = {
    "cli": ("tests/test_cli.py", "tests/test_exec.py"),
    "core": ("tests/parity", "tests/test_lifetime.py"),
    "engines": ("tests/test_engines.py",),
    "wasi": ("tests/wasi",),
    "wasm": ("tests/test_module.py", "tests/test_description.py"),
    "wasmer": ("tests/parity", "tests/wasmer"),
    "wasmtime": ("tests/parity", "tests/wasmtime"),
}
#: A mutant may wait for ever, so the tests of one mutant may take this number of seconds.
TIMEOUT = 1200


class Mutant(NamedTuple):
    """A changed file."""

    path: str
    diff: str
    contents: str


def python_files() -> list[str]:
    """Returns the hand-written files of the package."""
    files = (str(path.relative_to(ROOT)) for path in (ROOT / "python" / "anywasm").rglob("*.py"))
    generated = ("_constants.py", "_options.py", "_table.py", "_version.py")
    return sorted(file for file in files if not file.endswith(generated))


def without_annotations(code: str) -> str:
    """Returns what the code does, as a text. Annotations are never evaluated, and documentation does nothing."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if getattr(node, name, None) is not None:
                setattr(node, name, ast.Constant(None))
    return ast.dump(tree)


def random_python_mutant(file: str, chance: random.Random) -> Mutant | None:
    """Returns a random mutant of a Python file. Returns None if the chosen change does nothing, or if there is none."""
    from cosmic_ray import plugins
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code

    code = (ROOT / file).read_text()
    nodes = list(ast_nodes(get_ast(code)))
    # Operators such as those that replace `+` exist once for each replacement. They must not be chosen more often.
    families: dict[str, list[str]] = {}
    for name in plugins.operator_names():
        if name.startswith("core/Variable"):
            continue  # These operators need the name of a variable.
        families.setdefault(name.split("_")[0], []).append(name)
    places = []
    for names in families.values():
        operator = plugins.get_operator(chance.choice(names))()
        count = sum(len(list(operator.mutation_positions(node))) for node in nodes)
        places += [(operator, occurrence) for occurrence in range(count)]
    if not places:
        return None
    changed = mutate_code(code, *chance.choice(places))
    if changed is None or without_annotations(changed) == without_annotations(code):
        return None
    return Mutant(file, diff(file, code, changed), changed)


def diff(file: str, before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), file, file, lineterm="", n=0)
    return "\n".join(list(lines)[2:])


def select_python(number: int, chance: random.Random) -> list[Mutant]:
    """Chooses files in proportion to their sizes, and a mutant of each."""
    files = python_files()
    sizes = [(ROOT / file).stat().st_size for file in files]
    chosen: dict[Mutant, None] = {}
    while len(chosen) < number:
        mutant = random_python_mutant(chance.choices(files, sizes)[0], chance)
        if mutant is not None:
            chosen[mutant] = None
    return list(chosen)


def select_rust(number: int, chance: random.Random) -> list[Mutant]:
    """Chooses mutants of cargo-mutants."""
    if shutil.which("cargo-mutants") is None:
        sys.exit("cargo-mutants is not installed: cargo install --locked cargo-mutants")
    line = ["cargo", "mutants", "--list", "--json", "--package", "anywasm"]
    for pattern in RUST_SOURCES:
        line += ["--file", pattern]
    listed = json.loads(subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    chosen = chance.sample(listed, min(number, len(listed)))
    return [rust_mutant(each) for each in chosen]


def rust_mutant(described: dict[str, Any]) -> Mutant:
    file, span, replacement = described["file"], described["span"], described["replacement"]
    code = (ROOT / file).read_text()
    lines = code.splitlines(keepends=True)

    def offset(place: dict[str, int]) -> int:
        return sum(map(len, lines[: place["line"] - 1])) + place["column"] - 1

    changed = code[: offset(span["start"])] + replacement + code[offset(span["end"]) :]
    return Mutant(file, diff(file, code, changed), changed)


class Copy:
    """A copy of the checkout, with one engine module."""

    def __init__(self, folder: Path, engine: str) -> None:
        self.folder, self.engine = folder, engine
        self.module = f"_{engine.replace('-', '_')}.abi3.so"
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        for name in filter(None, listed.split("\0")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
        shutil.copy2(ROOT / "python/anywasm/engines" / self.module, folder / "python/anywasm/engines" / self.module)
        # Tests run tools of the environment.
        (folder / ".venv").symlink_to(ROOT / ".venv")
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(folder / "python"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "ANYWASM_ENGINE": engine,
            "ANYWASM_CHECKOUT": str(folder),
            "CARGO_TARGET_DIR": str(folder / "target"),
        }

    def run(self, *line: str) -> bool:
        """Runs a command in the copy. Returns whether it succeeded."""
        with subprocess.Popen(
            line,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                return process.wait(TIMEOUT) == 0
            except subprocess.TimeoutExpired:
                return False
            finally:
                # Ends what still runs: the children of a test that waits for ever, or everything after Ctrl-C.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    def pytest(self, *arguments: str) -> bool:
        """Runs tests, until one of them fails. Returns whether all of them passed."""
        line = [str(BIN / "python"), "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not slow"]
        return self.run(*line, "--engine", self.engine, *arguments)

    def pytest_all(self) -> bool:
        return self.pytest("-n", "2", *(f"--ignore={name}" for name in DESELECTED))

    def build(self) -> bool:
        """Builds the engine module. Returns False if the mutant does not compile."""
        features = ["--features", f"{self.engine},python"]
        if not self.run("cargo", "build", "--release", "--locked", "--package", "anywasm", *features):
            return False
        library = self.folder / "target" / "release" / "libanywasm.so"
        shutil.copy2(library, self.folder / "python/anywasm/engines" / self.module)
        return True

    def notices(self, mutant: Mutant) -> str:
        """Returns who notices the mutant: `compiler`, `tests`, or nobody (an empty text)."""
        path = self.folder / mutant.path
        before = path.read_text()
        path.write_text(mutant.contents)
        is_rust = path.suffix == ".rs"
        try:
            if is_rust and not self.build():
                return "compiler"
            near = self.nearby_tests(mutant.path)
            if near and not self.pytest(*near):
                return "tests"
            if not self.pytest_all():
                return "tests"
            if is_rust and not self.run("cargo", "test", "--release", "--locked", "--features", self.engine):
                return "tests"
            return ""
        finally:
            path.write_text(before)

    def nearby_tests(self, path: str) -> list[str]:
        """Returns the tests that are most likely to notice a mutant: those named like the module or its folder."""
        module = Path(path)
        stem = module.parent.name if module.stem in ("mod", "__init__") else module.stem.strip("_").rstrip("s")
        tests = self.folder / "tests"
        named = {str(file.relative_to(self.folder)) for file in tests.rglob(f"test_*{stem}*.py")}
        folders = [folder for part in module.parts[:-1] for folder in NEARBY_TESTS.get(part, ())]
        return sorted(named | set(folders))


def main(language: str, number: str = "10", seed: str = "1", engine: str = "wasmi") -> int:
    # Ends the tests and removes the copy, as after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    mutants = (select_python if language == "python" else select_rust)(int(number), random.Random(int(seed)))
    with tempfile.TemporaryDirectory(prefix="anywasm-mutants-") as folder:
        copy = Copy(Path(folder), engine)
        if not copy.pytest_all():
            print("the tests fail without any mutant: run `make quick` first")
            return 1
        survivors, counts = [], {"compiler": 0, "tests": 0, "": 0}
        for index, mutant in enumerate(mutants, 1):
            noticed_by = copy.notices(mutant)
            counts[noticed_by] += 1
            print(f"{index}/{number} {mutant.path}: {noticed_by or 'NOT NOTICED'}", flush=True)
            if not noticed_by:
                survivors.append(mutant)
    print(f"\n{counts['tests']} noticed by tests, {counts['compiler']} not compiled, {len(survivors)} not noticed:")
    for mutant in survivors:
        print(f"\n{mutant.path}\n{mutant.diff}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
