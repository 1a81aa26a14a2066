"""Which kind of file system a path lies on: SQLite keeps its word only on local ones."""

from pathlib import Path

from delphi.config import ConfigurationProblem

MOUNTS = Path("/proc/self/mounts")
NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "9p", "ceph", "glusterfs", "lustre"})
NETWORK_IN_USER_SPACE = frozenset({"fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone", "fuse.ceph"})


def kind_of(path: Path, *, mounts: Path = MOUNTS) -> str:
    """The kind of the file system that holds `path`; empty where the system does not say."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    here = path.resolve()
    found, depth = "", -1
    for line in lines:
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        place = Path(parts[1].replace("\\040", " "))
        # The last one of two on the same place is the one that is seen.
        if here.is_relative_to(place) and len(place.parts) >= depth:
            found, depth = parts[2], len(place.parts)
    return found


def refuse_network_file_system(path: Path, *, mounts: Path = MOUNTS) -> None:
    """Raises ConfigurationProblem where an SQLite file would lie on a disk of another machine."""
    if (kind := kind_of(path, mounts=mounts)) in NETWORK | NETWORK_IN_USER_SPACE:
        raise ConfigurationProblem(
            f"The database {path} lies on a network file system ({kind}), where locks and syncs are not reliable: "
            "put it on a local disk, or use PostgreSQL."
        )
