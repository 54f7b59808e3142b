"""`proxyclip-geo models`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from proxyclip_geo.cli.declared import Only, with_options
from proxyclip_geo.cli.reporter import Reporter
from proxyclip_geo.models.options import ModelOptions

TOWERS = {"clip": "CLIP", "vfm": "VFM", "text_model": "text"}

app = typer.Typer(help="Models and their weights.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="A built-in model (see `models list`) or the path of a model card.")]


def name_tower(tower: str) -> str:
    """Return the name of a tower to show, such as "CLIP", or "2. CLIP" in an ensemble."""
    member, _, name = tower.rpartition(".")
    return f"{member}. {TOWERS.get(name, name)}" if member else TOWERS.get(name, name)


@app.command("list")
@with_options
def list_(reporter: Reporter) -> None:
    """List the built-in models: whether their weights are on this machine, and their licence."""
    from rich.table import Table

    from proxyclip_geo.models.catalogue import list_models

    table = Table(box=None, pad_edge=False)
    for title in ("model", "weights", "window", "licence", "description"):
        table.add_column(title, no_wrap=title == "model")
    models = list_models()
    for model in models:
        weights = (
            f"here, {model.size / 1e6:.0f} MB" if model.present else f"to be fetched, {model.download / 1e6:.0f} MB"
        )
        table.add_row(
            model.name, weights, f"{model.window} px", model.licence, f"{model.description} {model.use}".strip()
        )
    reporter.result(table, {"models": [asdict(model) for model in models]})


@app.command(no_args_is_help=True)
@with_options
def info(model: Name, *, reporter: Reporter) -> None:
    """Show the card of a model: towers, weights, window, licence, citation."""
    from proxyclip_geo.models.registry import find_card
    from proxyclip_geo.models.weights import locate_weights

    card = find_card(model)
    weights = locate_weights(card)
    facts = {
        "name": card.name,
        "description": card.description,
        **({"use": card.use} if card.use else {}),
        "licence": card.licence,
        "citation": card.citation,
        "kind": card.kind,
        **({"CLIP": card.clip.architecture or card.clip.config} if card.clip else {}),
        **({"VFM": card.vfm.architecture} if card.vfm else {}),
        **({"CNN": card.cnn.architecture} if card.cnn else {}),
        **{
            f"{name_tower(item.tower)} weights": item.origin + ("" if item.pinned else " (unpinned)")
            for item in weights
        },
        **{f"{name_tower(item.tower)} file": str(item.path or "not on this machine") for item in weights},
        **(
            {"proxy attention": f"beta {card.proxy.beta:g}, gamma {card.proxy.gamma:g}"}
            if card.kind == "proxyclip"
            else {}
        ),
        "window": f"{card.window.size} px every {card.window.stride} px",
        "recommended pixels": f"{card.gsd[0]:g} to {card.gsd[1]:g} m" if card.gsd else "not stated",
        "card": str(card.directory),
    }
    width = max(map(len, facts))
    reporter.result("\n".join(f"{key:<{width}}  {value}" for key, value in facts.items()), facts)


@app.command(no_args_is_help=True)
@with_options
def fetch(
    model: Name,
    to: Annotated[
        Path | None,
        typer.Option(help="Also copy the weights to this folder, to be carried to a machine without a network."),
    ] = None,
    *,
    reporter: Reporter,
) -> None:
    """Download the weights of a model into the hub's cache; an interrupted download is resumed."""
    from proxyclip_geo.models.fetch import fetch_weights
    from proxyclip_geo.models.registry import find_card
    from proxyclip_geo.models.weights import locate_weights

    card = find_card(model)
    missing = [item.origin for item in locate_weights(card) if item.path is None]
    if missing and not reporter.as_json:
        reporter.err.print(f"downloading {' and '.join(missing)} (licence: {card.licence})")
    with reporter.progress() as progress:
        paths = fetch_weights(card, folder=to, progress=progress)
    reporter.result("\n".join(map(str, paths)), {"model": card.name, "paths": [str(path) for path in paths]})


@app.command(no_args_is_help=True)
@with_options
def check(
    model: Name,
    options: Annotated[ModelOptions, Only(("device",))],
    reporter: Reporter,
) -> None:
    """Load a model, check its weights' checksums, and tell five words apart on a synthetic image."""
    from proxyclip_geo.engine.self_test import run_self_test

    report = run_self_test(model, device=options.device)
    text = (
        f"{report.name}: passed. {report.parameters / 1e6:.1f} M parameters on {report.device}; one window of "
        f"{report.window} px in {report.seconds:.2f} s ({report.window**2 / 1e6 / report.seconds:.2g} Mpx/s); "
        f"lattice step {report.step} px, features of length {report.dim}; {report.order:.0%} of the pairs of words are "
        "told apart"
    )
    reporter.result(text, vars(report))
