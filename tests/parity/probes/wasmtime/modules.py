"""`Module`."""

import os
import tempfile
from pathlib import Path

from wasmtime import Engine, Module, wat2wasm

engine = Engine()
EMPTY = b"\0asm\1\0\0\0"
WAT = (
    '(module $named (import "a" "b" (func)) (import "a" "b" (func)) (import "" "" (global i32)) (export "x" (func 0)))'
)
folder = Path(tempfile.mkdtemp())
(folder / "empty.wasm").write_bytes(EMPTY)
(folder / "text.wat").write_text(WAT)
(folder / "bad").write_bytes(b"\0as")


def closed(thing):
    thing.close()
    return thing


def fails(function, *args):
    """Only the kind of exception: the text is the parser's."""
    try:
        function(*args)
    except Exception as error:
        return type(error).__name__


Module(engine, EMPTY)
Module(engine, bytearray(EMPTY))
Module(engine, "(module)")
Module(engine, b"(module)")
fails(Module, engine, bytearray(b"(module)"))
Module(engine, memoryview(EMPTY))
Module(engine, "")
Module(engine, "\0asm")
Module(engine, 5)
Module(engine, None)
Module(5, EMPTY)
Module(None, EMPTY)
Module(engine)
fails(Module, engine, b"")
fails(Module, engine, b"\0asm")
fails(Module, engine, EMPTY[:-1])
fails(Module, engine, "(module")
fails(Module, engine, "(module (func (result i32)))")
fails(Module, engine, EMPTY + b"\1")
[(each.module, each.name) for each in Module(engine, WAT).imports]
[each.name for each in Module(engine, WAT).exports]
hasattr(Module(engine, WAT), "name")
Module.validate(engine, EMPTY)
fails(Module.validate, engine, b"")
fails(Module.validate, engine, b"\0asm")
fails(Module.validate, engine, b"(module)")
Module.validate(engine, "(module)")
Module.validate(engine, memoryview(EMPTY))
Module.validate(1, "x")
Module.validate(1, b"")
Module.validate(engine, bytearray(EMPTY))
Module.from_file(engine, str(folder / "empty.wasm"))
Module.from_file(engine, folder / "empty.wasm")
Module.from_file(engine, os.fsencode(folder / "text.wat")).exports[0].name
fails(Module.from_file, engine, str(folder / "nothing"))
fails(Module.from_file, engine, str(folder / "bad"))
type(Module(engine, EMPTY).serialize()).__name__
saved = Module(engine, WAT).serialize()
Module.deserialize(engine, saved).exports[0].name
Module.deserialize(engine, bytes(saved)).imports[0].module
fails(Module.deserialize, engine, b"")
fails(Module.deserialize, engine, b"x" * 100)
fails(Module.deserialize, engine, EMPTY)
fails(Module.deserialize, engine, bytes(saved[:-10]))
fails(Module.deserialize, engine, bytes(saved[:50]))
Module.deserialize(engine, "x")
Module.deserialize(engine, memoryview(saved))
Module.deserialize(5, bytes(saved))
(folder / "saved").write_bytes(saved) > 0
Module.deserialize_file(engine, str(folder / "saved")).exports[0].name
fails(Module.deserialize_file, engine, str(folder / "nothing"))
fails(Module.deserialize_file, engine, str(folder / "empty.wasm"))
Module.deserialize_file(engine, folder / "saved")
closed(Module(engine, EMPTY)).imports
closed(Module(engine, EMPTY)).exports
closed(Module(engine, EMPTY)).serialize()
closed(closed(Module(engine, EMPTY))).ptr()
closed(Engine()).close()
Module(closed(Engine()), EMPTY)
Module.validate(closed(Engine()), EMPTY)
Module.deserialize(closed(Engine()), saved)
wat2wasm("(module)")
wat2wasm(b"(module)")
wat2wasm(EMPTY)
wat2wasm(EMPTY.decode() + "ab\ncd")
wat2wasm(EMPTY + b"\xff")
wat2wasm("\0abc")
wat2wasm("")
fails(wat2wasm, "(module")
wat2wasm(5)
wat2wasm(None)
wat2wasm()
