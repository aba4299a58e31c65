"""Runs the official WebAssembly test suite through the public API of both styles, and reports the results.

* `suite` finds the suite and runs the converter, which writes JSON.
* `script` runs the commands of one file through a style (`styles`). It returns the outcome of each command (`outcome`).
  Each file runs in a separate process (`worker`, `pool`).
* `run` combines engines, styles and files, and compares the outcomes with `expectations`.
* `report` writes the reports.
"""
