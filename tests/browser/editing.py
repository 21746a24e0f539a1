"""The manifest's editor, as a learner's hands use it."""

from playwright.sync_api import Page, expect


def open_editor(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.locator(".cm-content")).to_be_visible()


def write(page: Page, text: str) -> None:
    """Put a text in the place of what is there."""
    page.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def field(page: Page) -> str:
    """Return what the form would send."""
    return page.locator("textarea[name=text]").input_value()
