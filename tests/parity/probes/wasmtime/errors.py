"""Exceptions made by hand."""

import wasmtime
from wasmtime import ExitTrap, Frame, Managed, Trap, TrapCode, WasmtimeError


def closed(thing):
    thing.close()
    return thing


Trap("m").message
str(Trap("m"))
repr(Trap("m"))
Trap("m").args
Trap("m").frames
Trap("m").trap_code
Trap("")
str(Trap(""))
str(Trap("é"))
Trap(5)
Trap()
Trap(message="m").message
closed(Trap("m")).message
str(closed(Trap("m")))
closed(Trap("m")).frames
issubclass(Trap, WasmtimeError)
issubclass(ExitTrap, WasmtimeError)
issubclass(ExitTrap, Trap)
issubclass(WasmtimeError, Managed)
issubclass(Trap, Managed)
issubclass(Trap, RuntimeError)
WasmtimeError("m").args
str(WasmtimeError("m"))
repr(WasmtimeError("m"))
str(WasmtimeError(""))
WasmtimeError(5)
WasmtimeError()
WasmtimeError(None)
str(closed(WasmtimeError("m")))
ExitTrap("m").code
str(ExitTrap("m"))
Frame().func_index
Frame().ptr()
[(code.name, code.value) for code in TrapCode]
TrapCode(9)
TrapCode(50)
TrapCode["UNREACHABLE"]
TrapCode.UNREACHABLE == 9
sorted(set(wasmtime.__all__) - {"DirPerms", "FilePerms"})
[name for name in wasmtime.__all__ if not hasattr(wasmtime, name)]


def raising(error):
    raise error


raising(Trap("thrown"))
raising(WasmtimeError("thrown"))
