"""`Buffer`."""

import array
import ctypes
import io
import struct

from wasmer import Buffer, Memory, MemoryType, Store

memory = Memory(Store(), MemoryType(1, 5))
buffer = memory.buffer
shown = memoryview(buffer)

isinstance(buffer, Buffer)
isinstance(memoryview(b""), Buffer)
isinstance(b"", Buffer)
type(buffer) is Buffer
type(buffer).__name__
shown.format
shown.itemsize
shown.ndim
shown.shape
shown.strides
shown.nbytes
shown.readonly
shown.contiguous
shown.c_contiguous
shown.suboffsets
shown.obj is buffer
shown.__setitem__(slice(0, 5), b"hello")
bytes(buffer)[:6]
bytearray(buffer)[:6]
len(bytes(buffer))
memory.uint8_view()[0:5]
memory.uint8_view().__setitem__(0, 0x48)
bytes(shown[:5])
memory.buffer == memory.buffer
buffer == buffer
len(buffer)
buffer[0]
buffer[0:2]
setattr(buffer, "x", 1)
iter(buffer)
bool(buffer)
buffer.tolist()
buffer.obj
buffer.release()
bytes(memory.buffer)[:5]
Buffer()
Buffer(memory)
struct.unpack_from("<H", memory.buffer, 0)
struct.pack_into("<I", memory.buffer, 8, 0x01020304)
memory.uint32_view()[2]
io.BytesIO(b"WORLD").readinto(memoryview(memory.buffer)[0:5])
memory.uint8_view()[0:5]
ctypes.c_uint8.from_buffer(memory.buffer).value
array.array("B", bytes(memory.buffer)[:3])
b"WORLD" in bytes(memory.buffer)
memory.grow(1)
len(shown)
bytes(shown[:5])
len(memoryview(memory.buffer))
hash(buffer) == hash(buffer)
len(memoryview(buffer))
len(bytes(buffer))
