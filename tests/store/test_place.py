"""A ledger lies on a local disk, or it is refused."""

from pathlib import Path

import pytest

from crmbridge.errors import LedgerError
from crmbridge.store.place import check_place, file_system

pytestmark = pytest.mark.of_file

MOUNTS = r"""
overlay / overlay rw 0 0
server:/export /srv nfs4 rw 0 0
/dev/sdb1 /srv/local ext4 rw 0 0
//nas/share /mnt/my\040share cifs rw 0 0
tmpfs /stack tmpfs rw 0 0
host:/x /stack fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/data/ledger.db", "overlay"),
        ("/srv/ledger.db", "nfs4"),
        ("/srv/local/ledger.db", "ext4"),
        ("/srvother/ledger.db", "overlay"),
        ("/mnt/my share/ledger.db", "cifs"),
        ("/stack/ledger.db", "fuse.sshfs"),
    ],
)
def test_the_deepest_and_latest_mount_counts(path: str, kind: str) -> None:
    assert file_system(Path(path), MOUNTS) == kind


def test_an_empty_table_of_mounts_says_nothing() -> None:
    assert file_system(Path("/data"), "") == ""


def test_a_network_file_system_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "mounts"
    table.write_text(f"server:/export {tmp_path.resolve()} nfs rw 0 0\n")
    with pytest.raises(LedgerError, match=r"network file system \(nfs\)"):
        check_place(tmp_path / "ledger.db", table)


def test_a_missing_folder_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="create it"):
        check_place(tmp_path / "none" / "ledger.db")


def test_a_machine_without_a_table_of_mounts_is_trusted(tmp_path: Path) -> None:
    check_place(tmp_path / "ledger.db", tmp_path / "none")
    assert not (tmp_path / "ledger.db").exists()
