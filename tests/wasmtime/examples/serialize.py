"""A cache of compiled modules: what cannot be loaded is compiled again."""

import tempfile
from pathlib import Path

from wasmtime import Engine, Instance, Module, Store, WasmtimeError


def load(engine: Engine, path: Path, source: str) -> Module:
    if path.exists():
        try:
            return Module.deserialize_file(engine, str(path))
        except WasmtimeError:
            path.unlink()
    module = Module(engine, source)
    path.write_bytes(module.serialize())
    return module


engine = Engine()
with tempfile.TemporaryDirectory() as folder:
    cached = Path(folder) / "module.bin"
    cached.write_bytes(b"of another version")
    for _ in range(2):
        store = Store(engine)
        module = load(engine, cached, '(module (func (export "f") (result i32) (i32.const 42)))')
        assert Instance(store, module, []).exports(store)["f"](store) == 42
    with Module.deserialize(engine, cached.read_bytes()) as again:
        assert [export.name for export in again.exports] == ["f"]
