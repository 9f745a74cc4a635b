"""What a manifest may say, table by table: unknown keys are errors, and each key says what it is.

The descriptions are the text of the page on manifests, see `page`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from crmbridge.connector import Side
from crmbridge.errors import RefusalCause
from crmbridge.model.offer import Deletes, Feed, Key, Role

Type = Literal["text", "number", "bool", "date", "datetime", "enum", "multi", "ref"]
Codec = Literal["", "plain", "text", "object", "iso", "seconds", "naive", "ms", "html"]


def said(text: str, default: Any = ..., **more: Any) -> Any:
    """A key with what it is; one without a default must be there."""
    return Field(default, description=text, **more)


class Shape(BaseModel):
    """A table of the file: unknown keys are errors, values never change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _short(name: str) -> BeforeValidator:
    """Let a text stand for a table with that one key."""
    return BeforeValidator(lambda found: {name: found} if isinstance(found, str) else found)


class CallShape(Shape):
    """One call: a path, or an RPC method by the table `rpc`."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = said("HTTP method", "GET")
    path: str = said("path below the base URL, with placeholders", "")
    query: dict[str, Any] = said("parameters; one whose placeholder holds nothing is left out", {})
    body: Any = said("JSON body: a list or table with placeholders", None)
    rpc: str = said("instead of a path: the name of an RPC method", "")
    params: list[Any] = said("its parameters", [])
    cost: int = said("what it takes of the quotas", 1, gt=0)


class RpcShape(Shape):
    """How an RPC method is called: `{rpc}` is its name, `{params...}` its parameters."""

    path: str = said("path of all RPC calls")
    body: Any = said("JSON body around `{rpc}` and `{params...}`")


class OptionShape(Shape):
    """An option of `mapping.toml`, as `{options.NAME}` in placeholders."""

    what: str = said("what it is, for people")
    default: str | int | bool | None = said("its value where a company sets none; else empty", None)
    least: int = said("the least whole number", 0)
    most: int = said("the largest whole number", 1_000_000_000)
    pattern: str = said("of a text: the pattern that takes it whole", "")
    number: bool = said("a whole number, and no text", default=False)


class OauthShape(Shape):
    """Where access tokens come from, by OAuth 2."""

    path: str = said("path of the vendor's tokens")
    url: str = said(
        "address of their host where it is another one; the credential TOKEN_URL goes before it", ""
    )
    scope: str = said("of `client`: what is asked for, where the vendor wants that said", "")


class AuthShape(Shape):
    """How calls show who they are."""

    kind: Literal["none", "bearer", "header", "query", "basic", "session", "client", "refresh"] = (
        said(
            "`bearer` and `header` send a token, `query` puts it into the address, `basic` takes "
            "`user:password`, `session` logs in first, and again when the session is over; "
            "`client` and `refresh` get access tokens by OAuth 2, with the credentials CLIENT_ID, "
            "CLIENT_SECRET and REFRESH_TOKEN, of which a new one is kept beside the ledger"
        )
    )
    token: str = said("the token, of credentials; of a session also of `{answer/PATH}`", "")
    name: str = said("name of the header or of the parameter", "authorization")
    prefix: str = said("what stands before the token in the header", "")
    base64: bool = said("whether the token is sent in base64", default=False)
    login: CallShape | None = said("the call that opens a session", None)
    oauth: OauthShape | None = said("of `client` and `refresh`", None)


class BudgetShape(Shape):
    """One quota of the vendor, with where it was read."""

    name: str = said("its name in the ledger")
    calls: int = said("calls", gt=0)
    seconds: float = said("in so many seconds", gt=0)
    share: float = said("the part that we take at most, up to 1", 0.8, gt=0, le=1)
    source: str = said("the page that it was read from", min_length=1)
    zone: str = said("time zone at whose midnight a day's quota begins anew", "")


class LimitsShape(Shape):
    """Sizes and quotas; a company can change each."""

    page: int = said("records that a read asks for at once", gt=0)
    batch: int = said("rows that one call writes at most", 1, gt=0)
    timeout: float = said("deadline of one call in seconds", 60.0, gt=0)
    at_once: int = said("calls that the vendor answers at a time; 0 for no such limit", 0, ge=0)
    source: str = said("where the sizes were read", min_length=1)
    budgets: list[BudgetShape] = said("quotas; none where the vendor has none", [])


class AnswerShape(Shape):
    """How an answer with status 200 says that it is an error."""

    error: str = said("path of an error; one that holds something is an error", "")
    ok: str = said("path of a value that must be true", "")
    code: str = said("path of the vendor's code in an error", "")
    text: list[str] = said("paths of the vendor's words in an error; the first text counts", [])
    field: str = said("path of the field at fault in an error", "")


class ErrorShape(Shape):
    """One rule of errors; the first that fits says what an error is. All that is given must fit."""

    status: list[int] = said("HTTP statuses", [])
    code: str = said("pattern of the vendor's code", "")
    text: str = said(
        "pattern in the vendor's words; its group `label` or `field` names the field at fault", ""
    )
    kind: Literal["refused", "later", "throttled", "daily", "auth", "unsupported"] = said(
        "`refused` for ever, `later` unchanged, `throttled` and `daily` by a quota, `auth` for a "
        "credential that is not accepted, `unsupported` for what the account cannot do"
    )
    cause: RefusalCause | None = said("why it is refused, in our words", None)
    wait: float = said("seconds to wait where the vendor does not say how long", 0.0, ge=0)


class CodecShape(Shape):
    """How the vendor writes values, where a field does not say it for itself."""

    datetime: Literal["iso", "seconds", "naive", "ms", "object"] = said(
        "`iso` with a zone, `seconds` the same without fractions, `naive` UTC without a zone, `ms` "
        "since 1970, `object` in parts",
        "iso",
    )
    date: Literal["iso", "object"] = said("the same of days", "iso")
    number: Literal["plain", "text", "object"] = said(
        "a JSON number, a text, or an object with `decimal`", "plain"
    )
    ids: Literal["text", "number"] = said("whether ids are JSON texts or numbers", "text")
    nulls: list[str | bool] = said("values that say that a field holds nothing, besides null", [])


class FieldShape(Shape):
    """One field of an object, as the mapping names it; a text alone is its type."""

    type: Type = said("what it holds", "text")
    at: str = said("its path in a record, steps parted by `/`; its name where it is left out", "")
    ask: str = said("its name in `{fields}`; the first step of its path where it is left out", "")
    codec: Codec = said(
        "another way of writing than `codecs` says; `html` for a text with tags", ""
    )
    one_of: list[str] = said(
        "yes where the vendor's value is one of these; read only, unless `put` says what is "
        "written for a yes",
        [],
    )
    has: str = said("yes where the vendor's list holds this id", "")
    put: Any = said("how it is written: a table with `{value}`; by its path if left out", None)
    writable: bool = said("whether it can be written", default=True)
    by_hook: bool = said("whether the hook writes it, and not we", default=False)
    search: str = said("its name in look-ups", "")
    label: str = said("what people call it", "")
    required: bool = said("whether a new record must have it", default=False)
    unique: bool = said("whether the vendor lets no two records have one value", default=False)
    length: int = said("longest text", 0)
    choices: list[str] = said("the values that it takes", [])
    refers: list[str] = said("objects whose ids it holds", [])
    digits: int = said("digits before the point", 0)
    scale: int | None = said("digits behind the point; 0 makes whole numbers", None)


FieldLine = Annotated[FieldShape, _short("type")]


class KindShape(Shape):
    """What a type of the vendor's is to us; a text alone is our type."""

    type: Type = said("our type")
    codec: Codec = said("its codec", "")
    scale: int | None = said("digits behind the point", None)


class DescribeShape(CallShape):
    """How the vendor says which fields there are; `fields` of the object go before it."""

    records: str = said("path of the descriptions: a list, or a table by name", "")
    name: str = said("path of a field's name; of a table its key", "")
    label: str = said("path of what people call it", "")
    type: str = said("path of the vendor's type", "type")
    types: dict[str, Annotated[KindShape, _short("type")]] = said(
        "our type by the vendor's; a field of another type is left out", {}
    )
    required: str = said("path that says that it must be filled", "")
    readonly: str = said("path that says that it cannot be written", "")
    choices: str = said("path of its values: texts, or lists that begin with one", "")
    choice: str = said("path of the value inside one of them", "")
    refers: str = said("path of the object whose ids it holds", "")
    nested: dict[str, str] = said("path that says so -> path in a record, with `{name}`", {})


class PageShape(Shape):
    """How the pages of a list follow each other."""

    by: Literal["one", "id", "cursor", "offset", "number"] = said(
        "`one` page alone; `id` above `{after}`; the vendor's `{cursor}`; `{offset}`; `{page}`"
    )
    next: str = said("of a cursor: its path in an answer", "")
    more: str = said("path that says whether there is more", "")
    total: str = said("path of how many there are", "")
    start: int = said("the first id, offset or page number", 0)


class ReadShape(CallShape):
    """How an object is read, by `{fields}`, `{since}`, `{size}` and the page's placeholder."""

    records: str = said("path of the records in an answer", "")
    record: str = said("path of a record in each of them", "")
    page: PageShape = said("how pages follow each other", PageShape(by="one"))
    since: str = said("the first `{since}`; without it the first read asks for none", "")
    ordered: bool = said("whether records come in the order of their ids", default=False)


class FindShape(CallShape):
    """How records are looked up: `{by}` and `{values}`, or `{value}` where a batch is one."""

    records: str = said("path of the records in an answer", "")
    record: str = said("path of a record in each of them", "")
    batch: int = said("values that one call takes", 100, gt=0)
    exact: bool = said(
        "whether a record whose value differs is left out, capitals apart", default=False
    )
    again: bool = said("whether what was found is read once more by its id", default=False)


class CreateShape(CallShape):
    """How records are made: `{rows}`, or `{values}` where a batch is one."""

    ids: str = said("path of the new ids: a list in the order of the rows, or the one id", "")


class VerbShape(CallShape):
    """A call that brings records to a value: `{ids}`, or `{id}` for one record a call."""

    first: bool = said(
        "whether it goes before other fields are written, as where a record is closed to writers",
        default=False,
    )


class KeyShape(Shape):
    """How a record is made once; a key makes the object one that we may add to."""

    field: str = said("the field with our key; `options.key_field` goes before it", "")
    how: Literal["search", "marker"] = said(
        "`search`: a look for our key goes before; `marker`: the same in a field of free text"
    )


class ObjectShape(Shape):
    """One object of the vendor."""

    alone: bool = said("whether it has no keys of `every`", default=False)
    model: str = said("its name in calls, as `{model}`; its own name where it is left out", "")
    roles: list[Role] = said("what the mapping can read from it", min_length=1)
    feed: Literal["window by id", "snapshot"] = said(
        "changes since a stamp by a list in the order of ids, or all records each time",
        Feed.WINDOW.value,
    )
    deletes: Literal["in the feed", "live ids", "never told"] = said(
        "how a record that is gone becomes known", Deletes.LIVE_IDS.value
    )
    note: str = said("one sentence on what the vendor does not tell", "")
    id: str = said("path of a record's id", "id")
    stamps: list[str] = said("paths of the times of its last change; the latest counts", [])
    asks: list[str] = said("what is always in `{fields}`, besides what is wanted", [])
    dead: str = said("path that says that a record is deleted", "")
    key: KeyShape | None = said("how a record is made once; without it none is made", None)
    fields: dict[str, FieldLine] = said("its fields", {})
    describe: DescribeShape | None = said("how the vendor tells its fields", None)
    read: ReadShape = said("how it is read")
    find: dict[str, FindShape] = said("look-ups by a field; `*` is any other field", {})
    create: CreateShape | None = said("how records are made", None)
    update: CallShape | None = said(
        "how they are changed: `{pairs...}`, a list with the id and a table of values for each, or "
        "`{id}` and `{values}`",
        None,
    )
    verbs: dict[str, dict[str, VerbShape]] = said(
        "field -> value -> the call that brings records there", {}
    )
    writes: bool = said("whether it may be written at all", default=True)


class CheckShape(CallShape):
    """The cheap call by which a credential is tried."""

    id: str = said("the account's id, of credentials, options and `{answer/PATH}`")
    what: str = said("what the vendor calls that id", "account id")
    where: str = said('where a person finds it, as the end of "it stands …"', "")


class UsersShape(Shape):
    """Which object's records are possible owners."""

    object: str = said("the object")
    email: str = said("its field with the address")
    active: str = said("its field that says that they work here", "")


class AuditShape(Shape):
    """What the account can say of itself."""

    users: UsersShape | None = said("who can own records", None)
    currency: CallShape | None = said("the call that tells the account's currency", None)
    currency_at: str = said("the path of its code", "")


class ManifestShape(Shape):
    """The whole file."""

    name: str = said("the connector's name in mapping.toml", pattern=r"^[a-z][a-z0-9_]*$")
    title: str = said("what people call the vendor", min_length=1)
    sides: list[Side] = said("where it can stand", min_length=1)
    proved: str = said(
        'on what it was tried, as the end of "proved on …"; empty where nobody has run it against '
        "the vendor"
    )
    base_url: str = said(
        "the vendor's address, with placeholders; without it the credential BASE_URL has it. "
        "BASE_URL always goes before it",
        "",
    )
    record_url: str = said("where a person looks at a record", "")
    field_word: str = said("what people of that vendor call a field", "field")
    consent_back: bool = said("whether a write may take an opt-out back", default=False)
    credentials: dict[str, str] = said(
        "each with where a person finds it; BASE_URL beside base_url and TOKEN_URL may be unset",
        min_length=1,
    )
    options: dict[str, OptionShape] = said("the connector's own options", {})
    auth: AuthShape = said("how calls show who they are")
    limits: LimitsShape = said("sizes and quotas")
    overlap_seconds: int = said("how far each read reaches back behind the last", 300)
    rpc: RpcShape | None = said("how RPC methods are called", None)
    answer: AnswerShape = said("errors inside a good status", AnswerShape())
    errors: list[ErrorShape] = said("rules of errors, the first that fits", [])
    codecs: CodecShape = said("how values are written", CodecShape())
    check: CheckShape = said("how a credential is tried")
    audit: AuditShape | None = said("what the account says of itself", None)
    every: dict[str, Any] = said("keys that each object has, unless it says otherwise", {})
    objects: dict[str, ObjectShape] = said("the objects, by name", min_length=1)


KEYS = {Key.SEARCH.value: Key.SEARCH, Key.MARKER.value: Key.MARKER}
FEEDS = {Feed.WINDOW.value: Feed.WINDOW, Feed.SNAPSHOT.value: Feed.SNAPSHOT}
