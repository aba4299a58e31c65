//! Checks at compile time that the header has the layouts and constants that the shim relies on.
//!
//! Some libraries have a different `wasm.h`. For example, the vectors in WAMR's header have 40 bytes, and the header
//! declares `WASM_V128`. These checks prevent the shim from using such a library.

use crate::*;
use core::mem::{offset_of, size_of};

/// Size of a pointer in bytes.
const POINTER_SIZE: usize = size_of::<usize>();

const _: () = assert!(size_of::<wasm_byte_vec_t>() == 2 * POINTER_SIZE, "wasm.h: a vector is not a size and a pointer");
const _: () =
    assert!(offset_of!(wasm_byte_vec_t, data) == POINTER_SIZE, "wasm.h: a vector's data is not behind its size");
const _: () = assert!(size_of::<wasm_val_t>() == 16, "wasm.h: wasm_val_t is not 16 bytes");
const _: () = assert!(offset_of!(wasm_val_t, of) == 8, "wasm.h: the value of a wasm_val_t is not at offset 8");
const _: () = assert!(size_of::<wasm_valkind_t>() == 1, "wasm.h: wasm_valkind_t is not a byte");
const _: () = assert!(size_of::<wasm_limits_t>() == 8, "wasm.h: wasm_limits_t is not two 32-bit numbers");
const _: () = assert!(
    wasm_valkind_enum_WASM_I32 == 0
        && wasm_valkind_enum_WASM_I64 == 1
        && wasm_valkind_enum_WASM_F32 == 2
        && wasm_valkind_enum_WASM_F64 == 3
        && wasm_valkind_enum_WASM_FUNCREF == 129,
    "wasm.h: the value kinds are not the standard ones"
);
const _: () = assert!(
    wasm_externkind_enum_WASM_EXTERN_FUNC == 0
        && wasm_externkind_enum_WASM_EXTERN_GLOBAL == 1
        && wasm_externkind_enum_WASM_EXTERN_TABLE == 2
        && wasm_externkind_enum_WASM_EXTERN_MEMORY == 3,
    "wasm.h: the extern kinds are not the standard ones"
);
