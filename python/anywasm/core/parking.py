"""The parking lot: exceptions on their way through WebAssembly.

WebAssembly carries numbers only. So an exception that ends a guest is *parked*: it waits in the lot under a *token*, an
integer, while the guest unwinds. The code that called the guest takes the exception by its token and raises it again,
as the same object.

The whole way of an exception that a host function raises:

1. `src/glue/host.c` catches it in the callback and calls `park_host_exception` (`core/glue.py`). Exceptions of the slow
   path are caught in `core/host.py`.
2. `park` in this module stores it and returns the token.
3. `src/store/host.rs` stores the token in the store record and returns a trap to the engine, which unwinds the guest.
4. `Entered::run` (`src/store/mod.rs`) replaces the trap by an error of the kind `HOST` with that token.
5. `Store._core_exception_for` (`core/store/store.py`) takes the exception (`take`), and its caller raises it.

Exceptions of WASI streams (`src/glue/stream.c`) and of signal handlers (`src/glue/interrupt.c`) enter at step 2: their
C code calls `park` itself. `src/glue/exceptions.c` is the C part that all three share.
"""

from __future__ import annotations

import itertools
import threading
import weakref

#: Numbers the tokens. All holders share the counter, so that a token is unique in the process.
_numbers = itertools.count(1)

#: Maximum number of parked exceptions per thread; `park` drops older ones. The shim keeps as many errors per thread
#: (`src/abi/error.rs`).
#:
#: An exception stays in the lot if `take` is never called for it, for example because Python's stack ended or a signal
#: handler raised first. Only the newest exceptions of a thread may still be taken: a thread takes the exception of one
#: call before it begins the next call, in whatever store and however deeply calls are nested. Only a finalizer or a
#: signal handler may run in between; it parks more, and takes those first. Such nesting never reaches this number.
#:
#: A forked child inherits the exceptions of its parent's other threads. Nobody takes them; the limit holds for them
#: too.
_MAX_PER_THREAD = 16

#: A token contains its thread: `token % _THREADS` equals the thread's identifier modulo `_THREADS`. The modulus is a
#: prime because identifiers are addresses, which are multiples of a power of two.
_THREADS = 65521


class ParkedExceptions(dict[int, BaseException]):
    """Parked exceptions by token. Each store holds one such dictionary, which is freed with the store.

    An exception refers to its traceback, whose frames often refer to the store. Since the store holds the exception,
    both form a cycle that Python's garbage collector finds. If the lot held the exception, an exception that nobody
    takes would keep its store alive.
    """

    __slots__ = ("__weakref__", "reference")

    def __init__(self) -> None:
        super().__init__()
        #: A weak reference to this object, for the lot.
        self.reference = weakref.ref(self)


#: Holds exceptions that belong to no store: a stream may serve several stores, and a signal handler does not know the
#: store that runs.
_without_store = ParkedExceptions()

#: The lot: by token, a reference to the dictionary that holds the exception.
_lot: dict[int, weakref.ref[ParkedExceptions]] = {}


def park(exception: BaseException, holder: ParkedExceptions = _without_store) -> int:
    """Parks an exception and returns its token, which is never 0. `holder` keeps the exception alive."""
    thread = threading.get_ident() % _THREADS
    token = next(_numbers) * _THREADS + thread
    # The entry in the lot comes first. A signal handler may raise between the two statements, and an exception without
    # an entry would never be dropped.
    _lot[token] = holder.reference
    holder[token] = exception
    if len(_lot) > _MAX_PER_THREAD:
        newer = 0
        # A copy, because other threads change the lot meanwhile. The loop calls no function that is written in Python,
        # because Python's stack may be almost exhausted.
        for each in reversed(list(_lot)):
            reference = _lot.get(each)
            holder_of_each = None if reference is None else reference()
            if holder_of_each is None:
                # The store is gone, and its exceptions with it.
                _lot.pop(each, None)
            elif each % _THREADS == thread:
                newer += 1
                if newer > _MAX_PER_THREAD:
                    holder_of_each.pop(each, None)
                    _lot.pop(each, None)
    return token


def take(token: int) -> BaseException | None:
    """Removes the exception with this token and returns it. Returns None if no exception has this token."""
    reference = _lot.get(token)
    holder = None if reference is None else reference()
    exception = None if holder is None else holder.pop(token, None)
    # The entry in the lot goes last. A signal handler may raise between the two statements, and an exception without an
    # entry would never be dropped.
    _lot.pop(token, None)
    return exception
