"""The command `anywasm exec`. It runs a program that was written for `wasmer` or `wasmtime`, without changes."""

from __future__ import annotations

import click

from anywasm.cli.launch import HelpWanted, LaunchError, launch


@click.command(
    "exec",
    context_settings={"ignore_unknown_options": True},
    add_help_option=False,
    options_metavar="[OPTIONS]",
    short_help="Run a program written for wasmer or wasmtime.",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="SCRIPT|-m MODULE|-c CODE [ARGS]...")
@click.pass_context
def exec_program(ctx: click.Context, arguments: tuple[str, ...]) -> None:
    """Run a program written for wasmer or wasmtime.

    The program runs as with `python SCRIPT ARGS`, except that `import wasmer` and `import wasmtime` load anywasm. The
    imports also load anywasm in Python processes that the program starts.

    \b
    Options:
      --as [wasmer|wasmtime]  Replace only this package. Can be repeated.
                              Default: replace both.
      --engine NAME           Use this engine. `anywasm engines` lists all
                              engines.
      --help                  Show this message and exit.
    """
    try:
        launch(arguments)
    except HelpWanted:
        click.echo(ctx.get_help())
    except LaunchError as error:
        raise click.UsageError(str(error)) from None
