"""Build the sdist and the wheel, and check what they hold: `make dist`.

The sdist must hold exactly the files that git tracks, and the wheel those of the package. In the unpacked sdist, the
Makefile's targets must resolve, and pytest must collect the tests. The installed wheel must run.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder for the sdist and the wheel")
    out = parser.parse_args().out.resolve()
    with tempfile.TemporaryDirectory() as folder:
        run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, quiet=True)
        (sdist,), (wheel,) = Path(folder).glob("*.tar.gz"), Path(folder).glob("*.whl")
        run(sys.executable, "-m", "twine", "check", "--strict", sdist, wheel)
        check_sdist(sdist, Path(folder))
        check_wheel(wheel, Path(folder))
        out.mkdir(parents=True, exist_ok=True)
        for path in (sdist, wheel):
            print(shutil.copy(path, out), f"{path.stat().st_size / 1e6:.1f} MB")


def check_sdist(sdist, folder):
    """Compare the sdist with what git tracks; collect its tests and resolve the Makefile's targets in it."""
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()} - {"PKG-INFO"}
        archive.extractall(folder / "sdist", filter="data")
    check_names("sdist", names, tracked_files())
    (source,) = (folder / "sdist").iterdir()
    targets = re.search(r"^\.PHONY: (.*)", (source / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    run("make", "--dry-run", *targets[1].split(), cwd=source, quiet=True)
    run(sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", cwd=source, quiet=True)


def check_wheel(wheel, folder):
    """Compare the wheel with the tracked files of the package, install it, and run its command."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    check_names("wheel", names, {name for name in tracked_files() if name.startswith("proxyclip_geo/")})
    target = folder / "wheel"
    venv.create(target, with_pip=False)
    python = target / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", wheel)
    # The dependencies come from this environment. Its editable install of the package is not visible: Python ignores
    # .pth files in a folder that a .pth file adds.
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", quiet=True).strip()
    Path(site, "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    where = run(python, "-c", "import proxyclip_geo; print(proxyclip_geo.__file__)", cwd=folder, quiet=True)
    if not where.startswith(site):
        sys.exit(f"wheel: proxyclip_geo was imported from {where}, not from the wheel")
    command = python.with_name("proxyclip-geo")
    run(command, "--help", cwd=folder, quiet=True)
    run(command, "models", "list", cwd=folder, quiet=True)


def check_names(archive, found, wanted):
    """End with the differences between two sets of file names."""
    if found != wanted:
        missing, extra = sorted(wanted - found), sorted(found - wanted)
        sys.exit(f"{archive}: missing {missing}, not tracked by git {extra}")
    print(f"{archive}: {len(found)} files")


def tracked_files():
    """Return the names of the files that git tracks."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name for name in listing.stdout.split("\0") if name and (ROOT / name).exists()}


def run(*command, cwd=None, quiet=False):
    """Run a command; return its output, or end with it where the command fails."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True)
    if done.returncode or not quiet:
        print(done.stdout + done.stderr, end="")
    if done.returncode:
        sys.exit(f"failed: {' '.join(str(part) for part in command)}")
    return done.stdout


if __name__ == "__main__":
    main()
