"""The page in a real browser, at the width of a desktop (light) and of a phone (dark)."""

import re

import pytest
from playwright.sync_api import Page, Response, expect

pytestmark = pytest.mark.browser


def wait_for_tiles(page: Page) -> None:
    page.wait_for_function("() => globalThis.page.map.areTilesLoaded() && globalThis.page.map.loaded()")


def is_tile(answer: Response) -> bool:
    return "/tiles/" in answer.url


def classes_in_view(page: Page) -> int:
    """Return the number of colours of classes near the middle of the map."""
    wait_for_tiles(page)
    return page.evaluate("document.querySelectorAll('#words .chip').length")  # type: ignore[no-any-return]


def test_typing_a_word_labels_the_map_again(page: Page) -> None:
    wait_for_tiles(page)
    first = page.locator("#words .text").first
    with page.expect_response(lambda answer: is_tile(answer) and "pond" in answer.url) as found:
        first.fill("pond, lake")
    assert found.value.ok
    assert found.value.headers["content-type"] == "image/png"
    expect(page.get_by_role("textbox", name="Words of class pond")).to_be_visible()
    assert "pond" in page.url
    first.fill("spaceship")
    expect(page.locator("#message")).to_contain_text("does not know: spaceship")


def test_classes_are_edited_by_keyboard(page: Page) -> None:
    count = page.locator("#words .chip").count()
    page.locator("#words .text").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("quarry")
    page.wait_for_selector("body[data-url*=quarry]")
    assert page.locator("#words .chip").count() == count + 1
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Remove quarry")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.locator("#words .chip").count() == count
    page.wait_for_selector("body:not([data-url*=quarry])")


def test_a_colour_and_the_threshold_reach_the_tiles(page: Page) -> None:
    page.get_by_label("Colour of water").evaluate("e => { e.value = '#ff00ff'; e.dispatchEvent(new Event('input')) }")
    page.wait_for_selector("body[data-url*=ff00ff]")
    page.get_by_label("Threshold").fill("0.5")
    page.wait_for_selector("body[data-url*='threshold=0.5']")
    page.get_by_label("Opacity").fill("1")
    assert page.evaluate("page.map.getPaintProperty('classes', 'raster-opacity')") == 1
    wait_for_tiles(page)


def test_a_click_shows_scores(page: Page) -> None:
    wait_for_tiles(page)
    box = page.locator("#map canvas").bounding_box()
    assert box
    page.locator("#map canvas").click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    caption = page.get_by_role("table", name="Scores at this point")
    expect(caption).to_be_visible()
    shares = [float(text.split()[0]) for text in page.locator("#result td.number").all_inner_texts()]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(100, abs=1)


def test_an_area_is_drawn_and_measured(page: Page) -> None:
    page.get_by_role("radio", name="Area").check()
    box = page.locator("#map canvas").bounding_box()
    assert box
    middle_x, middle_y, side = box["width"] / 2, box["height"] / 2, 40
    for x, y in ((-side, -side), (side, -side)):
        page.locator("#map canvas").click(position={"x": middle_x + x, "y": middle_y + y})
        # Two clicks in short time are a double click.
        page.wait_for_function("() => performance.now() - (globalThis.before ??= performance.now()) > 600")
        page.evaluate("delete globalThis.before")
    page.locator("#map canvas").dblclick(position={"x": middle_x, "y": middle_y + side})
    expect(page.get_by_role("table", name="Areas")).to_be_visible()
    expect(page.locator("#result")).to_contain_text("Every pixel was counted.")
    with page.expect_download() as found:
        page.get_by_role("button", name="GeoPackage").click()
    assert found.value.suggested_filename == "scene.gpkg"


def test_the_map_works_without_a_pointer(page: Page) -> None:
    page.get_by_role("button", name="Use map centre").press("Enter")
    expect(page.get_by_role("table", name="Scores at this point")).to_be_visible()
    page.get_by_role("button", name="Use view as area").press("Enter")
    expect(page.get_by_role("table", name="Areas")).to_be_visible()


def test_examples_change_the_map(page: Page) -> None:
    page.get_by_role("radio", name="Examples").check()
    for name, key in (("water", "ArrowLeft"), ("forest", "ArrowRight")):
        page.get_by_label("Class", exact=True).select_option(name)
        page.evaluate(f"page.map.panBy([{60 if key == 'ArrowRight' else -60}, 0], {{duration: 0}})")
        page.get_by_role("button", name="Example at map centre").click()
    page.wait_for_selector("body[data-url*='learned=']")
    wait_for_tiles(page)
    page.get_by_role("button", name="Remove all").click()
    page.wait_for_selector("body:not([data-url*='learned='])")


def test_removed_examples_end_the_request_that_learns(page: Page) -> None:
    # The server never answers: an answer after the removal would bring the examples back.
    page.route("**/examples", lambda route: None)
    page.get_by_role("radio", name="Examples").check()
    with page.expect_request("**/examples"):
        page.get_by_role("button", name="Example at map centre").click()
    expect(page.locator("#hint")).to_have_text("Learning …")
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/examples")):
        page.get_by_role("button", name="Remove all").click()
    expect(page.locator("#hint")).to_be_hidden()


def test_similar_places_are_shown(page: Page) -> None:
    page.get_by_role("radio", name="Similar").check()
    with page.expect_response(lambda answer: "/similar/" in answer.url) as found:
        page.get_by_label("Word", exact=True).fill("building")
        page.keyboard.press("Enter")
    assert found.value.ok
    wait_for_tiles(page)


def test_the_swipe_clips_the_classes(page: Page) -> None:
    page.get_by_label("Swipe between image and classes").check()
    slider = page.get_by_role("slider", name=re.compile("Part of the view"))
    expect(slider).to_be_focused()
    slider.press("ArrowLeft")
    clip = page.evaluate("page.map.getCanvas().style.clipPath")
    assert "51%" in clip
    wait_for_tiles(page)


def test_a_vocabulary_fills_the_classes(page: Page) -> None:
    page.get_by_label("Vocabulary").select_option("landcover")
    page.wait_for_function("() => document.querySelectorAll('#words .chip').length === 7")
    wait_for_tiles(page)


def test_everything_has_a_name(page: Page) -> None:
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, canvas, [role]')]
        .filter(e => !e.closest('[aria-hidden=true]') && !(e.labels?.length || e.getAttribute('aria-label')
          || e.getAttribute('aria-labelledby') || e.textContent.trim() || e.title || e.getAttribute('role') === 'status'
          || e.getAttribute('role') === 'presentation'))
        .map(e => e.outerHTML.slice(0, 100))"""
    )
    assert nameless == []
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide
