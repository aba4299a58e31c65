"""Has the public names of wasmtime-py's private module `_instance`, because programs import names from there."""

from anywasm.wasmtime.instance import Instance, InstanceExports

__all__ = ["Instance", "InstanceExports"]
