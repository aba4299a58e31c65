"""What all classes have in common."""

import copy
import operator
import pickle
import weakref

import wasmer
from wasmer import Function, Global, Instance, MemoryType, Module, Store, Value

store = Store()
module = Module(store, '(module (memory (export "m") 1) (table (export "t") 1 funcref) (func (export "f")))')
instance = Instance(module)
memory = instance.exports.m
CLASSES = sorted(
    (each for each in vars(wasmer).values() if isinstance(each, type) and each is not wasmer.Type),
    key=lambda each: each.__name__,
)
OBJECTS = [
    store,
    module,
    instance,
    instance.exports,
    iter(instance.exports),
    memory,
    instance.exports.t,
    instance.exports.f,
    Function(store, lambda: None),
    Global(store, Value.i32(1)),
    Value.i32(1),
    memory.buffer,
    memory.uint8_view(),
    memory.float64_view(),
    wasmer.ImportObject(),
    wasmer.FunctionType([], []),
    MemoryType(1),
    wasmer.TableType(7, 1),
    wasmer.GlobalType(1, True),
    wasmer.ExportType("", 1),
    wasmer.ImportType("", "", 1),
]


REFERABLE = Function, wasmer.Exports, wasmer.Buffer


def attempt(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return type(error).__name__


def public(each):
    return [name for name in dir(each) if not name.startswith("_")]


def derive(cls):
    return type("Derived", (cls,), {})


CLASSES
[(type(each).__name__, public(each)) for each in OBJECTS if not isinstance(each, (wasmer.Exports, Store))]
# Ours is made with one argument more.
[name for name in public(store) if name != "together"]
[(cls.__name__, attempt(derive, cls)) for cls in CLASSES]
[(cls.__name__, cls.__doc__ is not None and len(cls.__doc__) > 10) for cls in CLASSES]
[(type(each).__name__, each == each, each == 1, each != 1) for each in OBJECTS]
[(type(each).__name__, hash(each) == hash(each)) for each in OBJECTS]
[(type(each).__name__, attempt(operator.lt, each, each)) for each in OBJECTS]
[(type(each).__name__, attempt(bool, each)) for each in OBJECTS]
[(type(each).__name__, attempt(pickle.dumps, each)) for each in OBJECTS if not isinstance(each, wasmer.Exports)]
[(type(each).__name__, attempt(copy.copy, each)) for each in OBJECTS if not isinstance(each, wasmer.Exports)]
pickle.dumps(instance.exports)
copy.copy(instance.exports)
[(type(each).__name__, attempt(setattr, each, "nothing", 1)) for each in OBJECTS if not isinstance(each, Function)]
setattr(instance.exports.f, "something", 1)
[(type(each).__name__, attempt(getattr, each, "nothing")) for each in OBJECTS]
[(type(each).__name__, attempt(weakref.ref, each)) for each in OBJECTS if not isinstance(each, REFERABLE)]
weakref.ref(instance.exports.f)() is instance.exports.f
weakref.ref(instance.exports)() is instance.exports
weakref.ref(memory.buffer)
[repr(each) for each in OBJECTS]
[(type(each).__name__, attempt(each)) for each in OBJECTS if not isinstance(each, Function)]
[cls.__name__ for cls in CLASSES if not isinstance(attempt(cls), str)]
[(cls.__name__, attempt(cls)) for cls in CLASSES if isinstance(attempt(cls), str)]
