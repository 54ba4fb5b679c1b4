"""Files are replaced whole or not at all, and locks belong to one process at a time."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crmctl.storage.errors import Locked, OutsideWorkspace
from crmctl.storage.files import Lock, confined, digest_of, load, replace


def test_load_and_replace(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "a.yaml"
    replace(path, "名: 李\r\n", bom=True)
    assert path.read_bytes() == b"\xef\xbb\xbf" + "名: 李\r\n".encode()
    file = load(path)
    assert (file.text, file.bom, file.faults) == ("名: 李\r\n", True, [])
    assert file.digest == digest_of(path.read_bytes())
    replace(path, "id: a\n")
    assert load(path).text == "id: a\n"
    assert not load(path).bom
    assert os.listdir(path.parent) == ["a.yaml"]


def test_wrong_encoding_is_a_fault_with_a_digest(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("name: 李四".encode("gb18030"))
    file = load(path)
    assert file.text == ""
    assert [fault.code for fault in file.faults] == ["encoding"]
    assert file.digest == digest_of(path.read_bytes())


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.touch()
    os.truncate(path, (256 << 20) + 1)
    file = load(path)
    assert file.text == ""
    assert [fault.code for fault in file.faults] == ["too-large"]


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", ".", "missing"):
        with pytest.raises(OSError, match=r"."):
            load(tmp_path / name)


def test_mode_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    replace(path, "1\n")
    assert path.stat().st_mode & 0o777 == 0o644 & ~_umask()
    path.chmod(0o640)
    replace(path, "2\n")
    assert path.stat().st_mode & 0o777 == 0o640


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def test_a_symlink_is_written_through(tmp_path: Path) -> None:
    target, link = tmp_path / "target.yaml", tmp_path / "link.yaml"
    target.write_text("old\n")
    link.symlink_to("target.yaml")
    replace(link, "new\n")
    assert link.is_symlink()
    assert target.read_text() == "new\n"


def test_long_names_leave_room_for_the_temporary_one(tmp_path: Path) -> None:
    path = tmp_path / ("李" * 83 + ".yaml")
    replace(path, "a\n")
    assert path.read_text() == "a\n"


def test_a_failed_replace_leaves_everything_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("old\n")
    with pytest.raises(UnicodeEncodeError):
        replace(path, "\ud800")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match=os.strerror(errno.EISDIR)):
        replace(tmp_path / "folder", "text")
    assert sorted(os.listdir(tmp_path)) == ["a.yaml", "folder"]
    assert path.read_text() == "old\n"


def test_a_full_disk_leaves_everything_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("old\n")
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from crmctl.storage.files import replace\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: replace(Path(sys.argv[1]), 'x' * 5000)\n"
        "except OSError: sys.exit(7)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert done.returncode == 7
    assert os.listdir(tmp_path) == ["a.yaml"]
    assert path.read_text() == "old\n"


def test_a_lock_keeps_others_out_and_names_its_holder(tmp_path: Path) -> None:
    path = tmp_path / ".crmctl" / "lock"
    with Lock(path):
        with pytest.raises(Locked) as caught, Lock(path, timeout=0.05):
            pass
        assert caught.value.exit_code == 5
        assert str(os.getpid()) in caught.value.message
    with Lock(path, timeout=0):
        pass


def test_who_waits_is_patient_while_others_take_turns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only one who keeps the lock to himself is a reason to give up."""
    path = tmp_path / "lock"
    holder = Lock(path)
    holder.__enter__()
    passed = [0.0]

    def sleep(_seconds: float) -> None:
        passed[0] += 6  # no two holders together keep to the ten seconds
        holder.__exit__(None, None, None)
        if passed[0] < 100:
            holder.__enter__()

    monkeypatch.setattr("crmctl.storage.files.time.sleep", sleep)
    monkeypatch.setattr("crmctl.storage.files.time.monotonic", lambda: passed[0])
    with Lock(path):
        assert passed[0] >= 100


def test_a_lock_dies_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    script = (
        "import os, sys; from pathlib import Path; from crmctl.storage.files import Lock\n"
        "Lock(Path(sys.argv[1])).__enter__(); os._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert done.returncode == 9
    with Lock(path, timeout=0):
        pass


def test_writers_do_not_lose_updates(tmp_path: Path) -> None:
    path = tmp_path / "n.yaml"
    path.write_text("0")
    script = (
        "import sys; from pathlib import Path\n"
        "from crmctl.storage.files import Lock, load, replace\n"
        "path = Path(sys.argv[1])\n"
        "for _ in range(25):\n"
        "    with Lock(path.with_name('lock'), timeout=30):\n"
        "        replace(path, str(int(load(path).text) + 1))\n"
    )
    command = [sys.executable, "-c", script, str(path)]
    writers = [subprocess.Popen(command) for _ in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert path.read_text() == "75"
    assert sorted(os.listdir(tmp_path)) == ["lock", "n.yaml"]


class TestConfined:
    def test_paths_inside(self, tmp_path: Path) -> None:
        real = Path(os.path.realpath(tmp_path))
        assert confined(tmp_path, "records/a.yaml") == real / "records" / "a.yaml"
        assert confined(tmp_path, "./..a/b..") == real / "..a" / "b.."
        (tmp_path / "real").mkdir()
        (tmp_path / "link").symlink_to("real")
        assert confined(tmp_path, "link/x") == real / "real" / "x"

    @pytest.mark.parametrize(
        "relative", ["..", "../x", "a/../../x", "a/../b", "/etc/passwd", "", ".", "a\0b", "//x"]
    )
    def test_ways_out(self, tmp_path: Path, relative: str) -> None:
        with pytest.raises(OutsideWorkspace) as caught:
            confined(tmp_path / "book", relative)
        assert caught.value.exit_code == 2

    def test_links_that_lead_out(self, tmp_path: Path) -> None:
        book = tmp_path / "book"
        book.mkdir()
        (tmp_path / "book2").mkdir()
        (book / "away").symlink_to(tmp_path)
        (book / "beside").symlink_to(tmp_path / "book2")
        (book / "file").symlink_to("/etc/passwd")
        (book / "loop").symlink_to("loop")
        for relative in ("away/x", "beside/x", "file"):
            with pytest.raises(OutsideWorkspace):
                confined(book, relative)

    def test_hostile_names_are_escaped_in_the_message(self, tmp_path: Path) -> None:
        with pytest.raises(OutsideWorkspace) as caught:
            confined(tmp_path, "../\x1b[31m")
        assert "\x1b" not in caught.value.message
