"""The version of the package. The engine modules must have the same version."""

__version__ = "0.1.0"
