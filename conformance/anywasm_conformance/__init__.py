"""Runs the official WebAssembly test suite through the public API of both styles, and reports what it found.

The suite is data: `suite` finds it and has it converted. `script` runs the commands of one file through a style
(`styles`), in a process of its own (`worker`, `pool`), and says of each how it came out (`outcome`). `run` puts
engines, styles and files together and holds the outcomes against what is expected (`expectations`); `report` writes
it down.
"""
