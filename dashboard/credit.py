"""What must stand beside a figure that is exported or copied: as of when, from which source, over which denominator."""

import re
from dataclasses import dataclass

from dashboard import narrowing
from dashboard.block import Block
from dashboard.filters import STAGES
from dashboard.parts import told
from dashboard.tables import unaccented
from dashboard.view import View


@dataclass(frozen=True)
class Credit:
    """`lines` in the reader's language; `name` of a file without its ending; `batch` they are of."""

    lines: tuple[str, ...]
    name: str
    batch: int | None

    @property
    def text(self) -> str:
        return " · ".join(self.lines)


def credit(view: View, block: Block) -> Credit:
    """For a block of the page: `overview-trend_tinh-ba-ria-vung-tau_20211105-1221`."""
    say, world = view.say, view.world
    batch = view.filters.as_of or world.batch_id
    moment = view.local(view.frozen_at or world.committed_at)
    lines = [_asked(view, block), say("credit.as_of", time=view.language.moment(moment), batch=batch or 0)]
    if sources := view.data.source_names():
        lines.append(say("credit.source", names=", ".join(sources)))
    lines += _denominator(view) if block.has_denominator else ()
    if view.is_first_load:
        lines.append(say("loading.credit"))
    lines += told.notes(view)
    if world.is_sample:
        lines.append(say("sample.label"))
    part = block.id if block.id.split("-")[0] == view.page else f"{view.page}-{block.id}"
    about = view.filters.code if view.filters.code and not view.filters.is_of_unit else view.name(view.unit.unit_id)
    stamp = f"{moment:%Y%m%d-%H%M}" if moment else "0"
    return Credit(tuple(lines), f"{_slug(part)}_{_slug(about)}_{stamp}", batch)


def _asked(view: View, block: Block) -> str:
    """The unit or the site, and what narrows the figures of the block."""
    basis = narrowing.basis(view, block)
    by = [view.say(f"basis.{basis}").lower()] if basis else []
    return "; ".join([_about(view), *by, *narrowing.said(view, narrowing.taken(view, block))])


def _about(view: View) -> str:
    """On the page of a site the site: its figures are not those of the unit."""
    if "<site>" in view.filters.path:
        site = next(site for site in view.data.sites() if site.code == view.filters.code)
        return f"{site.name} ({site.code})"
    return view.name(view.unit.unit_id)


def _denominator(view: View):
    """Doses are divided by no population."""
    if view.filters.by_place:
        return
    stage = STAGES[view.filters.stage]
    own = next((row for row in view.data.standing(view.filters) if row.is_self and row.stage == stage), None)
    if own and own.population is not None:
        yield view.say("denominator", source=own.population_source, on=own.population_on)
    if own and own.lacking:
        yield told.lacking(view, own)


def _slug(text: str) -> str:
    """Letters, digits and hyphens alone: a name that every system takes."""
    return re.sub(r"[^a-z0-9]+", "-", unaccented(text)).strip("-") or "x"
