"""Damage valid inputs at random and see what the program does with them: `python tools/fuzz --minutes 5`.

A case is refused with a message of one line, or accepted. Everything else is a failure: a traceback, "this is a bug", a
crash, more than 2 GB of memory, more than 60 s, a change outside of the folder for results, a connection. The files of
a failure are kept with the command that repeats it.
"""

import argparse
import collections
import itertools
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cases import KINDS, Case, commands, damage_case
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from processes import Pool, Result, run_python

BATCH = 10
"""Cases of a kind that are made with one seed."""


def make_cases(kind: str, *, number: int, count: int, seeds: Path, folder: Path) -> list[Case]:
    """Damage copies of seeds; the same number gives the same cases."""
    cases: list[Case] = []
    inputs = sorted((seeds / kind).iterdir())
    names = (folder / f"{kind}-{number}-{turn}" for turn in itertools.count())

    @seed(number)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def make(data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(inputs))
        place = next(names)
        shutil.copytree(chosen, place)
        change_paths(place, before=chosen)
        (place / "out").mkdir(exist_ok=True)
        arguments = data.draw(commands(KINDS[kind], place))
        damage_case(data.draw, KINDS[kind], place)
        cases.append(Case(kind, place, arguments))

    make()
    return cases[:count]


def change_paths(folder: Path, *, before: Path) -> None:
    """Replace the paths in embeddings and records that were copied, so that they are still those of the raster."""
    for path in folder.rglob("*.json"):
        if path.is_file() and not path.is_symlink():
            path.write_bytes(path.read_bytes().replace(os.fsencode(before), os.fsencode(folder)))


def run_case(pool: Pool, case: Case, kept: Path) -> str:
    """Run a case and return its outcome; keep its files if it failed."""
    result = pool.run(case)
    if result.failure:
        keep_failure(case, result, kept)
    return result.outcome


def keep_failure(case: Case, result: Result, kept: Path) -> None:
    """Keep the files of a case, what it printed, and the command that repeats it."""
    place = kept / case.folder.name
    shutil.rmtree(place, ignore_errors=True)
    (place / "case").mkdir(parents=True)
    # Results are not inputs, but an unfinished run is.
    for name in ("in", "out"):
        if (case.folder / name).exists():
            # cp keeps pipes, devices and links that lead nowhere.
            os.system(f"cp -a '{case.folder / name}' '{place / 'case'}'")
    (place / "case.json").write_text(
        json.dumps({"kind": case.kind, "arguments": case.arguments, "folder": str(case.folder)})
    )
    repeat = f"python tools/fuzz --repeat {place}"
    (place / "failure.txt").write_text(f"{result.failure}\n\nRepeat it with: {repeat}\n\n{result.output}\n")
    print(f"\n{case.folder.name}: {result.failure}\n  {repeat}", flush=True)


def numbers(arguments: argparse.Namespace) -> Iterator[tuple[str, int, int]]:
    """Yield kind, seed and count of each batch, until time or cases run out."""
    started = time.monotonic()
    for turn in itertools.count():
        for kind in arguments.kind:
            count = BATCH if arguments.cases is None else min(BATCH, arguments.cases - turn * BATCH)
            if count <= 0 or (arguments.cases is None and time.monotonic() - started > 60 * arguments.minutes):
                return
            yield kind, arguments.seed * 1_000_000 + turn, count


def fuzz(arguments: argparse.Namespace, root: Path) -> int:
    """Run cases; return how many failed."""
    counts: dict[str, collections.Counter[str]] = {kind: collections.Counter() for kind in arguments.kind}
    seeds = root / "seeds"
    seeds.mkdir()
    run_python(Path(__file__).with_name("seeds.py"), str(seeds))
    with Pool(root, arguments.processes) as pool, ThreadPoolExecutor(arguments.processes) as threads:
        for kind, number, count in numbers(arguments):
            cases = make_cases(kind, number=number, count=count, seeds=seeds, folder=root / "cases")
            counts[kind].update(threads.map(lambda case: run_case(pool, case, arguments.keep), cases))
            shutil.rmtree(root / "cases")
    print_table(counts)
    return sum(count["failed"] for count in counts.values())


def print_table(counts: dict[str, "collections.Counter[str]"]) -> None:
    rows = [("kind", "tried", "refused", "accepted", "failed")]
    total: collections.Counter[str] = sum(counts.values(), collections.Counter())
    for kind, count in [*counts.items(), ("all", total)]:
        rows.append((kind, *map(str, (count.total(), count["refused"], count["accepted"], count["failed"]))))
    print("\n" + "\n".join(f"{row[0]:<13}" + "".join(f"{cell:>10}" for cell in row[1:]) for row in rows), flush=True)


def repeat(kept: Path, root: Path) -> int:
    """Run one case again and print what it does."""
    content = json.loads((kept / "case.json").read_text())
    folder = root / "cases" / kept.name
    folder.parent.mkdir()
    os.system(f"cp -a '{kept / 'case'}' '{folder}'")
    change_paths(folder, before=Path(content["folder"]))
    with Pool(root, 1) as pool:
        result = pool.run(Case(content["kind"], folder, tuple(content["arguments"])))
    print(f"{result.output}\n{result.outcome}: {result.failure or 'no failure'}")
    return bool(result.failure)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python tools/fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=5, help="how long to go on (default: 5)")
    parser.add_argument("--cases", type=int, help="cases of each kind, in place of a time")
    parser.add_argument("--seed", type=int, default=0, help="the same number gives the same cases (default: 0)")
    parser.add_argument("--kind", nargs="+", choices=KINDS, default=list(KINDS), help="kinds of inputs (default: all)")
    parser.add_argument("--processes", type=int, default=1, help="processes at a time (default: 1)")
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz"), help="folder for failures")
    parser.add_argument("--repeat", type=Path, metavar="FOLDER", help="repeat a failure that was kept")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fuzz-", ignore_cleanup_errors=True) as folder:
        root = Path(folder).resolve() / "root"
        root.mkdir()
        return repeat(arguments.repeat.resolve(), root) if arguments.repeat else fuzz(arguments, root)


if __name__ == "__main__":
    sys.exit(bool(main()))
