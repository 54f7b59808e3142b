"""Atomic writes, locks and what killed runs leave."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from proxyclip_geo.errors import OutputError
from proxyclip_geo.file_names import safe_stem
from proxyclip_geo.files import (
    atomic_write,
    check_folder,
    check_outputs,
    copy_file,
    exclusive_lock,
    make_folder,
    publish,
    remove_staging,
    staging_folder,
    write_error,
    write_json,
    write_text,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestSafeStem:
    @pytest.mark.parametrize(
        ("text", "stem"),
        [
            ("scene v1.2", "scene v1.2"),
            ("../../x", "_.._x"),
            ("/etc/passwd", "_etc_passwd"),
            ("C:\\x", "C_x"),
            ("-dash", "dash"),
            (".hidden", "hidden"),
            ("scene. ", "scene"),
            ("aux", "_aux"),
            ("Com1.v2", "_Com1.v2"),
            ("auxiliary", "auxiliary"),
            ("a\x00b\ud800", "a_b_"),
            ("..", "raster"),
            ("", "raster"),
        ],
    )
    def test_is_a_plain_name_on_every_system(self, text: str, stem: str) -> None:
        assert safe_stem(text) == stem == safe_stem(stem)

    def test_leaves_room_for_suffixes(self) -> None:
        assert safe_stem("ä" * 300) == "ä" * 100


class TestAtomicWrite:
    def test_replaces_a_file_and_leaves_nothing_beside_it(self, tmp_path: Path) -> None:
        path = tmp_path / "new" / "folder" / "a.txt"
        assert write_text(path, "old") == path
        write_text(path, "ä")
        assert path.read_text("utf-8") == "ä"
        assert names(path.parent) == ["a.txt"]

    def test_a_failed_write_leaves_the_older_file(self, tmp_path: Path) -> None:
        path = write_text(tmp_path / "a.txt", "old")

        def write_half(error: Exception) -> None:
            with atomic_write(path) as draft:
                draft.write_text("half")
                raise error

        for error in (OSError(errno.ENOSPC, "No space left on device"), ValueError("no text")):
            with pytest.raises((OutputError, ValueError)):
                write_half(error)
            assert path.read_text() == "old"
            assert names(tmp_path) == ["a.txt"]

    def test_has_the_permissions_of_any_new_file(self, tmp_path: Path) -> None:
        (tmp_path / "plain").touch()
        assert write_text(tmp_path / "a.txt", "").stat().st_mode == (tmp_path / "plain").stat().st_mode

    def test_devices_and_pipes_are_not_replaced(self, tmp_path: Path) -> None:
        pipe, link = tmp_path / "pipe", tmp_path / "link"
        os.mkfifo(pipe)
        link.symlink_to("/dev/null")
        for path in (pipe, link):
            with pytest.raises(OutputError, match="is a device or pipe"):
                write_text(path, "text")
            with pytest.raises(OutputError, match="is a device or pipe"):
                check_outputs([path], inputs=[])
        assert pipe.is_fifo()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "pipe"]

    def test_a_link_to_itself_is_replaced(self, tmp_path: Path) -> None:
        link = tmp_path / "link"
        link.symlink_to("link")
        check_outputs([link], inputs=[])
        write_text(link, "text")
        assert link.read_text() == "text"

    def test_json_and_copies(self, tmp_path: Path) -> None:
        values = {"water": [1, None]}
        path = write_json(tmp_path / "a.json", values)
        assert json.loads(copy_file(path, tmp_path / "b" / "c.json").read_text()) == values

    def test_files_are_published_in_order(self, tmp_path: Path) -> None:
        (tmp_path / "a.aux").touch()
        with staging_folder(tmp_path / "a.tif") as folder:
            (folder / "a.tif").touch()
            publish([folder / "a.tif"], tmp_path, stale=[tmp_path / "a.aux"])
        assert names(tmp_path) == ["a.tif"]


class TestLock:
    def test_one_at_a_time(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        with exclusive_lock(path), pytest.raises(OutputError, match="another run is writing '.*a.txt'; wait"):
            write_text(path, "")
        with staging_folder(path), pytest.raises(OutputError, match="another run"):
            write_text(path, "")
        assert names(tmp_path) == []

    def test_folders_that_stay_empty_are_removed(self, tmp_path: Path) -> None:
        for folder in (tmp_path, tmp_path / "new" / "deep"):
            check_folder(folder)
            with pytest.raises(ValueError, match="stop"), staging_folder(folder / "a.txt"):
                raise ValueError("stop")
            assert names(tmp_path) == []
        assert write_text(tmp_path / "new" / "deep" / "a.txt", "a").read_text() == "a"

    def test_a_killed_process_blocks_nobody_and_its_files_are_removed(self, tmp_path: Path) -> None:
        script = (
            "import os, pathlib, sys; from proxyclip_geo.files import staging_folder\n"
            "with staging_folder(pathlib.Path(sys.argv[1])) as folder:\n"
            "    (folder / 'half').touch(); os._exit(9)"
        )
        for path in (tmp_path / "a.txt", tmp_path / "b.txt"):
            killed = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
            assert killed.returncode == 9
            assert (tmp_path / f".{path.name}.partial" / "half").exists()
        with staging_folder(tmp_path / "a.txt") as folder:
            assert names(folder) == []
        remove_staging([tmp_path / "b.txt", tmp_path / "c.txt"])
        assert names(tmp_path) == []


class TestErrors:
    def test_a_full_disk_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        full = OSError(errno.ENOSPC, "No space left on device")
        message = str(write_error(tmp_path / "a", full, part="block 3", remedy="and run it again"))
        assert message.startswith(f"cannot write block 3 to '{tmp_path / 'a'}': the disk is full (")
        assert message.endswith("free some space, and run it again")
        assert "the disk is full;" in str(write_error("s3://bucket/a.emb", full))
        # GDAL does not report why a write failed.
        usage = shutil.disk_usage(tmp_path)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
        assert "the disk is full (0 MiB are free" in str(
            write_error(tmp_path / "no" / "a", RuntimeError("write failed"))
        )

    def test_other_reasons(self, tmp_path: Path) -> None:
        message = str(write_error(tmp_path / "a", PermissionError(errno.EACCES, os.strerror(errno.EACCES))))
        assert "Permission denied" in message
        assert "check the space and your permission to write there" in message

    def test_a_file_in_place_of_a_folder(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        for call in (lambda: write_text(tmp_path / "file" / "a", ""), lambda: check_folder(tmp_path / "file" / "a")):
            with pytest.raises(OutputError, match="cannot write"):
                call()
        make_folder(tmp_path / "a" / "b")
        assert names(tmp_path / "a" / "b") == []
