"""Runs the command line for `python -m anywasm`."""

from anywasm.cli import main

if __name__ == "__main__":
    main()
