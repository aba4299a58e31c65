"""Compilers. There is a package for each compiler, with a class `Compiler`.

A program passes this class to a class of `anywasm.wasmer.engine`. If the engine has several compilers (the capability
`compilers`), the class selects one of them. The class has no effect if the engine does not have the selected compiler,
or if the engine has only one compiler. So a program runs on every engine, whichever compiler it selects.

>>> from anywasm.wasmer import Store, engine
>>> from anywasm.wasmer.compilers.singlepass import Compiler
>>> Store(engine.Universal(Compiler)).compiler_name
'singlepass'
"""
