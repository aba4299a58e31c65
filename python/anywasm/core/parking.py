"""The parking lot: stores Python exceptions while guests unwind.

Python exceptions cannot pass through WebAssembly. So an exception that ends a guest is *parked*: Python stores the
exception under a *token*, and only the token, an integer, passes through the engine. The code that called the guest
uses the token to take the exception out of the parking lot, and raises the same exception object.

A host function's exception takes these steps:

1. The callback in `src/glue/host.c` catches the exception and calls `park_host_exception` (`core/glue.py`). On the slow
   path, `core/host.py` catches the exception and calls `park`.
2. `park` stores the exception and returns the token.
3. `src/store/host.rs` stores the token in the store record, the shim's object for the store, and returns a trap to the
   engine. The engine unwinds the guest.
4. `Entered::run` (`src/store/entered.rs`) replaces the trap by an error of the kind `HOST` with the token.
5. `Store._core_exception_for` (`core/store/store.py`) calls `take` with the token and returns the exception. The caller
   of this method raises the exception.

The other two kinds of exceptions differ in steps 1 and 3:

* WASI streams: `src/glue/stream.c` calls `park`. `src/store/host.rs` stores the token, because the system calls of WASI
  are host functions.
* Signal handlers: `src/glue/interrupt.c` calls `park` while a guest checks its deadline. `src/store/deadline.rs` stores
  the token.

`src/glue/exceptions.c` contains the C code that all three kinds of exceptions use.
"""

from __future__ import annotations

import itertools
import threading
import weakref

#: Counts the parked exceptions. All stores use the same counter, so every token is unique in the process.
_counter = itertools.count(1)

#: Maximum number of parked exceptions per thread. `park` drops the oldest exceptions of a thread beyond this number.
#: The shim stores the same number of errors per thread (`src/abi/error.rs`).
#:
#: The limit is necessary because `take` may never be called for an exception. For example, Python's stack may be
#: exhausted, or a signal handler may raise first.
#:
#: The limit drops no exception that can still be taken. A thread takes the exception of one call before the thread
#: begins the next call, in any store and at any nesting depth of calls. Between the parking and the taking of an
#: exception, only a finalizer or a signal handler can run. Calls in the finalizer or signal handler may park more
#: exceptions, but these exceptions are taken before the finalizer or signal handler returns. Finalizers and signal
#: handlers never nest so deeply that a thread reaches the limit.
#:
#: A forked child inherits the parked exceptions of its parent's other threads. No thread takes the inherited
#: exceptions. The limit applies to them too.
_MAX_PER_THREAD = 16

#: Each token identifies the thread that parked the exception: `token % _THREAD_MODULUS` is the thread's identifier
#: modulo `_THREAD_MODULUS`. Thread identifiers are addresses, so they are multiples of a power of two. The modulus is a
#: prime, so that different identifiers rarely have the same remainder.
_THREAD_MODULUS = 65521


class ParkedExceptions(dict[int, BaseException]):
    """Maps tokens to parked exceptions. Each store holds one such dictionary.

    The parking lot, the global dictionary `_lot`, holds only a weak reference to this dictionary. An exception refers
    to its traceback. The frames of the traceback often refer to the store. The store holds the exception, so the
    references form a cycle, and Python's garbage collector can free the cycle. If the lot held the exception, an
    exception that is never taken would keep its store alive.
    """

    __slots__ = ("__weakref__", "reference")

    def __init__(self) -> None:
        super().__init__()
        #: A weak reference to this dictionary, which `park` stores in the lot.
        self.reference = weakref.ref(self)


#: Holds the exceptions of streams and signal handlers. These exceptions belong to no store: several stores can share a
#: stream, and a signal handler does not know which store runs.
_storeless_exceptions = ParkedExceptions()

#: The parking lot. Maps each token to a weak reference to the dictionary that holds the exception.
_lot: dict[int, weakref.ref[ParkedExceptions]] = {}


def park(exception: BaseException, holder: ParkedExceptions = _storeless_exceptions) -> int:
    """Parks an exception in `holder` and returns the exception's token. A token is never 0."""
    thread = threading.get_ident() % _THREAD_MODULUS
    token = next(_counter) * _THREAD_MODULUS + thread
    # This function adds the token to the lot before it adds the exception to `holder`, because a signal handler may
    # raise between the two statements. An exception whose token is not in the lot would never be dropped.
    _lot[token] = holder.reference
    holder[token] = exception
    # No thread can be over the limit if the whole lot is not over the limit.
    if len(_lot) > _MAX_PER_THREAD:
        thread_count = 0
        # The loop iterates over a copy, newest token first, because other threads may change the lot during the loop.
        # The loop calls no function that is written in Python, because Python's stack may be almost exhausted.
        for old_token in reversed(list(_lot)):
            reference = _lot.get(old_token)
            old_holder = None if reference is None else reference()
            if old_holder is None:
                # The store has been freed together with its exceptions.
                _lot.pop(old_token, None)
            elif old_token % _THREAD_MODULUS == thread:
                thread_count += 1
                if thread_count > _MAX_PER_THREAD:
                    old_holder.pop(old_token, None)
                    _lot.pop(old_token, None)
    return token


def take(token: int) -> BaseException | None:
    """Removes a parked exception and returns the exception. Returns None if no parked exception has this token."""
    reference = _lot.get(token)
    holder = None if reference is None else reference()
    exception = None if holder is None else holder.pop(token, None)
    # This function removes the token from the lot last, because a signal handler may raise between the two statements.
    # An exception whose token is not in the lot would never be dropped.
    _lot.pop(token, None)
    return exception
