// anywasm's C layer. Generated from src/abi by `make header`; do not edit.
//
// A function that fails returns the failure value of its return type (NULL, false, or all bits set; `data` of a text is
// NULL), and leaves an error on the calling thread, where aw_error_take returns it. NULL in place of an object, a result
// or a callback is such an error, unless the function documents what NULL means.
//
// An object may be used from any thread, and objects may be deleted in any order. The caller keeps every object that it
// passes alive until the function returns.
//
// The header needs stdint.h, stdbool.h and stddef.h before it. It includes nothing itself, because cffi reads it too.

// Value type `i32`. The codes of value types are those of the binary format.
#define AW_I32 127

// Value type `i64`.
#define AW_I64 126

// Value type `f32`.
#define AW_F32 125

// Value type `f64`.
#define AW_F64 124

// Value type `v128`.
#define AW_V128 123

// Value type `funcref`.
#define AW_FUNCREF 112

// Value type `externref`.
#define AW_EXTERNREF 111

// Any other reference type. Types that a module declares can contain the code; types that the caller passes cannot.
#define AW_OTHER_REF 100

// Kind of an extern: a function.
#define AW_FUNC 0

// Kind of an extern: a global.
#define AW_GLOBAL 1

// Kind of an extern: a table.
#define AW_TABLE 2

// Kind of an extern: a memory.
#define AW_MEMORY 3

// Kind of an extern: an exception tag.
#define AW_TAG 4

// Kind of an extern: a reference to a function whose type the engine does not report.
#define AW_OPAQUE 5

// Flag of a global: the global is mutable.
#define AW_MUTABLE 1

// Flag of a memory or table: indices are 64 bits wide.
#define AW_INDEX64 2

// Flag of a memory: threads share the memory.
#define AW_SHARED 4

// Flag of a memory or table: the field `max` holds a maximum size.
#define AW_HAS_MAX 8

// Outcome: the access failed, and left an error.
#define AW_FAILED 0

// Outcome: the access succeeded.
#define AW_DONE 1

// Outcome: nothing happened, because another thread is in the store. A function that waits for the store can do the
// access.
#define AW_BUSY 2

// Outcome: nothing happened, because the range is outside the memory. The access left no error.
#define AW_OUTSIDE 3

// Right to a preopened directory: names may be listed and opened.
#define AW_WASI_LIST 1

// Right to a preopened directory: names may be created, removed and renamed.
#define AW_WASI_CHANGE 2

// Right to a preopened directory: files may be read.
#define AW_WASI_READ 4

// Right to a preopened directory: files may be written.
#define AW_WASI_WRITE 8

// An engine with its options.
typedef struct aw_engine aw_engine;

// A compiled module with its description.
typedef struct aw_module aw_module;

// A store, which owns the objects that are made in it.
typedef struct aw_store aw_store;

// A WASI context: arguments, environment variables and open descriptors. Several instances may share a context.
typedef struct aw_wasi aw_wasi;

// A virtual root directory of a WASI context, which contains preopened directories.
typedef struct aw_wasi_root aw_wasi_root;

// A function, memory, table, global or tag; or a reference to a function whose type the engine does not reveal.
typedef struct aw_extern aw_extern;

// An instance.
typedef struct aw_instance aw_instance;

// Names and values of the options that an engine is made with.
typedef struct aw_options aw_options;

// Storage that the pointer of owned bytes points to.
typedef struct aw_bytes_owned aw_bytes_owned;

// Storage that the pointers of an error point to.
typedef struct aw_error_owned aw_error_owned;

// Storage that the texts of a triple point to.
typedef struct aw_triple_owned aw_triple_owned;

// The bytes of a memory. They stay at their address until the pin is dropped, whatever happens to the memory and its
// store.
typedef struct aw_pin aw_pin;

// A shared memory.
typedef struct aw_shared_memory aw_shared_memory;

// Borrowed bytes. Another object owns the bytes, which are valid as long as that object lives. Text is UTF-8 and does
// not end with a NUL.
typedef struct aw_str {
  // First byte; NULL if there is no text.
  const uint8_t *data;
  // Number of bytes.
  uintptr_t len;
} aw_str;

// A WebAssembly frame in the backtrace of a trap.
typedef struct aw_frame {
  // Index of the function in the module's function index space.
  uint32_t func_index;
  // Offset of the instruction from the start of the function, in bytes.
  uint64_t func_offset;
  // Offset of the instruction from the start of the module, in bytes.
  uint64_t module_offset;
  // Name of the function; `data` is NULL if unknown.
  struct aw_str func_name;
  // Name of the module; `data` is NULL if unknown.
  struct aw_str module_name;
} aw_frame;

// An error. Its texts and frames are valid until the error is deleted.
typedef struct aw_error {
  // Kind of the error, 1 to 13: invalid, malformed, unsupported, link, trap, host, engine, closed, store, bounds,
  // incompatible, panic, exit.
  uint32_t kind;
  // For a trap the trap code, for a missing capability its bit, for a wrong import its index, for an exit the exit
  // code; else -1.
  int32_t code;
  // Token that the failed host function returned; else 0.
  uint64_t token;
  // Message for people.
  struct aw_str message;
  // Frames of a trap, innermost first.
  const struct aw_frame *frames;
  // Number of frames.
  uintptr_t frames_len;
  // Owner of the texts and frames.
  struct aw_error_owned *owned;
} aw_error;

// Bytes that the caller owns and deletes with `aw_bytes_delete`.
typedef struct aw_bytes {
  // First byte; never NULL.
  const uint8_t *data;
  // Number of bytes.
  uintptr_t len;
  // Owner of the bytes.
  struct aw_bytes_owned *owned;
} aw_bytes;

// Type of an extern: of a function, global, table, memory or tag.
typedef struct aw_extern_type_info {
  // Kind of the extern, `AW_FUNC` to `AW_OPAQUE`.
  uint8_t kind;
  // Value type of a global or of a table's elements; else 0.
  uint8_t content;
  // Sum of the flags `AW_MUTABLE`, `AW_INDEX64`, `AW_SHARED` and `AW_HAS_MAX` that apply.
  uint8_t flags;
  // Base-2 logarithm of a memory's page size in bytes; else 0.
  uint8_t page_size_log2;
  // Minimum size of a memory in pages, or of a table in elements; else 0.
  uint64_t min;
  // Maximum size in the same unit; only with the flag `AW_HAS_MAX`.
  uint64_t max;
  // Parameter types of a function or tag. Owned by the object whose type this is, and valid as long as that object
  // lives.
  const uint8_t *params;
  // Number of parameters.
  uintptr_t params_len;
  // Result types of a function or tag. Owned by the object whose type this is, and valid as long as that object
  // lives.
  const uint8_t *results;
  // Number of results.
  uintptr_t results_len;
} aw_extern_type_info;

// An import of a module.
typedef struct aw_import {
  // Name of the module to import from.
  struct aw_str module;
  // Name of the import within that module.
  struct aw_str name;
  // Type that the import must have.
  struct aw_extern_type_info ty;
} aw_import;

// An export of a module.
typedef struct aw_export {
  // Name of the export.
  struct aw_str name;
  // Type of the export.
  struct aw_extern_type_info ty;
} aw_export;

// A custom section of a module.
typedef struct aw_custom_section {
  // Name of the section. Several sections may have the same name.
  struct aw_str name;
  // Contents of the section.
  struct aw_str contents;
} aw_custom_section;

// Description of a module, valid until the module is deleted.
typedef struct aw_module_info_parts {
  // Name of the module; `data` is NULL if the module has no name.
  struct aw_str name;
  // Imports, in the module's order.
  const struct aw_import *imports;
  // Number of imports.
  uintptr_t imports_len;
  // Exports, in the module's order.
  const struct aw_export *exports;
  // Number of exports.
  uintptr_t exports_len;
  // Custom sections, in the module's order.
  const struct aw_custom_section *custom_sections;
  // Number of custom sections.
  uintptr_t custom_sections_len;
  // Whether the module has a start function.
  bool has_start;
} aw_module_info_parts;

// A value slot. The type of the parameter, result, global or table says which field holds the value.
//
// The slot has the size and layout of wasmtime's `wasmtime_val_raw_t`, so that numbers reach that engine without a
// copy.
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
  // A reference: 0 for null, or else for `funcref` the address of an `aw_extern`, and for `externref` the host's
  // number for the object.
  uint64_t reference;
} aw_value;

// Callback of a host function. It gets `env` and the value slots, which hold the arguments and take the results. It
// returns 0, or a token that the error of the failed call carries.
//
// The callback deletes a function reference that it gets as an argument. The callback keeps a function reference that
// it returns, and deletes it only in a later call.
typedef uint64_t (*aw_host_callback)(void *env, union aw_value *values);

// Frees the environment of a callback; NULL if there is nothing to free.
typedef void (*aw_finalizer)(void *env);

// The hook of `aw_interrupt_hook`. Returns 0 if the guest may continue, or else the token of the failure that ends
// the guest. The guest's thread calls the hook.
typedef uint64_t (*aw_interrupt_hook_function)(void);

// Callback of a stream: reads up to `len` bytes into `data`, or writes up to `len` bytes from `data`. Returns the number
// of bytes, or a negated `errno` of the operating system. To end the guest, the callback stores the token of its
// failure in `token`; the return value is then ignored.
typedef int64_t (*aw_stream_callback)(void *env, uint8_t *data, uintptr_t len, uint64_t *token);

// A target triple. Its texts are valid until the triple is deleted.
typedef struct aw_triple {
  // The triple in its shortest full form.
  struct aw_str text;
  // Architecture. The architecture and the next four parts are `unknown` if the triple does not name them.
  struct aw_str architecture;
  // Vendor.
  struct aw_str vendor;
  // Operating system; on Darwin with its version.
  struct aw_str operating_system;
  // Format of object files, such as `elf`.
  struct aw_str binary_format;
  // C library, such as `gnu`, or the floating-point convention.
  struct aw_str environment;
  // `little` or `big`; `data` is NULL if the architecture is unknown.
  struct aw_str endianness;
  // Calling convention; `data` is NULL if the operating system has none.
  struct aw_str calling_convention;
  // Size of a pointer in bytes; 0 if the architecture is unknown.
  uint8_t pointer_width;
  // Whether the engine compiles for this target: it compiles only for the machine that it runs on.
  bool is_host;
  // Owner of the texts.
  struct aw_triple_owned *owned;
} aw_triple;

// Returns the newest error that was left on this thread and not yet taken, or NULL. The caller deletes the error.
struct aw_error *aw_error_take(void);

// Deletes an error; NULL is allowed.
void aw_error_delete(struct aw_error *error);

// Converts a module from the text format to the binary format. A binary module is returned as it is. The caller
// deletes the bytes.
//
// The caller guarantees that `text` points to `len` bytes.
struct aw_bytes *aw_wat2wasm(const uint8_t *text, uintptr_t len);

// Converts a module from the binary format to the text format, in UTF-8. The caller deletes the bytes.
//
// The caller guarantees that `wasm` points to `len` bytes.
struct aw_bytes *aw_wasm2wat(const uint8_t *wasm, uintptr_t len);

// Deletes bytes; NULL is allowed.
void aw_bytes_delete(struct aw_bytes *bytes);

// Returns the engine's name, which is also its name in the environment variable `ANYWASM_ENGINE`.
struct aw_str aw_engine_name(void);

// Returns the engine's version, or `unknown` for a library of the system that does not report its version.
struct aw_str aw_engine_version(void);

// Returns the name of the C header through which the shim uses the engine: `wasm.h` or `wasmtime.h`.
struct aw_str aw_backend(void);

// Returns the version of the shim. The Python package must have the same version.
struct aw_str aw_version(void);

// Returns the engine's capabilities: a bit for each, numbered as for `aw_capability_name`.
uint64_t aw_capabilities(void);

// Returns the name of the capability with this bit number, or no text if no capability has the bit.
struct aw_str aw_capability_name(uint32_t bit);

// Returns a sentence that says what the capability with this bit number means, or no text if no capability has the
// bit.
struct aw_str aw_capability_meaning(uint32_t bit);

// Returns the value at `index` in the list of values that an option of this engine accepts. The default comes first.
// Returns no text beyond the last value, or if the option has no list of values.
//
// The caller guarantees that `name` points to `name_len` bytes.
struct aw_str aw_option_value(const uint8_t *name, uintptr_t name_len, uintptr_t index);

// Returns new, empty options. The caller deletes the options.
struct aw_options *aw_options_new(void);

// Sets an option. Fails if the name or the value does not exist, or if the engine cannot honour the value. Ignores an
// option that only tunes the speed of other engines.
//
// The caller guarantees that `name` points to `name_len` bytes, and `value` to `value_len` bytes. Both are UTF-8.
bool aw_options_set(struct aw_options *options,
                    const uint8_t *name,
                    uintptr_t name_len,
                    const uint8_t *value,
                    uintptr_t value_len);

// Checks that an option can have this value on some engine. If not, the error gives the reason.
//
// The caller guarantees that `name` points to `name_len` bytes, and `value` to `value_len` bytes. Both are UTF-8.
bool aw_option_check(const uint8_t *name, uintptr_t name_len, const uint8_t *value, uintptr_t value_len);

// Deletes options; NULL is allowed.
void aw_options_delete(struct aw_options *options);

// Returns a new engine with these options, or with the default options if `options` is NULL. The options stay
// unchanged. The caller deletes the engine.
struct aw_engine *aw_engine_new(const struct aw_options *options);

// Deletes an engine; NULL is allowed. Its stores and modules keep working.
void aw_engine_delete(struct aw_engine *engine);

// Returns the capabilities that the engine has with its options: a bit for each, numbered as for `aw_capability_name`.
uint64_t aw_engine_capabilities(const struct aw_engine *engine);

// Advances the engine's epoch by one. Guests whose store's deadline is reached are interrupted.
bool aw_engine_increment_epoch(const struct aw_engine *engine);

// Returns the name of the limit at `index`, or no text beyond the last limit.
struct aw_str aw_limit_name(uint32_t index);

// Returns a phrase that says what the limit at `index` counts, or no text beyond the last limit.
struct aw_str aw_limit_meaning(uint32_t index);

// Returns the largest value that the limit at `index` accepts: all bits set if the engine has no such limit, and
// beyond the last limit.
uint64_t aw_limit(uint32_t index);

// Returns a new, empty store. The caller deletes the store.
struct aw_store *aw_store_new(const struct aw_engine *engine);

// Frees all objects in the store. Pointers to its objects stay valid until they are deleted, but their functions fail
// with the error kind "closed". Waits until other threads have left the store. Fails while this thread runs
// WebAssembly in the store. Closing a closed store succeeds and has no effect.
bool aw_store_close(const struct aw_store *store);

// Deletes the store; NULL is allowed. The store itself is freed with the last of its objects.
void aw_store_delete(struct aw_store *store);

// Sets how much fuel the store's guests may use. Guests use fuel only if the engine has the option `consume_fuel`.
bool aw_store_set_fuel(const struct aw_store *store, uint64_t fuel);

// Writes the store's remaining fuel to `out`.
bool aw_store_fuel(const struct aw_store *store, uint64_t *out);

// Sets the store's deadline: guests are interrupted when the engine's epoch has advanced by `ticks` from now. Has no
// effect unless the engine has the option `epoch_interruption`.
bool aw_store_set_epoch_deadline(const struct aw_store *store, uint64_t ticks);

// Limits what the store's guests may allocate: the bytes of each memory, the elements of each table, and the numbers
// of instances, tables and memories in the store. A negative number means no limit.
bool aw_store_set_limits(const struct aw_store *store,
                         int64_t memory_size,
                         int64_t table_elements,
                         int64_t instances,
                         int64_t tables,
                         int64_t memories);

// Collects garbage: references that guests can no longer reach. Has no effect on an engine without a garbage
// collector.
bool aw_store_gc(const struct aw_store *store);

// Returns the host numbers (externref values) that guests have released since the last call, as 64-bit integers in
// this machine's byte order. A number occurs as often as it was passed in. The caller deletes the bytes.
struct aw_bytes *aw_store_take_released(const struct aw_store *store);

// Validates and compiles a module in the binary format. The caller deletes the module.
//
// The caller guarantees that `wasm` points to `len` bytes.
struct aw_module *aw_module_new(const struct aw_engine *engine, const uint8_t *wasm, uintptr_t len);

// Compiles the module again, with its start function exported behind its last export instead of run at instantiation.
// The caller calls the export when host functions can use the instance. A module without a start function is compiled
// unchanged. The caller deletes the new module.
struct aw_module *aw_module_deferred(const struct aw_module *module);

// Checks that a module in the binary format is valid for this engine. If not, the error gives the reason.
//
// The caller guarantees that `wasm` points to `len` bytes.
bool aw_module_validate(const struct aw_engine *engine, const uint8_t *wasm, uintptr_t len);

// Loads a module that `aw_module_serialize` wrote. The caller deletes the module.
//
// The caller guarantees that `bytes` points to `len` bytes which `aw_module_serialize` wrote. Bytes that were damaged
// are refused, but bytes that were forged can run any code.
struct aw_module *aw_module_deserialize(const struct aw_engine *engine, const uint8_t *bytes, uintptr_t len);

// Returns the module as bytes, which `aw_module_deserialize` of the same engine in the same version can load. The
// caller deletes the bytes.
struct aw_bytes *aw_module_serialize(const struct aw_module *module);

// Returns the module's description, which belongs to the module.
const struct aw_module_info_parts *aw_module_info(const struct aw_module *module);

// Deletes a module; NULL is allowed. Its instances keep working.
void aw_module_delete(struct aw_module *module);

// Instantiates a module with its imports in the module's order, and runs its start function. The caller deletes the
// instance.
//
// An import of the wrong type is an error of the kind "link". The code of the error is the import's index.
//
// The caller guarantees that `imports` points to `imports_len` pointers to live externs.
struct aw_instance *aw_instance_new(const struct aw_store *store,
                                    const struct aw_module *module,
                                    const struct aw_extern *const *imports,
                                    uintptr_t imports_len);

// Checks that the module's import at `index` accepts this extern. If not, the code of the error is the index. The
// extern may belong to any store.
bool aw_module_accepts(const struct aw_module *module, uintptr_t index, const struct aw_extern *import);

// Returns the instance's export at `index` in the module's order. The caller deletes the extern.
struct aw_extern *aw_instance_export(const struct aw_instance *instance, uintptr_t index);

// Deletes an instance; NULL is allowed. Its exports keep working.
void aw_instance_delete(struct aw_instance *instance);

// Writes the type of an extern to `out`. Its parameter and result types are valid until the extern is deleted.
bool aw_extern_type(const struct aw_extern *object, struct aw_extern_type_info *out);

// Deletes an extern; NULL is allowed. The object that the extern refers to lives as long as its store needs the
// object.
void aw_extern_delete(struct aw_extern *object);

// Returns a new host function. The caller deletes the extern. The function lives as long as the store needs it.
//
// `finalizer` may be NULL. Otherwise the store calls it once with `env`, when the store frees the function. If
// `aw_func_new` fails, it calls the finalizer before it returns.
//
// The caller guarantees that `params` points to `params_len` codes of value types, and `results` to `results_len`. The
// caller guarantees that `callback` and `finalizer` may be called with `env` from any thread that uses the store.
struct aw_extern *aw_func_new(const struct aw_store *store,
                              const uint8_t *params,
                              uintptr_t params_len,
                              const uint8_t *results,
                              uintptr_t results_len,
                              aw_host_callback callback,
                              void *env,
                              aw_finalizer finalizer);

// Calls a function. The slots hold the arguments, and after the call the results. The caller keeps references among
// the arguments, and deletes function references among the results.
//
// The caller guarantees that `values` points to as many slots as the larger of the numbers of parameters and results,
// and that the first slots hold values of the parameter types. A reference is 0 for null, or else for `funcref` a
// pointer to a live extern, and for `externref` any number.
bool aw_func_call(const struct aw_extern *func, union aw_value *values);

// Calls a function whose parameters and results are all numbers. Faster than `aw_func_call`.
//
// The caller guarantees that all parameters and results are of the types `i32`, `i64`, `f32` and `f64`. The caller
// guarantees that `values` points to as many slots as the larger of the numbers of parameters and results, and that
// the first slots hold values of the parameter types.
bool aw_func_call_numbers(const struct aw_extern *func, union aw_value *values);

// Sets the hook that decides whether running guests may continue. Guests call the hook about ten times a second, if
// the engine has the option `interruptible` or `epoch_interruption`. The error of an interrupted call carries the
// hook's token.
//
// The caller guarantees that the hook may be called from any thread until the process ends.
bool aw_interrupt_hook(aw_interrupt_hook_function hook);

// Prepares for a fork. A thread calls this before it forks, with `stage` 0, and after it has forked: with 1 in the
// parent and with 2 in the child.
void aw_interrupt_fork(uint32_t stage);

// Returns a new memory of this type. The caller deletes the extern.
struct aw_extern *aw_memory_new(const struct aw_store *store, const struct aw_extern_type_info *ty);

// Returns the size in bytes.
uint64_t aw_memory_size(const struct aw_extern *memory);

// Copies `len` bytes at the address `offset` to `out`.
//
// The caller guarantees that `out` has room for `len` bytes.
bool aw_memory_read(const struct aw_extern *memory, uint64_t offset, uint8_t *out, uintptr_t len);

// Copies `len` bytes from `from` to the address `offset`.
//
// The caller guarantees that `from` points to `len` bytes.
bool aw_memory_write(const struct aw_extern *memory, uint64_t offset, const uint8_t *from, uintptr_t len);

// Grows the memory by `delta` pages. Returns the former size in pages, or all bits set on failure.
uint64_t aw_memory_grow(const struct aw_extern *memory, uint64_t delta);

// Pins the memory's bytes: until `aw_pin_delete`, the bytes stay readable and writable at their current address, even
// if the memory moves or the store is closed. After a move, the pinned bytes no longer belong to the memory. Writes
// the address to `data`, and the number of bytes to `len`.
struct aw_pin *aw_memory_pin(const struct aw_extern *memory, uint8_t **data, uintptr_t *len);

// Deletes a pin; NULL is allowed. Never waits.
void aw_pin_delete(struct aw_pin *pin);

// Writes the size in bytes to `out`. Returns `AW_FAILED`, `AW_DONE` or `AW_BUSY`.
uint8_t aw_memory_try_size(const struct aw_extern *memory, uint64_t *out);

// Copies `len` bytes at the address `offset` to `out`, without waiting. Returns `AW_FAILED`, `AW_DONE`, `AW_BUSY` or
// `AW_OUTSIDE`.
//
// The caller guarantees that `out` has room for `len` bytes.
uint8_t aw_memory_try_read(const struct aw_extern *memory, uint64_t offset, uint8_t *out, uintptr_t len);

// Copies `len` bytes from `from` to the address `offset`, without waiting. Returns `AW_FAILED`, `AW_DONE`, `AW_BUSY`
// or `AW_OUTSIDE`.
//
// The caller guarantees that `from` points to `len` bytes.
uint8_t aw_memory_try_write(const struct aw_extern *memory, uint64_t offset, const uint8_t *from, uintptr_t len);

// Returns a new shared memory of this type, for instances in any store of the engine. The caller deletes the shared
// memory.
struct aw_shared_memory *aw_shared_memory_new(const struct aw_engine *engine, const struct aw_extern_type_info *ty);

// Returns the shared memory that an extern refers to. Fails for any other extern. The caller deletes the shared
// memory.
struct aw_shared_memory *aw_shared_memory_of(const struct aw_extern *object);

// Returns an extern that refers to a shared memory, for import into instances of a store of the same engine. The
// caller deletes the extern.
struct aw_extern *aw_shared_memory_extern(const struct aw_shared_memory *memory, const struct aw_store *store);

// Returns the address of the first byte, which never changes.
uint8_t *aw_shared_memory_data(const struct aw_shared_memory *memory);

// Returns the size in bytes, which never shrinks.
uint64_t aw_shared_memory_size(const struct aw_shared_memory *memory);

// Grows the shared memory by `delta` pages. Returns the former size in pages, or all bits set on failure.
uint64_t aw_shared_memory_grow(const struct aw_shared_memory *memory, uint64_t delta);

// Deletes a shared memory; NULL is allowed. Instances that import or export the memory keep working.
void aw_shared_memory_delete(struct aw_shared_memory *memory);

// Returns a new table of this type, whose elements are all `init`. The caller keeps a reference in `init`. The
// caller deletes the extern.
//
// The caller guarantees that `init` holds a reference of the table's element type: 0 for null, or else for `funcref` a
// pointer to a live extern, and for `externref` any number.
struct aw_extern *aw_table_new(const struct aw_store *store,
                               const struct aw_extern_type_info *ty,
                               const union aw_value *init);

// Returns the number of elements.
uint64_t aw_table_size(const struct aw_extern *table);

// Writes the element at `index` to `out`. The caller deletes a function that it gets.
bool aw_table_get(const struct aw_extern *table, uint64_t index, union aw_value *out);

// Sets the element at `index`. The caller keeps a reference in `value`.
//
// The caller guarantees that `value` holds a reference of the table's element type: 0 for null, or else for `funcref`
// a pointer to a live extern, and for `externref` any number.
bool aw_table_set(const struct aw_extern *table, uint64_t index, const union aw_value *value);

// Grows the table by `delta` elements, which are all `init`. The caller keeps a reference in `init`. Returns the
// former size, or all bits set on failure.
//
// The caller guarantees that `init` holds a reference of the table's element type: 0 for null, or else for `funcref` a
// pointer to a live extern, and for `externref` any number.
uint64_t aw_table_grow(const struct aw_extern *table, uint64_t delta, const union aw_value *init);

// Returns a new global of this type and value. The caller keeps a reference in `value`. The caller deletes the extern.
//
// The caller guarantees that `value` holds a value of the global's type. A reference is 0 for null, or else for
// `funcref` a pointer to a live extern, and for `externref` any number.
struct aw_extern *aw_global_new(const struct aw_store *store,
                                const struct aw_extern_type_info *ty,
                                const union aw_value *value);

// Writes the value to `out`. The caller deletes a function that it gets.
bool aw_global_get(const struct aw_extern *global, union aw_value *out);

// Sets the value of a mutable global. The caller keeps a reference in `value`.
//
// The caller guarantees that `value` holds a value of the global's type. A reference is 0 for null, or else for
// `funcref` a pointer to a live extern, and for `externref` any number.
bool aw_global_set(const struct aw_extern *global, const union aw_value *value);

// Returns a new WASI context without arguments, environment variables and directories. Standard input is empty, and
// standard output and error discard all data. The caller deletes the context. Functions that were made with the
// context keep it alive.
struct aw_wasi *aw_wasi_new(void);

// Returns a new WASI context whose system calls all fail until `aw_wasi_take_over` sets its contents. The caller
// deletes the context.
struct aw_wasi *aw_wasi_new_unset(void);

// Deletes a WASI context; NULL is allowed.
void aw_wasi_delete(struct aw_wasi *wasi);

// Moves the contents of `other` to `wasi`: functions that were made with `wasi` use the new contents from now on. The
// former contents of `wasi` are closed. `other` is like a new context afterwards.
bool aw_wasi_take_over(const struct aw_wasi *wasi, const struct aw_wasi *other);

// Returns true when no system call uses the contents any more that the context had before `aw_wasi_take_over`. Until
// then the caller keeps the environments of the former streams alive.
bool aw_wasi_is_idle(const struct aw_wasi *wasi);

// Adds an argument. The first argument is the program's name. Fails if the argument contains a null byte.
//
// The caller guarantees that `arg` points to `len` bytes.
bool aw_wasi_arg(const struct aw_wasi *wasi, const uint8_t *arg, uintptr_t len);

// Adds an environment variable. Fails if the name or the value contains a null byte.
//
// The caller guarantees that `name` points to `name_len` bytes, and `value` to `value_len` bytes.
bool aw_wasi_env(const struct aw_wasi *wasi,
                 const uint8_t *name,
                 uintptr_t name_len,
                 const uint8_t *value,
                 uintptr_t value_len);

// Preopens a directory of the host as the next descriptor, under a name for the guest. `perms` is the sum of the
// rights `AW_WASI_*`. If `root` is not NULL, guests reach the directory through the root too.
//
// The caller guarantees that `path` points to `path_len` bytes, and `name` to `name_len` bytes. The name is UTF-8.
bool aw_wasi_preopen(const struct aw_wasi *wasi,
                     const struct aw_wasi_root *root,
                     const uint8_t *path,
                     uintptr_t path_len,
                     const uint8_t *name,
                     uintptr_t name_len,
                     uint32_t perms);

// Preopens a virtual root directory as the next descriptor, under the name `/`. Through the root, guests reach by
// absolute paths the directories that `aw_wasi_preopen` adds to it. The caller deletes the root.
struct aw_wasi_root *aw_wasi_root_new(const struct aw_wasi *wasi);

// Deletes a root; NULL is allowed. The descriptor stays open.
void aw_wasi_root_delete(struct aw_wasi_root *root);

// Connects standard input (0), output (1) or error (2) to a duplicate of a file descriptor of this process.
//
// The caller guarantees that nobody closes `fd` before the function returns.
bool aw_wasi_stdio_fd(const struct aw_wasi *wasi, uint32_t which, int32_t fd);

// Connects standard input to a copy of these bytes.
//
// The caller guarantees that `data` points to `len` bytes.
bool aw_wasi_stdin_bytes(const struct aw_wasi *wasi, const uint8_t *data, uintptr_t len);

// Connects standard input (0), output (1) or error (2) to a callback.
//
// `finalizer` may be NULL. Otherwise the context calls it once with `env`, when the context no longer uses the stream.
// If `aw_wasi_stdio_stream` fails, it calls the finalizer before it returns.
//
// The caller guarantees that `callback` and `finalizer` may be called with `env` from any thread.
bool aw_wasi_stdio_stream(const struct aw_wasi *wasi,
                          uint32_t which,
                          aw_stream_callback callback,
                          void *env,
                          aw_finalizer finalizer);

// Returns the name of the system call at `index`, or no text beyond the last system call. `version` is 0 for
// `wasi_unstable` and 1 for `wasi_snapshot_preview1`.
struct aw_str aw_wasi_call_name(uint32_t version, uintptr_t index);

// Writes the type of the system call at `index` to `out`. Fails beyond the last system call.
bool aw_wasi_call_type(uint32_t version, uintptr_t index, struct aw_extern_type_info *out);

// Returns the system call at `index` as a function for import into one instance, which `aw_wasi_bind` names. The
// function works on the memory that the instance exports as `memory`. It traps until it is bound. The caller deletes
// the extern.
struct aw_extern *aw_wasi_func(const struct aw_store *store,
                               const struct aw_wasi *wasi,
                               uint32_t version,
                               uintptr_t index);

// Binds a system call to the instance that imports it. The caller binds the function before WebAssembly runs in the
// instance.
bool aw_wasi_bind(const struct aw_extern *func, const struct aw_instance *instance);

// Parses a triple, such as `x86_64-linux-gnu`. The caller deletes the triple.
//
// The caller guarantees that `text` points to `len` bytes.
struct aw_triple *aw_triple_new(const uint8_t *text, uintptr_t len);

// Returns the triple of this machine. The caller deletes the triple.
struct aw_triple *aw_triple_host(void);

// Deletes a triple; NULL is allowed.
void aw_triple_delete(struct aw_triple *triple);

// Returns a new tag for exceptions that carry values of the parameter types. The caller deletes the extern.
//
// The caller guarantees that `params` points to `params_len` codes of value types, and `results` to `results_len`.
struct aw_extern *aw_tag_new(const struct aw_store *store,
                             const uint8_t *params,
                             uintptr_t params_len,
                             const uint8_t *results,
                             uintptr_t results_len);

// Writes to `out` whether both externs are the same tag.
bool aw_tag_same(const struct aw_extern *one, const struct aw_extern *other, bool *out);
