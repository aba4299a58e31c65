"""`Tag` and `SharedMemory`."""

from wasmtime import Config, Engine, FuncType, Limits, MemoryType, SharedMemory, Store, Tag, TagType, ValType


def new_store():
    config = Config()
    config.wasm_exceptions = True
    return Store(Engine(config))


def new_tag(store=None, params=()):
    return Tag(store or new_store(), TagType(FuncType(list(params), [])))


def same(which):
    store = new_store()
    first, second = new_tag(store), new_tag(store)
    return first.eq(store, first if which == 1 else second)


def type_of():
    store = new_store()
    return new_tag(store, [ValType.i32()]).type(store).functype.params


def shared(minimum=1, maximum=3, shared=True):
    config = Config()
    config.shared_memory = True
    config.wasm_threads = True
    return SharedMemory(Engine(config), MemoryType(Limits(minimum, maximum), shared=shared))


def first_bytes():
    memory = shared()
    return memory.data_ptr()[0:4]


new_tag()
same(1)
same(2)
type_of()
Tag(Store(), 5)
Tag(5, TagType(FuncType([], [])))
shared()
shared().data_len()
shared().grow(1)
shared().grow(5)
shared().grow(-1)
(shared().type().limits.min, shared().type().limits.max)
first_bytes()
SharedMemory(5, MemoryType(Limits(1, 2), shared=True))
SharedMemory(Engine(), 5)
