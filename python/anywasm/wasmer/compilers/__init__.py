"""Compilers. Each is a package with a class `Compiler`, which a program passes to a class of `anywasm.wasmer.engine`.

On an engine with the capability `compilers`, the class selects one of the engine's compilers. On other engines, and for
a compiler that the engine does not have, the class is only a name and the engine uses its own compiler. So a program
runs on every engine, whichever compiler it names.

>>> from anywasm.wasmer import Store, engine
>>> from anywasm.wasmer.compilers.singlepass import Compiler
>>> Store(engine.Universal(Compiler)).compiler_name
'singlepass'
"""
