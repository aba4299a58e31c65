"""The text format as it was written before 2020, which the parser of that time took and today's does not.

Instructions had other names (`get_local`, `i32.wrap/i64`), and a table of functions was one of `anyfunc`.
"""

from __future__ import annotations

import re

_NAMES = {
    "anyfunc": "funcref",
    "get_local": "local.get",
    "set_local": "local.set",
    "tee_local": "local.tee",
    "get_global": "global.get",
    "set_global": "global.set",
    "current_memory": "memory.size",
    "grow_memory": "memory.grow",
    "atomic.notify": "memory.atomic.notify",
    "i32.atomic.wait": "memory.atomic.wait32",
    "i64.atomic.wait": "memory.atomic.wait64",
}
_NUMBER = "i32|i64|f32|f64"
_CONVERSION = re.compile(rf"(?P<to>{_NUMBER})\.(?P<verb>[a-z]+)(?P<sign>_[su])?(?P<sat>:sat)?/(?P<source>{_NUMBER})")
# Strings and comments are passed over.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|;;[^\n]*|\(;.*?;\)|[^\s()";]+', re.DOTALL)


def modern(text: str) -> str:
    """The text with today's names.

    >>> modern("(func (result i32) get_local $x i32.trunc_s:sat/f32)")
    '(func (result i32) local.get $x i32.trunc_sat_f32_s)'
    """
    return _TOKEN.sub(lambda match: _modern_token(match[0]), text)


def modern_bytes(text: bytes) -> bytes:
    """The same for bytes; what is not UTF-8 is left for the parser to refuse."""
    try:
        return modern(text.decode()).encode()
    except UnicodeDecodeError:
        return text


def _modern_token(token: str) -> str:
    found = _CONVERSION.fullmatch(token)
    if found is None:
        return _NAMES.get(token, token)
    saturating = "_sat" if found["sat"] else ""
    return f"{found['to']}.{found['verb']}{saturating}_{found['source']}{found['sign'] or ''}"
