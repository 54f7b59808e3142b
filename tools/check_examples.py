"""Check the Dockerfile, cluster examples and shell scripts by linters and schemas: python tools/check_examples.py."""

import runpy
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import yaml

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
KUBERNETES = "1.31"
"""Oldest version whose schemas the manifests must satisfy."""
BIN = Path(sys.executable).parent


def run_linter(*command: str | Path, text: str | None = None) -> None:
    """Run a linter on files, or on a text."""
    subprocess.run([BIN / command[0], *command[1:]], check=True, input=text, text=True)


def check_kubernetes(path: Path) -> None:
    """Check manifests: a Dask cluster by the operator's schema, and pods, services and jobs by those of Kubernetes."""
    for manifest in yaml.safe_load_all(path.read_text()):
        if manifest["kind"] == "DaskCluster":
            jsonschema.validate(manifest, read_operator_schema())
        for part in list_parts(manifest):
            kubernetes_validate.validate(part, KUBERNETES, strict=True)


def read_operator_schema() -> Any:
    chart = files("dask_kubernetes") / "operator" / "deployment" / "helm" / "dask-kubernetes-operator"
    resource = yaml.safe_load((chart / "crds" / "daskcluster.yaml").read_text())
    return resource["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def list_parts(manifest: Any) -> Iterator[Any]:
    """Yield the objects of Kubernetes that a manifest describes."""
    if manifest["kind"] != "DaskCluster":
        yield manifest
        return
    meta = {"metadata": manifest["metadata"]}
    for part in ("worker", "scheduler"):
        yield {"apiVersion": "v1", "kind": "Pod", **meta, "spec": manifest["spec"][part]["spec"]}
    yield {"apiVersion": "v1", "kind": "Service", **meta, "spec": manifest["spec"]["scheduler"]["service"]}


def check_slurm(path: Path) -> None:
    """Check that dask-jobqueue takes the arguments, and that its job is sound, and asks for a GPU and one thread."""
    with runpy.run_path(str(path))["make_cluster"]() as cluster:
        script = cluster.job_script()
    for part in ("#SBATCH --gres=gpu:1", "#SBATCH -p gpu", "--nthreads 1", "--lifetime 7.5h"):
        if part not in script:
            raise SystemExit(f"the job of {path.name} lacks {part!r}:\n{script}")
    run_linter("shellcheck", "-", text=script)


if __name__ == "__main__":
    run_linter("hadolint", ROOT / "Dockerfile")
    run_linter("shellcheck", "--severity=warning", ROOT / ".ci" / "run", *sorted((ROOT / "tools").glob("*.sh")))
    run_linter("check-jsonschema", "--builtin-schema", "vendor.compose-spec", EXAMPLES / "compose.yaml")
    check_kubernetes(EXAMPLES / "kubernetes.yaml")
    check_slurm(EXAMPLES / "slurm.py")
