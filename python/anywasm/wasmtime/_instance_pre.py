"""Has the public names of wasmtime-py's private module `_instance_pre`, because programs import names from there."""

from anywasm.wasmtime.instance_pre import InstancePre

__all__ = ["InstancePre"]
