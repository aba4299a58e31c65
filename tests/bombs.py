"""Small modules that compilers need minutes or gigabytes for, in the binary format.

The text format would make the larger modules slow to build.
"""

from __future__ import annotations

from collections.abc import Iterable

I32, I64 = b"\x7f", b"\x7e"
#: The type of a function without parameters and results.
NO_VALUES = b"\x60\0\0"
EMPTY_BODY = b"\2\0\x0b"


def number(value: int) -> bytes:
    """Returns an unsigned number in LEB128."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def vector(items: Iterable[bytes]) -> bytes:
    parts = list(items)
    return number(len(parts)) + b"".join(parts)


def section(code: int, contents: bytes) -> bytes:
    return bytes([code]) + number(len(contents)) + contents


def body(code: bytes, locals: int = 0) -> bytes:
    """Returns a function body with this number of local variables of type i64."""
    declarations = b"\1" + number(locals) + I64 if locals else b"\0"
    contents = declarations + code + b"\x0b"
    return number(len(contents)) + contents


def module(
    *, types: bytes = b"\1" + NO_VALUES, functions: int = 1, bodies: bytes = EMPTY_BODY, more: bytes = b""
) -> bytes:
    """Returns a module. `bodies` are those of `functions` functions of the first type."""
    return b"".join(
        [
            b"\0asm\1\0\0\0",
            section(1, types),
            section(3, number(functions) + bytes(functions)),
            more,
            section(10, number(functions) + bodies),
        ]
    )


def get(local: int) -> bytes:
    return b"\x20" + number(local)


def set_(local: int) -> bytes:
    return b"\x21" + number(local)


def increment(local: int) -> bytes:
    return get(local) + b"\x42\1\x7c" + set_(local)


def many_functions(count: int) -> bytes:
    return module(functions=count, bodies=EMPTY_BODY * count)


def long_types(count: int, params: int) -> bytes:
    """A module with different types that have this number of parameters, and as many results."""
    kinds = (bytes(0x7F - (each >> bit & 1) for bit in range(params)) for each in range(count))
    return module(
        types=vector([NO_VALUES, *(b"\x60" + number(params) + kind + number(params) + I32 * params for kind in kinds)])
    )


def many_locals(functions: int, locals: int) -> bytes:
    return module(functions=functions, bodies=body(b"", locals) * functions)


def many_operands(count: int) -> bytes:
    return module(bodies=body(b"\x42\0" * count + b"\x1a" * count))


def many_elements(count: int) -> bytes:
    table, elements = b"\1\x70\0" + number(count), b"\1\0\x41\0\x0b" + number(count) + bytes(count)
    return module(more=section(4, table) + section(9, elements))


def long_expression(instructions: int) -> bytes:
    """A module whose constant expression has at least this number of instructions."""
    count = instructions // 2 + 1
    return module(more=section(6, b"\1\x7f\0" + b"\x41\1" * count + b"\x6a" * (count - 1) + b"\x0b"))


#: An import of a global of type i32, and one of type funcref.
IMPORTED_GLOBALS = section(2, b"\2\1m\1i\3\x7f\0\1m\1f\3\x70\0")


def computed_globals(count: int, additions: int = 0) -> bytes:
    """A module with globals whose initial values are sums of an imported global."""
    expression = b"\x23\0" * (additions + 1) + b"\x6a" * additions + b"\x0b"
    globals_ = section(6, number(count) + (b"\x7f\0" + expression) * count)
    return b"".join([b"\0asm\1\0\0\0", IMPORTED_GLOBALS, globals_])


def computed_elements(count: int) -> bytes:
    elements = b"\1\4\x41\0\x0b" + number(count) + b"\x23\1\x0b" * count
    table = section(4, b"\1\x70\0" + number(count))
    return b"".join([b"\0asm\1\0\0\0", IMPORTED_GLOBALS, table, section(9, elements)])


def computed_offsets(count: int) -> bytes:
    data = section(11, number(count) + b"\0\x23\0\x0b\1A" * count)
    return b"".join([b"\0asm\1\0\0\0", IMPORTED_GLOBALS, section(5, b"\1\0\1"), data])


def used_globals(count: int) -> bytes:
    """A function that sets this number of globals."""
    code = b"".join(b"\x41\0\x24" + number(index) for index in range(count))
    return module(bodies=body(code), more=section(6, number(count) + b"\x7f\1\x41\0\x0b" * count))


def nested_loops(loops: int, locals: int) -> bytes:
    """A function whose innermost loop sets all local variables, and leaves each of its loops."""
    inside = b"".join(map(increment, range(locals)))
    exits = b"".join(get(each % locals) + b"\xa7\x0d" + number(each) for each in range(loops))
    return module(bodies=body(b"\x03\x40" * loops + inside + exits + b"\x0b" * loops, locals))


def loops_in_sequence(loops: int, locals: int) -> bytes:
    inside = b"".join(map(increment, range(locals)))
    return module(bodies=body((b"\x03\x40" + inside + get(0) + b"\xa7\x0d\0\x0b") * loops, locals))


def branches_in_sequence(branches: int, locals: int) -> bytes:
    """A function with this number of `if`, each of which sets a local variable that is read much later."""
    code = (get(each % locals) + b"\xa7\x04\x40\x42\1" + set_(each * 13 % locals) + b"\x0b" for each in range(branches))
    return module(bodies=body(b"".join(code), locals))


def branches_with_values(branches: int, targets: int, values: int) -> bytes:
    """A function with this number of `br_table`, each of which passes many values to many targets."""
    block_type = b"\x60\0" + number(values) + I32 * values
    table = (
        b"\x02\1"
        + b"\x41\0" * values
        + b"\x41\0\x0e"
        + number(targets)
        + bytes(targets + 1)
        + b"\x0b"
        + b"\x1a" * values
    )
    return module(types=vector([NO_VALUES, block_type]), bodies=body(table * branches))
