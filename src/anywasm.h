// anywasm's C layer. Generated from src/abi by `make header`; do not edit.
//
// Every function that can fail does so by the failure value of its return type (NULL, false, or all bits set) and
// leaves an error for aw_error_take on the same thread. Needs stdint.h, stdbool.h and stddef.h before it; it includes
// nothing itself, since cffi reads it too.

// A function.
#define AW_FUNC 0

// A global.
#define AW_GLOBAL 1

// A table.
#define AW_TABLE 2

// A memory.
#define AW_MEMORY 3

// An exception tag.
#define AW_TAG 4

// A reference to a function of which the engine tells nothing.
#define AW_OPAQUE 5

// Flag: a global that can be set.
#define AW_MUTABLE 1

// Flag: a memory or table whose indices are 64 bits wide.
#define AW_INDEX64 2

// Flag: a memory that threads share.
#define AW_SHARED 4

// Flag: `max` counts.
#define AW_HAS_MAX 8

// Failed, with an error left.
#define AW_FAILED 0

// Done.
#define AW_DONE 1

// Nothing was done, since another thread is in the store: the function that waits does it.
#define AW_BUSY 2

// Nothing was done, since the range is not within the memory; no error is left.
#define AW_OUTSIDE 3

// A directory's names may be listed and opened.
#define AW_WASI_LIST 1

// A directory's names may be made, removed and renamed.
#define AW_WASI_CHANGE 2

// Files may be read.
#define AW_WASI_READ 4

// Files may be written.
#define AW_WASI_WRITE 8

// A module with the C form of what it says about itself.
typedef struct aw_module aw_module;

// An engine.
typedef struct aw_engine aw_engine;

// A function, memory, table, global or tag; or a reference to a function whose type the engine does not reveal.
typedef struct aw_extern aw_extern;

// An instance.
typedef struct aw_instance aw_instance;

// Names and values of the options that an engine is made with.
typedef struct aw_options aw_options;

// What the pointers of a [`CError`] point into.
typedef struct aw_error_owned aw_error_owned;

// The bytes of a memory. They stay at their address until the pin is dropped, whatever happens to the memory and its
// store.
typedef struct aw_pin aw_pin;

// A root directory `/` that contains preopened directories and nothing else. The name of a directory may have several
// components.
typedef struct aw_wasi_root aw_wasi_root;

// A shared memory.
typedef struct aw_shared_memory aw_shared_memory;

// A store, and everything that lives in it.
typedef struct aw_store aw_store;

// A target triple and its parts, as texts.
typedef struct aw_triple_owned aw_triple_owned;

// The WASI context of a program: arguments, environment variables and open descriptors. Several instances may share a
// context.
typedef struct aw_wasi aw_wasi;

// Bytes that belong to another object and live as long as it; text is UTF-8, without a NUL.
typedef struct aw_str {
  // NULL where there is no text at all.
  const uint8_t *data;
  // In bytes.
  uintptr_t len;
} aw_str;

// A frame of a trap.
typedef struct aw_frame {
  // Index in the module's function index space.
  uint32_t func_index;
  // Bytes from the start of the function.
  uint64_t func_offset;
  // Bytes from the start of the module.
  uint64_t module_offset;
  // NULL where unknown.
  struct aw_str func_name;
  // NULL where unknown.
  struct aw_str module_name;
} aw_frame;

// An error. Its texts and frames live as long as it.
typedef struct aw_error {
  // What kind of thing happened, 1 to 13: invalid, malformed, unsupported, link, trap, host, engine, closed,
  // store, bounds, incompatible, panic, exit.
  uint32_t kind;
  // A trap's code, a missing capability's bit, a missing import's position, an exit code; else -1.
  int32_t code;
  // What the host function that failed returned; else 0.
  uint64_t token;
  // For people.
  struct aw_str message;
  // Innermost first.
  const struct aw_frame *frames;
  // How many.
  uintptr_t frames_len;
  struct aw_error_owned *owned;
} aw_error;

// Bytes that the caller owns and gives back to `aw_bytes_delete`.
typedef struct aw_bytes {
  // Never NULL.
  const uint8_t *data;
  // In bytes.
  uintptr_t len;
} aw_bytes;

// The type of anything that can be imported or exported. Value types are the codes of the binary format.
typedef struct aw_extern_type_info {
  // `AW_FUNC` to `AW_OPAQUE`.
  uint8_t kind;
  // A global's or a table's value type; else 0.
  uint8_t content;
  // `AW_MUTABLE`, `AW_INDEX64`, `AW_SHARED`, `AW_HAS_MAX`.
  uint8_t flags;
  // A memory's; else 0.
  uint8_t page_size_log2;
  // In pages or elements.
  uint64_t min;
  // In pages or elements; only with `AW_HAS_MAX`.
  uint64_t max;
  // A function's or tag's; belongs to the object that the type was asked of.
  const uint8_t *params;
  // How many.
  uintptr_t params_len;
  // A function's or tag's; belongs to the object that the type was asked of.
  const uint8_t *results;
  // How many.
  uintptr_t results_len;
} aw_extern_type_info;

// One import, in the module's order.
typedef struct aw_import {
  // The module asked.
  struct aw_str module;
  // The name asked for.
  struct aw_str name;
  // The type asked for.
  struct aw_extern_type_info ty;
} aw_import;

// One export, in the module's order.
typedef struct aw_export {
  // Its name.
  struct aw_str name;
  // Its type.
  struct aw_extern_type_info ty;
} aw_export;

// One custom section.
typedef struct aw_custom_section {
  // Its name; several may have the same.
  struct aw_str name;
  // Its contents.
  struct aw_str contents;
} aw_custom_section;

// What a module says about itself; lives as long as the module.
typedef struct aw_module_info_parts {
  // NULL where it has none.
  struct aw_str name;
  // In the module's order.
  const struct aw_import *imports;
  // How many.
  uintptr_t imports_len;
  // In the module's order.
  const struct aw_export *exports;
  // How many.
  uintptr_t exports_len;
  // In the module's order.
  const struct aw_custom_section *custom_sections;
  // How many.
  uintptr_t custom_sections_len;
  // Whether it has a start function.
  bool has_start;
} aw_module_info_parts;

// One value. The slot does not hold its type: the function's type says which field is valid.
//
// The size and layout equal those of wasmtime's `wasmtime_val_raw_t`, so that numbers need no conversion. A `funcref`
// is a pointer to an `aw_extern`. An `externref` is a number by which the host knows the object. Null is 0.
typedef union aw_value {
  // `i32`
  int32_t i32;
  // `i64`
  int64_t i64;
  // `f32`
  float f32;
  // `f64`
  double f64;
  // `v128`, little-endian
  uint8_t v128[16];
  // `funcref` or `externref`
  uint64_t reference;
} aw_value;

// A host function. `env` is the pointer that the function was created with. The slots in `values` hold the arguments,
// and take the results. Returns 0, or the token of the host's failure.
typedef uint64_t (*aw_host_callback)(void *env, union aw_value *values);

// The host's hook. A guest calls it on its own thread; the result is 0, or the token of the failure that ends the guest.
typedef uint64_t (*aw_interrupt_hook_function)(void);

// Reads up to `len` bytes into `data`, or writes up to `len` bytes from `data`. Returns the number of bytes, or a
// negated `errno` of the operating system. If the host fails with an error of its own, the callback stores a token
// that identifies the error in `token`, and the return value is ignored.
typedef int64_t (*aw_stream_callback)(void *env, uint8_t *data, uintptr_t len, uint64_t *token);

// A target triple. Its texts live as long as it.
typedef struct aw_triple {
  // In its shortest full form.
  struct aw_str text;
  // `unknown` where the triple does not say; so are the four that follow.
  struct aw_str architecture;
  // Whose it is.
  struct aw_str vendor;
  // On Darwin with its version.
  struct aw_str operating_system;
  // What object files are.
  struct aw_str binary_format;
  // The C library, or the kind of floats.
  struct aw_str environment;
  // `little` or `big`; NULL where unknown.
  struct aw_str endianness;
  // NULL where the operating system has none.
  struct aw_str calling_convention;
  // In bytes; 0 where unknown.
  uint8_t pointer_width;
  // Whether engines here make code for it.
  bool is_host;
  struct aw_triple_owned *owned;
} aw_triple;



// The error of the last call that failed on this thread, or NULL. The caller deletes it.
struct aw_error *aw_error_take(void);

// Deletes an error; NULL is nothing.
void aw_error_delete(struct aw_error *error);

// The binary of a module in text form; a binary passes through. The caller deletes the bytes.
struct aw_bytes *aw_wat2wasm(const uint8_t *text, uintptr_t len);

// The text form of a binary module. The caller deletes the bytes.
struct aw_bytes *aw_wasm2wat(const uint8_t *wasm, uintptr_t len);

// Deletes bytes; NULL is nothing.
void aw_bytes_delete(struct aw_bytes *bytes);

// The engine's name, as `ANYWASM_ENGINE` has it.
struct aw_str aw_engine_name(void);

// The engine's version, or `unknown`.
struct aw_str aw_engine_version(void);

// The header the engine is spoken to through.
struct aw_str aw_backend(void);

// The version of the shim; the Python package must be of the same.
struct aw_str aw_version(void);

// The engine's capabilities as bits of the capability table.
uint64_t aw_capabilities(void);

// The name of a capability by its bit; no text behind the last.
struct aw_str aw_capability_name(uint32_t bit);

// What a capability means, by its bit; no text behind the last.
struct aw_str aw_capability_meaning(uint32_t bit);

// A value that the option of this name takes, by its position, the default first; no text behind the last.
struct aw_str aw_option_value(const uint8_t *name, uintptr_t name_len, uintptr_t index);

// Options for an engine, empty. The caller deletes them.
struct aw_options *aw_options_new(void);

// Sets an option; fails for a name or a value that does not exist, or that the engine cannot honour. What only tunes
// speed on another engine is nothing.
//
// Safety: texts are UTF-8.
bool aw_options_set(struct aw_options *options,
                    const uint8_t *name,
                    uintptr_t name_len,
                    const uint8_t *value,
                    uintptr_t value_len);

// Whether an option can have this value on whichever engine; fails with the reason where not.
//
// Safety: texts are UTF-8.
bool aw_option_check(const uint8_t *name, uintptr_t name_len, const uint8_t *value, uintptr_t value_len);

// Deletes options; NULL is nothing.
void aw_options_delete(struct aw_options *options);

// A new engine; `options` may be NULL, and is not changed. The caller deletes it.
const struct aw_engine *aw_engine_new(const struct aw_options *options);

// Deletes an engine; NULL is nothing. Stores and modules made with it go on working.
void aw_engine_delete(const struct aw_engine *engine);

// What the engine can do under its options, as bits of the capability table.
uint64_t aw_engine_capabilities(const struct aw_engine *engine);

// Advances the engine's epoch: guests whose store's deadline it reaches are interrupted. From any thread.
bool aw_engine_increment_epoch(const struct aw_engine *engine);

// The name of a limit by its index; no text behind the last.
struct aw_str aw_limit_name(uint32_t index);

// What a limit counts, by its index; no text behind the last.
struct aw_str aw_limit_meaning(uint32_t index);

// A limit by its index; all bits set where there is none.
uint64_t aw_limit(uint32_t index);

// A new store. The caller deletes it.
const struct aw_store *aw_store_new(const struct aw_engine *engine);

// Frees all that lives in the store; objects of it then say that it is closed. Waits for other threads to leave it;
// fails while this thread runs WebAssembly in it. Closing again is nothing.
bool aw_store_close(const struct aw_store *store);

// Deletes the store; NULL is nothing. It lives on while objects in it do.
void aw_store_delete(const struct aw_store *store);

// Sets how much the store's guests may use; the engine's option `consume_fuel` makes them use it.
bool aw_store_set_fuel(const struct aw_store *store, uint64_t fuel);

// Writes how much is left.
bool aw_store_fuel(const struct aw_store *store, uint64_t *out);

// Has guests interrupted when the engine's epoch has advanced so often from now; nothing unless the engine's option
// `epoch_interruption` is set.
bool aw_store_set_epoch_deadline(const struct aw_store *store, uint64_t ticks);

// Limits, for each memory, its bytes; for each table, its elements; and for the store, how many instances, tables and
// memories there are. Less than 0 is no limit.
bool aw_store_set_limits(const struct aw_store *store,
                         int64_t memory_size,
                         int64_t table_elements,
                         int64_t instances,
                         int64_t tables,
                         int64_t memories);

// Collects the references that guests no longer reach; nothing on an engine that does not collect.
bool aw_store_gc(const struct aw_store *store);

// The host's numbers for objects that no guest holds any more, since the last time, as 64-bit integers of this machine.
// A number is released as often as it was passed in. The caller deletes the bytes.
struct aw_bytes *aw_store_take_released(const struct aw_store *store);

// Validates and compiles a binary module. The caller deletes it.
struct aw_module *aw_module_new(const struct aw_engine *engine, const uint8_t *wasm, uintptr_t len);

// The same module with its start function not run, but exported behind its last export: for whoever instantiates it
// to call, when host functions can look into the instance. A module without one is compiled as it is. The caller
// deletes it.
struct aw_module *aw_module_deferred(const struct aw_module *module);

// Whether a binary module is valid for this engine; if not, the error says why.
bool aw_module_validate(const struct aw_engine *engine, const uint8_t *wasm, uintptr_t len);

// What `aw_module_serialize` wrote, as a module again. The caller deletes it.
//
// Safety: and the bytes are not forged: damage is noticed, malice is not.
struct aw_module *aw_module_deserialize(const struct aw_engine *engine, const uint8_t *bytes, uintptr_t len);

// The module as bytes for `aw_module_deserialize`, of the same engine in the same version. The caller deletes them.
struct aw_bytes *aw_module_serialize(const struct aw_module *module);

// What the module says about itself.
const struct aw_module_info_parts *aw_module_info(const struct aw_module *module);

// Deletes a module; NULL is nothing. Its instances go on working.
void aw_module_delete(struct aw_module *module);

// Instantiates a module with its imports in the module's order, and runs its start function. The caller deletes it.
//
// An import that does not fit is an error of the kind link, with the import's position as its code.
//
// Safety: `imports` points to `imports_len` externs.
struct aw_instance *aw_instance_new(const struct aw_store *store,
                                    const struct aw_module *module,
                                    const struct aw_extern *const *imports,
                                    uintptr_t imports_len);

// Whether the import at this position of the module's order can be this extern; if not, the error says why, with the
// position as its code. Its store does not matter.
bool aw_module_accepts(const struct aw_module *module, uintptr_t index, const struct aw_extern *given);

// The export at this position in the module's order. The caller deletes it.
struct aw_extern *aw_instance_export(const struct aw_instance *instance, uintptr_t index);

// Deletes an instance; NULL is nothing. Its exports go on working.
void aw_instance_delete(struct aw_instance *instance);

// Writes the type of an extern; its parameter and result types live as long as the extern.
bool aw_extern_type(const struct aw_extern *object, struct aw_extern_type_info *out);

// Deletes an extern; NULL is nothing. What it stands for lives as long as its store needs it.
void aw_extern_delete(struct aw_extern *object);

// A host function. The caller deletes the extern; the function lives as long as the store needs it.
//
// `callback` gets `env` and the value slots, which hold the arguments and take the results; it returns 0, or a token
// that the error of the failed call will carry. A function reference that it gets is its own to delete; one that it
// returns stays its own, and lives until its next call. `finalizer`, if any, is called with `env` once, when the store dies, or
// before this returns where it fails.
//
// Safety: `params` and `results` are codes of value types; `callback` and `finalizer` may be called
// from any thread that runs the store.
struct aw_extern *aw_func_new(const struct aw_store *store,
                              const uint8_t *params,
                              uintptr_t params_len,
                              const uint8_t *results,
                              uintptr_t results_len,
                              aw_host_callback callback,
                              void *env,
                              void (*finalizer)(void *env));

// Calls a function: the slots hold the arguments and take the results, as their types say. A reference that comes
// back is the caller's to delete; one that goes in stays the caller's.
//
// Safety: there are as many slots as parameters and as results.
bool aw_func_call(const struct aw_extern *func, union aw_value *values);

// As `aw_func_call`, for a function whose parameters and results are all numbers, and faster.
//
// # Safety
// As for `aw_func_call`; and there are no other types in the function's.
bool aw_func_call_numbers(const struct aw_extern *func, union aw_value *values);

// Sets the hook that running guests of engines with the option `interruptible` or `epoch_interruption` ask about ten
// times a second, on their own threads, whether they may go on: it returns 0, or a token that the error of the failed
// call will carry.
//
// # Safety
// The hook may be called from any thread, until the process ends.
void aw_interrupt_hook(aw_interrupt_hook_function hook);

// To be called by a thread before it forks, with 0; and after it, with 1 in the parent and 2 in the child.
void aw_interrupt_fork(uint32_t stage);

// A memory of this type. The caller deletes the extern.
struct aw_extern *aw_memory_new(const struct aw_store *store, const struct aw_extern_type_info *ty);

// The size in bytes.
uint64_t aw_memory_size(const struct aw_extern *memory);

// The address of the first byte. It changes when the memory grows, unless the engine has the capability
// `stable_memory` and the memory's addresses are 32 bits wide.
uint8_t *aw_memory_data(const struct aw_extern *memory);

// Copies `len` bytes at `offset` to `out`.
//
// Safety: `out` has room for `len` bytes.
bool aw_memory_read(const struct aw_extern *memory, uint64_t offset, uint8_t *out, uintptr_t len);

// Copies `len` bytes from `from` to `offset`.
//
// Safety: `from` has `len` bytes.
bool aw_memory_write(const struct aw_extern *memory, uint64_t offset, const uint8_t *from, uintptr_t len);

// Grows by `delta` pages. Returns the former size in pages, or all bits set where it cannot.
uint64_t aw_memory_grow(const struct aw_extern *memory_, uint64_t delta);

// Keeps a memory's bytes readable and writable at `data` until `aw_pin_delete`, even when the memory moves or the store
// is closed; they are then those of before. `len` is how many there are.
//
// Safety: `data` and `len` can be written to.
struct aw_pin *aw_memory_pin(const struct aw_extern *memory_, uint8_t **data_, uintptr_t *len);

// Ends a pin. NULL is nothing; never waits, on any thread.
void aw_pin_delete(struct aw_pin *pin);

// Writes the size in bytes to `out`. Returns `AW_FAILED`, `AW_DONE` or `AW_BUSY`.
//
// Safety: `out` can be written to.
uint8_t aw_memory_try_size(const struct aw_extern *memory, uint64_t *out);

// As `aw_memory_read`, without waiting. Returns `AW_FAILED`, `AW_DONE`, `AW_BUSY` or `AW_OUTSIDE`.
//
// Safety: `out` has room for `len` bytes.
uint8_t aw_memory_try_read(const struct aw_extern *memory, uint64_t offset, uint8_t *out, uintptr_t len);

// As `aw_memory_write`, without waiting. Returns `AW_FAILED`, `AW_DONE`, `AW_BUSY` or `AW_OUTSIDE`.
//
// Safety: `from` has `len` bytes.
uint8_t aw_memory_try_write(const struct aw_extern *memory, uint64_t offset, const uint8_t *from, uintptr_t len);

// A shared memory of this type, for instances in any store of the engine. The caller deletes it.
struct aw_shared_memory *aw_shared_memory_new(const struct aw_engine *engine, const struct aw_extern_type_info *ty);

// The shared memory behind an extern, which an instance exports. The caller deletes it.
struct aw_shared_memory *aw_shared_memory_of(const struct aw_extern *object);

// What stands for a shared memory in a store of its engine, as an import. The caller deletes it.
struct aw_extern *aw_shared_memory_extern(const struct aw_shared_memory *memory, const struct aw_store *store);

// The address of the first byte, for good.
uint8_t *aw_shared_memory_data(const struct aw_shared_memory *memory);

// The size in bytes, which only grows.
uint64_t aw_shared_memory_size(const struct aw_shared_memory *memory);

// Grows by `delta` pages. Returns the former size in pages, or all bits set where it cannot.
uint64_t aw_shared_memory_grow(const struct aw_shared_memory *memory, uint64_t delta);

// Deletes a shared memory; NULL is nothing. Instances that have it go on working.
void aw_shared_memory_delete(struct aw_shared_memory *memory);

// A table of this type, full of `init`. The caller deletes the extern; a reference in `init` stays the caller's.
//
// Safety: `init` points to a reference of the table's element type.
struct aw_extern *aw_table_new(const struct aw_store *store,
                               const struct aw_extern_type_info *ty,
                               const union aw_value *init);

// How many elements there are.
uint64_t aw_table_size(const struct aw_extern *table_);

// Writes the element at `index`. A function that comes out is the caller's to delete.
bool aw_table_get(const struct aw_extern *table_, uint64_t index, union aw_value *out);

// Sets the element at `index`. A reference stays the caller's.
//
// Safety: `value` points to a reference of the table's element type.
bool aw_table_set(const struct aw_extern *table_, uint64_t index, const union aw_value *value);

// Grows by `delta` elements, each `init`. Returns the former size, or all bits set where it cannot.
//
// # Safety
// As for `aw_table_set`.
uint64_t aw_table_grow(const struct aw_extern *table_, uint64_t delta, const union aw_value *init);

// A global of this type and value. The caller deletes the extern; a reference in `value` stays the caller's.
//
// Safety: `value` points to a value of the global's type.
struct aw_extern *aw_global_new(const struct aw_store *store,
                                const struct aw_extern_type_info *ty,
                                const union aw_value *value);

// Writes the value. A function that comes out is the caller's to delete.
bool aw_global_get(const struct aw_extern *global_, union aw_value *out);

// Sets the value of a mutable global. A reference stays the caller's.
//
// Safety: `value` points to a value of the global's type.
bool aw_global_set(const struct aw_extern *global_, const union aw_value *value);

// A program's surroundings: no arguments, no environment, nothing to read, output that goes nowhere, no directories.
// The caller deletes them; functions made with them keep them alive.
const struct aw_wasi *aw_wasi_new(void);

// The same, but every call made with it fails until it has taken over another.
const struct aw_wasi *aw_wasi_new_unset(void);

// Deletes it; NULL is nothing.
void aw_wasi_delete(const struct aw_wasi *wasi);

// Takes over what another has, for the functions made with this one too; the other is then as new.
bool aw_wasi_take_over(const struct aw_wasi *wasi, const struct aw_wasi *other);

// Whether no call is at work any more on what was here before `aw_wasi_take_over`: until then the host's streams among it
// must stay. True for NULL.
bool aw_wasi_is_idle(const struct aw_wasi *wasi);

// Adds an argument, the first of which is the program's name; fails where it contains a null byte.
bool aw_wasi_arg(const struct aw_wasi *wasi, const uint8_t *arg, uintptr_t len);

// Adds an environment variable; fails where one of the two contains a null byte.
bool aw_wasi_env(const struct aw_wasi *wasi,
                 const uint8_t *name,
                 uintptr_t name_len,
                 const uint8_t *value,
                 uintptr_t value_len);

// Makes a directory of the host the next descriptor, under the name that the guest finds it by; `perms` are
// `AW_WASI_*`. Where `root` is not NULL, the directory is found below it, too.
bool aw_wasi_preopen(const struct aw_wasi *wasi,
                     const struct aw_wasi_root *root,
                     const uint8_t *path,
                     uintptr_t path_len,
                     const uint8_t *name,
                     uintptr_t name_len,
                     uint32_t perms);

// Makes a directory that holds other directories the next descriptor, as `/`: through it, a guest finds those by
// absolute paths. The caller deletes it.
const struct aw_wasi_root *aw_wasi_root_new(const struct aw_wasi *wasi);

// Deletes a root; NULL is nothing. The descriptor stays.
void aw_wasi_root_delete(const struct aw_wasi_root *root);

// Connects standard input (0), output (1) or error (2) to a descriptor of the process, of which it makes a copy.
//
// Safety: `fd` is open.
bool aw_wasi_stdio_fd(const struct aw_wasi *wasi, uint32_t which, int32_t fd);

// Connects standard input to these bytes, of which it makes a copy.
bool aw_wasi_stdin_bytes(const struct aw_wasi *wasi, const uint8_t *data, uintptr_t len);

// Connects standard input (0), output (1) or error (2) to a callback. `finalizer`, if any, is called with `env` once,
// when nothing uses it any more, or before this returns where it fails.
//
// Safety: `callback` and `finalizer` may be called from any thread.
bool aw_wasi_stdio_stream(const struct aw_wasi *wasi,
                          uint32_t which,
                          aw_stream_callback callback,
                          void *env,
                          void (*finalizer)(void *env));

// The module that the calls of a version are imported from; no text behind the last. 0 is `wasi_unstable`, 1 is
// `wasi_snapshot_preview1`.
struct aw_str aw_wasi_module(uint32_t version);

// The name of a call by its place; no text behind the last.
struct aw_str aw_wasi_call_name(uint32_t version, uintptr_t index);

// Writes the type of a call by its place; fails behind the last.
bool aw_wasi_call_type(uint32_t version, uintptr_t index, struct aw_extern_type_info *out);

// A system call as a function for one instance, which `aw_wasi_bind` names: it works on the memory that the instance
// exports as `memory`, and traps until it knows one. The caller deletes the extern.
struct aw_extern *aw_wasi_func(const struct aw_store *store,
                               const struct aw_wasi *wasi,
                               uint32_t version,
                               uintptr_t index);

// Tells a system call which instance it is called by, before WebAssembly runs in that.
bool aw_wasi_bind(const struct aw_extern *func, const struct aw_instance *instance);

// The triple that a text says, such as `x86_64-linux-gnu`. The caller deletes it.
struct aw_triple *aw_triple_new(const uint8_t *text, uintptr_t len);

// The triple of this machine. The caller deletes it.
struct aw_triple *aw_triple_host(void);

// Deletes a triple; NULL is nothing.
void aw_triple_delete(struct aw_triple *triple);

// A tag for exceptions that carry values of these types. The caller deletes the extern.
//
// Safety: `params` and `results` are codes of value types.
struct aw_extern *aw_tag_new(const struct aw_store *store,
                             const uint8_t *params,
                             uintptr_t params_len,
                             const uint8_t *results,
                             uintptr_t results_len);

// Writes whether both are the same tag.
bool aw_tag_same(const struct aw_extern *one, const struct aw_extern *other, bool *out);
