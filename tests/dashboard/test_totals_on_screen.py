"""Every figure of a table stands under the head of its own column, on every screen and on paper."""

import pytest

from dashboard.pages import PAGES
from tests.dashboard.house import settled
from tests.dashboard.test_accessibility import address

pytestmark = pytest.mark.browser

# A phone, the narrowest tablet, a desk at 200 % zoom, the widest tablet, a desk; paper upright and across.
SEEN = {"screen": (390, 681, 720, 899, 1440), "print": (703, 1032)}

# Of each table that is seen: rows whose cells lie under no head or under another column's, totals that say another sum
# than what they are the total of, labels on a phone's cards that are not their column's, and what paper cuts off or repeats.
LOOK = r"""() => {
    const seen = element => element.getClientRects().length > 0;
    const wide = element => { const box = element.getBoundingClientRect(); return [box.left, box.right]; };
    const number = cell => cell && /^[\d.,]+$/.test(cell.textContent.trim()) ? Number(cell.textContent.replace(/[.,]/g, '')) : null;
    const wrong = [];
    let tables = 0, totals = 0;
    for (const table of document.querySelectorAll('main table')) {
        if (!seen(table)) continue;
        tables += 1;
        const name = (table.closest('[id]') || {}).id + ' ' + table.className;
        const frame = table.closest('.data-frame'), isOnPaper = matchMedia('print').matches;
        if (frame && isOnPaper && frame.scrollWidth > frame.clientWidth + 1 && innerWidth > 1000)
            wrong.push(`${name}: ${frame.scrollWidth} wide on ${frame.clientWidth} of paper`);
        if (isOnPaper && table.tFoot && getComputedStyle(table.tFoot).display === 'table-footer-group')
            wrong.push(`${name}: its total is repeated on each sheet, under a part of the rows`);
        // Of which column a cell says that it is: "count people warned", in the ranking "gap behind".
        const key = cell => cell.classList[table.classList.contains('datatable') ? 1 : 0];
        const heads = [...table.querySelectorAll('thead th')];
        const isCards = getComputedStyle(table).display === 'block';
        const rows = [...table.querySelectorAll('tbody tr, tfoot tr')].filter(seen);
        const under = (row, head) => [...row.cells].filter(seen).find(cell => {
            const [left, right] = wide(cell), [from, to] = wide(head), middle = (left + right) / 2;
            return middle > from && middle < to;
        });
        for (const row of rows) {
            const cells = [...row.cells].filter(seen);
            const what = `${name}: ${row.className} "${row.cells[0].textContent}${row.cells[1] ? row.cells[1].textContent : ''}"`;
            if (isCards) {
                for (const cell of cells.filter(cell => cell.dataset.head)) {
                    const own = heads.find(head => key(head) === key(cell));
                    const said = own && (own.querySelector('.what') || own.firstChild).textContent;
                    if (said !== cell.dataset.head) wrong.push(`${what}: ${cell.dataset.head} on the card, ${said} is its column`);
                }
                continue;
            }
            const count = list => list.reduce((sum, cell) => sum + cell.colSpan, 0);
            const columns = count(heads.filter(seen));
            if (count(cells) !== columns) wrong.push(`${what}: ${count(cells)} cells under ${columns} columns`);
            for (const head of heads.filter(seen)) {
                const cell = under(row, head);
                if (head.colSpan === 1 && cell && key(cell) !== key(head))
                    wrong.push(`${what}: "${cell.textContent}" of the column ${cell.className} under ${head.textContent}`);
            }
        }
        const foot = [...table.querySelectorAll('tfoot tr.total')].filter(seen).pop();
        const whole = rows.filter(row => row.closest('tfoot') && row.classList.contains('whole'));
        if (!foot || isCards || whole.length !== 1) continue;
        const parts = [...whole, ...rows.filter(row => row.closest('tfoot') && row.classList.contains('nowhere'))];
        for (const head of heads.filter(head => seen(head) && head.colSpan === 1)) {
            const total = number(under(foot, head));
            if (total === null) continue;
            totals += 1;
            const sum = parts.reduce((so_far, row) => so_far + (number(under(row, head)) || 0), 0);
            if (sum !== total) wrong.push(`${name}: ${total} under ${head.textContent}, whose rows add up to ${sum}`);
        }
    }
    return {wrong, tables, totals};
}"""


@pytest.mark.parametrize("page", PAGES, ids=[page.NAME for page in PAGES])
def test_every_total_stands_under_its_own_column(visit, page):
    for basis in ("residence", "place") if "basis" in page.USES else ("residence",):
        opened = visit(f"{address(page)}?basis={basis}", wait=False)
        settled(opened)
        opened.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found = {}
        for media, widths in SEEN.items():
            opened.emulate_media(media=media)
            for width in widths:
                opened.set_viewport_size({"width": width, "height": 900})
                found[media, width] = opened.evaluate(LOOK)
        assert {at: look["wrong"] for at, look in found.items() if look["wrong"]} == {}
        assert all(look["tables"] for look in found.values()), "no table was seen"
        if page.NAME == "overview":
            assert found["screen", 1440]["totals"] and found["print", 703]["totals"]
        opened.close()
