"""Other libraries handle faults too, such as SIGSEGV: guests trap all the same, and crashes of the host stay crashes.

Each test runs in a process of its own. The other library is `programs/handlers.c`.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

import pytest

import children
from conftest import INSTALLED

#: The handlers of `handlers.c` that end the process, or pass a fault on to the handler before them.
HANDLERS = ["end", "call", "restore", "send_again", "simple"]

#: What a child needs: the library, and `traps()`, which causes each kind of fault in a new guest and an old one.
PREPARED = """
    import ctypes, faulthandler, os, signal, sys, threading
    from anywasm.wasmtime import *
    library = ctypes.CDLL(sys.argv[1])
    library.set_alternate_stack.argtypes = [ctypes.c_size_t]
    SA_ONSTACK, SA_NODEFER, SA_RESETHAND = 0x08000000, 0x40000000, 0x80000000 - (1 << 32)

    def install(name, flags=SA_ONSTACK, library=library):
        library.install(name.encode(), flags)

    TEXT = '''(module (memory 1) (func (export "read") (result i32) (i32.load (i32.const -4)))
        (func (export "divide") (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
        (func (export "stop") unreachable)
        (func $r (export "recurse") (result i32) (i32.add (call $r) (i32.const 1))))'''
    EXPECTED = [TrapCode.MEMORY_OUT_OF_BOUNDS, TrapCode.INTEGER_DIVISION_BY_ZERO, TrapCode.UNREACHABLE,
                TrapCode.STACK_OVERFLOW]
    compiled = {}

    class Guest:
        def __init__(self, engine=None):
            self.engine = engine or compiled.setdefault("engine", Engine())
            module = compiled.get(self.engine) or compiled.setdefault(self.engine, Module(self.engine, TEXT))
            self.store = Store(self.engine)
            self.exports = Instance(self.store, module, []).exports(self.store)

        def traps(self):
            codes = []
            for name, args in ("read", ()), ("divide", (0,)), ("stop", ()), ("recurse", ()):
                try:
                    self.exports[name](self.store, *args)
                except Trap as trap:
                    codes.append(trap.trap_code)
            assert codes == EXPECTED, codes

    def traps():
        guests.append(Guest())
        guests[0].traps()
        guests[-1].traps()
        # One system call, so that lines of several threads do not mix.
        os.write(1, b"trapped\\n")

    guests = []
"""


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> str:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    path = tmp_path_factory.mktemp("handlers") / "libhandlers.so"
    source = Path(__file__).parent / "programs" / "handlers.c"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", path, source], check=True)
    return str(path)


def run(engine: str, library: str, code: str, *args: str) -> str:
    return children.run(engine, children.joined(PREPARED, code), library, *args)


def crashes(engine: str, library: str, code: str, *args: str) -> tuple[str, str]:
    """What a child that a SIGSEGV ends writes to its standard output and its standard error."""
    ended = children.ended(engine, children.joined(PREPARED, code), library, *args)
    assert ended.returncode == -signal.SIGSEGV, f"exit {ended.returncode}:\n{ended.stdout}\n{ended.stderr[-3000:]}"
    return ended.stdout, ended.stderr


def test_faulthandler_is_switched_on_after_the_engine(engine: str, library: str) -> None:
    code = "faulthandler.disable(); traps(); faulthandler.enable(); guests[0].traps(); traps()"
    assert run(engine, library, code) == "trapped\ntrapped\n"


def test_faulthandler_is_switched_off_after_the_engine(engine: str, library: str) -> None:
    code = "faulthandler.enable(); traps(); faulthandler.disable(); guests[0].traps(); traps()"
    assert run(engine, library, code) == "trapped\ntrapped\n"


def test_faulthandler_is_switched_often(engine: str, library: str) -> None:
    code = """
        for _ in range(50):
            faulthandler.enable()
            traps()
            faulthandler.disable()
            traps()
    """
    assert run(engine, library, code) == "trapped\n" * 100


@pytest.mark.parametrize(
    "crash", ["library.crash()", "faulthandler._sigsegv()", "os.kill(os.getpid(), signal.SIGSEGV)"]
)
@pytest.mark.parametrize("enabled", ["before", "after"])
def test_a_crash_of_the_host_still_prints_a_traceback(engine: str, library: str, crash: str, enabled: str) -> None:
    code = f"""
        faulthandler.disable()
        steps = [traps, faulthandler.enable]
        [step() for step in (steps if {enabled == "after"} else reversed(steps))]
        guests[0].traps()
        {crash}
    """
    stdout, stderr = crashes(engine, library, code)
    assert stdout == "trapped\n"
    assert stderr.count("Fatal Python error: Segmentation fault") == 1
    assert "most recent call first" in stderr


@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize("flags", ["0", "SA_ONSTACK", "SA_ONSTACK | SA_NODEFER", "SA_ONSTACK | SA_RESETHAND"])
def test_a_library_installs_a_handler_before_the_engine(engine: str, library: str, handler: str, flags: str) -> None:
    assert run(engine, library, f"install({handler!r}, {flags}); traps(); traps()") == "trapped\ntrapped\n"


@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize("flags", ["0", "SA_ONSTACK", "SA_ONSTACK | SA_NODEFER", "SA_ONSTACK | SA_RESETHAND"])
def test_a_library_installs_a_handler_after_the_engine(engine: str, library: str, handler: str, flags: str) -> None:
    code = f"traps(); install({handler!r}, {flags}); traps(); library.uninstall(); traps()"
    assert run(engine, library, code) == "trapped\n" * 3


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("handler", ["restore", "send_again"])
def test_a_crash_reaches_a_handler_once_and_ends_the_process(
    engine: str, library: str, handler: str, moment: str
) -> None:
    # Without the chain's order, the handler would restore the shim's handler, and get the same fault for ever.
    code = f"""
        faulthandler.disable()
        if {moment == "before"}:
            install({handler!r})
        traps()
        if {moment == "after"}:
            install({handler!r})
        traps()
        library.crash()
    """
    stdout, _ = crashes(engine, library, code)
    assert stdout == "trapped\ntrapped\nseen by the library\n"


@pytest.mark.parametrize("handler", ["call", "restore", "send_again"])
def test_a_crash_passes_through_several_handlers(engine: str, library: str, handler: str, tmp_path: Path) -> None:
    code = f"""
        faulthandler.disable()
        signal.signal(signal.SIGSEGV, signal.SIG_DFL)
        libraries = [ctypes.CDLL(path) for path in sys.argv[2:]]
        install("restore", library=libraries[0])
        for each in libraries[1:]:
            traps()
            install({handler!r}, library=each)
        traps()
        library.crash()
    """
    copies = [str(shutil.copy(library, tmp_path / f"lib{number}.so")) for number in range(4)]
    stdout, _ = crashes(engine, library, code, *copies)
    assert stdout == "trapped\n" * 4 + "seen by the library\n" * 4


def test_a_handler_is_installed_twice(engine: str, library: str) -> None:
    # The handler has then saved the shim's second handler. The shim's first handler must not call it any more.
    code = """
        faulthandler.disable()
        traps()
        install("end")
        traps()
        install("end")
        traps()
        os.write(1, b"crash\\n")
        library.crash()
    """
    ended = children.ended(engine, children.joined(PREPARED, code), library)
    assert (ended.returncode, ended.stdout) == (3, "trapped\n" * 3 + "crash\nended by the library\n")


@pytest.mark.parametrize("fault", ["SIGILL", "SIGFPE", "SIGBUS"])
def test_a_library_handles_one_signal_only(engine: str, library: str, fault: str) -> None:
    """An instantiation does not notice this, but the next module does."""
    code = f"""
        traps()
        library.install_one(b"end", signal.{fault})
        Module(Engine(), "(module)")
        traps()
    """
    assert run(engine, library, code) == "trapped\ntrapped\n"


def test_a_handler_that_recovers_keeps_its_faults(engine: str, library: str) -> None:
    code = """
        traps()
        install("recover")
        traps()
        for _ in range(100):
            assert library.crash_and_go_on() == 1
        traps()
    """
    assert run(engine, library, code) == "trapped\n" * 3


def test_two_libraries_that_replace_and_restore_handlers(engine: str, library: str, tmp_path: Path) -> None:
    code = """
        other = ctypes.CDLL(sys.argv[2])
        traps()
        for _ in range(50):
            install("call")
            traps()
            install("send_again", library=other)
            traps()
            other.uninstall()
            library.uninstall()
            traps()
    """
    second = shutil.copy(library, tmp_path / "libother.so")
    assert run(engine, library, code, str(second)) == "trapped\n" * 151


def test_the_default_action_is_restored(engine: str, library: str) -> None:
    code = """
        faulthandler.disable()
        faults = (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE)
        traps()
        for _ in range(50):
            for handler in signal.SIG_DFL, signal.SIG_IGN, lambda *args: None:
                [signal.signal(fault, handler) for fault in faults]
                guests[0].traps()
        [signal.signal(fault, signal.SIG_IGN) for fault in faults]
        traps()
        library.crash()
    """
    assert crashes(engine, library, code)[0] == "trapped\ntrapped\n"


def test_a_library_that_never_stops_installing_handlers(engine: str, library: str) -> None:
    # No engine of the child handles faults if the error does not occur.
    code = """
        traps()
        try:
            for _ in range(50):
                install("end")
                Guest()
            print("harmless")
        except WasmtimeError as error:
            print(error)
    """
    outcome = run(engine, library, code).splitlines()[1:]
    text = "other libraries have replaced the process's handlers of faults (SIGSEGV and the like) 15 times"
    assert outcome == ["harmless"] or outcome[0].startswith(text)


@pytest.mark.parametrize("size", [0, 8 << 10, 16 << 10])
def test_a_library_changes_the_alternate_stack(engine: str, library: str, size: int) -> None:
    code = f"""
        def work():
            traps()
            library.set_alternate_stack({size})
            Module(Engine(), "(module)")
            traps()
        work()
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    """
    assert run(engine, library, code) == "trapped\n" * 4


def test_threads_and_forked_children(engine: str, library: str) -> None:
    code = """
        traps()
        install("end")
        traps()
        threads = [threading.Thread(target=traps) for _ in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        child = os.fork()
        if child == 0:
            traps()
            install("call")
            traps()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    """
    assert run(engine, library, code) == "trapped\n" * 12


def test_all_engines_share_a_process(engine: str, library: str) -> None:
    """Each engine is once the first, and handlers are installed between the engines."""
    first = INSTALLED.index(engine)
    code = f"""
        for name in {INSTALLED[first:] + INSTALLED[:first]}:
            compiled["engine"] = Engine(name=name)
            traps()
            [guest.traps() for guest in guests]
            install("end")
            traps()
            faulthandler.disable()
            faulthandler.enable()
            [guest.traps() for guest in guests]
        for name in {INSTALLED[::-1]}:
            compiled["engine"] = Engine(name=name)
            traps()
        [guest.traps() for guest in guests]
        library.crash()
    """
    stdout, stderr = crashes(engine, library, code)
    assert stdout == "trapped\n" * 3 * len(INSTALLED)
    assert stderr.count("Fatal Python error: Segmentation fault") == 1
