"""axe-core finds nothing on any page, light and dark, on a screen and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from roadbook import course
from tests.site.test_frame import EVERY

AXE = course.root() / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.mark.parametrize("page", EVERY)
def test_axe_finds_nothing(browser: Browser, address: str, page: str) -> None:
    assert AXE.is_file(), "expected axe-core in node_modules; run `npm ci`, or `make test`"
    # axe is put into the page from outside, which the page's own policy would refuse
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce")
    tab = context.new_page()
    tab.goto(f"{address}{page}.html")
    tab.add_script_tag(path=AXE)
    found = violations(tab)
    context.close()
    assert not found, "\n".join(found)


def test_axe_finds_nothing_in_a_drill_that_a_chapter_brought(browser: Browser, address: str) -> None:
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce")
    context.add_init_script(
        "localStorage.setItem('roadbook:earlier:recall-at-k',"
        " JSON.stringify([{ code: 'x = 1', when: '2026-11-25T10:00:00Z', from: 'round' }]))"
    )
    tab = context.new_page()
    tab.goto(f"{address}chapters/foundations/04-nearest-neighbours.html")
    tab.locator("details.try-it[data-drill=recall-at-k] > summary").click()
    tab.locator(".live .cm-content").wait_for()
    tab.add_script_tag(path=AXE)
    found = violations(tab)
    assert tab.locator(".live-kept pre").is_visible()
    context.close()
    assert not found, "\n".join(found)


def violations(tab: Page) -> list[str]:
    """What axe says of a page, in words; what is folded is opened and looked at too."""
    tab.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    found = []
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        for width in (1280, 390):
            tab.set_viewport_size({"width": width, "height": 900})
            report = tab.evaluate(
                "(rules) => axe.run({ runOnly: rules, resultTypes: ['violations'] })", RULES
            )
            for violation in report["violations"]:
                for node in violation["nodes"][:3]:
                    words = " ".join(check["message"] for check in node["any"] + node["all"] + node["none"])
                    found.append(f"{scheme} {width}: {violation['id']}: {node['html'][:160]}: {words[:160]}")
    return found
