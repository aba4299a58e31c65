"""The module inside the package, which programs reach as `wasmer.wasmer`: the same names.

>>> from anywasm import wasmer
>>> wasmer.wasmer.Store is wasmer.Store
True
"""

from anywasm.wasmer import *  # noqa: F403
from anywasm.wasmer import __all__ as __all__
