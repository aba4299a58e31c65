"""`anywasm exec`: a program runs as Python runs it, and gets our styles."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

import anywasm
import children

PROGRAMS = Path(__file__).parent / "programs"
ROOT = str(Path(anywasm.__file__).parent.parent)
EXEC = [sys.executable, "-m", "anywasm", "exec"]

#: What a program can see of how it was started.
LOOK = """
import json, os, sys
import __main__
seen = dict(
    argv=sys.argv, path=sys.path, name=__name__, spec=getattr(__main__.__spec__, "name", None), cwd=os.getcwd(),
    flags=str(sys.flags), file=globals().get("__file__"), package=__package__, options=sys._xoptions,
    warnings=sys.warnoptions, executable=sys.executable, globals=sorted(globals()), stdin=sys.stdin.read(),
    arguments=sys.orig_argv,
    modules=sorted(name for name in sys.modules if not name.startswith(("anywasm", "sitecustomize"))),
)
print(json.dumps(seen))
"""


def start(command: list[str], cwd: Path, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    ignored = ("ANYWASM_ENGINE", "PYTHONDONTWRITEBYTECODE")
    environment = {name: value for name, value in os.environ.items() if name not in ignored}
    environment |= {"PYTHONPATH": ROOT, **variables}
    return children.completed(command, environment, 60, stdin, cwd)


def execute(cwd: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return start([*EXEC, *arguments], cwd, **variables)


def output(cwd: Path, *arguments: str, **variables: str) -> str:
    result = execute(cwd, *arguments, **variables)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The program in all forms that Python runs."""
    (tmp_path / "look.py").write_text(LOOK)
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    (tmp_path / "package" / "__main__.py").write_text(LOOK)
    with zipfile.ZipFile(tmp_path / "packed.pyz", "w") as archive:
        archive.writestr("__main__.py", LOOK)
    return tmp_path


FORMS = [
    ["look.py"],
    ["look.py", "a", "-b", "--engine", "c", "-m", "", "d e"],
    ["./package/../look.py", "x"],
    ["-m", "look", "a"],
    ["-mlook", "--help"],
    ["-mlook", "--engine", "v8"],
    ["-m", "package", "--as", "wasmer"],
    ["-c", LOOK, "a", "-I"],
    ["package"],
    ["packed.pyz", "-x"],
    ["-", "a"],
    ["-W", "error", "-X", "dev", "-B", "look.py", "a"],
    ["-OO", "-Werror", "look.py"],
    ["--", "look.py", "-E"],
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: " ".join(form).replace(LOOK, "CODE"))
def test_a_program_cannot_tell_the_difference(folder: Path, form: list[str]) -> None:
    stdin = LOOK if form[0] == "-" else "what is read"
    expected = start([sys.executable, *form], folder, stdin)
    found = start([*EXEC, *form], folder, stdin)
    assert (found.returncode, found.stderr) == (expected.returncode, expected.stderr)
    theirs, ours = json.loads(expected.stdout), json.loads(found.stdout)
    # What anywasm imports is there; nothing of its command line is.
    more = set(ours.pop("modules")) - set(theirs.pop("modules"))
    assert not more & {"click", "rich", "runpy", "cffi", "_cffi_backend", "wasmer", "wasmtime"}
    assert ours == theirs


SCRIPTS = {
    "an error": "import sys\n\ndef fail():\n    1 / 0\n\nfail()\n",
    "a syntax error": "print(1\n",
    "an exit code": "import sys\nsys.exit(7)\n",
    "an exit text": "import sys\nsys.exit('no more')\n",
    "an interrupt": "raise KeyboardInterrupt\n",
    "a signal": "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n",
    "an exit hook": "import atexit\natexit.register(print, 'over')\nraise SystemExit\n",
    "a broken pipe": "import os\nos.close(1)\nprint('x' * 100000)\n",
    "no such file": None,
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_it_ends_as_with_python(tmp_path: Path, script: str) -> None:
    source = SCRIPTS[script]
    if source is not None:
        (tmp_path / "script.py").write_text(source)
    expected = start([sys.executable, "script.py"], tmp_path)
    found = execute(tmp_path, "script.py")
    assert (found.returncode, found.stdout, found.stderr) == (expected.returncode, expected.stdout, expected.stderr)


def test_signals_reach_the_program(tmp_path: Path) -> None:
    (tmp_path / "wait.py").write_text("import time\nprint('ready', flush=True)\ntime.sleep(60)\n")

    process = subprocess.Popen(
        [*EXEC, "wait.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": ROOT},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=children.interruptible(),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGINT
    assert said.endswith("KeyboardInterrupt\n")
    assert "anywasm" not in said


WHICH = """
import sys
for name in ("wasmer", "wasmtime"):
    try:
        module = __import__(name)
    except ImportError:
        print(name, "missing")
    else:
        print(name, module.__name__)
"""


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["anywasm.wasmer", "anywasm.wasmtime"]),
        (["--as", "wasmer"], ["anywasm.wasmer", "wasmtime"]),
        (["--as", "wasmtime"], ["wasmer", "anywasm.wasmtime"]),
        (["--as", "wasmtime", "--as", "wasmer"], ["anywasm.wasmer", "anywasm.wasmtime"]),
    ],
)
def test_the_styles_that_are_asked_for(tmp_path: Path, options: list[str], expected: list[str]) -> None:
    for name in ("wasmer", "wasmtime"):
        (tmp_path / f"{name}.py").write_text("")
    (tmp_path / "which.py").write_text(WHICH)
    said = output(tmp_path, *options, "which.py").split()
    assert said == ["wasmer", expected[0], "wasmtime", expected[1]]


CHILDREN = {
    "spawn": """
import multiprocessing
import wasmer
def name(_):
    return wasmer.__name__, wasmer.Store().engine_name
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(name, [0])[0][0])
""",
    "forkserver": """
import multiprocessing
def name(_):
    import wasmer
    return wasmer.__name__
if __name__ == "__main__":
    with multiprocessing.get_context("forkserver").Pool(1) as pool:
        print(pool.map(name, [0])[0])
""",
    "subprocess": """
import subprocess, sys
subprocess.run([sys.executable, "-c", "import wasmer; print(wasmer.__name__)"], check=True)
""",
    "exec again": """
import os, subprocess, sys
subprocess.run([sys.executable, "-m", "anywasm", "exec", "-c",
    "import os, wasmer; assert os.environ['PYTHONPATH'].count('startup') == 1; print(wasmer.__name__)"], check=True)
""",
}


@pytest.mark.parametrize("way", CHILDREN)
def test_processes_that_a_program_starts(tmp_path: Path, way: str) -> None:
    (tmp_path / "parent.py").write_text(CHILDREN[way])
    assert output(tmp_path, "parent.py") == "anywasm.wasmer\n"


def test_another_sitecustomize_still_runs(tmp_path: Path) -> None:
    hook = "import os\nif 'ANYWASM_ACTIVATE' in os.environ:\n    print('customized', __file__)\n"
    (tmp_path / "sitecustomize.py").write_text(hook)
    (tmp_path / "script.py").write_text(
        "import sys, sitecustomize, wasmer\nprint(sitecustomize.__file__, wasmer.__name__)\nprint(sys.path[1:3])\n"
    )
    said = output(tmp_path, "script.py", PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    custom = tmp_path / "sitecustomize.py"
    assert said == f"customized {custom}\n{custom} anywasm.wasmer\n{[str(tmp_path), ROOT]}\n"


def test_a_broken_sitecustomize_is_reported_as_ever(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("1 / 0\n")
    path = f"{tmp_path}{os.pathsep}{ROOT}"
    result = execute(tmp_path, "-c", "import wasmer; print(wasmer.__name__)", PYTHONPATH=path)
    assert result.stdout == "anywasm.wasmer\n"
    assert "ZeroDivisionError" in result.stderr


def test_a_package_beside_the_program_does_not_come_first(tmp_path: Path) -> None:
    (tmp_path / "wasmer.py").write_text("raise ImportError('wasmer is not available on Python 3.11')\n")
    (tmp_path / "script.py").write_text("import wasmer\nprint(wasmer.__name__)\n")
    assert output(tmp_path, "script.py") == "anywasm.wasmer\n"


@pytest.mark.parametrize(
    "arguments",
    [["-I", "s.py"], ["-E", "s.py"], ["-S", "-c", ""], ["-bE", "s.py"], ["-X", "dev", "-I"], ["-Wi", "-sSu", "s.py"]],
)
def test_options_that_would_hide_the_styles(tmp_path: Path, arguments: list[str]) -> None:
    result = execute(tmp_path, *arguments)
    assert result.returncode == 2
    assert "prevents loading anywasm: leave it out" in result.stderr


def test_a_python_that_hides_the_styles(tmp_path: Path) -> None:
    code = (
        f"import sys; sys.path.append({ROOT!r}); sys.argv[1:] = ['exec', 's.py']; from anywasm.cli import main; main()"
    )
    result = start([sys.executable, "-E", "-c", code], tmp_path)
    assert result.returncode == 2
    assert "Python's option -E prevents loading anywasm" in result.stderr


def test_a_wrong_command_line(tmp_path: Path) -> None:
    result = execute(tmp_path, "--as", "v8", "s.py")
    assert result.returncode == 2
    assert "'v8' is not one of 'wasmer', 'wasmtime'" in result.stderr
    result = execute(tmp_path, "--engine")
    assert result.returncode == 2
    assert "Option '--engine' requires an argument" in result.stderr
    result = execute(tmp_path, "--engine=v8", "s.py")
    assert result.returncode == 1
    assert "there is no engine 'v8'" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_engine(engine: str, tmp_path: Path) -> None:
    code = "from anywasm.engines import default_engine; print(default_engine().name)"
    assert output(tmp_path, "--engine", engine, "-c", code) == f"{engine}\n"
    assert output(tmp_path, "-c", code, ANYWASM_ENGINE=engine) == f"{engine}\n"


def test_a_program_of_wasmer(engine: str, tmp_path: Path) -> None:
    script, cache = str(PROGRAMS / "shout.py"), str(tmp_path / "cache")
    for origin in ("compiled", "from the cache"):
        result = execute(tmp_path, "--engine", engine, script, "--cache", cache, "gr\u00fcn", "Two Words")
        assert result.returncode == 3, result.stderr
        assert result.stdout.splitlines() == [
            origin,
            "3 changed",
            "GR\u00fcN",
            "6 changed",
            "TWO WORDS",
            "[b'gr\\xc3\\xbcn', b'Two Words'] universal cranelift",
            "RuntimeError: out of bounds memory access",
        ]


def test_a_program_with_generated_bindings(engine: str, tmp_path: Path) -> None:
    said = output(tmp_path, "--engine", engine, str(PROGRAMS / "records.py"))
    assert said == "[Point(x=-2, y=1, weight=-0.5), Point(x=4, y=3, weight=1e+300)]\nout-of-bounds load\n"


def test_a_program_of_wasmtime(engine: str, tmp_path: Path) -> None:
    said = output(tmp_path, "--engine", engine, "--as", "wasmtime", str(PROGRAMS / "primes.py"), "5")
    first, second, third = said.splitlines()
    assert first == "[2, 3, 5, 7, 11]"
    assert second == "False 1"
    assert third == r"b'\x00\x00\x00\x00\x01\x00\x01\x00\x01\x01\x01\x00' True"


def test_the_launcher_imports_little(tmp_path: Path) -> None:
    """Python imports everything again for the program, so the launcher must not import click, Rich and the core."""
    code = """
        import json, os, sys
        def execve(path, arguments, environment):
            print(json.dumps([arguments[1:], sorted(sys.modules)]), flush=True)
            os._exit(0)
        os.execve = execve
        sys.argv[1:] = ["exec", "--as=wasmtime", "-c", "pass", "--as", "wasmer"]
        from anywasm.cli import main
        main()
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    result = start(command, tmp_path)
    arguments, modules = json.loads(result.stdout)
    assert arguments == ["-c", "pass", "--as", "wasmer"]
    assert not {"click", "rich", "subprocess", "cffi", "_cffi_backend", "pathlib"} & {*modules}
    assert not [name for name in modules if name.startswith(("anywasm.core", "anywasm.wasm"))]


def test_help(tmp_path: Path) -> None:
    result = execute(tmp_path, "--help")
    assert result.returncode == 0
    assert result.stdout.startswith("Usage: python -m anywasm exec [OPTIONS] SCRIPT|-m MODULE|-c CODE [ARGS]...\n")
    for option in ("--as [wasmer|wasmtime]", "--engine NAME", "--help"):
        assert option in result.stdout
    result = execute(tmp_path, "--nonsense")
    assert result.returncode == 2
    assert "No such option: --nonsense" in result.stderr


def test_arguments_after_a_script_are_not_looked_at(tmp_path: Path) -> None:
    """A program from standard input, or after `--`, may have arguments that look like Python's options."""
    result = start([*EXEC, "-", "-E", "-S"], tmp_path, "import sys, wasmtime; print(sys.argv, wasmtime.__name__)")
    assert result.stdout == "['-', '-E', '-S'] anywasm.wasmtime\n", result.stderr
