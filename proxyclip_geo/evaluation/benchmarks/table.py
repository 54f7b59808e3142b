"""Tables of benchmarks: one result for a terminal, and many as Markdown or LaTeX."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from proxyclip_geo.arguments import check_arguments
from proxyclip_geo.evaluation.benchmarks.record import ResultSummary, read_results
from proxyclip_geo.evaluation.report import align_columns

Form = Literal["markdown", "latex"]


def describe_result(record: Mapping[str, Any]) -> str:
    """Return the result of a run as text."""
    scores, settings = record["scores"], record["settings"]
    size = record["published_images"]
    head = [
        f"{record['title']}, protocol {record['protocol']}, model {record['model']['name']}",
        f"images          {record['images']}" + (f" of {size}" if size else ""),
        f"{record['measure']:<15} {_percent(scores['score'])}{_show_interval(scores['interval'])} %",
        f"pixel accuracy  {_percent(scores['pixel_accuracy'])} %",
        f"seconds         {record['seconds']:.0f}",
        f"windows         {settings['window']} px every {settings['stride']} px, blend {settings['blend']}",
        "",
    ]
    rows = [[item["name"], _percent(item["iou"]), str(item["support"])] for item in scores["classes"]]
    lines = head + align_columns(["class", "IoU %", "pixels"], rows)
    if record["published"]:
        rows = [[item["method"], f"{item['score']:.1f}", item["note"]] for item in record["published"]]
        lines += ["", *align_columns(["published", "score %", ""], rows)]
    lines += ["", *(f"note: {note}" for note in record["notes"])] if record["notes"] else []
    return "\n".join(lines)


def _percent(score: float | None) -> str:
    return "–" if score is None else f"{100 * score:.1f}"


def _show_interval(interval: Sequence[float] | None) -> str:
    return "" if interval is None else f" ({100 * interval[0]:.1f}–{100 * interval[1]:.1f})"


@check_arguments
def tabulate_benchmarks(results: str | Path | Sequence[str | Path], *, form: Form = "markdown") -> str:
    """Merge results into a table: a row a model and protocol, a column a set, the published scores below.

    Numbers are per cent with 95 % intervals over images; * marks results that are not over all images of the published
    split. The mean is that of rows with all sets of the table.

    Args:
        results: Result files of `run_benchmark`, or folders of them.
        form: "markdown" or "latex".

    Raises:
        OutputError: If there is no result, or a file is none.

    Example:
        >>> import json
        >>> result = {"benchmark": "loveda", "title": "LoveDA", "group": "remote-sensing", "protocol": "published"}
        >>> result |= {"model": {"name": "demo"}, "images": 1669, "complete": True, "scores": {"score": 0.343}}
        >>> _ = Path("result.json").write_text(json.dumps(result))
        >>> print(tabulate_benchmarks("result.json"))
        |  | LoveDA | mean |
        | --- | --- | --- |
        | demo, published | 34.3 | 34.3 |
        <BLANKLINE>
    """
    paths = [results] if isinstance(results, str | Path) else results
    found = read_results([Path(path) for path in paths])
    groups = [group for group in ("general", "remote-sensing") if any(item.group == group for item in found)]
    tables = [_make_rows([item for item in found if item.group == group]) for group in groups]
    write = _to_markdown if form == "markdown" else _to_latex
    return "\n".join(write(header, rows) for header, rows in tables)


def _make_rows(results: Sequence[ResultSummary]) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of a table."""
    sets = {item.benchmark: item for item in results}
    measured: dict[str, dict[str, ResultSummary]] = {}
    for item in results:
        measured.setdefault(f"{item.model.name}, {item.protocol}", {})[item.benchmark] = item
    published: dict[str, dict[str, float]] = {}
    for name, item in sets.items():
        for score in item.published:
            published.setdefault(score.method, {})[name] = score.score
    rows = [
        [method, *(_show_result(own.get(name)) for name in sets), _mean(100 * score for score in _scores(own, sets))]
        for method, own in measured.items()
    ]
    rows += [
        [
            f"{method} (published)",
            *(f"{own[name]:.1f}" if name in own else "" for name in sets),
            _mean(own[name] for name in sets) if all(name in own for name in sets) else "",
        ]
        for method, own in published.items()
    ]
    return ["", *(item.title for item in sets.values()), "mean"], rows


def _scores(own: Mapping[str, ResultSummary], sets: Iterable[str]) -> list[float]:
    """Return the scores of all sets; nothing if one is missing."""
    scores = [own[name].scores.score for name in sets if name in own]
    present = [score for score in scores if score is not None]
    return present if len(present) == len(list(sets)) else []


def _show_result(item: ResultSummary | None) -> str:
    if item is None:
        return ""
    star = "" if item.complete else "*"
    return f"{_percent(item.scores.score)}{star}{_show_interval(item.scores.interval)}"


def _mean(numbers: Iterable[float]) -> str:
    values = list(numbers)
    return f"{sum(values) / len(values):.1f}" if values else ""


def _to_markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)


def _to_latex(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [_latex_line(header), "\\hline", *map(_latex_line, rows)]
    return f"\\begin{{tabular}}{{l{'r' * (len(header) - 1)}}}\n" + "\n".join(lines) + "\n\\end{tabular}\n"


_LATEX = str.maketrans(
    {"&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "$": r"\$", "{": r"\{", "}": r"\}", "–": "--", "*": "$^*$"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
)


def _latex_line(cells: Sequence[str]) -> str:
    return " & ".join(cell.translate(_LATEX) for cell in cells) + r" \\"
