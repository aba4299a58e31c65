"""Replaces names that the WebAssembly text format had before 2020.

Many instructions had other names (`get_local`, `i32.wrap/i64`), and the element type `funcref` was called `anyfunc`.
The parser of stock wasmer accepts these names. Our parser does not.
"""

from __future__ import annotations

import re

_NEW_NAMES = {
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
# Strings and comments match as a whole, so that the names in them are left unchanged.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|;;[^\n]*|\(;.*?;\)|[^\s()";]+', re.DOTALL)


def modern(text: str) -> str:
    """Returns the text with all old names replaced by the current ones.

    >>> modern("(func (result i32) get_local $x i32.trunc_s:sat/f32)")
    '(func (result i32) local.get $x i32.trunc_sat_f32_s)'
    """
    return _TOKEN.sub(lambda match: _modern_token(match[0]), text)


def modern_bytes(text: bytes) -> bytes:
    """Returns UTF-8 text as `modern` does. Returns other bytes unchanged, and the parser refuses them."""
    try:
        return modern(text.decode()).encode()
    except UnicodeDecodeError:
        return text


def _modern_token(token: str) -> str:
    match = _CONVERSION.fullmatch(token)
    if match is None:
        return _NEW_NAMES.get(token, token)
    saturating = "_sat" if match["sat"] else ""
    return f"{match['to']}.{match['verb']}{saturating}_{match['source']}{match['sign'] or ''}"
