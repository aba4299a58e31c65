"""Objects of an engine's C API for the probes.

Each object is created with as few calls as possible, so that a probe depends on few other functions.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

#: Values of `wasm_valkind_t`.
I32, FUNCREF = 0, 129
#: The names of the exports of `WASM`, in the module's order.
EXPORTS = ("add", "trap", "call", "g", "t", "m")

#: The binary format of this module:
#: `(module (import "env" "host" (func $host (param i32) (result i32)))`
#: `  (func $add (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))`
#: `  (func (export "trap") (unreachable))`
#: `  (func (export "call") (param i32) (result i32) (call $host (local.get 0)))`
#: `  (global (export "g") (mut i32) (i32.const 7))`
#: `  (table (export "t") 2 10 funcref) (elem (i32.const 0) $add) (memory (export "m") 1 3))`
WASM = bytes.fromhex(
    "0061736d01000000010f0360017f017f60027f7f017f600000020c0103656e7604686f737400000304030102000405017001"
    "020a0504010101030606017f0141070b072106036164640001047472617000020463616c6c00030167030001740100016d02"
    "000907010041000b01010a14030700200020016a0b0300000b0600200010000b0013046e616d65010c020004686f73740103"
    "616464"
)

CALLBACK = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
CALLBACK_WITH_ENV = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
FINALIZER = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class Missing(Exception):
    """The library does not have a function that a probe needs. The text is the name of the function."""


class Vec(ctypes.Structure):
    """The layout that all structures `wasm_*_vec_t` share."""

    _fields_ = [("size", ctypes.c_size_t), ("data", ctypes.c_void_p)]


class Val(ctypes.Structure):
    """The structure `wasm_val_t`. The probes use only i32 values and references, so the C union `of` is an integer."""

    _fields_ = [("kind", ctypes.c_uint8), ("of", ctypes.c_uint64)]


class Limits(ctypes.Structure):
    """The structure `wasm_limits_t`."""

    _fields_ = [("min", ctypes.c_uint32), ("max", ctypes.c_uint32)]


class World:
    """A library, and objects that its functions have created. The properties create each object only once.

    `report` is called with the name of each function before the call of the function.
    """

    def __init__(self, library: ctypes.CDLL, report: Callable[[str], None]) -> None:
        self._library, self._report = library, report
        self._objects: dict[str, Any] = {}
        #: References to buffers and callbacks. They keep these objects alive, because the C code has only addresses.
        self.alive: list[Any] = []

    def call(self, name: str, *args: Any, returns: Any = ctypes.c_void_p) -> Any:
        """Calls `wasm_<name>`. An int argument is an address. A number must be a ctypes object, e.g. `c_uint32(1)`."""
        symbol = f"wasm_{name}"
        function = getattr(self._library, symbol, None)
        if function is None:
            raise Missing(symbol)
        function.restype = returns
        function.argtypes = None
        self._report(symbol)
        return function(*(ctypes.c_void_p(arg) if arg is None or isinstance(arg, int) else arg for arg in args))

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """Returns the object `name`. The first call creates the object with `make()`."""
        if name not in self._objects:
            self._objects[name] = make()
        return self._objects[name]

    @property
    def engine(self) -> Any:
        return self.once("engine", lambda: self.call("engine_new"))

    @property
    def store(self) -> Any:
        return self.once("store", lambda: self.call("store_new", self.engine))

    def borrowed_bytes(self, data: bytes) -> Any:
        """Returns a `wasm_byte_vec_t` over memory of Python, for functions that only read the vector."""
        buffer = ctypes.create_string_buffer(data, len(data))
        self.alive.append(buffer)
        return ctypes.byref(Vec(len(data), ctypes.cast(buffer, ctypes.c_void_p)))

    def owned_bytes(self, data: bytes) -> Vec:
        """Returns a `wasm_byte_vec_t` in memory of the engine, for functions that take ownership of the vector."""
        vec = Vec()
        self.call("byte_vec_new", ctypes.byref(vec), ctypes.c_size_t(len(data)), data, returns=None)
        return vec

    def valtype(self, kind: int = I32) -> Any:
        return self.call("valtype_new", ctypes.c_uint8(kind))

    def valtypes(self, count: int) -> Vec:
        """Returns a vector of `count` i32 types."""
        vec = Vec()
        types = (ctypes.c_void_p * count)(*(self.valtype() for _ in range(count)))
        self.call("valtype_vec_new", ctypes.byref(vec), ctypes.c_size_t(count), types, returns=None)
        return vec

    def functype(self) -> Any:
        """Returns the type `(func (param i32) (result i32))`."""
        params, results = self.valtypes(1), self.valtypes(1)
        return self.call("functype_new", ctypes.byref(params), ctypes.byref(results))

    def globaltype(self) -> Any:
        return self.call("globaltype_new", self.valtype(), ctypes.c_uint8(1))

    def tabletype(self) -> Any:
        return self.call("tabletype_new", self.valtype(FUNCREF), ctypes.byref(Limits(2, 10)))

    def memorytype(self) -> Any:
        return self.call("memorytype_new", ctypes.byref(Limits(1, 3)))

    def type_of(self, noun: str) -> Any:
        """Returns a new object of the type `wasm_<noun>_t`, such as `functype`."""
        if noun == "externtype":
            return self.call("functype_as_externtype", self.functype())
        if noun == "importtype":
            module, name = self.owned_bytes(b"env"), self.owned_bytes(b"host")
            return self.call("importtype_new", ctypes.byref(module), ctypes.byref(name), self.type_of("externtype"))
        if noun == "exporttype":
            name = self.owned_bytes(b"add")
            return self.call("exporttype_new", ctypes.byref(name), self.type_of("externtype"))
        return getattr(self, noun)()

    @property
    def module(self) -> Any:
        return self.once("module", lambda: self.call("module_new", self.store, self.borrowed_bytes(WASM)))

    @property
    def host(self) -> Any:
        """A host function that doubles its argument."""

        def double(args: int, results: int) -> None:
            inputs, outputs = Vec.from_address(args), Vec.from_address(results)
            result = Val.from_address(outputs.data or 0)
            result.kind, result.of = I32, 2 * Val.from_address(inputs.data or 0).of

        def make() -> Any:
            self.alive.append(CALLBACK(double))
            return self.call("func_new", self.store, self.functype(), self.alive[-1])

        return self.once("host", make)

    def new_instance(self) -> Any:
        imports = (ctypes.c_void_p * 1)(self.call("func_as_extern", self.host))
        vec = Vec(1, ctypes.cast(imports, ctypes.c_void_p))
        trap = ctypes.c_void_p()
        return self.call("instance_new", self.store, self.module, ctypes.byref(vec), ctypes.byref(trap))

    @property
    def instance(self) -> Any:
        return self.once("instance", self.new_instance)

    @property
    def exports(self) -> Sequence[Any]:
        """The exports of the instance, in the order of `EXPORTS`, although some engines sort the exports by name."""

        def make() -> Sequence[Any]:
            vec = Vec()
            self.call("instance_exports", self.instance, ctypes.byref(vec), returns=None)
            externs = list((ctypes.c_void_p * vec.size).from_address(vec.data or 0))
            kinds = [self.call("extern_kind", each, returns=ctypes.c_uint8) for each in externs]
            # If the engine sorts the exports by name, their kinds have the order of: add, call, g, m, t, trap.
            by_name = kinds == [0, 0, 1, 3, 2, 0]
            order = sorted(EXPORTS) if by_name else EXPORTS
            return [externs[order.index(name)] for name in EXPORTS]

        exports: Sequence[Any] = self.once("exports", make)
        return exports

    def export(self, name: str) -> Any:
        return self.exports[EXPORTS.index(name)]

    def object(self, noun: str) -> Any:
        """Returns an object of the type `wasm_<noun>_t`, such as `module`. Always the same object for the same noun."""
        if noun in ("module", "instance"):
            return getattr(self, noun)
        if noun == "extern":
            return self.export("add")
        if noun == "trap":
            return self.once("trap", lambda: self.call("trap_new", self.store, self.borrowed_bytes(b"oh no\0")))
        if noun == "foreign":
            return self.once("foreign", lambda: self.call("foreign_new", self.store))
        if noun == "ref":
            return self.once("ref", lambda: self.call("table_get", self.object("table"), ctypes.c_uint32(0)))
        name = {"func": "add", "global": "g", "table": "t", "memory": "m"}[noun]
        return self.once(noun, lambda: self.call(f"extern_as_{noun}", self.export(name)))

    def invoke(self, function: Any, *args: int) -> tuple[Any, int]:
        """Calls a function with i32 parameters and one result. Returns the trap and the result."""
        values = (Val * max(len(args), 1))(*(Val(I32, arg) for arg in args))
        results = (Val * 1)(Val(I32, 0))
        inputs = Vec(len(args), ctypes.cast(values, ctypes.c_void_p))
        outputs = Vec(1, ctypes.cast(results, ctypes.c_void_p))
        trap = self.call("func_call", function, ctypes.byref(inputs), ctypes.byref(outputs))
        return trap, results[0].of & 0xFFFF_FFFF

    def thrown(self) -> Any:
        """Calls the export `trap`, and returns the trap of its instruction `unreachable`."""
        function = self.call("extern_as_func", self.export("trap"))
        inputs, outputs = Vec(0, None), Vec(0, None)
        return self.call("func_call", function, ctypes.byref(inputs), ctypes.byref(outputs))

    def frame(self) -> Any:
        return self.call("trap_origin", self.once("thrown", self.thrown))
