"""The dashboard's part of config.yaml: how the pages are served, and what they show."""

from typing import Annotated, Literal

from pydantic import Field

from sql import settings
from sql.settings import Freshness
from sql.strict import LocalPath, Model, Text

# The screens that the wall can show (dashboard/wall draws them).
WALL_PAGES = ("standing", "ranking", "map", "trend", "today")


class Map(Model):
    """Boundaries of the units, as the user has them: `key` is the property that holds a unit's code."""

    geojson: LocalPath
    key: Text = "code"


class Wall(Model):
    """What the wall screen (`?wall=1`) turns through, in this order, and how long each stays."""

    pages: Annotated[tuple[Literal[WALL_PAGES], ...], Field(min_length=1, strict=False)] = WALL_PAGES  # type: ignore[valid-type]
    seconds: Annotated[int, Field(ge=5, le=3600)] = 20


class Dashboard(Freshness):
    # Nothing else until there is access control: who can reach the port can read everything.
    host: Literal["127.0.0.1", "localhost"] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8050
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    language: Literal["vi", "en"] = "vi"
    # A site with an open session is silent when nothing was recorded for so long.
    silent_after_minutes: Annotated[int, Field(ge=1)] = 60
    # Coverage from which a unit is in RED category 1 or 2.
    red_coverage: Annotated[float, Field(gt=0, le=1)] = 0.9
    map: Map | None = None
    wall: Wall = Wall()


class Settings(settings.Settings):
    dashboard: Dashboard = Dashboard()
