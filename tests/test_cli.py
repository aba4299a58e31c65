"""The command line, on every installed engine: output, errors and exit codes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import anywasm
import children
from anywasm.cli.commands import main
from anywasm.engines import load
from anywasm.engines.measured import measured

INFOS = {info.name: info for info in anywasm.engines() if info.installed}

CALC = r"""
(module $calc
  (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)
  (func (export "wide") (param i64) (result i64) local.get 0)
  (func (export "floats") (param f32 f64) (result f32 f64) local.get 0 local.get 1)
  (func (export "vector") (param v128) (result v128) local.get 0)
  (func (export "reference") (param externref))
  (func $references (export "references") (result funcref funcref) ref.func $references ref.null func)
  (func (export "nothing"))
  (func $explode (export "explode") unreachable)
  (func $dive (export "dive") call $dive)
  (func (export "forever") (loop br 0))
  (memory (export "mem") 1 2)
  (global (export "count") (mut i64) (i64.const 1))
  (table (export "tab") 3 funcref)
  (@custom "notes" "12345"))
"""
IMPORTS = '(module (import "env" "log" (func (param i32) (result i64))) (import "env" "mem" (memory 1 2)))'

Cli = Callable[..., Result]


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANYWASM_ENGINE", "FORCE_COLOR", "TTY_COMPATIBLE", "PYTHONIOENCODING"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def cli(engine: str) -> Cli:
    """Runs a command on the engine; a traceback fails the test."""

    def run(command: str, *args: str | Path, input: bytes | None = None) -> Result:
        options = [] if command == "inspect" else ["--engine", engine]
        return invoke(command, *options, *args, input=input)

    return run


@pytest.fixture
def wat(tmp_path: Path) -> Callable[[str], str]:
    """Writes a module as a file, and gives its path."""

    def write(text: str) -> str:
        path = tmp_path / "module.wat"
        path.write_text(text)
        return str(path)

    return write


@pytest.fixture
def calc(wat: Callable[[str], str]) -> str:
    return wat(CALC)


def invoke(*args: str | Path, input: bytes | None = None) -> Result:
    result = CliRunner().invoke(main, list(map(str, args)), input=input)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def process(
    *args: str | Path, path: Path | None = None, stdout: int = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    """Runs the command line as its own process, with the package at another path if one is given."""
    env = dict(os.environ, PYTHONPATH=str(path or Path(anywasm.__file__).parents[1]))
    command = [sys.executable, "-m", "anywasm", *args]
    return subprocess.run(command, env=env, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False)


def fails(result: Result, code: int, *texts: str) -> None:
    """Asserts a failure with this exit code, all of these texts on stderr, and nothing on stdout."""
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    for text in texts:
        assert text in result.stderr


# run: what is called, with what, and what comes back


@pytest.mark.parametrize(
    ("name", "args", "lines"),
    [
        ("add", ["1", "2"], ["3"]),
        ("add", ["-1", "2"], ["1"]),
        ("add", ["--", "-1", "-2"], ["-3"]),
        ("add", ["0x7fffffff", "-0x10"], ["2147483631"]),
        ("add", ["4294967295", "0"], ["-1"]),
        ("add", ["-2147483648", "007"], ["-2147483641"]),
        ("wide", ["0xffffffffffffffff"], ["-1"]),
        ("wide", ["-9223372036854775808"], ["-9223372036854775808"]),
        ("floats", ["0.1", "0.1"], ["0.1", "0.1"]),
        ("floats", ["-1", "1e300"], ["-1.0", "1e+300"]),
        ("floats", ["0x1.8p1", "-inf"], ["3.0", "-inf"]),
        ("floats", ["nan", "nan"], ["nan", "nan"]),
        ("floats", ["3.4028234663852886e38", "-0.0"], ["3.4028235e+38", "-0.0"]),
        ("nothing", [], []),
    ],
)
def test_run_converts_arguments_and_prints_results(
    cli: Cli, calc: str, name: str, args: list[str], lines: list[str]
) -> None:
    result = cli("run", calc, "--invoke", name, *args)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == lines


def test_run_prints_references(cli: Cli, calc: str, engine: str) -> None:
    with anywasm.use_engine(engine) as engine_module:
        if "funcref" not in engine_module.capabilities:
            pytest.skip(f"{engine} lacks funcref")
    result = cli("run", calc, "--invoke", "references")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == ["funcref", "null"]


def test_run_passes_vectors_where_the_engine_can(cli: Cli, engine: str, calc: str) -> None:
    result = cli("run", calc, "--invoke", "vector", "-2")
    if "v128" in INFOS[engine].capabilities:
        assert result.stdout == f"0x{'f' * 31}e\n"
    else:
        fails(result, 1, "v128", engine)


@pytest.mark.parametrize(
    ("exports", "called"), [(["main", "_start"], "_start"), (["other", "main"], "main"), (["_start"], "_start")]
)
def test_run_has_a_default_function(cli: Cli, wat: Callable[[str], str], exports: list[str], called: str) -> None:
    results = {"_start": 1, "main": 2, "other": 3}
    functions = "".join(f'(func (export "{name}") (result i32) i32.const {results[name]})' for name in exports)
    assert cli("run", wat(f"(module {functions})")).stdout == f"{results[called]}\n"


def test_run_takes_a_binary_and_stdin(cli: Cli, calc: str, tmp_path: Path) -> None:
    binary = tmp_path / "calc.wasm"
    assert cli("wat2wasm", calc, "-o", binary).exit_code == 0
    assert cli("run", binary, "--invoke", "add", "1", "2").stdout == "3\n"
    assert cli("run", "-", "--invoke", "add", "1", "2", input=binary.read_bytes()).stdout == "3\n"


# run: errors


def test_run_without_a_function_to_call_lists_them(cli: Cli, calc: str) -> None:
    fails(cli("run", calc), 1, "_start", "main", "add (func (param i32 i32) (result i32))", "explode (func)")


@pytest.mark.parametrize("name", ["subtract", "mem"])
def test_run_of_a_name_that_is_no_function_lists_them(cli: Cli, calc: str, name: str) -> None:
    fails(cli("run", calc, "--invoke", name), 1, repr(name), "add (func (param i32 i32) (result i32))")


def test_run_of_a_module_without_functions(cli: Cli, wat: Callable[[str], str]) -> None:
    fails(cli("run", wat('(module (memory (export "main") 1))')), 1, "no function at all")


def test_run_lists_missing_imports(cli: Cli, wat: Callable[[str], str]) -> None:
    fails(cli("run", wat(IMPORTS)), 1, "env.log (func (param i32) (result i64))", "env.mem (memory 1 2)")


@pytest.mark.parametrize(
    ("name", "args", "text"),
    [
        ("add", ["1"], "parameter 2 (i32) is missing"),
        ("add", [], "'add' takes 2 arguments (i32, i32): parameter 1 (i32) is missing"),
        ("wide", ["1", "2"], "'wide' takes 1 argument (i64): there is no parameter for '2'"),
        ("nothing", ["2"], "'nothing' takes no arguments: there is no parameter for '2'"),
        ("add", ["1", "two"], "parameter 2 (i32): 'two' is not an integer"),
        ("add", ["1.5", "2"], "parameter 1 (i32): '1.5' is not an integer"),
        ("add", ["0xg", "2"], "parameter 1 (i32): '0xg' is not an integer"),
        ("add", ["4294967296", "2"], "parameter 1 (i32): '4294967296' does not fit into 32 bits"),
        ("add", ["1", "-2147483649"], "parameter 2 (i32): '-2147483649' does not fit into 32 bits"),
        ("floats", ["1", "x"], "parameter 2 (f64): 'x' is not a number"),
        ("reference", ["1"], "parameter 1 (externref): a reference cannot be given on the command line"),
    ],
)
def test_run_names_the_wrong_argument(cli: Cli, calc: str, name: str, args: list[str], text: str) -> None:
    fails(cli("run", calc, "--invoke", name, *args), 2, text)


def test_wrong_arguments_are_found_before_any_code_runs(cli: Cli, wat: Callable[[str], str]) -> None:
    file = wat('(module (func $s unreachable) (start $s) (func (export "main")))')
    fails(cli("run", file, "1"), 2, "no parameter for '1'")
    fails(cli("run", file), 134, "unreachable")


def test_a_trap_ends_with_its_backtrace_and_134(cli: Cli, engine: str, calc: str) -> None:
    frames = ["explode", "backtrace"] if "frames" in INFOS[engine].capabilities else []
    fails(cli("run", calc, "--invoke", "explode"), 134, "wasm trap", "unreachable", *frames)


def test_stack_overflow_is_a_trap(cli: Cli, calc: str) -> None:
    fails(cli("run", calc, "--invoke", "dive"), 134, "call stack exhausted")


def test_ctrl_c_ends_a_guest_that_does_not_return(engine: str, calc: str) -> None:
    program = "from anywasm.cli import main; print('ready', flush=True); main()"
    args = [sys.executable, "-c", program, "run", calc, "--invoke", "forever", "--engine", engine]

    env = dict(os.environ, PYTHONPATH=str(Path(anywasm.__file__).parents[1]))
    with subprocess.Popen(
        args, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=children.interruptible()
    ) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(0.7)
            child.send_signal(signal.SIGINT)
            output, errors = child.communicate(timeout=20)
        finally:
            child.kill()
    assert (child.returncode, output, errors) == (130, "", "interrupted\n")


def test_ctrl_c_elsewhere_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(path: str) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("anywasm.cli.text.read", interrupt)
    fails(invoke("wat2wasm", "-"), 130, "interrupted")


# What all commands refuse alike

COMMANDS = ["run", "inspect", "wat2wasm", "wasm2wat"]


BAD = [b"(module (fun", b"\0asm\1\0\0\0\1", b"\xff\xfe", b""]
# Empty text is an empty module, and a binary passes through unread.
GOOD_TEXT = [b"\0asm\1\0\0\0\1", b""]


@pytest.mark.parametrize(
    ("command", "contents"),
    [(command, bad) for command in COMMANDS for bad in BAD if (command, bad in GOOD_TEXT) != ("wat2wasm", True)],
)
def test_a_bad_module(cli: Cli, tmp_path: Path, command: str, contents: bytes) -> None:
    file = tmp_path / "bad.wat"
    file.write_bytes(contents)
    fails(cli(command, file), 1, f"Error: {file}: ")
    assert not (tmp_path / "bad.wasm").exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_cannot_be_read(cli: Cli, tmp_path: Path, command: str) -> None:
    fails(cli(command, tmp_path / "none.wat"), 1, "none.wat: No such file")
    fails(cli(command, tmp_path), 1, f"{tmp_path}: Is a directory")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_missing_argument(command: str) -> None:
    fails(invoke(command), 2, "Missing argument 'FILE'")


@pytest.mark.parametrize("command", [*(command for command in COMMANDS if command != "inspect"), "engines"])
def test_an_unknown_engine(calc: str, command: str) -> None:
    args = [] if command == "engines" else [calc]
    fails(invoke(command, *args, "--engine", "v9"), 1, "Error: there is no engine 'v9'", "installed: ")


def test_an_unknown_engine_in_the_environment(calc: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANYWASM_ENGINE", "v9")
    fails(invoke("run", calc), 1, "Error: there is no engine 'v9'")
    # The command `engines` helps out of that, and so must not need an engine itself. `inspect` uses no engine.
    assert invoke("engines").exit_code == 0
    assert invoke("inspect", calc).exit_code == 0


@pytest.fixture
def broken(tmp_path: Path) -> tuple[Path, str]:
    """The path of a package with no engine but one, which is broken, and that one's name."""
    name = anywasm.engines()[0].name
    package = tmp_path / "broken" / "anywasm"
    shutil.copytree(Path(anywasm.__file__).parent, package, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    (package / "engines" / f"_{name.replace('-', '_')}.abi3.so").write_text("not a shared object")
    return package.parent, name


def test_a_broken_engine(broken: tuple[Path, str], calc: str) -> None:
    path, name = broken
    for args in (["run", calc], ["run", calc, "--engine", name], ["engines", "--engine", name]):
        result = process(*args, path=path)
        assert (result.returncode, result.stdout) == (1, "")
        assert f"Error: the engine '{name}' is broken" in result.stderr
        assert "Traceback" not in result.stderr


def test_engines_tells_what_is_broken_or_missing(broken: tuple[Path, str]) -> None:
    path, name = broken
    result = process("engines", path=path)
    assert (result.returncode, result.stderr) == (0, "")
    rows = {line.split()[0]: line for line in result.stdout.splitlines()[2:]}
    assert set(rows) == {info.name for info in anywasm.engines()}
    assert "is broken" in rows.pop(name)
    assert all("is not installed" in row for row in rows.values())


# engines


def test_engines_lists_engines_and_capabilities() -> None:
    result = process("engines")
    assert (result.returncode, result.stderr) == (0, "")
    assert "\x1b" not in result.stdout
    engines, capabilities = (text.splitlines() for text in result.stdout.split("\n\n", 1))
    for info, line in zip(anywasm.engines(), engines[2:]):
        expected = [info.version, info.backend, info.path] if info.installed else ["no", info.problem]
        assert " ".join(line.split()) == " ".join(map(str, [info.name, *expected]))
    assert capabilities[0].split() == ["capability", *INFOS, "meaning"]
    meanings = load(next(iter(INFOS))).meanings
    for (name, meaning), line in zip(meanings.items(), capabilities[2:]):
        having = [info for info in INFOS.values() if name in info.capabilities]
        assert line.split()[0] == name
        made_up = [info for info in having if name in info.made_up]
        assert (line.count("✓"), line.count("+")) == (len(having) - len(made_up), len(made_up))
        assert line.rstrip().endswith(meaning)


def test_engines_shows_limits_and_what_was_measured(engine: str) -> None:
    lines = invoke("engines").stdout.splitlines()
    column = list(INFOS).index(engine) + 1
    assert {row.name for row in measured()} >= {"shared_tests"}
    for row in measured():
        (line,) = (line for line in lines if line.startswith(f"{row.name} "))
        # A library of the system has no figures.
        assert row.engines.get(engine, "") in line
    for name, most in load(engine).limits.items():
        (line,) = (line for line in lines if line.startswith(f"{name} "))
        shown = line.split()[column]
        assert eval(shown.replace("^", "**")) == most if most is not None else shown == "any"


def test_engines_of_one_engine(cli: Cli, engine: str) -> None:
    output = cli("engines").stdout
    shown = {line.split()[0] for line in output.splitlines() if line.strip()}
    assert engine in shown
    assert not shown & (set(INFOS) - {engine})


def test_engines_without_unicode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    result = process("engines")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.isascii()


def test_engines_as_json(cli: Cli, engine: str) -> None:
    told = json.loads(invoke("engines", "--json").stdout)
    assert told["capabilities"] == load(engine).meanings
    assert told["limits"] == load(engine).limit_meanings
    assert told["measured"] == [vars(row) for row in measured()]
    for info, entry in zip(anywasm.engines(), told["engines"]):
        assert entry == {**info._asdict(), "capabilities": sorted(info.capabilities), "made_up": sorted(info.made_up)}
    only = json.loads(cli("engines", "--json").stdout)["engines"]
    assert only == [entry for entry in told["engines"] if entry["name"] == engine]


# inspect

EXPORTS = {
    "add": "(func (param i32 i32) (result i32))",
    "explode": "(func)",
    "mem": "(memory 1 2)",
    "count": "(global (mut i64))",
    "tab": "(table 3 funcref)",
}


def test_inspect(cli: Cli, calc: str) -> None:
    lines = [" ".join(line.split()) for line in cli("inspect", calc).stdout.splitlines()]
    assert lines[:3] == [f"file {calc}", f"size {len(CALC):,} bytes", "name calc"]
    for name, ty in EXPORTS.items():
        assert f"{name} {ty}" in lines
    assert "imports: none" in lines
    assert "notes 5" in lines


def test_inspect_shows_imports(cli: Cli, wat: Callable[[str], str]) -> None:
    lines = [" ".join(line.split()) for line in cli("inspect", wat(IMPORTS)).stdout.splitlines()]
    assert {"name none", "imports: 2", "exports: none", "custom sections: none"} <= set(lines)
    assert "env log (func (param i32) (result i64))" in lines
    assert "env mem (memory 1 2)" in lines


def test_inspect_as_json(cli: Cli, calc: str) -> None:
    told = json.loads(cli("inspect", calc, "--json").stdout)
    assert (told["file"], told["size"], told["name"]) == (calc, len(CALC), "calc")
    assert told["imports"] == []
    assert EXPORTS.items() <= {each["name"]: each["type"] for each in told["exports"]}.items()
    assert {"name": "notes", "size": 5} in told["custom_sections"]


def test_inspect_imports_as_json(cli: Cli, wat: Callable[[str], str]) -> None:
    told = json.loads(cli("inspect", wat(IMPORTS), "--json").stdout)
    assert told["name"] is None
    assert told["imports"] == [
        {"module": "env", "name": "log", "type": "(func (param i32) (result i64))"},
        {"module": "env", "name": "mem", "type": "(memory 1 2)"},
    ]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        # No two of these modules run on the same engines, and some run on none.
        ('(module (type $f (func)) (type (cont $f)) (memory (export "x") i64 1))', "x (memory i64 1)"),
        ('(module (rec (type $s (struct (field (ref null $s))))) (func (export "x") (param (ref $s))))', "x (func"),
        ('(module (memory (export "x") 1 1 shared (pagesize 1)))', "x (memory 1 1 shared (pagesize 1))"),
        ('(module (func (export "x") (result i32) (i64.const 1)))', "x (func (result i32))"),
    ],
)
def test_inspect_does_not_compile(wat: Callable[[str], str], source: str, line: str) -> None:
    lines = [" ".join(line.split()) for line in invoke("inspect", wat(source)).stdout.splitlines()]
    assert any(each.startswith(line) for each in lines), lines


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        (b"\7\5\1\1f\0\0", "unknown function 0"),
        (b"\2\7\1\1m\1i\0\0", "unknown type 0"),
        (b"\1\4\1\x60\0", "unexpected end"),
    ],
)
def test_inspect_refuses_what_is_not_a_module(tmp_path: Path, sections: bytes, message: str) -> None:
    file = tmp_path / "bad.wasm"
    file.write_bytes(b"\0asm\1\0\0\0" + sections)
    fails(invoke("inspect", file), 1, f"Error: {file}: ", message)


def test_inspect_needs_one_engine_that_can_be_loaded(broken: tuple[Path, str], calc: str) -> None:
    path, name = broken
    result = process("inspect", calc, path=path)
    assert (result.returncode, result.stdout) == (1, "")
    assert f"Error: the engine '{name}' is broken" in result.stderr


def test_piped_output_is_neither_cut_nor_wrapped_nor_coloured(wat: Callable[[str], str]) -> None:
    name, params = "n" * 150, " ".join(["i64"] * 50)
    result = process("inspect", wat(f'(module (func (export "{name}") (param {params})))'))
    assert f"{name}  (func (param {params}))" in result.stdout
    assert "\x1b" not in result.stdout


def test_names_cannot_write_to_the_terminal(cli: Cli, wat: Callable[[str], str]) -> None:
    file = wat(r'(module (import "\1b[31m" "[bold]" (func)) (func (export "a\nb\u{202e}") unreachable))')
    for result in (cli("inspect", file), cli("run", file)):
        assert r"\x1b[31m" in result.output
        assert "[bold]" in result.output
        assert "\x1b" not in result.output
    assert r"a\nb\u202e" in cli("inspect", file).stdout


# wat2wasm and wasm2wat


def test_text_to_binary_and_back(cli: Cli, calc: str, tmp_path: Path) -> None:
    result = cli("wat2wasm", calc)
    assert (result.exit_code, result.output) == (0, "")
    binary = tmp_path / "module.wasm"
    assert binary.read_bytes().startswith(b"\0asm")

    text = cli("wasm2wat", binary).stdout
    assert text.startswith("(module $calc")
    written = tmp_path / "again.wat"
    assert cli("wasm2wat", binary, "-o", written).output == ""
    assert written.read_text() == text
    assert cli("wasm2wat", "-", input=binary.read_bytes()).stdout == text

    again = tmp_path / "again.wasm"
    assert cli("wat2wasm", written, "-o", again).exit_code == 0
    assert again.read_bytes() == binary.read_bytes()


def test_wat2wasm_of_stdin_goes_to_stdout(cli: Cli) -> None:
    empty = b"\0asm\1\0\0\0"
    assert cli("wat2wasm", "-", input=b"(module)").stdout_bytes == empty


def test_wat2wasm_to_stdout_on_demand(cli: Cli, calc: str, tmp_path: Path) -> None:
    assert cli("wat2wasm", calc, "-o", "-").stdout_bytes.startswith(b"\0asm")
    assert not (tmp_path / "module.wasm").exists()


def test_wat2wasm_does_not_overwrite_what_it_reads(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "text.wasm"
    file.write_text("(module)")
    fails(cli("wat2wasm", file), 2, "option -o is required")
    assert file.read_text() == "(module)"


def test_output_that_cannot_be_written(
    cli: Cli, engine: str, calc: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(cli("wat2wasm", calc, "-o", tmp_path / "none" / "out.wasm"), 1, "out.wasm: No such file")
    # With this variable, Python would write at once, and not at the end of the process.
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    on = f"--engine {engine}"
    commands = (f"wat2wasm {calc} -o - {on}", f"run {on} {calc} --invoke add 1 2", f"inspect {calc}", f"engines {on}")
    for command in commands:
        with open("/dev/full", "w") as full:
            result = process(*command.split(), stdout=full.fileno())
        assert (result.returncode, result.stderr) == (1, "Error: No space left on device\n")


# The group


def test_version() -> None:
    assert invoke("--version").stdout == f"anywasm, version {anywasm.__version__}\n"


def test_python_m_anywasm() -> None:
    result = process("--help")
    assert result.returncode == 0
    assert all(command in result.stdout for command in [*COMMANDS, "engines"])


def test_the_package_imports_no_command_line_libraries() -> None:
    program = "import anywasm, anywasm.wasmtime, sys; print({'click', 'rich'} & set(sys.modules))"
    env = dict(os.environ, PYTHONPATH=str(Path(anywasm.__file__).parents[1]))
    result = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True)
    assert result.stdout == "set()\n"
