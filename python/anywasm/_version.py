"""The version of the package; the engine modules must be of the same."""

__version__ = "0.1.0"
