"""The module `wasmer.wasmer`, which has the same names as the package. Some programs import it.

>>> from anywasm import wasmer
>>> wasmer.wasmer.Store is wasmer.Store
True
"""

from anywasm.wasmer import *  # noqa: F403
from anywasm.wasmer import __all__ as __all__
