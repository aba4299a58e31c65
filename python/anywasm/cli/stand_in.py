"""The commands `anywasm stand-in install` and `anywasm stand-in remove`.

They install small distributions, such as `wasmtime`, into this Python's site-packages. A distribution contains a
package that activates an API style of anywasm. So anywasm stands in for the original package also where `anywasm exec`
has no effect: in Python processes that are started with `-I`, `-E` or an empty environment, in console scripts, and for
pip, which takes the distribution for the original one.

With `-S`, Python does not look into site-packages, so it finds neither a distribution nor anywasm.
"""

from __future__ import annotations

import base64
import hashlib
import importlib
import importlib.util
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, DistributionFinder, MetadataPathFinder
from pathlib import Path

import click

from anywasm._version import __version__
from anywasm.activation import REPLACEMENTS, STYLES, VERSIONS

#: The name in the metadata file INSTALLER of our distributions. pip writes its own name there.
_INSTALLER = "anywasm"

#: The file of a package. The import system returns what is in `sys.modules` after the file has run, which is the module
#: of anywasm. Type checkers follow the import in the last line.
_PACKAGE = '''"""Stands in for {name} {version}: the API style `{style}` of anywasm."""

import importlib
import sys

import anywasm

del sys.modules[__name__]  # `activate` refuses to replace a package that is already imported.
anywasm.activate({style!r})
importlib.import_module(__name__)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from {replacement} import *
'''

_METADATA = """Metadata-Version: 2.1
Name: {name}
Version: {version}
Summary: Stand-in for {name} {version}, installed by anywasm {anywasm}
Requires-Dist: anywasm

`anywasm stand-in remove` or `pip uninstall` removes it.
"""

_WHEEL = "Wheel-Version: 1.0\nGenerator: anywasm\nRoot-Is-Purelib: true\nTag: py3-none-any\n"

_style_option = click.option(
    "--as",
    "styles",
    multiple=True,
    type=click.Choice(STYLES),
    help="Stand in only for this package. Can be repeated. Default: both.",
)


@click.group("stand-in")
def stand_in() -> None:
    """Install anywasm in place of wasmer and wasmtime.

    Distributions with the names of the packages are written into this virtual environment. Programs that import the
    packages then get anywasm, also in Python processes that are started with -I, -E or an empty environment, and in
    console scripts. pip takes the packages for installed. With -S, Python finds no installed packages at all.
    """


@stand_in.command("install")
@_style_option
def install(styles: tuple[str, ...]) -> None:
    """Write the distributions into this virtual environment.

    Fails if one of the original packages is installed.
    """
    folder = _site_packages()
    _check_environment(folder)
    packages = list(_packages(styles))
    for name, _, _ in packages:
        _check_is_free(folder, name)
    for name, style, replacement in packages:
        _remove(folder, name)
        _write(folder, name, style, replacement)
        click.echo(f"installed {name} {VERSIONS[style]}, a stand-in by anywasm, in {folder}")


@stand_in.command("remove")
@_style_option
def remove(styles: tuple[str, ...]) -> None:
    """Remove the distributions again."""
    folder = _site_packages()
    names = [name for name, _, _ in _packages(styles)]
    removed = [name for name in names if _remove(folder, name)]
    if not removed:
        raise click.ClickException(f"no stand-in for {', '.join(names)} is installed in {folder}")
    for name in removed:
        click.echo(f"removed {name} from {folder}")


def _packages(styles: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Yields the name of each package, the style that replaces it, and the module of anywasm that replaces it."""
    for style in styles or STYLES:
        for name, replacement in REPLACEMENTS[style].items():
            yield name, style, replacement


def _site_packages() -> Path:
    return Path(sysconfig.get_path("purelib"))


def _check_environment(folder: Path) -> None:
    """Raises ClickException unless this is a virtual environment in which every Python process finds anywasm."""
    if sys.prefix == sys.base_prefix:
        raise click.ClickException(
            f"{sys.prefix} is no virtual environment, and other programs may use its packages: make one with "
            "`python -m venv`, install anywasm there, and run `anywasm stand-in` of that environment"
        )
    # With -I, Python finds only what is installed.
    outcome = subprocess.run([sys.executable, "-I", "-c", "import anywasm"], capture_output=True, check=False)
    if outcome.returncode:
        raise click.ClickException(f"anywasm is not installed in {folder}: install it there first")


def _check_is_free(folder: Path, name: str) -> None:
    """Raises ClickException if a package or a distribution of this name exists that is not ours."""
    distribution = _distribution(folder, name)
    if distribution is not None and not _is_ours(distribution):
        raise click.ClickException(
            f"{name} {distribution.version} is installed in {folder}: uninstall it first (pip uninstall {name})"
        )
    package = folder / name
    if distribution is None and package.exists():
        raise click.ClickException(f"{package} exists, and belongs to no distribution: remove it first")


def _distribution(folder: Path, name: str) -> Distribution | None:
    """Returns the distribution of this name in a folder."""
    # Not `importlib.metadata.distribution`, because that finds the stand-ins of an active style too.
    context = DistributionFinder.Context(name=name, path=[str(folder)])
    return next(iter(MetadataPathFinder.find_distributions(context)), None)


def _is_ours(distribution: Distribution) -> bool:
    return (distribution.read_text("INSTALLER") or "").strip() == _INSTALLER


def _write(folder: Path, name: str, style: str, replacement: str) -> None:
    """Writes a distribution. The file RECORD comes last, because it contains the hashes of all other files."""
    values = {"name": name, "version": VERSIONS[style], "style": style, "replacement": replacement}
    info = f"{name}-{VERSIONS[style]}.dist-info"
    files = {
        f"{name}/__init__.py": _PACKAGE.format(**values),
        f"{info}/METADATA": _METADATA.format(**values, anywasm=__version__),
        f"{info}/WHEEL": _WHEEL,
        f"{info}/INSTALLER": f"{_INSTALLER}\n",
    }
    record = "".join(f"{path},{_hash(text)},{len(text.encode())}\n" for path, text in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)


def _hash(text: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
    return f"sha256={digest.decode().rstrip('=')}"


def _remove(folder: Path, name: str) -> bool:
    """Removes our distribution of this name. Returns False if there is none."""
    distribution = _distribution(folder, name)
    if distribution is None or not _is_ours(distribution):
        return False
    parents = set()
    for record in distribution.files or ():
        path = folder / record
        path.unlink(missing_ok=True)
        parents.add(path.parent)
        if path.suffix == ".py":
            cache = Path(importlib.util.cache_from_source(str(path)))
            for compiled in cache.parent.glob(f"{path.stem}.*.pyc"):
                compiled.unlink()
            if cache.parent.is_dir():
                cache.parent.rmdir()
    for parent in parents:
        parent.rmdir()
    return True
