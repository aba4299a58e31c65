"""`anywasm.activate`, in processes of their own: what is imported stays imported."""

from __future__ import annotations

from pathlib import Path

import pytest

import anywasm
import children
from anywasm.activation import STYLES

COMPILERS = ["cranelift", "llvm", "singlepass"]


def run(code: str, *args: str) -> str:
    return children.run("", code, *args)


@pytest.fixture
def stock(tmp_path: Path) -> str:
    """A folder with packages that have the names of the stock ones."""
    for name in ("wasmer", "wasmtime", "wasmer_compiler_llvm"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("STOCK = True\n")
        (tmp_path / name / "engine.py").write_text("STOCK = True\n")
        (tmp_path / name / "only_there.py").write_text("STOCK = True\n")
    return str(tmp_path)


IMPORTS = [
    ("import wasmer", "wasmer", "wasmer"),
    ("import wasmer.wasmer", "wasmer.wasmer", "wasmer.wasmer"),
    ("import wasmer.engine", "wasmer.engine", "wasmer.engine"),
    ("from wasmer import target", "target", "wasmer.target"),
    ("import wasmer.engine as e", "e", "wasmer.engine"),
    ("import importlib; m = importlib.import_module('wasmer.engine')", "m", "wasmer.engine"),
    ("import importlib; m = importlib.import_module('.target', 'wasmer')", "m", "wasmer.target"),
    ("import wasmtime", "wasmtime", "wasmtime"),
    ("from wasmtime import store as s", "s", "wasmtime.store"),
    *((f"import wasmer_compiler_{c} as c", "c", f"wasmer.compilers.{c}") for c in COMPILERS),
    *(
        (
            f"import wasmer_compiler_{c}.wasmer_compiler_{c} as c",
            "c",
            f"wasmer.compilers.{c}.wasmer_compiler_{c}",
        )
        for c in COMPILERS
    ),
]


@pytest.mark.parametrize(("statement", "expression", "module"), IMPORTS)
@pytest.mark.parametrize("imported_before", [False, True])
def test_every_way_to_import(stock: str, statement: str, expression: str, module: str, imported_before: bool) -> None:
    code = f"""
        import importlib, sys
        sys.path.insert(0, {stock!r})
        import anywasm
        ours = "anywasm.{module}"
        before = importlib.import_module(ours) if {imported_before} else None
        anywasm.activate("wasmer", "wasmtime")
        {statement}
        module = {expression}
        assert module is importlib.import_module(ours) is sys.modules[ours]
        assert before in (None, module)
        assert module.__name__ == ours == module.__spec__.name, module.__spec__
        assert module.__file__ == module.__spec__.origin
        assert module.__spec__.loader is module.__loader__
    """
    run(code)


def test_one_style_is_not_the_other(stock: str) -> None:
    code = f"""
        import sys
        sys.path.insert(0, {stock!r})
        import anywasm
        anywasm.activate("wasmer")
        import wasmer, wasmtime, wasmer_compiler_llvm
        print(hasattr(wasmer, "STOCK"), wasmtime.STOCK, hasattr(wasmer_compiler_llvm, "STOCK"))
    """
    assert run(code) == "False True False\n"


def test_what_a_style_does_not_have_is_not_found(stock: str) -> None:
    code = f"""
        import importlib.util, sys
        sys.path.insert(0, {stock!r})
        import anywasm
        anywasm.activate("wasmer")
        for name in ("wasmer.only_there", "wasmer.engine.deeper", "wasmer_compiler_llvm.only_there"):
            try:
                __import__(name)
            except ModuleNotFoundError as error:
                print(error)
        print(importlib.util.find_spec("wasmer.only_there"))
    """
    assert run(code).splitlines() == [
        "No module named 'wasmer.only_there'",
        "No module named 'wasmer.engine.deeper'; 'wasmer.engine' is not a package",
        "No module named 'wasmer_compiler_llvm.only_there'",
        "None",
    ]


def test_it_can_be_done_again() -> None:
    code = """
        import sys
        import anywasm
        anywasm.activate("wasmer")
        import wasmer, wasmer_compiler_cranelift
        finders = list(sys.meta_path)
        anywasm.activate("wasmer")
        anywasm.activate("wasmtime", "wasmer", "wasmtime")
        assert sys.meta_path == finders
        import wasmtime
        assert wasmer is anywasm.wasmer and wasmtime is anywasm.wasmtime
    """
    run(code)


@pytest.mark.parametrize("styles", [(), ("v8",), ("wasmer", "v8"), ("",)])
def test_a_style_that_is_none(styles: tuple[str, ...]) -> None:
    code = f"""
        import sys
        import anywasm
        finders = list(sys.meta_path)
        try:
            anywasm.activate(*{styles!r})
        except ValueError as error:
            print(error)
        assert sys.meta_path == finders
    """
    said = run(code)
    assert all(style in said for style in STYLES)
    assert not styles or f"unknown style {styles[-1]!r}" in said


@pytest.mark.parametrize("imported", ["wasmer", "wasmer_compiler_llvm", "wasmtime"])
def test_a_package_that_is_imported_already(stock: str, imported: str) -> None:
    code = f"""
        import sys
        sys.path.insert(0, {stock!r})
        import {imported}
        import anywasm
        finders = list(sys.meta_path)
        try:
            anywasm.activate("wasmer", "wasmtime")
        except ImportError as error:
            print(error.name, error)
        assert sys.meta_path == finders
        assert sys.modules[{imported!r}].STOCK
    """
    said = run(code)
    style = "wasmtime" if imported == "wasmtime" else "wasmer"
    assert said == (
        f"{imported} {imported!r} is already imported from {stock}/{imported}/__init__.py: call "
        f"anywasm.activate({style!r}) before anything imports it, or run the program by `anywasm exec`\n"
    )


def test_specs_that_are_asked_for() -> None:
    code = """
        import importlib.util, sys
        import anywasm
        anywasm.activate("wasmer")
        found = importlib.util.find_spec("wasmer")
        assert "wasmer" not in sys.modules
        print(found.name, found.origin, found.submodule_search_locations)
        import wasmer
        again = importlib.util.find_spec("wasmer")
        print(again.origin == found.origin)
    """
    package = Path(anywasm.__file__).parent / "wasmer"
    assert run(code) == f"wasmer {package / '__init__.py'} {[str(package)]}\nTrue\n"


def test_versions() -> None:
    code = """
        import importlib.metadata as metadata, sys
        import anywasm
        anywasm.activate("wasmer")
        for name in ("wasmer", "Wasmer", "wasmer_compiler_cranelift", "wasmer-compiler-llvm"):
            print(metadata.version(name))
        names = [each.metadata["Name"] for each in metadata.distributions()]
        print("wasmer" in names, "click" in names)
        print(metadata.distribution("wasmer").read_text("entry_points.txt"), metadata.files("wasmer"))
        print([each.version for each in metadata.distributions(name="wasmer", path=["/nowhere"])])
        anywasm.activate("wasmtime")
        print(metadata.version("wasmtime").split(".")[0])
    """
    assert run(code).splitlines() == ["1.1.0"] * 4 + ["True True", "None None", "[]", "50"]


def test_classes_are_found_where_they_are_written() -> None:
    code = """
        import inspect, pickle, sys
        import anywasm
        anywasm.activate("wasmer", "wasmtime")
        import wasmer, wasmtime
        assert inspect.getmodule(wasmer.Store) is sys.modules["anywasm.wasmer.store"]
        assert "class Store" in inspect.getsource(wasmer.Store)
        assert pickle.loads(pickle.dumps(wasmer.Store)) is wasmer.Store
        print(pickle.dumps([wasmer.Type.I32, wasmtime.WasmtimeError("why")]).hex())
    """
    pickled = run(code)
    code = """
        import pickle, sys
        ty, error = pickle.loads(bytes.fromhex(sys.argv[1]))
        print(ty == 1, type(error).__name__, error)
    """
    assert run(code, pickled) == "True WasmtimeError why\n"


def test_imports_from_many_threads() -> None:
    # Modules inside our packages are asked for by the styles' names only: for `import package.module` beside the first
    # `import package` Python itself promises nothing, whatever the package.
    code = """
        import importlib, sys, threading
        from concurrent.futures import ThreadPoolExecutor
        import anywasm
        anywasm.activate("wasmer", "wasmtime")
        names = ["wasmer", "anywasm.wasmer", "wasmer.engine", "wasmer.compilers.llvm", "wasmer_compiler_llvm",
                 "wasmer_compiler_llvm.wasmer_compiler_llvm", "wasmtime", "anywasm.wasmtime", "wasmer.target"] * 4
        sys.setswitchinterval(5e-5)
        barrier = threading.Barrier(len(names))
        def imported(name):
            barrier.wait()
            return importlib.import_module(name)
        with ThreadPoolExecutor(len(names)) as pool:
            modules = list(pool.map(imported, names))
        for name, module in zip(names, modules):
            assert module is sys.modules[name] is sys.modules[module.__name__]
            assert module.__spec__.name == module.__name__
    """
    for _ in range(5):
        run(code)
