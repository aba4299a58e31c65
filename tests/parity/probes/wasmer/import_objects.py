"""`ImportObject`."""

from collections import OrderedDict, UserDict

from wasmer import Function, Global, ImportObject, Instance, Memory, MemoryType, Module, Store, Value

store = Store()
f, memory, glob = Function(store, lambda: None), Memory(store, MemoryType(1)), Global(store, Value.i32(1))
table = Instance(Module(store, '(module (table (export "t") 1 funcref))')).exports.t
imports = ImportObject()

imports
imports.to_dict()
imports.contains_namespace("env")
imports.register("env", {"f": f, "m": memory, "g": glob, "t": table})
imports.contains_namespace("env")
imports.contains_namespace(namespace_name="env")
imports.contains_namespace("")
imports.contains_namespace(5)
imports.contains_namespace(None)
imports.contains_namespace()
sorted(imports.to_dict())
sorted(imports.to_dict()["env"])
[type(imports.to_dict()["env"][name]) for name in "fgmt"]
imports.to_dict()["env"]["g"].value
imports.to_dict() is imports.to_dict()
imports.register(namespace_name="two", namespace={"f": f})
sorted(imports.to_dict())
imports.register("env", {"only": f})
sorted(imports.to_dict()["env"])
imports.register("env", {})
imports.contains_namespace("env")
imports.to_dict().get("env")
imports.register("ordered", OrderedDict(f=f))
imports.register("env", UserDict(f=f))
imports.register("env", [("f", f)])
imports.register("env", None)
imports.register("env", 5)
imports.register(5, {})
imports.register(None, {"f": f})
imports.register("bad", {"x": 5})
imports.register("bad", {"f": f, "x": None})
imports.register("bad", {5: f})
imports.register("bad", {"x": "text"})
imports.register("bad", {"x": lambda: 1})
imports.contains_namespace("bad")
imports.register("env")
imports.register()
imports.register("env", {}, 1)
ImportObject(1)
ImportObject(x=1)
len(imports)
iter(imports)
imports["two"]
"two" in imports
bool(imports)
imports == imports
imports.x
setattr(imports, "x", 1)
Instance(Module(store, '(module (import "two" "f" (func)))'), imports)
Instance(Module(store, '(module (import "three" "f" (func)))'), imports)
