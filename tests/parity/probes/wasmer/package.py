"""The package."""

import wasmer
from wasmer import *  # noqa: F403

wasmer.__version__
wasmer.__core_version__
wasmer.__doc__ is not None
Store.__name__  # noqa: F405
sorted(name for name in dir(wasmer) if isinstance(getattr(wasmer, name), type))
Store is wasmer.Store  # noqa: F405
