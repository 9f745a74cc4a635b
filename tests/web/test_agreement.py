"""Agreement: what is in force, what is to be signed, and signing by a link of one's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from crmbridge.agreement import fingerprint, missing_sides
from crmbridge.clock import FixedClock
from crmbridge.files import copy_path, load, read_agreement
from crmbridge.flows.agreed.signature import write_signed
from crmbridge.links import Links, key_at
from crmbridge.web import serve
from tests.revenue.small_world import NOW
from tests.stages.line import Line
from tests.web.rights import without_rights
from tests.web.site import TOKEN, VIEW, Caller, caller, settings_of, words

PAGE = "/c/acme/agreement"
SALES = "Priya Raman"
URL = "http://crm.acme.example"
LINK = re.compile(rf"{URL}(/sign/[A-Za-z0-9_.-]+)")


@contextmanager
def with_links(line: Line, url: str = URL, after: timedelta = timedelta()) -> Iterator[Caller]:
    """Somebody who operates a dashboard that people reach by an address, some time later."""
    folder = line.home / "secrets"
    folder.mkdir(exist_ok=True)
    (folder / "CRMBRIDGE_TOKEN").write_text(TOKEN)
    settings = settings_of(line, folder).model_copy(update={"url": url})
    site = serve(settings, clock=FixedClock(NOW + after))
    try:
        with caller(site.url) as found:
            found.login(TOKEN)
            yield found
    finally:
        site.stop()


@pytest.fixture
def second(bare: Line) -> Path:
    """A second version, which differs and nobody has signed."""
    bare.ok("agreement", "draft", "--from", "2026-09-01")
    path = bare.file("agreements/v2.toml")
    text = path.read_text()
    path.write_text(text.replace("idle_days      = 14", "idle_days      = 21"))
    return path


def links_of(somebody: Caller) -> list[str]:
    """The links of the second version: the first owner's of marketing, the last one's of sales."""
    said = somebody.post(f"{PAGE}?version=2", act="links", version="2").text
    found = LINK.findall(said)
    return [found[0], found[-1]]


def missing(path: Path) -> tuple[str, ...]:
    return missing_sides(read_agreement(path))


def test_what_is_in_force_comes_first_and_without_hashes_or_keys(director: Caller) -> None:
    said = director.text(PAGE)
    assert "Version 1 is in force since" in said
    assert "Signed by" in said
    assert "1. When a lead is ready for sales" in said
    assert not re.search(r"\b[0-9a-f]{12,}\b", said)
    assert "bad_timing" not in said


def test_a_version_to_be_signed_is_told_with_what_it_changes(bare: Line, second: Path) -> None:
    with with_links(bare) as somebody:
        said = somebody.text(PAGE)
        assert "Version 2 is to be signed by marketing and sales." in said
        page = somebody.text(f"{PAGE}?version=2")
        assert "What version 2 changes against version 1" in page
        assert "idle days" in page
        assert "becomes" in page


def test_both_owners_sign_by_a_link_of_their_own(bare: Line, second: Path) -> None:
    with with_links(bare) as somebody:
        marketing, sales = links_of(somebody)
        assert "Dana" not in marketing
        first = somebody.get(marketing)
        assert first.status_code == 200
        assert "You are asked to sign version 2 for marketing, as Dana Ortiz." in words(first.text)
        assert "tick the box" in somebody.http.post(somebody.url + marketing).text
        assert missing(second) == ("marketing", "sales")
        done = somebody.http.post(somebody.url + marketing, data={"read": "yes"})
        assert "Still to sign: sales." in words(done.text)
        assert missing(second) == ("sales",)
        again = somebody.http.post(somebody.url + marketing, data={"read": "yes"})
        assert "Dana Ortiz has signed this version for marketing." in words(again.text)
        last = somebody.http.post(somebody.url + sales, data={"read": "yes"})
        assert "Both sides have signed. It takes effect on 2026-09-01" in words(last.text)
        assert missing(second) == ()
    assert load(Path(bare.env["CRMBRIDGE_CONFIG"]), "acme").versions.numbered(2)
    assert list(second.parent.joinpath("signed").glob("v2-*.toml"))


def test_the_command_prints_the_same_links(bare: Line, second: Path) -> None:
    with with_links(bare) as somebody:
        shown = links_of(somebody)
    bare.env["CRMBRIDGE_URL"] = URL
    told = bare.json("agreement", "links")
    assert told["version"] == 2
    assert {one["side"] for one in told["links"]} == {"marketing", "sales"}
    assert all(LINK.fullmatch(one["link"]) for one in told["links"])
    assert len(shown) == 2
    assert "Dana Ortiz, for marketing:" in bare.ok("agreement", "links", "--version", "2").out
    del bare.env["CRMBRIDGE_URL"]
    assert "CRMBRIDGE_URL" in bare.run("agreement", "links").err
    bare.env["CRMBRIDGE_URL"] = URL
    assert "there is no version 7" in bare.run("agreement", "links", "--version", "7").err


def test_a_text_that_changed_since_makes_links_void(bare: Line, second: Path) -> None:
    with with_links(bare) as somebody:
        link, _ = links_of(somebody)
        second.write_text(second.read_text().replace("idle_days      = 21", "idle_days      = 28"))
        for answer in (
            somebody.get(link),
            somebody.http.post(somebody.url + link, data={"read": "yes"}),
        ):
            assert answer.status_code == 403
            assert "was changed since the link was made" in answer.text
    assert missing(second) == ("marketing", "sales")


def test_forged_and_foreign_links_are_refused(bare: Line, second: Path) -> None:
    with with_links(bare) as somebody:
        link, other = links_of(somebody)
        token = link.removeprefix("/sign/")
        body, _, mac = token.partition(".")
        _, _, others = other.removeprefix("/sign/").partition(".")
        key = key_at(Path(bare.env["CRMBRIDGE_DATA_DIR"]) / "acme" / "links.key")
        rate = Links(URL, "acme", key).token("rate", {"v": "2"}, NOW + timedelta(days=1))
        stranger = Links(URL, "other", key).token("sign", {"v": "2"}, NOW + timedelta(days=1))
        for odd in (f"{body}.{others}", f"{body}.{mac[:-2]}AA", body, "x", "a.b", rate, stranger):
            answer = somebody.get(f"/sign/{odd}")
            assert answer.status_code == 403, odd
            assert "Dana" not in answer.text
    assert missing(second) == ("marketing", "sales")


def test_an_old_link_is_refused(bare: Line, second: Path) -> None:
    with with_links(bare) as somebody:
        link, _ = links_of(somebody)
    with with_links(bare, after=timedelta(days=15)) as somebody:
        answer = somebody.get(link)
        assert answer.status_code == 403
        assert "too old" in answer.text


def test_a_page_of_another_site_signs_nothing(bare: Line, second: Path) -> None:
    with with_links(bare) as somebody:
        link, _ = links_of(somebody)
        answer = somebody.http.post(
            somebody.url + link, data={"read": "yes"}, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert answer.status_code == 403
    assert missing(second) == ("marketing", "sales")


def test_what_stands_in_the_way_of_a_signature_is_said(bare: Line, second: Path) -> None:
    text = second.read_text()
    second.write_text(text.replace('expect  = "ready"', 'expect  = "not"', 1))
    with with_links(bare) as somebody:
        link, _ = links_of(somebody)
        answer = somebody.http.post(somebody.url + link, data={"read": "yes"})
        assert answer.status_code == 400
        assert "Not signed:" in answer.text
    assert missing(second) == ("marketing", "sales")


def test_files_that_cannot_be_written_are_signed_by_a_command(bare: Line, second: Path) -> None:
    # a folder in the place of the file that is put there first: nobody, not even root, writes it
    second.with_suffix(".toml.new").mkdir()
    with with_links(bare) as somebody:
        link, _ = links_of(somebody)
        answer = somebody.http.post(somebody.url + link, data={"read": "yes"})
        assert answer.status_code == 400
        assert "crmbridge agreement approve" in answer.text
        assert "--side marketing --name" in answer.text
    assert missing(second) == ("marketing", "sales")


def in_the_way_of_copies(version: Path) -> None:
    (version.parent / "signed").write_text("a file in the place of the folder")


def in_the_way_of_this_copy(version: Path) -> None:
    hashed = fingerprint(read_agreement(version))
    copy_path(version, 2, hashed).mkdir(parents=True)


def in_the_way_of_its_draft(version: Path) -> None:
    hashed = fingerprint(read_agreement(version))
    copy_path(version, 2, hashed).with_suffix(".toml.new").mkdir(parents=True)


def in_the_way_of_the_files_draft(version: Path) -> None:
    version.with_suffix(".toml.new").mkdir()


@pytest.mark.parametrize(
    "put",
    [
        in_the_way_of_copies,
        in_the_way_of_this_copy,
        in_the_way_of_its_draft,
        in_the_way_of_the_files_draft,
    ],
)
def test_nothing_is_signed_where_anything_of_it_cannot_be_written(
    bare: Line, second: Path, put: Callable[[Path], None]
) -> None:
    put(second)
    before = second.read_bytes()
    there = sorted(second.parent.rglob("*"))
    with with_links(bare) as somebody:
        page = f"{PAGE}?version=2"
        said = somebody.post(page, act="links", version="2").text
        if links := LINK.findall(said):
            answer = somebody.http.post(somebody.url + links[0], data={"read": "yes"})
            assert answer.status_code == 400
            assert "Nothing was signed" in answer.text
        else:
            assert "crmbridge agreement approve" in said
    assert second.read_bytes() == before
    typed = bare.run("agreement", "approve", str(second), "--side", "sales", "--name", SALES)
    assert typed.code != 0
    assert "Not signed: " in typed.err
    assert second.read_bytes() == before
    made = {one.name for one in second.parent.rglob("*")} - {one.name for one in there}
    assert made <= {"signed"}  # an empty folder at most


def test_a_copy_is_put_back_where_the_file_cannot_be_replaced(bare: Line, second: Path) -> None:
    for side, name in (("marketing", "Dana Ortiz"), ("sales", SALES)):
        agreement, text = read_agreement(second), f"# {side}\n{second.read_text()}"
        kept = copy_path(second, 2, fingerprint(agreement))
        before = kept.read_bytes() if kept.exists() else None
        moved = second.rename(second.with_suffix(".away"))
        second.mkdir()  # nobody puts a file in a folder's place
        with pytest.raises(OSError, match="irectory"):
            write_signed(second, text, agreement)
        second.rmdir()
        moved.rename(second)
        assert (kept.read_bytes() if kept.exists() else None) == before
        bare.ok("agreement", "approve", str(second), "--side", side, "--name", name)
    assert missing(second) == ()
    assert not list(second.parent.rglob("*.new"))


def test_where_a_side_has_signed_another_owner_of_it_replaces_nobody(
    bare: Line, second: Path
) -> None:
    with with_links(bare) as somebody:
        found = LINK.findall(somebody.post(f"{PAGE}?version=2", act="links", version="2").text)
        first, other = found[0], found[1]
        assert "as Sven Aalto" in somebody.text(other)
        somebody.http.post(somebody.url + first, data={"read": "yes"})
        signed = second.read_bytes()
        for answer in (
            somebody.get(other),
            somebody.http.post(somebody.url + other, data={"read": "yes"}),
        ):
            assert answer.status_code == 200
            assert "Signed already by Dana Ortiz for marketing." in words(answer.text)
            assert "I have read it" not in answer.text
            assert "<button" not in answer.text
        assert second.read_bytes() == signed
    bare.env["CRMBRIDGE_URL"] = URL
    assert [one["side"] for one in bare.json("agreement", "links")["links"]] == ["sales"]
    with with_links(bare) as somebody:
        said = somebody.post(f"{PAGE}?version=2", act="links", version="2").text
        assert len(LINK.findall(said)) == 1
        assert somebody.get(other).status_code == 200
        assert "not needed: Dana Ortiz has signed" in words(said)
    # who types it may replace it
    bare.ok("agreement", "approve", str(second), "--side", "marketing", "--name", "Sven Aalto")
    assert [one.name for one in read_agreement(second).signed] == ["Sven Aalto"]


def test_a_folder_that_cannot_be_written_shows_the_command_and_no_button(
    bare: Line, second: Path
) -> None:
    """By a process that may write only what its user may, as a daemon in a container does."""
    with with_links(bare) as somebody:
        link, _ = links_of(somebody)
        assert "<button" in somebody.get(link).text
    before = second.read_bytes()
    second.parent.chmod(0o500)
    try:
        with without_rights(bare, URL) as url, caller(url) as somebody:
            somebody.login(TOKEN)
            said = somebody.post(f"{PAGE}?version=2", act="links", version="2").text
            assert LINK.findall(said) == []
            assert f"crmbridge agreement approve {second} --side marketing" in said
            shown = somebody.get(link)
            assert shown.status_code == 200
            assert "It cannot be signed here" in shown.text
            answer = somebody.http.post(somebody.url + link, data={"read": "yes"})
            assert answer.status_code == 400
            assert "Nothing was signed" in answer.text
            for page in (shown, answer):
                assert f"crmbridge agreement approve {second} --side marketing" in page.text
                assert "<button" not in page.text
    finally:
        second.parent.chmod(0o700)
    assert second.read_bytes() == before
    assert not (second.parent / "signed").exists()


def test_without_an_address_no_links_are_made_and_the_page_says_why(
    bare: Line, second: Path
) -> None:
    with with_links(bare, url="") as somebody:
        said = somebody.post(f"{PAGE}?version=2", act="links", version="2").text
        assert LINK.findall(said) == []
        assert "CRMBRIDGE_URL is not set" in said
        assert somebody.get("/sign/e30.AA").status_code == 403


def test_the_name_by_which_people_reach_us_is_answered_and_no_other(
    bare: Line, second: Path
) -> None:
    with with_links(bare) as somebody:
        link, _ = links_of(somebody)
        good = somebody.get(link, headers={"Host": "crm.acme.example"})
        assert good.status_code == 200
        assert somebody.get(link, headers={"Host": "evil.example"}).status_code == 421


def test_a_version_is_tried_on_the_past(bare: Line, second: Path) -> None:
    with with_links(bare) as somebody:
        assert "Try both on the past" in somebody.get(f"{PAGE}?version=2").text
        said = somebody.text(f"{PAGE}?version=2&backtest=yes")
        for _ in range(100):
            if "is being judged" not in said:
                break
            said = somebody.text(f"{PAGE}?version=2&backtest=yes")
        assert "Nothing to look back on" in said


def test_who_only_looks_sees_no_links_and_has_nothing_counted(
    bare: Line, second: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "CRMBRIDGE_TOKEN").write_text(TOKEN)
    (folder / "CRMBRIDGE_VIEW_TOKEN").write_text(VIEW)
    settings = settings_of(bare, folder).model_copy(update={"url": URL})
    site = serve(settings, clock=FixedClock(NOW))
    try:
        with caller(site.url) as somebody:
            somebody.login(VIEW)
            page = somebody.get(f"{PAGE}?version=2").text
            assert "Show the links" not in page
            assert "Try both" not in page
            assert somebody.post(PAGE, somebody.csrf(PAGE), act="links").status_code == 403
            asked = somebody.get(f"{PAGE}?version=2&backtest=yes").text
            assert "Nobody had it counted yet" in asked
    finally:
        site.stop()


def test_a_version_that_is_none_is_a_sentence(director: Caller) -> None:
    for odd in ("7", "x", "-1", "²", "1" * 5000):
        answer = director.get(f"{PAGE}?version={odd}")
        assert answer.status_code == 400
        assert "There is no version of that number" in answer.text


def test_without_a_token_only_links_are_open_to_who_comes_from_elsewhere(
    bare: Line, second: Path
) -> None:
    with with_links(bare) as operator:
        link, _ = links_of(operator)
    settings = settings_of(bare).model_copy(update={"url": URL})
    site = serve(settings, clock=FixedClock(NOW))
    try:
        with caller(site.url) as somebody:
            for name in ("crm.acme.example", "localhost"):  # a proxy asks by any name
                outside = {"Host": name}
                assert somebody.get(link, headers=outside).status_code == 200
                for path in ("/", PAGE, "/login", "/c/acme/leads"):
                    answer = somebody.get(path, headers=outside)
                    assert answer.status_code == 403, path
                    assert "CRMBRIDGE_TOKEN" in answer.text
    finally:
        site.stop()
