"""The module `wasmer.wasmer`. It has the same public names as the package `wasmer`. Some programs import this module.

>>> from anywasm import wasmer
>>> wasmer.wasmer.Store is wasmer.Store
True
"""

from anywasm.wasmer import *  # noqa: F403
from anywasm.wasmer import __all__ as __all__
