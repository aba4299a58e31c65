"""Runs the official WebAssembly test suite through both API styles of anywasm, and reports the results.

* `suite` finds the suite and runs the converter, a program that converts the suite to JSON.
* `script` runs the commands of one file through an API style (`styles`), and returns the outcome of each (`outcome`).
  Each file runs in a separate process (`worker`, `pool`).
* `run` combines engines, styles and files, and compares the outcomes with `expectations`.
* `report` writes the reports.
"""
