"""`Memory`, its views and its `Buffer`."""

from wasmer import Buffer, Instance, Memory, MemoryType, Module, Store, Uint8Array

store = Store()
memory_type = MemoryType(minimum=3)
memory = Memory(store, memory_type)

assert memory.size == 3
assert memory.data_size == 196608
assert isinstance(memory.uint8_view(offset=42), Uint8Array)
assert isinstance(memory.buffer, Buffer)

memory.grow(2)

assert memory.size == 5

# A guest that has a text to read, which ends with a zero.
SOURCE = """
(module
  (memory (export "memory") 17)
  (data (i32.const 1024) "Hello, World!\\00")
  (func (export "string") (result i32) (i32.const 1024)))
"""
exports = Instance(Module(Store(), SOURCE)).exports

assert isinstance(exports.memory, Memory)
assert exports.memory.type.minimum == 17
assert exports.memory.type.maximum == None  # noqa: E711
assert exports.memory.type.shared == False  # noqa: E712

view = exports.memory.uint8_view(offset=exports.string())
nth = 0
string = ""

while view[nth] != 0:
    string += chr(view[nth])
    nth += 1

assert string == "Hello, World!"

# The same text by each view that is wide enough for its characters.
for width, make in enumerate((memory.uint8_view, memory.uint16_view, memory.uint32_view, memory.uint64_view)):
    narrow = memory.uint8_view()
    for index, character in enumerate("Hello, World!\0"):
        narrow[index << width] = ord(character)
        for rest in range(1, 1 << width):
            narrow[(index << width) + rest] = 0
    wide = make(offset=0)
    text = "".join(map(chr, wide[0:13]))
    assert text == "Hello, World!"
    assert wide.bytes_per_element == 1 << width
assert memory.float32_view().bytes_per_element == 4
assert memory.float64_view().bytes_per_element == 8

memory = Memory(store, MemoryType(minimum=128))
int8 = memory.int8_view()
int8[0] = 1
int8[1] = 2
int8[2] = 3
int8[3] = 0x57
int8[4] = 0x61
int8[5] = 0x73
int8[6] = 0x6D
int8[7] = 0x65
int8[8] = 0x72
byte_array = bytearray(memory.buffer)

assert byte_array[0:3] == b"\x01\x02\x03"
assert byte_array[3:9].decode() == "Wasmer"
