"""Records in a guest's memory, read and written as generated bindings do it: wasmer 1.1."""

import ctypes
from dataclasses import dataclass
from typing import Any, cast

import wasmer

GUEST = """
(module
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 2048))
  (func (export "mirror") (param $at i32) (param $count i32) (result i32)
    (local $index i32) (local $record i32) (local $x i32)
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $index) (local.get $count)))
      (local.set $record (i32.add (local.get $at) (i32.mul (local.get $index) (i32.const 16))))
      (local.set $x (i32.load (local.get $record)))
      (i32.store (local.get $record) (i32.load offset=4 (local.get $record)))
      (i32.store offset=4 (local.get $record) (local.get $x))
      (f64.store offset=8 (local.get $record) (f64.neg (f64.load offset=8 (local.get $record))))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br $next)))
    (local.get $at)))
"""


@dataclass
class Point:
    x: int
    y: int
    weight: float


def _load(ty: Any, memory: wasmer.Memory, base: int, offset: int) -> Any:
    at = (base & 0xFFFFFFFF) + offset
    if at + ctypes.sizeof(ty) > memory.data_size:
        raise IndexError("out-of-bounds load")
    return ty.from_buffer_copy(bytes(memory.uint8_view()[at : at + ctypes.sizeof(ty)])).value


def _store(ty: Any, memory: wasmer.Memory, base: int, offset: int, value: Any) -> None:
    at = (base & 0xFFFFFFFF) + offset
    if at + ctypes.sizeof(ty) > memory.data_size:
        raise IndexError("out-of-bounds store")
    memory.uint8_view()[at : at + ctypes.sizeof(ty)] = bytes(ty(value))


class Guest:
    instance: wasmer.Instance

    def __init__(self, store: wasmer.Store, imports: "dict[str, dict[str, Any]]", module: wasmer.Module) -> None:
        self.instance = wasmer.Instance(module, imports)
        memory = self.instance.exports.__getattribute__("memory")
        assert isinstance(memory, wasmer.Memory)
        self._memory = memory
        self._realloc = self.instance.exports.__getattribute__("cabi_realloc")
        mirror = self.instance.exports.__getattribute__("mirror")
        assert isinstance(mirror, wasmer.Function)
        self._mirror = mirror

    def mirror(self, points: list[Point]) -> list[Point]:
        at = self._realloc(0, 0, 8, len(points) * 16)
        assert isinstance(at, int)
        for index, point in enumerate(points):
            base = at + index * 16
            _store(ctypes.c_int32, self._memory, base, 0, point.x)
            _store(ctypes.c_int32, self._memory, base, 4, point.y)
            _store(ctypes.c_double, self._memory, base, 8, point.weight)
        result = cast(int, self._mirror(at, len(points)))
        loaded = []
        for index in range(len(points)):
            base = result + index * 16
            x = _load(ctypes.c_int32, self._memory, base, 0)
            y = _load(ctypes.c_int32, self._memory, base, 4)
            loaded.append(Point(x, y, _load(ctypes.c_double, self._memory, base, 8)))
        return loaded


store = wasmer.Store()
guest = Guest(store, {}, wasmer.Module(store, GUEST))
print(guest.mirror([Point(1, -2, 0.5), Point(3, 4, -1e300)]))
try:
    _load(ctypes.c_int32, guest._memory, -1, 0)
except IndexError as error:
    print(error)
