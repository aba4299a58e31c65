"""Replaces old names in the WebAssembly text format by the current names.

Before 2020, many instructions had other names, such as `get_local` and `i32.wrap/i64`, and the element type `funcref`
was called `anyfunc`. The parser of wasmer 1.1 accepts the old names. The parser of anywasm accepts only the current
names.
"""

from __future__ import annotations

import re

#: Maps old names to current names. `_CONVERSION` covers the conversion instructions.
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
_NUMBER_TYPE = "i32|i64|f32|f64"
#: Matches the old name of a conversion instruction, such as `i32.trunc_s:sat/f32`.
_CONVERSION = re.compile(
    rf"(?P<target>{_NUMBER_TYPE})\.(?P<verb>[a-z]+)(?P<sign>_[su])?(?P<saturating>:sat)?/(?P<source>{_NUMBER_TYPE})"
)
#: Matches a string, a comment or a name. Each string or comment is a single token, so no name inside is replaced. One
#: without an end reaches to the end of the text, so that the search for the end is not repeated.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|;;[^\n]*|\(;.*?(?:;\)|\Z)|[^\s()";]+', re.DOTALL)


def replace_old_names(text: str) -> str:
    """Returns the text with all old names replaced by the current names.

    >>> replace_old_names("(func (result i32) get_local $x i32.trunc_s:sat/f32)")
    '(func (result i32) local.get $x i32.trunc_sat_f32_s)'
    """
    return _TOKEN.sub(lambda match: _replace_old_name(match[0]), text)


def replace_old_names_in_bytes(text: bytes) -> bytes:
    """Replaces old names in UTF-8 text. Returns bytes that are not UTF-8 unchanged, because the parser rejects them."""
    try:
        return replace_old_names(text.decode()).encode()
    except UnicodeDecodeError:
        return text


def _replace_old_name(token: str) -> str:
    match = _CONVERSION.fullmatch(token)
    if match is None:
        return _NEW_NAMES.get(token, token)
    saturating = "_sat" if match["saturating"] else ""
    return f"{match['target']}.{match['verb']}{saturating}_{match['source']}{match['sign'] or ''}"
