"""Target triples, through the C layer."""

from __future__ import annotations

import pytest

import anywasm
import children
from anywasm.core import Triple
from anywasm.engines import load


def test_all_engines_read_a_triple_alike(engine: str) -> None:
    with anywasm.use_engine(engine):
        triple = Triple.parse("arm64-apple-ios")
    assert triple == Triple(
        text="aarch64-apple-ios",
        architecture="aarch64",
        vendor="apple",
        operating_system="ios",
        binary_format="macho",
        environment="unknown",
        endianness="little",
        calling_convention="(unknown)",
        pointer_width=8,
        is_host=triple == Triple.host(),
    )


def test_the_host_is_like_itself(engine: str) -> None:
    with anywasm.use_engine(engine):
        host = Triple.host()
        assert host.is_host
        assert Triple.parse(host.text) == host


@pytest.mark.parametrize("text", ["", "-", "x86_64-unknown-plan8", "x86_64\0-linux", "x" * 1_000_000])
def test_what_is_no_triple(text: str) -> None:
    with pytest.raises(ValueError, match=r"^Unrecognized (architecture|operating system): "):
        Triple.parse(text)


def test_the_c_layer_refuses_what_is_no_text(engine: str) -> None:
    engine_module = load(engine)
    for data, length, expected in ((b"\xff-linux", 7, "not UTF-8"), (engine_module.ffi.NULL, 3, "is NULL")):
        assert not engine_module.lib.aw_triple_new(data, length)
        error = engine_module.lib.aw_error_take()
        assert expected in engine_module.text(error.message)
        engine_module.lib.aw_error_delete(error)
    engine_module.lib.aw_triple_delete(engine_module.ffi.NULL)


def test_triples_are_freed(engine: str) -> None:
    code = """
        import resource
        from anywasm.core import Triple
        def rounds():
            for _ in range(20000):
                Triple.parse("x86_64-unknown-linux-gnu")
                try:
                    Triple.parse("nonsense")
                except ValueError:
                    pass
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        before = rounds()
        print(rounds() - before)
    """
    assert int(children.run(engine, code)) < 1000


def test_an_options_values(engine: str) -> None:
    engine_module = load(engine)
    compilers = engine_module.option_values("compiler")
    assert bool(compilers) == ("compilers" in engine_module.capabilities)
    assert engine_module.option_values("nothing") == ()
