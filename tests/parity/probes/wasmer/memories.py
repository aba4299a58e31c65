"""`Memory`."""

from wasmer import Instance, Memory, MemoryType, Module, Store, Uint8Array

store = Store()
memory = Memory(store, MemoryType(3, 7))
exported = Instance(Module(store, '(module (memory (export "m") 17))')).exports.m


class Indexable:
    def __index__(self):
        return 1


memory
memory.size
memory.data_size
str(memory.type)
memory.type.minimum
memory.type.maximum
memory.type.shared
memory.grow(2)
memory.size
memory.data_size
str(memory.type)
memory.grow(0)
memory.grow(number_of_pages=1)
memory.size
memory.grow(100)
memory.grow(2**32 - 1)
memory.grow(2**32)
memory.grow(-1)
memory.grow(2**64)
memory.grow(-(2**64))
memory.grow("a")
memory.grow(1.0)
memory.grow(None)
memory.grow(True)
memory.grow(Indexable())
memory.size
memory.grow()
memory.grow(1, 2)
memory.grow(x=1)
exported
exported.size
str(exported.type)
exported.grow(100000)
exported.grow(1)
str(exported.type)
setattr(memory, "size", 1)
setattr(memory, "type", 1)
setattr(memory, "buffer", 1)
setattr(memory, "x", 1)
memory.x
memory == memory
memory.buffer is memory.buffer
len(memory)
memory[0]
Memory(store, MemoryType(5, 2))
Memory(store, MemoryType(70000))
Memory(store, MemoryType(70000, 80000))
Memory(store, MemoryType(65537))
Memory(store, MemoryType(1, 65537)).size
Memory(store, MemoryType(1, 70000)).type.maximum
Memory(store, MemoryType(0)).size
Memory(store, MemoryType(0, 0)).grow(1)
Memory(store, MemoryType(0)).data_size
Memory(store, MemoryType(1, 2, True)).size
Memory(store, MemoryType(1, 2, True)).type.shared
Memory(store, MemoryType(1, None, True)).size
Memory(store, MemoryType(1, 2, True)).uint8_view()[0]
Memory(store, MemoryType(1, None, True)).uint8_view()[0]
Memory(store=store, memory_type=MemoryType(1)).size
Memory(store, 1)
Memory(store, None)
Memory(store, (1, 2))
Memory(5, MemoryType(1))
Memory(MemoryType(1), store)
Memory(store)
Memory()
Memory(store, MemoryType(1), 1)
Memory(store, x=1)
isinstance(memory.uint8_view(offset=42), Uint8Array)
memory.uint8_view(-1)
memory.uint8_view(-(2**70))
memory.uint8_view(2**64)
memory.uint8_view("1")
memory.uint8_view(1.0)
memory.uint8_view(None)
memory.uint8_view(True)
memory.uint8_view(Indexable())
memory.uint8_view(1, 2)
memory.uint8_view(x=1)
memory.float64_view("1")
memory.float64_view(-1)
