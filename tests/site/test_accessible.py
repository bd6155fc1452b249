"""axe-core finds nothing on any page, light and dark, on a screen and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

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
    # what is folded is checked too
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
    context.close()
    assert not found, "\n".join(found)
