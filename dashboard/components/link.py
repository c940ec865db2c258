"""Links inside the dashboard: real links, which assets/navigate.js follows without a page load."""

from dash import html

from dashboard.components.quick import quick


def link(content, href: str, class_name: str = "", **attributes) -> html.A:
    return quick(html.A, content, href=href, className=f"stay {class_name}".strip(), **attributes)
