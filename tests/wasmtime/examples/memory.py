"""Memory from both sides."""

import ctypes

from wasmtime import Instance, Limits, Memory, MemoryType, Module, Store, Trap

store = Store()
module = Module(
    store.engine,
    """(module (memory (export "memory") 2 3)
    (func (export "size") (result i32) (memory.size))
    (func (export "load") (param i32) (result i32) (i32.load8_s (local.get 0)))
    (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
    (data (i32.const 0x1000) "\\01\\02\\03\\04"))""",
)
exports = Instance(store, module, []).exports(store)
memory, size, load, store_byte = (exports[name] for name in ("memory", "size", "load", "store"))
assert isinstance(memory, Memory)

assert (memory.size(store), memory.data_len(store)) == (2, 0x20000)
assert memory.data_ptr(store)[0x1003] == 4
assert (size(store), load(store, 0), load(store, 0x1003)) == (2, 0, 4)

for address in (0x20000, -1):
    try:
        load(store, address)
    except Trap:
        pass
    else:
        raise AssertionError("an address beyond the end")

memory.data_ptr(store)[0x1003] = 5
store_byte(store, 0x1002, 6)
assert memory.data_ptr(store)[0x1002:0x1004] == [6, 5]

assert memory.grow(store, 1) == 2
assert memory.size(store) == 3
assert load(store, 0x20000) == 0

assert memory.write(store, b"written by Python", 8) == 17
assert memory.read(store, 8, 15) == bytearray(b"written")
assert memory.read(store, -1) == bytearray(1)
buffer = memory.get_buffer_ptr(store, size=7, offset=8)
assert bytes(buffer) == b"written"
ctypes.memset(buffer, ord("x"), 3)
assert memory.read(store, 8, 15) == bytearray(b"xxxtten")

made = Memory(store, MemoryType(Limits(1, 2)))
assert made.type(store).limits == Limits(1, 2)
