"""`python -m anywasm`: the command line."""

from anywasm.cli import main

if __name__ == "__main__":
    main()
