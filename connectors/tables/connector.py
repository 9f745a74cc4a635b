"""Tables behind the connector protocol; the work is done by the modules beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, ClassVar

from crmbridge.connector import Info, Side
from crmbridge.errors import ConfigError, NotSupported, Refused
from crmbridge.kit.words import caused, telling
from crmbridge.model.nearest import meant
from crmbridge.model.offer import Deletes, Feed, Key, Object, Role
from crmbridge.model.record import Field, Page, Record, Row, Written
from crmbridge.net.shape import readable, settled

from . import keyset, listing, snapshot
from .database import Database
from .folder import Folder
from .opened import Opened, shape
from .options import LIMITS, OPTIONS, TableSpec, parse_options
from .sheet import SheetWriter
from .words import CAUSES
from .writes import Writer


def _now() -> datetime:
    return datetime.now(UTC)


class Tables:
    """The tables of a database, or the CSV files of a folder: `Connector`, `Finds` and others.

    `config` are the options of the mapping, see `parse_options`. There are no quotas to keep, so
    `budget` is not asked. `now` is the clock that stamps are held against. Raises `ConfigError` for
    a missing credential or a wrong option.
    """

    info: ClassVar[Info] = Info(
        name="tables",
        title="Tables",
        sides=frozenset({Side.MARKETING, Side.SALES}),
        limits=LIMITS,
        credentials={
            "DATABASE_URL": "of a database, as SQLAlchemy writes it: "
            "postgresql+psycopg://user:password@host/name, or sqlite:////data/people.db",
            "FOLDER": "instead of it: the whole path of a folder of CSV files",
        },
        options=OPTIONS,
        proved="SQLite, PostgreSQL 15 and folders of CSV files",
        sweep_seconds=900,
        objects=(
            Object(
                name="*",
                roles=frozenset(Role),
                feed=Feed.KEYSET,
                deletes=Deletes.LIVE_IDS,
                key=Key.SEARCH,
                note="A table of yours; one without a stamp is read whole at each look.",
            ),
        ),
        field_word="column",
        consent_back=True,
        default_map=files(__package__).joinpath("defaults.toml").read_text(encoding="utf-8"),
    )

    def __init__(
        self,
        credentials: Mapping[str, str],
        config: Mapping[str, Any],
        budget: Any = None,
        *,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._options = parse_options(config)
        self.limits = self._options.limits
        self._now = now
        self._back: dict[str, timedelta] = {}
        url, folder = credentials.get("DATABASE_URL"), credentials.get("FOLDER")
        if bool(url) == bool(folder):
            raise ConfigError(
                "set DATABASE_URL (a database) or FOLDER (CSV files), and not both"
                if url
                else "set DATABASE_URL (a database) or FOLDER (a folder of CSV files)"
            )
        self._source: Database | Folder
        if url:
            self._source = Database(url, self._options)
        else:
            self._source = Folder(str(folder), self._options)

    def __repr__(self) -> str:
        return f"Tables({self._source!r})"

    def check(self) -> str:
        """Return what the database or the folder is known by: a hash of its place."""
        return self._source.id()

    @staticmethod
    def check_config(config: Mapping[str, Any]) -> None:
        """Raise `ConfigError` for a wrong option; see `Configures`."""
        parse_options(config)

    def describe(self, obj: str) -> tuple[Field, ...]:
        """Return the columns as the database, or the first line of the file, has them now."""
        return self._open(obj, anew=True).fields

    def read(self, obj: str, fields: Sequence[str], since: str | None) -> Iterator[Page]:
        """Yield pages of what changed: by the stamp where there is one, else by comparison."""
        with readable("the table", obj):
            try:
                pages = self._pages(self._open(obj), fields, since)
                first = next(pages)
            except Refused:  # a column may have gone since the table was described
                pages = self._pages(self._open(obj, anew=True), fields, since)
                first = next(pages)
            yield first
            yield from pages

    def _pages(self, opened: Opened, fields: Sequence[str], since: str | None) -> Iterator[Page]:
        asked, size = shape(opened, fields), self.limits.read_page
        if isinstance(self._source, Database) and opened.spec.stamp:
            back = self._back.get(opened.spec.obj, timedelta())
            return keyset.read(asked, since, size, self._now(), back)
        return snapshot.read(asked, since, size)

    def read_deleted(
        self, obj: str, since: str | None, fields: Sequence[str] = ()
    ) -> Iterator[Page]:
        """Yield what is there no more, without its values; see `Sweeps` and `listing`."""
        with readable("the table", f"deleted {obj}"):
            yield from listing.read_deleted(self._open(obj), since)

    def stamps(self, obj: str, since: str | None) -> Iterator[Page]:
        """Yield ids and stamps of all live rows; see `Reconciles.stamps`."""
        with readable("the table", f"stamps of {obj}"):
            yield from listing.stamps(self._open(obj), since, self.limits.read_page)

    def reach_back(self, obj: str, seconds: int) -> None:
        """Let reads by a stamp look further back; see `Reaches.reach_back`."""
        self._back[obj] = timedelta(seconds=seconds)

    def find(self, obj: str, by: str, values: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return live rows by id or by a column; see `Finds`."""
        with readable("the table", obj):
            return listing.find(self._open(obj), by, values, fields)

    def write(self, obj: str, rows: Sequence[Row]) -> list[Written]:
        """Update by id, else create or update by our key; never delete. See `Connector.write`.

        Raises `NotSupported` unless the options say `write = true`.
        """
        if not rows:
            return []
        spec = self._spec(obj)
        if not self._options.write:
            raise NotSupported(
                "tables are only read here: say write = true in the options of this system if "
                "we may change them"
            )
        with settled("the table", obj), telling(CAUSES):
            return [caused(one, CAUSES) for one in self._written(spec, rows)]

    def _written(self, spec: TableSpec, rows: Sequence[Row]) -> list[Written]:
        if isinstance(self._source, Database):
            opened = self._source.open(spec)
            return Writer(self._source.writer(), opened, self._now).write(rows)
        writer = SheetWriter(
            self._source.path(spec),
            spec,
            largest=self._options.largest,
            patience=self.limits.timeout,
            now=self._now,
        )
        return writer.write(rows)

    def close(self) -> None:
        """Close connections."""
        self._source.close()

    def _open(self, obj: str, *, anew: bool = False) -> Opened:
        return self._source.open(self._spec(obj), anew=anew)

    def _spec(self, obj: str) -> TableSpec:
        spec = self._options.tables.get(obj)
        if spec is None:
            known = self._options.tables
            hint = meant(obj, known, f"there are: {', '.join(known)}")
            raise Refused(
                f"the options name no table {obj!r}: add [….options.tables.{obj}], or {hint}",
                code="NO_TABLE",
            )
        return spec
