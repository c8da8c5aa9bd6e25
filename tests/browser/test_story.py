"""What staff do: ask, open the source at the words, compare, take the file along."""

from __future__ import annotations

import re

import pytest

playwright = pytest.importorskip(
    "playwright.sync_api", reason="the Python package playwright is not installed"
)
expect = playwright.expect

QUESTION = "其他区是怎么解决社区办公用房经费的"
PAGES = ("/", f"/search?q={QUESTION}", "/documents", "/compare?topic=社区办公用房经费", "/nowhere")


def in_view(page: playwright.Page, selector: str) -> bool:
    box = page.locator(selector).first.bounding_box()
    size = page.viewport_size
    assert box is not None
    return bool(0 <= box["y"] < size["height"] and 0 <= box["x"] < size["width"])


def ask(page: playwright.Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".hit").first).to_be_visible()


def test_from_a_question_to_the_words_in_their_source(page: playwright.Page) -> None:
    ask(page)
    assert page.locator(".hit").count() == 10
    passage = page.locator(".hit .passage.short").first.inner_text()
    page.locator(".hit .actions a").first.click()
    cited = page.locator("mark#cite")
    expect(cited).to_be_focused()
    assert in_view(page, "mark#cite")
    at_end = page.evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 2")
    assert at_end or cited.bounding_box()["y"] <= 0.3 * page.viewport_size["height"]
    words = re.sub(r"\s", "", "".join(page.locator("mark.cited").all_inner_texts()))
    assert re.sub(r"\s|（[^）]*）", "", passage)[:12] in re.sub(r"（[^）]*）", "", words)


def test_from_results_to_a_comparison_and_its_passages(page: playwright.Page) -> None:
    ask(page)
    page.get_by_role("link", name="对比这些地区").click()
    expect(page.locator(".matrix table")).to_be_visible()
    number = page.locator(".matrix a.cite").first
    number.scroll_into_view_if_needed()
    number.click()
    panel = page.get_by_role("dialog")
    expect(panel).to_be_visible()
    expect(panel.locator("blockquote")).not_to_be_empty()
    assert "/compare" in page.url
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(number).to_be_focused()
    number.click()
    panel.get_by_role("link", name="打开原文定位").click()
    expect(page.locator("mark#cite")).to_be_focused()


def test_heads_of_a_comparison_stay_in_view(page: playwright.Page) -> None:
    page.goto("/compare?topic=社区办公用房经费&best=8")
    scroller = page.locator(".matrix")
    scroller.evaluate("e => { e.scrollTop = e.scrollHeight; e.scrollLeft = e.scrollWidth }")
    box = scroller.bounding_box()
    head = page.locator(".matrix thead th").last.bounding_box()
    side = page.locator(".matrix tbody th").last.bounding_box()
    assert abs(head["y"] - box["y"]) < 3
    assert abs(side["x"] - box["x"]) < 3


def test_a_comparison_is_saved_as_a_word_file(page: playwright.Page) -> None:
    page.goto("/compare?topic=社区办公用房经费&best=3")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Word", exact=True).click()
    assert saved.value.suggested_filename == "社区办公用房经费.docx"


def test_a_ticked_facet_narrows_at_once(page: playwright.Page) -> None:
    page.goto(f"/search?q={QUESTION}")
    narrow = page.get_by_role("link", name="筛选", exact=True)
    if narrow.is_visible():
        narrow.click()
    page.locator(".facets input[name=kind]").first.check()
    page.wait_for_url(re.compile("kind="))
    expect(page.locator(".hit").first).to_be_visible()


def test_a_citation_can_be_copied(page: playwright.Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page)
    first = page.locator(".hit").first
    first.get_by_text("复制引文").click()
    first.get_by_role("button", name="复制").click()
    expect(first.get_by_role("status")).to_have_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("“")
    assert len(copied.splitlines()) >= 2


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("query", ["", "lang=en&size=large"])
def test_no_page_is_wider_than_its_window(page: playwright.Page, path: str, query: str) -> None:
    page.goto(path + ("&" if "?" in path else "?") + query)
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider == 0


@pytest.mark.parametrize("path", PAGES[:4])
def test_everything_is_reached_by_keyboard_and_seen(page: playwright.Page, path: str) -> None:
    page.goto(path)
    page.locator("body").evaluate("e => { document.activeElement.blur() }")
    page.keyboard.press("Tab")
    seen = set()
    for _ in range(25):
        focused = page.evaluate(
            """() => {
              const e = document.activeElement;
              const s = getComputedStyle(e), p = getComputedStyle(e.parentElement);
              const shown = s.outlineStyle !== "none" || p.boxShadow !== "none";
              return [e.tagName, e.className, e.href || e.name || e.innerText, shown];
            }"""
        )
        if focused[0] == "BODY":  # the end of the page
            break
        assert focused[3], focused
        seen.add(tuple(focused[:3]))
        page.keyboard.press("Tab")
    assert len(seen) >= 5


@pytest.mark.parametrize("path", PAGES[:4])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_readable_against_what_is_behind_it(page: playwright.Page, path: str, theme: str) -> None:
    page.goto(path + ("&" if "?" in path else "?") + f"theme={theme}")
    poor = page.evaluate(
        """() => {
          const rgb = text => text.match(/[\\d.]+/g).map(Number);
          const part = v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 };
          const light = c => .2126 * part(c[0]) + .7152 * part(c[1]) + .0722 * part(c[2]);
          const over = (top, under) => top.slice(0, 3).map((v, i) => v * top[3] + under[i] * (1 - top[3]));
          const behind = e => {
            const stack = [];
            for (; e; e = e.parentElement) {
              const c = rgb(getComputedStyle(e).backgroundColor);
              if (c.length === 3) c.push(1);
              stack.push(c);
              if (c[3] === 1) break;
            }
            return stack.reduceRight((under, top) => over(top, under), [255, 255, 255]);
          };
          const poor = [];
          for (const e of document.querySelectorAll("body *")) {
            const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
            if (!own || !e.checkVisibility() || e.closest(".vh, svg, option")) continue;
            const a = light(rgb(getComputedStyle(e).color)), b = light(behind(e));
            const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
            if (ratio < 4.5) poor.push([e.tagName, e.className, e.innerText.slice(0, 20), ratio]);
          }
          return poor;
        }"""
    )
    assert poor == []


def test_everything_works_without_scripts(plain: playwright.Page) -> None:
    ask(plain)
    plain.locator(".hit .copy summary").first.click()
    expect(plain.locator(".copybox .selectable").first).to_be_visible()
    plain.locator(".facets input[name=kind]").first.check()
    plain.get_by_role("button", name="应用筛选").click()
    assert "kind=" in plain.url
    plain.locator(".hit .actions a").first.click()
    assert plain.url.endswith("#cite")
    assert in_view(plain, "mark#cite")
    plain.go_back()
    plain.goto("/compare?topic=社区办公用房经费")
    plain.locator(".matrix a.cite").first.click()
    assert plain.url.endswith("#cite")


@pytest.mark.parametrize("path", PAGES[:4])
def test_pages_are_light(page: playwright.Page, path: str) -> None:
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert sum(sizes) < 150_000
    timing = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    assert timing < 5000
