"""The compilers: one package each, with the class `Compiler` that engines take.

Where the engine has a choice of compilers (capability `compilers`), the class chooses one of them; elsewhere, and for a
compiler that is not among them, it is a label, and the engine compiles as it always does. So a program runs whichever
compiler it names.

>>> from anywasm.wasmer import Store, engine
>>> from anywasm.wasmer.compilers.singlepass import Compiler
>>> Store(engine.Universal(Compiler)).compiler_name
'singlepass'
"""
