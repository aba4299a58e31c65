"""What import objects of WASI list."""

from wasmer import ImportObject, Instance, Module, Store, wasi

store = Store()
environment = wasi.StateBuilder("program").finalize()


def listed(version):
    return {
        name: sorted(namespace)
        for name, namespace in environment.generate_import_object(store, version).to_dict().items()
    }


def instance(version, name, imports=None):
    source = f'(module (import "wasi_snapshot_preview1" "{name}" (func (result i32))) (memory (export "memory") 1))'
    return Instance(Module(store, source), imports or environment.generate_import_object(store, version))


listed(1)
listed(2)
listed(3)
listed(4)
listed(None)
environment.generate_import_object(store, 3).contains_namespace("wasi_snapshot_preview1")
environment.generate_import_object(store, 3).contains_namespace("wasi_unstable")
instance(3, "sched_yield")
instance(3, "nothing")
instance(2, "sched_yield")
instance(3, "sched_yield", ImportObject(5))
