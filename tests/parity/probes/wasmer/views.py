"""The ten views."""

import array

from wasmer import Memory, MemoryType, Store

store = Store()
memory = Memory(store, MemoryType(2))
NAMES = "uint8 int8 uint16 int16 uint32 int32 uint64 int64 float32 float64".split()
INTEGERS = NAMES[:8]


class Indexable:
    def __index__(self):
        return 3


def attempt(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def view(name, offset=0):
    return getattr(memory, f"{name}_view")(offset)


def store_and_load(name, value):
    view(name)[5] = value
    return view(name)[5]


v = memory.uint8_view()
[type(view(name)) for name in NAMES]
[view(name).bytes_per_element for name in NAMES]
[type(view(name)).bytes_per_element for name in NAMES] and None
[len(view(name)) for name in NAMES]
[len(view(name, 10)) for name in NAMES]
[attempt(store_and_load, name, 1) for name in NAMES]
[attempt(store_and_load, name, -1) for name in NAMES]
[attempt(store_and_load, name, 127) for name in NAMES]
[attempt(store_and_load, name, 128) for name in NAMES]
[attempt(store_and_load, name, 255) for name in NAMES]
[attempt(store_and_load, name, 256) for name in NAMES]
[attempt(store_and_load, name, -129) for name in NAMES]
[attempt(store_and_load, name, 2**16) for name in NAMES]
[attempt(store_and_load, name, 2**31) for name in NAMES]
[attempt(store_and_load, name, 2**32) for name in NAMES]
[attempt(store_and_load, name, 2**63) for name in NAMES]
[attempt(store_and_load, name, 2**64) for name in NAMES]
[attempt(store_and_load, name, -(2**63)) for name in NAMES]
[attempt(store_and_load, name, -(2**63) - 1) for name in NAMES]
[attempt(store_and_load, name, 2**80) for name in NAMES]
[attempt(store_and_load, name, 2**2000) for name in NAMES]
[attempt(store_and_load, name, True) for name in NAMES]
[attempt(store_and_load, name, Indexable()) for name in NAMES]
[attempt(store_and_load, name, 1.5) for name in NAMES]
[attempt(store_and_load, name, 0.1) for name in NAMES]
[attempt(store_and_load, name, 1e39) for name in NAMES]
[attempt(store_and_load, name, float("nan")) for name in NAMES]
[attempt(store_and_load, name, "1") for name in NAMES]
[attempt(store_and_load, name, None) for name in NAMES]
[attempt(store_and_load, name, b"1") for name in NAMES]
[attempt(store_and_load, name, [1]) for name in NAMES]

v.__setitem__(slice(0, 8), [1, 2, 3, 4, 5, 6, 7, 8])
[view(name)[0] for name in INTEGERS]
[attempt(view(name, 1).__getitem__, 0) for name in INTEGERS]
v[0]
v[True]
v[-1]
v[-(2**31)]
v[131071]
v[131072]
v[131073]
v[2**31]
v[2**40]
v[2**63 - 1]
v[2**63]
v[2**80]
v[-(2**80)]
v["0"]
v[1.0]
v[None]
v[Indexable()]
v[(0, 1)]
v[...]
v[b"x"]
v.__setitem__(-1, 1)
v.__setitem__(131072, 1)
v.__setitem__(2**80, 1)
v.__setitem__("0", 1)
v.__setitem__(None, 1)
v.__setitem__(0.0, 1)
v.__setitem__(True, 9)
v.__delitem__(0)
v.__delitem__(slice(0, 1))
v[0:4]
v[:3]
v[0:8:2]
v[1:8:3]
v[-4:]
v[-2:-1]
v[131070:131080]
v[131072:]
v[140000:]
v[4:4]
v[2:1]
v[5:-131071]
v[::-1]
v[4:0:-1]
v[0:4:-1]
v[0:4:0]
v[4:4:-1]
v[0:4:100]
v[True:3]
v[Indexable() : 5]
v["a":]
v[1.0:2]
v[None:None:70000]
v[: 2**80][0:2] == v[0:2]
v[-(2**80) : 3]
type(v[0:2])
[view(name)[0:2] for name in INTEGERS]
view("float64")[0:2]
v.__setitem__(slice(0, 3), [1, 2])
v.__setitem__(slice(0, 3), [1, 2, 3, 4])
v.__setitem__(slice(0, 3), [7, 8, 9])
v[0:4]
v.__setitem__(slice(0, 3), (1, 2, 3))
v.__setitem__(slice(0, 3), b"abc")
v.__setitem__(slice(0, 3), bytearray(b"def"))
v.__setitem__(slice(0, 3), memoryview(b"ghi"))
v.__setitem__(slice(0, 3), range(3))
v[0:4]
v.__setitem__(slice(0, 3), array.array("B", [1, 2, 3]))
v.__setitem__(slice(0, 3), array.array("i", [1, 2, 3]))
v.__setitem__(slice(0, 3), "abc")
v.__setitem__(slice(0, 3), {1, 2, 3})
v.__setitem__(slice(0, 3), {1: 2, 2: 3, 3: 4})
v.__setitem__(slice(0, 3), iter([1, 2, 3]))
v.__setitem__(slice(0, 3), (x for x in range(3)))
v.__setitem__(slice(0, 3), 5)
v.__setitem__(slice(0, 3), None)
v.__setitem__(slice(0, 3), v)
v.__setitem__(slice(0, 3), memory.buffer)
v.__setitem__(slice(0, 0), [])
v.__setitem__(slice(0, 0), [1])
v.__setitem__(slice(2, 1), [])
v.__setitem__(slice(2, 1), [1])
v.__setitem__(slice(3, 0, -1), [1, 2, 3])
v.__setitem__(slice(0, 6, 2), [10, 20, 30])
v[0:6]
v.__setitem__(slice(0, 3), [1, 256, 3])
v[0:3]
v.__setitem__(slice(0, 3), [50, "x", 3])
v[0:3]
v.__setitem__(slice(0, 3), [1.5, 2, 3])
v.__setitem__(slice(0, 3), b"ab")
v.__setitem__(slice(131070, 131080), [1, 2])
v[131070:]
v.__setitem__(slice(-2, None), [3, 4])
v[131070:]
view("int16").__setitem__(slice(0, 2), [-1, 300])
view("int16").__setitem__(slice(0, 2), b"ab")
view("int16")[0:2]
view("uint64").__setitem__(slice(0, 2), [2**64 - 1, 1])
view("uint64")[0:2]
view("float32").__setitem__(slice(0, 3), [1, 2.5, 1e39])
view("float32")[0:3]
view("float32").__setitem__(slice(0, 2), b"ab")
view("float32")[0:2]
view("float64").__setitem__(slice(0, 2), [1, "x"])
view("float64")[0:1]
list(v)
iter(v)
next(iter(v))
1 in v
reversed(v)
bytes(v)
bytearray(v)
memoryview(v)
sum(v)
bool(v)
v == v
v == memory.uint8_view()
v.x
setattr(v, "x", 1)
setattr(v, "bytes_per_element", 5)
v.bytes_per_element
str(v)
hash(v) == hash(v)
v.__len__()
memory.uint8_view(131072)[0]
memory.uint8_view(131071)[0]
memory.uint8_view(131071)[1]
memory.uint8_view(131070)[0:5]
memory.uint32_view(32768)[0]
memory.uint32_view(40000)[0]
memory.uint32_view(2**62)[0]
memory.uint32_view(2**64 - 1)[0]
len(memory.uint8_view(131072))
len(memory.uint8_view(131073))
len(memory.uint32_view(40000))
len(memory.float64_view(2**61))
memory.uint8_view(131073)[0:1]
memory.uint8_view(131073)[:]
memory.uint8_view(131073).__setitem__(0, 1)
memory.uint8_view(131073).__setitem__(slice(0, 1), [1])
memory.grow(1)
len(v)
v[196607]
v[196608]
v.__setitem__(196607, 5)
memory.uint8_view()[196607]
