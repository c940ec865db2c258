"""What narrows a figure stands beside it; what does not is not said."""

from dash import html

from dashboard import blocks, narrowing
from dashboard.credit import credit
from dashboard.filters import Filters
from dashboard.i18n import LANGUAGES
from dashboard.pages import USES
from dashboard.parts import charts, doses, people
from dashboard.view import View
from dashboard.wall import screens
from tests.dashboard.province import TODAY, Province
from tests.dashboard.tree import said

SOME = Filters(ages=(2,), vaccines=("AZ",), date_from=TODAY)


def view(filters: Filters) -> View:
    return View(Province(), filters, (), LANGUAGES["vi"], USES["/"])


def test_a_credit_names_the_filters_of_its_block():
    asked = view(SOME)
    assert credit(asked, charts.TREND).lines[0] == "Tỉnh Mẫu; theo nơi ở; 05/11/2021–…; nhóm tuổi 18+; vắc xin AZ"
    assert credit(asked, charts.HOURS).lines[0] == "Tỉnh Mẫu; theo nơi tiêm"
    assert credit(asked, charts.RECONCILIATION).lines[0] == "Tỉnh Mẫu; 05/11/2021–…"


def test_the_wall_says_of_a_chart_what_its_page_says():
    assert credit(view(SOME), screens.CHARTS["today"][0]).lines[0] == "Tỉnh Mẫu; theo nơi tiêm"
    assert narrowing.left_out(view(SOME), screens.CHARTS["today"][0]) == "mọi độ tuổi, mọi loại vắc xin"


def test_a_block_that_leaves_a_filter_out_says_so_under_its_title():
    asked = view(SOME)
    assert (
        " ".join(said(html.P(blocks.noted(asked, charts.RECONCILIATION, "Mũi"))).split())
        == "Mũi (mọi độ tuổi, mọi loại vắc xin)"
    )
    assert blocks.noted(asked, charts.TREND, "Mũi") == blocks.noted(view(Filters()), charts.RECONCILIATION, "Mũi") == "Mũi"


def test_a_headline_says_of_whom_it_speaks():
    assert said(people.lead(view(SOME))[0]).startswith("05/11/2021–…; nhóm tuổi 18+; vắc xin AZ: Tỉnh Mẫu")
    assert said(doses.lead(view(SOME.but(basis="place")))[0]).startswith("Nhóm tuổi 18+; vắc xin AZ: Các điểm tiêm")
    assert said(people.lead(view(Filters()))[0]).startswith("Tỉnh Mẫu")
