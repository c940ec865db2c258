"""The words where no source tells persons apart: who reached a stage is a record then, in whatever says so."""

import re

from dashboard.texts import TEXTS

# Of those who reached a stage, or are missing to it. Populations are of people all the same, and so are those who wait
# for a second dose, whom nobody knows then.
_COUNTED = """
    people people.one people.word people.a_day people.a_day.decimal
    changes.what_people changes.coverage ranking.pace_unit ranking.people_unit trend.unit wall.ranking_unit
    compare.alone_people compare.people_said compare.to_do compare.unit_people compare.chart_missing compare.chart_people
    compare.sides_unit compare.people_now compare.people_then compare.stages_unit recast.unit recast.same recast.differs
    district.orders_unit district.speed_overdue district.furthest district.furthest_no_pace district.last
    district.last_no_pace district.part_short district.changes_unit district.changed district.moved_day
    district.moved_week district.second_unit targets.lead.short lead.short lead.reached lead.no_target lead.no_population
    sentence.unit_people tile.people_only tile.gained tile.gained_people
    indicator.pace.what indicator.pace.formula
""".split()

_VIETNAMESE = (("Người", "Bản ghi"), ("người", "bản ghi"))
# The names of values, in braces, stay.
_ENGLISH = (
    (r"\b(Persons|People)\b", "Records"), (r"(?<!{)\b(persons|people)\b", "records"), (r"\bperson\b", "record"),
    (r"\bResidents\b", "Records by residence"), (r"\bresidents\b", "records by residence"), (r", who ", ", which "), (r" who ", " that "),
)  # fmt: skip
_OTHERWISE = {
    # Nobody injects a record, and none falls due.
    "indicator.pace-needed.what": (
        "Số bản ghi mỗi ngày cần có thêm từ nay để đạt chỉ tiêu đúng hạn.",
        "Records a day from now on that reach the target when it is due.",
    ),
    "district.part_unit": (
        "số bản ghi đạt mức tiêm và còn thiếu; cột: tỷ lệ trên đối tượng đích, %",
        "records reached and missing; bars: share of the target population, %",
    ),
    "district.dropout_said": (
        "Bỏ mũi {share}, theo số mũi đã ghi: {first} mũi 1, {second} mũi 2.",
        "Dropout {share}, by recorded numbers: {first} first and {second} second doses.",
    ),
    "tile.of_population": (
        "{people} bản ghi / {population} người",
        "{people} {people:record|records} / {population} people",
    ),
    "indicator.coverage-first.what": (
        "Số bản ghi mũi 1 hợp lệ, theo nơi ở, chia cho đối tượng đích; nguồn không cho biết mỗi bản ghi là của ai.",
        "Records of a valid first dose, by residence, over the target population; the source does not tell whose each is.",
    ),
    "indicator.coverage-first.formula": (
        "số bản ghi mũi 1 ÷ đối tượng đích P(địa bàn, nhóm, phiên bản)",
        "records of dose 1 ÷ target population P(area, group, version)",
    ),
    "indicator.coverage-complete.what": (
        "Số bản ghi của mũi làm đủ liều cơ bản theo số mũi đã ghi (đa số là mũi 2; Janssen mũi 1; Abdala mũi 3), theo nơi ở, chia cho "
        "đối tượng đích.",
        "Records of the dose that completes a series by its recorded number (mostly 2; Janssen 1; Abdala 3), by residence, over "
        "the target population.",
    ),
    "indicator.coverage-complete.formula": (
        "số bản ghi có số mũi = số mũi cơ bản của vắc xin ÷ đối tượng đích",
        "records whose dose number = the vaccine's primary doses ÷ target population",
    ),
    "indicator.booster.what": (
        "Số bản ghi mũi nhắc lại lần {k} theo số mũi đã ghi, theo nơi ở, chia cho đối tượng đích.",
        "Records of booster {k} by the recorded number, by residence, over the target population.",
    ),
    "indicator.booster.formula": (
        "số bản ghi mũi nhắc lại lần k ÷ đối tượng đích",
        "records of booster k ÷ target population",
    ),
}


def _reworded(vietnamese: str, english: str) -> tuple[str, str]:
    for word, other in _VIETNAMESE:
        vietnamese = vietnamese.replace(word, other)
    for word, other in _ENGLISH:
        english = re.sub(word, other, english)
    return vietnamese, english


OF_RECORDS = TEXTS | {key: _reworded(*TEXTS[key]) for key in _COUNTED} | _OTHERWISE
