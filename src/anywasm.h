// anywasm's C layer. Generated from src/abi by `make header`; do not edit.
//
// A function that fails returns the failure value of its return type: NULL, false, AW_FAILED, all bits set, or a text
// whose `data` is NULL. The function also stores an error as pending on the calling thread. aw_error_take returns the
// pending error. A function fails if an argument for an object, a result or a callback is NULL, unless the function
// documents a meaning of NULL.
//
// Any thread may use an object, and the caller may delete objects in any order. The caller does not delete an object
// that it has passed to a function before the function returns.
//
// Include stdint.h, stdbool.h and stddef.h before this header. The header has no include directives of its own, because
// cffi also reads the header and cannot process include directives.

// Value type `i32`. Each value type has the same code as in the binary format.
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

// Any reference type other than `funcref` and `externref`. The types of a module can contain this code, but the
// functions of the C layer do not accept the code from the caller.
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

// Kind of an extern: an opaque reference, that is a reference to a function whose type the engine does not report.
#define AW_OPAQUE 5

// Flag of a global: the global is mutable.
#define AW_MUTABLE 1

// Flag of a memory or table: indices are 64 bits wide.
#define AW_INDEX64 2

// Flag of a memory: threads share the memory.
#define AW_SHARED 4

// Flag of a memory or table: the field `max` holds a maximum size.
#define AW_HAS_MAX 8

// Outcome: the access failed. `aw_error_take` returns the error.
#define AW_FAILED 0

// Outcome: the access succeeded.
#define AW_DONE 1

// Outcome: nothing was copied, because another thread holds the store's lock. The caller can use a function that waits
// for the lock, such as `aw_memory_read`.
#define AW_BUSY 2

// Outcome: nothing was copied, because the range is outside the memory. No error is pending.
#define AW_OUTSIDE 3

// Right to a preopened directory: guests may list and open its entries.
#define AW_WASI_LIST 1

// Right to a preopened directory: guests may create, remove and rename its entries.
#define AW_WASI_CHANGE 2

// Right to a preopened directory: guests may read its files.
#define AW_WASI_READ 4

// Right to a preopened directory: guests may write its files.
#define AW_WASI_WRITE 8

// An engine with its options. C owns the struct; stores and modules share the `Arc`.
typedef struct aw_engine aw_engine;

// A compiled module with its description. C owns the struct; instances share the `Arc`.
typedef struct aw_module aw_module;

// A store. C owns the struct; the objects of the store share the `Arc`.
typedef struct aw_store aw_store;

// A WASI context: arguments, environment variables and open descriptors. Several instances may share a context. C owns
// the struct; functions that use the context share the `Arc`.
typedef struct aw_wasi aw_wasi;

// A virtual root directory of a WASI context. The root contains preopened directories.
typedef struct aw_wasi_root aw_wasi_root;

// A handle to a function, memory, table, global or tag, or to an opaque reference. An opaque reference refers to a
// function whose type the engine does not report.
typedef struct aw_extern aw_extern;

// The functions that install handlers of faults for all engine modules of the process. C only passes a pointer to them
// from one engine module to another.
typedef struct aw_fault_keeper aw_fault_keeper;

// A handle to an instance.
typedef struct aw_instance aw_instance;

// Names and values of the options for a new engine.
typedef struct aw_options aw_options;

// The Rust value that owns the memory of a `Bytes`.
typedef struct aw_bytes_owned aw_bytes_owned;

// The Rust values that own the texts and frames of a `CError`.
typedef struct aw_error_owned aw_error_owned;

// The Rust values that own the memory of a `CModuleInfo`. Nothing reads the fields.
typedef struct aw_module_info_parts_owned aw_module_info_parts_owned;

// The Rust value that owns the texts of a `CTriple`.
typedef struct aw_triple_owned aw_triple_owned;

// A pin of a memory's bytes. The bytes stay at their address until the pin is dropped, even if the memory grows or the
// store is closed.
typedef struct aw_pin aw_pin;

// A shared memory, which C owns. Instances in several stores may use the same memory.
typedef struct aw_shared_memory aw_shared_memory;

// Bytes or a text that another object owns. The bytes are valid as long as that object lives. A text is UTF-8. No NUL
// follows the last byte.
typedef struct aw_str {
  // Address of the first byte. NULL means that there is no text.
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
  // Name of the function. Its `data` is NULL if the name is unknown.
  struct aw_str func_name;
  // Name of the module. Its `data` is NULL if the name is unknown.
  struct aw_str module_name;
  // Whether the module has debug information, in custom sections. False if the module is unknown.
  bool has_debug_info;
} aw_frame;

// An error. Its texts and frames are valid until the error is deleted.
typedef struct aw_error {
  // Kind of the error: 1 invalid, 2 malformed, 3 unsupported, 4 link, 5 trap, 6 host, 7 engine, 8 closed, 9 store,
  // 10 bounds, 11 incompatible, 12 panic, 13 exit, 14 memory.
  uint32_t kind;
  // Detail of the error, whose meaning depends on the kind: the trap code of a trap, the bit number of the missing
  // capability (unsupported), the index of the wrong import (link), or the exit code (exit). -1 for all other kinds.
  int32_t code;
  // Token that the failed host function returned, if the kind is host: a number by which the host finds its own
  // error. 0 for all other kinds.
  uint64_t token;
  // Message for people.
  struct aw_str message;
  // Frames of a trap, innermost first. For a module with an invalid function, one frame: the function, and the offset
  // of the invalid instruction.
  const struct aw_frame *frames;
  // Number of frames.
  uintptr_t frames_len;
  // Names of the features that a module needs and that the engine was created without. Empty for all other errors.
  struct aw_str disabled_features;
  // Owns the memory that the texts and frames point to.
  struct aw_error_owned *owned;
} aw_error;

// Bytes that the caller owns and deletes with `aw_bytes_delete`.
typedef struct aw_bytes {
  // Address of the first byte. Never NULL.
  const uint8_t *data;
  // Number of bytes.
  uintptr_t len;
  // Owns the memory that `data` points to.
  struct aw_bytes_owned *owned;
} aw_bytes;

// Type of an extern, that is of a function, global, table, memory or tag.
typedef struct aw_extern_type_info {
  // Kind of the extern, `AW_FUNC` to `AW_OPAQUE`.
  uint8_t kind;
  // Value type of a global, or of the elements of a table. 0 for all other kinds.
  uint8_t content;
  // Sum of the flags `AW_MUTABLE`, `AW_INDEX64`, `AW_SHARED` and `AW_HAS_MAX` that the type has.
  uint8_t flags;
  // Base-2 logarithm of a memory's page size in bytes. 0 for all other kinds.
  uint8_t page_size_log2;
  // Minimum size of a memory in pages, or of a table in elements. 0 for all other kinds.
  uint64_t min;
  // Maximum size of a memory in pages, or of a table in elements. Only valid with the flag `AW_HAS_MAX`.
  uint64_t max;
  // Parameter types of a function or tag, as codes of value types. The object that has the type owns the array, so
  // the array is valid as long as the object lives.
  const uint8_t *params;
  // Number of parameters.
  uintptr_t params_len;
  // Result types of a function or tag, as codes of value types. The object that has the type owns the array, so the
  // array is valid as long as the object lives.
  const uint8_t *results;
  // Number of results.
  uintptr_t results_len;
} aw_extern_type_info;

// An import of a module.
typedef struct aw_import {
  // Name of the module to import from (the first of an import's two names).
  struct aw_str module;
  // Name of the import within that module (the second name).
  struct aw_str name;
  // Type that an imported object must match.
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

// Description of a module.
typedef struct aw_module_info_parts {
  // Name of the module, from the custom section that is called `name`. The text's `data` is NULL if the module has
  // no name.
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
  // Whether the module makes memories of its own.
  bool has_memories;
  // Owns the memory that the other fields point to.
  struct aw_module_info_parts_owned *owned;
} aw_module_info_parts;

// A slot: 16 bytes that hold one value. The type of the parameter, result, global or table element determines which
// field of the union is valid.
//
// A slot has the size and layout of wasmtime's `wasmtime_val_raw_t`, so the shim passes numbers to wasmtime without a
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
  // A reference. A null reference is 0. Any other `funcref` is the address of an `aw_extern`, a handle to a
  // function. Any other `externref` is a host number: a number that the host chooses to identify one of its objects.
  uint64_t reference;
} aw_value;

// Callback of a host function. `env` is the environment that was passed to `aw_func_new`. `slots` points to the
// arguments, which the callback replaces by the results. The callback returns 0 for success. Any other number is a
// token, by which the host finds its own error: the error of the call into WebAssembly contains the token.
//
// The callback owns each function reference among the arguments, and deletes the reference. The callback also owns
// each function reference among the results, and deletes the reference in a later call at the earliest, because the
// shim reads the results after the callback has returned.
typedef uint64_t (*aw_host_callback)(void *env, union aw_value *slots);

// Function that frees the environment of a callback. NULL means that there is nothing to free.
typedef void (*aw_finalizer)(void *env);

// Hook that decides whether a running guest may continue (see `aw_interrupt_hook`). Returns 0 if the guest may
// continue. Any other number is a token, by which the host finds the failure that ends the guest. The hook runs on the
// guest's thread.
typedef uint64_t (*aw_interrupt_hook_function)(void);

// Hook that returns whether this thread may call WebAssembly, because its innermost host function, if there is one, is
// not suspended (see `aw_nesting_hook`).
typedef bool (*aw_nesting_hook_function)(void);

// Callback of a stream. The callback of standard input reads up to `len` bytes into `data`. The callback of standard
// output or error writes up to `len` bytes from `data`. The callback returns the number of bytes that it has read or
// written. If the operating system reports an error, the callback returns the negated `errno`. If the callback fails
// in another way, it stores a token in `token`: a number by which the host finds its error. A token ends the guest,
// and the error of the host's call into WebAssembly carries the token. If the callback stores a token, its return
// value has no meaning.
typedef int64_t (*aw_stream_callback)(void *env, uint8_t *data, uintptr_t len, uint64_t *token);

// A target triple. Its texts are valid until the triple is deleted.
typedef struct aw_triple {
  // Canonical text of the triple, such as `x86_64-unknown-linux-musl` for `x86_64-linux-musl`.
  struct aw_str text;
  // Architecture, such as `x86_64`. Each of the five parts from `architecture` to `environment` is `unknown` if the
  // triple does not contain the part.
  struct aw_str architecture;
  // Vendor, such as `pc`.
  struct aw_str vendor;
  // Operating system, such as `linux`. On Darwin, the text includes the version.
  struct aw_str operating_system;
  // Format of object files, such as `elf`.
  struct aw_str binary_format;
  // C library, such as `gnu`, or floating-point convention.
  struct aw_str environment;
  // Byte order: `little` or `big`. The text's `data` is NULL if the architecture is unknown.
  struct aw_str endianness;
  // Calling convention. The text's `data` is NULL if no convention is known for the operating system.
  struct aw_str calling_convention;
  // Size of a pointer in bytes; 0 if the architecture is unknown.
  uint8_t pointer_width;
  // Whether this machine can run code for the target. The engine runs modules only for this machine.
  bool is_host;
  // Owns the memory that the texts point to.
  struct aw_triple_owned *owned;
} aw_triple;

// Returns the newest pending error of this thread, or NULL if no error is pending. The error is then no longer
// pending. The caller deletes the error.
struct aw_error *aw_error_take(void);

// Deletes an error. Has no effect if the pointer is NULL.
void aw_error_delete(struct aw_error *error);

// Converts a module from the text format to the binary format. Returns a module that is already in the binary format
// unchanged. The caller deletes the bytes.
//
// The caller guarantees that `text` points to `len` bytes.
struct aw_bytes *aw_wat2wasm(const uint8_t *text, uintptr_t len);

// Converts a module from the binary format to the text format, in UTF-8. The caller deletes the bytes.
//
// The caller guarantees that `wasm` points to `len` bytes.
struct aw_bytes *aw_wasm2wat(const uint8_t *wasm, uintptr_t len);

// Deletes bytes. Has no effect if the pointer is NULL.
void aw_bytes_delete(struct aw_bytes *bytes);

// Returns the engine's name. The environment variable `ANYWASM_ENGINE` chooses an engine by this name.
struct aw_str aw_engine_name(void);

// Returns the engine's version, or `unknown` if the engine is a library of the system that does not report its
// version.
struct aw_str aw_engine_version(void);

// Returns the name of the C header through which the shim uses the engine: `wasm.h` or `wasmtime.h`.
struct aw_str aw_backend(void);

// Returns the version of the shim. The Python package must have the same version.
struct aw_str aw_version(void);

// Returns the engine's capabilities: one bit for each capability. `aw_capability_name` returns the name that belongs
// to a bit number.
uint64_t aw_capabilities(void);

// Returns the capabilities that the engine has only because the shim makes up for them, by rewriting modules or by
// helper modules: one bit for each capability. They are among those that `aw_capabilities` returns.
uint64_t aw_made_up_capabilities(void);

// Returns the name of the capability with this bit number, or no text if no capability has the bit.
struct aw_str aw_capability_name(uint32_t bit);

// Returns a sentence that explains the capability with this bit number, or no text if no capability has the bit.
struct aw_str aw_capability_meaning(uint32_t bit);

// Returns the value at `index` in the list of values that an option of this engine accepts. The default value has the
// index 0. Returns no text if `index` is beyond the last value, or if the option has no list of values.
//
// The caller guarantees that `name` points to `name_len` bytes.
struct aw_str aw_option_value(const uint8_t *name, uintptr_t name_len, uintptr_t index);

// Returns options for a new engine, none of which is set yet. The caller deletes the options.
struct aw_options *aw_options_new(void);

// Sets an option. Fails if no engine has an option of this name, if the option does not accept the value, or if the
// engine cannot honour the value. An engine ignores an option that it does not have if the option only tunes speed.
//
// The caller guarantees that `name` points to `name_len` bytes, and `value` to `value_len` bytes. Both texts are
// UTF-8.
bool aw_options_set(struct aw_options *options,
                    const uint8_t *name,
                    uintptr_t name_len,
                    const uint8_t *value,
                    uintptr_t value_len);

// Checks an option without setting it. Fails if no engine has an option of this name, or if the option does not accept
// the value. The message of the error states the reason.
//
// The caller guarantees that `name` points to `name_len` bytes, and `value` to `value_len` bytes. Both texts are
// UTF-8.
bool aw_option_check(const uint8_t *name, uintptr_t name_len, const uint8_t *value, uintptr_t value_len);

// Deletes options. Has no effect if the pointer is NULL.
void aw_options_delete(struct aw_options *options);

// Returns a new engine with these options, or with the default options if `options` is NULL. The options stay
// unchanged. The caller deletes the engine.
struct aw_engine *aw_engine_new(const struct aw_options *options);

// Deletes an engine. Has no effect if the pointer is NULL. The engine's stores and modules stay usable.
void aw_engine_delete(struct aw_engine *engine);

// Returns the capabilities that the engine has with its options: one bit for each capability. `aw_capability_name`
// returns the name that belongs to a bit number.
uint64_t aw_engine_capabilities(const struct aw_engine *engine);

// Advances the engine's epoch, the clock of deadlines, by one. The engine interrupts the guests of every store whose
// deadline is reached.
bool aw_engine_increment_epoch(const struct aw_engine *engine);

// Returns the name of the limit at `index`, or no text if `index` is beyond the last limit.
struct aw_str aw_limit_name(uint32_t index);

// Returns a phrase that describes what the limit at `index` counts, or no text if `index` is beyond the last limit.
struct aw_str aw_limit_meaning(uint32_t index);

// Returns the largest value that the limit at `index` allows. All bits are set if the engine does not have the limit,
// or if `index` is beyond the last limit.
uint64_t aw_limit(uint32_t index);

// Returns a new, empty store. The caller deletes the store.
struct aw_store *aw_store_new(const struct aw_engine *engine);

// Closes the store: waits until no other thread holds the store's lock, and then frees all objects of the store.
// Pointers to these objects stay valid until the caller deletes the objects, but functions that use the objects fail
// with the error kind "closed". Fails if this thread runs WebAssembly in the store. Has no effect on a store that is
// already closed, and succeeds.
bool aw_store_close(const struct aw_store *store);

// Deletes the caller's `aw_store`. Has no effect if the pointer is NULL. The store is freed when all objects of the
// store are deleted too.
void aw_store_delete(struct aw_store *store);

// Sets the amount of fuel, a budget of instructions, that the store's guests may use. Guests use fuel only if the
// engine was made with the option `consume_fuel`.
bool aw_store_set_fuel(const struct aw_store *store, uint64_t fuel);

// Writes the store's remaining fuel to `out`.
bool aw_store_fuel(const struct aw_store *store, uint64_t *out);

// Sets the store's deadline to the engine's current epoch plus `ticks`. The engine interrupts the store's guests when
// its epoch reaches the deadline. Has no effect unless the engine was made with the option `epoch_interruption`.
bool aw_store_set_epoch_deadline(const struct aw_store *store, uint64_t ticks);

// Limits how long the store's guests may run from now on: `time` is the time in nanoseconds until they end, and `cpu_time`
// the processor time in nanoseconds that they may use, together with the host functions that they call. A negative number
// means no limit. The engine must have been made with the option `interruptible` or `epoch_interruption`. Fails if this
// thread runs WebAssembly in the store.
bool aw_store_set_time_limits(const struct aw_store *store,
                              int64_t time,
                              int64_t cpu_time);

// Limits the allocations of the store's guests. `memory_size` is the maximum size of each memory in bytes, and
// `table_elements` is the maximum size of each table in elements. The other parameters are the maximum numbers of
// instances, tables and memories in the store. A negative number means no limit.
bool aw_store_set_limits(const struct aw_store *store,
                         int64_t memory_size,
                         int64_t table_elements,
                         int64_t instances,
                         int64_t tables,
                         int64_t memories);

// Runs the engine's garbage collector, which frees references that guests can no longer reach. Has no effect on an
// engine without a garbage collector.
bool aw_store_gc(const struct aw_store *store);

// Returns the host numbers (values of `externref`) that guests have released since the last call of this function. The
// bytes are an array of 64-bit integers in this machine's byte order. If the host has passed the same number several
// times, the array contains the number once for each release. The caller deletes the bytes.
struct aw_bytes *aw_store_take_released(const struct aw_store *store);

// Reads the description of a module in the binary format. The engine is not involved: the module may use features that
// the engine lacks. The function checks everything but the code of functions. The caller deletes the description.
//
// The caller guarantees that `wasm` points to `len` bytes.
struct aw_module_info_parts *aw_module_info_read(const uint8_t *wasm, uintptr_t len);

// Deletes a description that `aw_module_info_read` returned. Has no effect if the pointer is NULL.
void aw_module_info_delete(struct aw_module_info_parts *info);

// Validates and compiles a module in the binary format. The caller deletes the module.
//
// The caller guarantees that `wasm` points to `len` bytes.
struct aw_module *aw_module_new(const struct aw_engine *engine, const uint8_t *wasm, uintptr_t len);

// Compiles the module again, with a deferred start function: instantiation does not run the start function, and the
// new module has one more export, the start function, after all other exports. The caller calls this export when host
// functions can use the instance. A module without a start function is compiled unchanged. The caller deletes the new
// module.
struct aw_module *aw_module_deferred(const struct aw_module *module);

// Fails if a module in the binary format is not valid for this engine. The message of the error states the reason.
//
// The caller guarantees that `wasm` points to `len` bytes.
bool aw_module_validate(const struct aw_engine *engine, const uint8_t *wasm, uintptr_t len);

// Loads a module that `aw_module_serialize` wrote. The caller deletes the module.
//
// The caller guarantees that `bytes` points to `len` bytes that `aw_module_serialize` wrote. The function refuses
// damaged bytes, but an attacker who forges the bytes can run any code.
struct aw_module *aw_module_deserialize(const struct aw_engine *engine, const uint8_t *bytes, uintptr_t len);

// Returns the module as bytes. `aw_module_deserialize` can load the bytes on the same version of the same engine. The
// caller deletes the bytes.
struct aw_bytes *aw_module_serialize(const struct aw_module *module);

// Returns the module's description. The module owns the description, so the pointer is valid until the module is
// deleted.
const struct aw_module_info_parts *aw_module_info(const struct aw_module *module);

// Deletes a module. Has no effect if the pointer is NULL. The module's instances stay usable.
void aw_module_delete(struct aw_module *module);

// Instantiates a module and runs the module's start function. `imports` has the same order as the module's imports.
// The caller deletes the instance.
//
// Fails with an error of the kind "link" if an import has the wrong type. The code of the error is the import's index.
//
// The caller guarantees that `imports` points to `imports_len` pointers to live externs.
struct aw_instance *aw_instance_new(const struct aw_store *store,
                                    const struct aw_module *module,
                                    const struct aw_extern *const *imports,
                                    uintptr_t imports_len);

// Fails if the module's import at `index` does not accept the type of this extern. The code of the error is the index.
// The extern may belong to any store.
bool aw_module_accepts(const struct aw_module *module, uintptr_t index, const struct aw_extern *import);

// Returns the export at `index` of the instance. The exports have the same order as in the module. The caller deletes
// the extern.
struct aw_extern *aw_instance_export(const struct aw_instance *instance, uintptr_t index);

// Deletes an instance. Has no effect if the pointer is NULL. The instance's exports stay usable.
void aw_instance_delete(struct aw_instance *instance);

// Writes the type of an extern to `out`. The arrays of parameter and result types are valid until the extern is
// deleted.
bool aw_extern_type(const struct aw_extern *object, struct aw_extern_type_info *out);

// Deletes an extern. Has no effect if the pointer is NULL. The extern is only a handle to an object of a store. The
// store frees the object when the store no longer needs the object.
void aw_extern_delete(struct aw_extern *object);

// Makes sure that the engines get the faults of guests before other libraries do. Call this function after another
// library has installed handlers. The functions that create an engine or a module do the same, and `aw_instance_new`
// does it if the handler of SIGSEGV has been replaced. Fails if other libraries have installed handlers
// more often than the shim can follow.
//
// `have_saved` is false if the library has not saved the handlers that it replaced, so that it can never call or
// restore them. The shim can follow such a library for ever.
bool aw_faults_check(bool have_saved);

// Returns the keeper that this engine module uses. The keeper is never freed.
const struct aw_fault_keeper *aw_faults_keeper(void);

// Makes this engine module use the keeper of another engine module, so that the process has only one. Call this
// function before the module's first engine is made.
//
// The caller guarantees that `aw_faults_keeper` of an engine module of the same version returned the keeper.
bool aw_faults_share(const struct aw_fault_keeper *keeper);

// Returns a new host function. The caller deletes the extern. The function itself lives until the store no longer
// needs the function.
//
// `finalizer` may be NULL. A finalizer that is not NULL is called once with `env`, when the store frees the function.
// If `aw_func_new` fails, `aw_func_new` calls the finalizer before it returns.
//
// The caller guarantees that `params` points to `params_len` codes of value types, and that `results` points to
// `results_len` codes of value types. The caller guarantees that `callback` and `finalizer` may be called with `env`
// from any thread that uses the store.
struct aw_extern *aw_func_new(const struct aw_store *store,
                              const uint8_t *params,
                              uintptr_t params_len,
                              const uint8_t *results,
                              uintptr_t results_len,
                              aw_host_callback callback,
                              void *env,
                              aw_finalizer finalizer);

// Calls a function. Before the call, the slots hold the arguments. After the call, the slots hold the results. The
// caller still owns the function references among the arguments. The caller also owns the function references among
// the results, and deletes these references.
//
// The caller guarantees that `slots` points to as many slots as the function has parameters or results, whichever
// number is larger. The caller guarantees that the first slots hold values of the parameter types. A null reference is
// 0. Any other `funcref` is a pointer to a live extern. Any other `externref` is a number that the host chooses.
bool aw_func_call(const struct aw_extern *func, union aw_value *slots);

// Calls a function whose parameters and results are all numbers. Faster than `aw_func_call`, because the call does not
// look for references and vectors in the type.
//
// The caller guarantees that all parameters and results are of the types `i32`, `i64`, `f32` and `f64`. The caller
// guarantees that `slots` points to as many slots as the function has parameters or results, whichever number is
// larger. The caller guarantees that the first slots hold values of the parameter types.
bool aw_func_call_numbers(const struct aw_extern *func, union aw_value *slots);

// Sets the hook for the whole process. A second call has no effect. Guests call the hook about ten times a second if
// their engine was made with the option `interruptible` or `epoch_interruption`. The error of an interrupted call
// contains the token that the hook returned.
//
// The caller guarantees that the hook may be called from any thread until the process ends.
bool aw_interrupt_hook(aw_interrupt_hook_function hook);

// Ends the guests that run on a thread, if the shim has rewritten their code, so that they cannot call the hook. The
// thread calls the hook as soon as its guest has ended. `thread` is the number that Python's `threading.get_ident`
// returns.
void aw_interrupt_thread(uint64_t thread);

// Keeps the interruption of guests working when the process forks. The thread that forks calls this function before
// the fork with `stage` 0, after the fork in the parent with `stage` 1, and after the fork in the child with `stage`
// 2.
void aw_interrupt_fork(uint32_t stage);

// Returns a new memory of this type. The caller deletes the extern.
struct aw_extern *aw_memory_new(const struct aw_store *store, const struct aw_extern_type_info *ty);

// Returns the memory's size in bytes, or all bits set on failure.
uint64_t aw_memory_size(const struct aw_extern *memory);

// Copies `len` bytes from the memory to `out`, starting at the address `offset` in the memory.
//
// The caller guarantees that `out` has room for `len` bytes.
bool aw_memory_read(const struct aw_extern *memory, uint64_t offset, uint8_t *out, uintptr_t len);

// Copies `len` bytes from `from` to the memory, starting at the address `offset` in the memory.
//
// The caller guarantees that `from` points to `len` bytes.
bool aw_memory_write(const struct aw_extern *memory, uint64_t offset, const uint8_t *from, uintptr_t len);

// Grows the memory by `delta` pages. Returns the size before the growth in pages, or all bits set on failure.
uint64_t aw_memory_grow(const struct aw_extern *memory, uint64_t delta);

// Pins the memory's bytes: until `aw_pin_delete`, the bytes stay readable and writable at their current address, even
// if the memory moves or the store is closed. After a move, the pinned bytes no longer belong to the memory. Writes
// the current address of the bytes to `data`, and the number of bytes to `len`. The caller deletes the pin.
struct aw_pin *aw_memory_pin(const struct aw_extern *memory, uint8_t **data, uintptr_t *len);

// Deletes a pin. Has no effect if the pointer is NULL. Never waits for another thread.
void aw_pin_delete(struct aw_pin *pin);

// Returns whether the memories of all stores have become so large that the host should look for stores that it can
// free. After the host has looked, it calls `aw_memories_collected`.
bool aw_memories_are_many(void);

// Tells the shim that the host has freed all stores that it can free.
bool aw_memories_collected(void);

// Sets the hook for the whole process. A second call has no effect. The shim calls the hook when a call into
// WebAssembly begins. If the hook returns false, the call fails.
//
// Set the hook only if the host can switch between several stacks on one thread, and so suspend a host function: the hook takes time
// at each call.
//
// The caller guarantees that the hook may be called from any thread until the process ends.
bool aw_nesting_hook(aw_nesting_hook_function hook);

// Writes the memory's size in bytes to `out`, without waiting. Returns `AW_FAILED`, `AW_DONE` or `AW_BUSY`.
uint8_t aw_memory_try_size(const struct aw_extern *memory, uint64_t *out);

// Copies `len` bytes from the memory to `out`, starting at the address `offset` in the memory, without waiting.
// Returns `AW_FAILED`, `AW_DONE`, `AW_BUSY` or `AW_OUTSIDE`.
//
// The caller guarantees that `out` has room for `len` bytes.
uint8_t aw_memory_try_read(const struct aw_extern *memory, uint64_t offset, uint8_t *out, uintptr_t len);

// Copies `len` bytes from `from` to the memory, starting at the address `offset` in the memory, without waiting.
// Returns `AW_FAILED`, `AW_DONE`, `AW_BUSY` or `AW_OUTSIDE`.
//
// The caller guarantees that `from` points to `len` bytes.
uint8_t aw_memory_try_write(const struct aw_extern *memory, uint64_t offset, const uint8_t *from, uintptr_t len);

// Returns a new shared memory of this type. Instances in any store of the engine can import the memory. The caller
// deletes the shared memory.
struct aw_shared_memory *aw_shared_memory_new(const struct aw_engine *engine, const struct aw_extern_type_info *ty);

// Returns the shared memory that an extern refers to. Fails if the extern does not refer to a shared memory. The
// caller deletes the shared memory.
struct aw_shared_memory *aw_shared_memory_of(const struct aw_extern *object);

// Returns an extern in `store` that refers to a shared memory, so that instances in the store can import the memory.
// Fails if the store belongs to another engine than the memory. The caller deletes the extern.
struct aw_extern *aw_shared_memory_extern(const struct aw_shared_memory *memory, const struct aw_store *store);

// Returns the address of the memory's first byte, or NULL on failure. The address never changes, also if the memory
// grows.
uint8_t *aw_shared_memory_data(const struct aw_shared_memory *memory);

// Returns the memory's size in bytes, or all bits set on failure. The size never shrinks.
uint64_t aw_shared_memory_size(const struct aw_shared_memory *memory);

// Grows the shared memory by `delta` pages. Returns the size before the growth in pages, or all bits set on failure.
uint64_t aw_shared_memory_grow(const struct aw_shared_memory *memory, uint64_t delta);

// Deletes a shared memory. Has no effect if the pointer is NULL. Instances that import or export the memory stay
// usable.
void aw_shared_memory_delete(struct aw_shared_memory *memory);

// Returns a new table of this type. The initial value of each element is `init`. The caller still owns a function
// reference in `init`. The caller deletes the extern.
//
// The caller guarantees that `init` holds a reference of the table's element type. A null reference is 0. Any other
// `funcref` is a pointer to a live extern. Any other `externref` is a number that the host chooses.
struct aw_extern *aw_table_new(const struct aw_store *store,
                               const struct aw_extern_type_info *ty,
                               const union aw_value *init);

// Returns the table's size in elements, or all bits set on failure.
uint64_t aw_table_size(const struct aw_extern *table);

// Writes the element at `index` to `out`. The caller owns a function reference in `out`, and deletes the reference
// with `aw_extern_delete`.
bool aw_table_get(const struct aw_extern *table, uint64_t index, union aw_value *out);

// Sets the element at `index`. The caller still owns a function reference in `value`.
//
// The caller guarantees that `value` holds a reference of the table's element type. A null reference is 0. Any other
// `funcref` is a pointer to a live extern. Any other `externref` is a number that the host chooses.
bool aw_table_set(const struct aw_extern *table, uint64_t index, const union aw_value *value);

// Grows the table by `delta` elements. The initial value of each new element is `init`. The caller still owns a
// function reference in `init`. Returns the size before the growth in elements, or all bits set on failure.
//
// The caller guarantees that `init` holds a reference of the table's element type. A null reference is 0. Any other
// `funcref` is a pointer to a live extern. Any other `externref` is a number that the host chooses.
uint64_t aw_table_grow(const struct aw_extern *table, uint64_t delta, const union aw_value *init);

// Returns a new global with this type and initial value. The caller still owns a function reference in `value`. The
// caller deletes the extern.
//
// The caller guarantees that `value` holds a value of the global's type. A null reference is 0. Any other `funcref` is
// a pointer to a live extern. Any other `externref` is a number that the host chooses.
struct aw_extern *aw_global_new(const struct aw_store *store,
                                const struct aw_extern_type_info *ty,
                                const union aw_value *value);

// Writes the global's current value to `out`. The caller owns a function reference in `out`, and deletes the reference
// with `aw_extern_delete`.
bool aw_global_get(const struct aw_extern *global, union aw_value *out);

// Sets the value of a mutable global. The caller still owns a function reference in `value`.
//
// The caller guarantees that `value` holds a value of the global's type. A null reference is 0. Any other `funcref` is
// a pointer to a live extern. Any other `externref` is a number that the host chooses.
bool aw_global_set(const struct aw_extern *global, const union aw_value *value);

// Returns a new WASI context without arguments, environment variables and directories. Standard input is empty, and
// standard output and error discard all data. The caller deletes the context. The context itself lives until no
// function uses the context.
struct aw_wasi *aw_wasi_new(void);

// Returns a new WASI context whose system calls all fail until `aw_wasi_take_over` sets its contents. The caller
// deletes the context.
struct aw_wasi *aw_wasi_new_unset(void);

// Deletes a WASI context. Has no effect if the pointer is NULL.
void aw_wasi_delete(struct aw_wasi *wasi);

// Moves the contents of `other` to `wasi`. Functions that were made with `wasi` use the new contents from the next
// call on. The old descriptors of `wasi` are closed when the system calls that still use them have ended. `other`
// becomes like a new context.
bool aw_wasi_take_over(const struct aw_wasi *wasi, const struct aw_wasi *other);

// Returns whether all system calls have ended that use a descriptor from before the last `aw_wasi_take_over`. While
// the result is false, the old streams still need the environments of their callbacks, so the caller keeps these
// environments alive.
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

// Preopens a directory of the host as the next descriptor. `dir` is a file descriptor of this process for the
// directory, open for reading; the function opens the directory again, so the caller may close `dir`. `name` is the
// path by which guests open the directory. `perms` is the sum of rights `AW_WASI_*`. If `root` is not NULL, guests can
// also open the directory through this virtual root directory.
//
// The caller guarantees that nobody closes `dir` before the function returns, and that `name` points to `name_len`
// bytes. The name is UTF-8.
bool aw_wasi_preopen(const struct aw_wasi *wasi,
                     const struct aw_wasi_root *root,
                     int32_t dir,
                     const uint8_t *name,
                     uintptr_t name_len,
                     uint32_t perms);

// Preopens a new virtual root directory as the next descriptor, with the name `/`. `aw_wasi_preopen` can add
// directories to the root. Guests open these directories by absolute paths. The caller deletes the root.
struct aw_wasi_root *aw_wasi_root_new(const struct aw_wasi *wasi);

// Deletes the caller's `aw_wasi_root`. Has no effect if the pointer is NULL. The descriptor of the root stays open in
// the context.
void aw_wasi_root_delete(struct aw_wasi_root *root);

// Sets the maximum number of files and directories that guests may have open, in addition to the standard streams and
// the preopened directories. The default is 512.
bool aw_wasi_set_max_opened(const struct aw_wasi *wasi, uintptr_t max);

// Connects standard input (0), output (1) or error (2) to a duplicate of a file descriptor of this process.
//
// If `fd` equals `which` and is not open, this process was started without this stream. Standard input is then empty,
// and standard output and error discard all data, as in a new context.
//
// The caller guarantees that nobody closes `fd` before the function returns.
bool aw_wasi_stdio_fd(const struct aw_wasi *wasi, uint32_t which, int32_t fd);

// Connects standard input to a copy of these bytes.
//
// The caller guarantees that `data` points to `len` bytes.
bool aw_wasi_stdin_bytes(const struct aw_wasi *wasi, const uint8_t *data, uintptr_t len);

// Connects standard input (0), output (1) or error (2) to a callback.
//
// `finalizer` may be NULL. A finalizer that is not NULL is called once with `env`, when the context no longer uses the
// stream. If `aw_wasi_stdio_stream` fails, `aw_wasi_stdio_stream` calls the finalizer before it returns.
//
// The caller guarantees that `callback` and `finalizer` may be called with `env` from any thread.
bool aw_wasi_stdio_stream(const struct aw_wasi *wasi,
                          uint32_t which,
                          aw_stream_callback callback,
                          void *env,
                          aw_finalizer finalizer);

// Returns the name of the system call at `index`, or no text if `index` is beyond the last system call. `version` is 0
// for `wasi_unstable` and 1 for `wasi_snapshot_preview1`.
struct aw_str aw_wasi_call_name(uint32_t version, uintptr_t index);

// Writes the type of the system call at `index` to `out`. `version` has the same meaning as for `aw_wasi_call_name`.
// Fails if `index` is beyond the last system call.
bool aw_wasi_call_type(uint32_t version, uintptr_t index, struct aw_extern_type_info *out);

// Returns a new host function for the system call at `index`. `version` has the same meaning as for
// `aw_wasi_call_name`. Only one instance may import the function, and `aw_wasi_bind` binds the function to this
// instance. The function reads and writes the memory that the instance exports as `memory`. A call of the function
// traps if the function is not bound. The caller deletes the extern.
struct aw_extern *aw_wasi_func(const struct aw_store *store,
                               const struct aw_wasi *wasi,
                               uint32_t version,
                               uintptr_t index);

// Binds a function that `aw_wasi_func` returned to the instance that imports the function. The caller binds the
// function before WebAssembly runs in the instance.
bool aw_wasi_bind(const struct aw_extern *func, const struct aw_instance *instance);

// Parses a triple, such as `x86_64-linux-gnu`. The caller deletes the triple.
//
// The caller guarantees that `text` points to `len` bytes.
struct aw_triple *aw_triple_new(const uint8_t *text, uintptr_t len);

// Returns the triple of this machine. The caller deletes the triple.
struct aw_triple *aw_triple_host(void);

// Deletes a triple. Has no effect if the pointer is NULL.
void aw_triple_delete(struct aw_triple *triple);

// Returns a new tag. An exception with the tag contains one value of each parameter type. Fails if there are result
// types. The caller deletes the extern.
//
// The caller guarantees that `params` points to `params_len` codes of value types, and that `results` points to
// `results_len` codes of value types.
struct aw_extern *aw_tag_new(const struct aw_store *store,
                             const uint8_t *params,
                             uintptr_t params_len,
                             const uint8_t *results,
                             uintptr_t results_len);

// Writes to `out` whether both externs are handles to the same tag. Tags of different stores are never the same.
bool aw_tag_same(const struct aw_extern *one, const struct aw_extern *other, bool *out);
