"""Days, teams and sources: chosen by pointer at once, by keys when it is right, and back again."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.web.browser import window


def test_keys_step_through_the_choices_and_enter_shows_what_was_chosen(
    browser: Browser, site: str
) -> None:
    with window(browser, site) as seen:
        seen.go("/c/acme/loop?days=all")
        box = seen.page.get_by_label("Team")
        box.focus()
        seen.page.keyboard.press("ArrowDown")
        seen.page.keyboard.press("ArrowDown")
        expect(box).to_be_focused()
        chosen = box.input_value()
        assert chosen
        assert "team=" not in seen.page.url
        seen.page.get_by_role("button", name="Show").press("Enter")
        seen.page.wait_for_url(f"**team={chosen}*")
        assert (seen.said, seen.foreign) == ([], [])


def test_back_again_the_boxes_say_what_the_figures_are_of(browser: Browser, site: str) -> None:
    with window(browser, site) as seen:
        seen.go("/c/acme/loop?days=all")
        box = seen.page.get_by_label("Team")
        box.click()
        box.select_option(index=1)
        seen.page.wait_for_url("**team=*")
        seen.page.go_back()
        seen.page.wait_for_url("**/c/acme/loop?days=all")
        expect(seen.page.get_by_label("Team")).to_have_value("")


def test_what_is_not_there_is_said_without_words_of_the_command_line(
    browser: Browser, site: str
) -> None:
    with window(browser, site) as seen:
        for asked, said in (
            ("team=nonsense", "There is no team 'nonsense'"),
            ("source=nonsense", "No lead has the source 'nonsense'"),
            ("since=2025-06-01&until=2025-01-01", "ends before it begins"),
        ):
            seen.page.goto(f"{site}/c/acme/loop?{asked}")
            text = seen.page.text_content("main") or ""
            assert said in text
            assert "--" not in text
