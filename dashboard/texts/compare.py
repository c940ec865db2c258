"""Units beside each other, the ranking since an earlier day, and figures by the units of another day."""

TEXTS: dict[str, tuple[str, str]] = {
    "menu.compare": ("So sánh", "Compare"),
    "compare.title": ("So sánh các địa bàn", "Areas compared"),
    # --- the choice
    "compare.units": ("So sánh", "Compare"),
    "compare.add": ("Thêm địa bàn…", "Add an area…"),
    "compare.take": ("Bỏ {unit}", "Take {unit} away"),
    "compare.full": ("Đã đủ {most} địa bàn", "{most} areas at most"),
    "compare.quick": ("Chọn nhanh", "Quick choice"),
    "compare.ends": ("Cao nhất và thấp nhất", "Highest and lowest"),
    "compare.first": ("{n} đầu bảng", "Top {n}"),
    "compare.last": ("{n} cuối bảng", "Last {n}"),
    "compare.alone": ("Riêng {unit}", "{unit} alone"),
    "compare.since": ("So với", "Compared with"),
    "compare.day": ("Hôm qua", "Yesterday"),
    "compare.week": ("7 ngày trước", "7 days before"),
    "compare.month": ("30 ngày trước", "30 days before"),
    "compare.other": ("Ngày khác", "Another day"),
    "compare.day_typed": ("Cuối ngày", "End of the day"),
    # --- the sentence
    "compare.passed": (
        "{upper} vượt {lower} từ {day}; cách nhau {points}.",
        "{upper} has been ahead of {lower} since {day}; they are {points} apart.",
    ),
    "compare.ends_said": (
        "Cao nhất là {best} ({high} {stage}), thấp nhất là {worst} ({low}); cách nhau {points}.",
        "Highest: {best} ({high}, {stage}); lowest: {worst} ({low}); they are {points} apart.",
    ),
    "compare.alone_said": (
        "{unit} có {coverage} {stage}, tăng {points} từ {day} (khi đó {before}).",
        "{unit} has {coverage} {stage}, {points} more than on {day} ({before}).",
    ),
    "compare.alone_people": (
        "{unit} có {people} người {stage}, ngày {day} có {before}; chưa có đối tượng đích nên không tính tỷ lệ.",
        "{unit} has {people} {people:person|people} {stage}, {before} on {day}; "
        "without a target population there is no coverage.",
    ),
    "compare.people_said": (
        "Số người {stage}: {most} nhiều nhất ({high}), {least} ít nhất ({low}); "
        "chưa có đối tượng đích nên không so được tỷ lệ.",
        "People {stage}: most in {most} ({high}), fewest in {least} ({low}); "
        "without target populations coverage cannot be compared.",
    ),
    "compare.apart": (
        "Từ {day} khoảng cách giữa {best} và {worst} rộng thêm {points}.",
        "Since {day} {best} and {worst} have moved {points} further apart.",
    ),
    "compare.nearer": (
        "Từ {day} khoảng cách giữa {best} và {worst} hẹp lại {points}.",
        "Since {day} {best} and {worst} have come {points} closer.",
    ),
    "compare.gains": (
        "Tăng nhanh nhất: {most} ({high} điểm %), chậm nhất: {least} ({low} điểm %).",
        "Fastest: {most} ({high} pts), slowest: {least} ({low} pts).",
    ),
    "compare.to_do": (
        "{unit} còn thiếu {people} người: cần {needed}, 7 ngày qua đạt {pace}.",
        "{unit} is {people} {people:person|people} short: {needed} needed, {pace} over the last 7 days.",
    ),
    "compare.no_nearer": (
        "Từ {day} khoảng cách giữa {best} và {worst} không đổi.",
        "Since {day} {best} and {worst} have stayed as far apart.",
    ),
    # --- the small multiples
    "compare.unit_share": ("% đối tượng đích", "% of the target population"),
    "compare.unit_people": ("Số người", "People"),
    "compare.short.first": ("≥ 1 mũi", "first dose"),
    "compare.short.complete": ("đủ liều", "complete"),
    "compare.short.booster1": ("nhắc lại 1", "booster 1"),
    "compare.short.booster2": ("nhắc lại 2", "booster 2"),
    "compare.target": ("chỉ tiêu {target}", "target {target}"),
    "compare.chart_said": ("{coverage}, {points} điểm % từ {day}.", "{coverage}, {points} pts since {day}."),
    "compare.chart_missing": ("Còn thiếu {people} người.", "{people} {people:person|people} short."),
    "compare.chart_reached": ("Đã đạt chỉ tiêu.", "The target is reached."),
    "compare.chart_incomplete": (
        "Từ {day} số liệu chưa về đủ.",
        "From {day} on not all entries are in.",
    ),
    "compare.chart_people": (
        "{people} người; ngày {day}: {before}. Chưa có đối tượng đích.",
        "{people} {people:person|people}; on {day}: {before}. No target population.",
    ),
    # --- the compared units in a table
    "compare.sides": ("Các địa bàn đang so sánh", "The areas compared"),
    "compare.sides_unit": (
        "Người theo nơi ở; địa bàn có thể nằm trong nhau nên không cộng",
        "Residents; areas may contain each other and are not added up",
    ),
    "compare.about_pace": ("Tốc độ cần đạt", "Pace needed"),
    "compare.on_day": ("Ngày {day}", "On {day}"),
    "compare.gained": ("Tăng thêm", "Gained"),
    "compare.points": ("điểm %", "pts"),
    "compare.doses": ("Tổng số mũi", "Doses"),
    "compare.stage": ("Mức tiêm", "Stage"),
    "compare.now": ("Hiện nay", "Now"),
    "compare.people_now": ("Số người nay", "People now"),
    "compare.people_then": ("Số người {day}", "People on {day}"),
    "compare.more": ("Thêm", "More"),
    "compare.then_and_now": ("{unit}: nay và ngày {day}", "{unit}: now and on {day}"),
    "compare.stages_unit": (
        "Tỷ lệ trên đối tượng đích, %; số người theo nơi ở",
        "Share of the target population, %; residents",
    ),
    # --- the ranking
    "compare.ranking": ("Xếp hạng {level} – {unit}, so với {day}", "Ranking by {level} – {unit}, against {day}"),
    "compare.ranking_unit": (
        "Tỷ lệ trên đối tượng đích, %; cuối ngày {day} theo số liệu hiện có",
        "Share of the target population, %; the end of {day} by what is known now",
    ),
    "compare.moved": ("Đổi hạng", "Moved"),
    "compare.places": ("bậc", "places"),
    "compare.climbed": (
        "Từ {day} tăng hạng nhiều nhất: {unit}, lên {places} bậc, nay hạng {rank}.",
        "Since {day} {unit} climbed most: {places} {places:place|places} to number {rank}.",
    ),
    "compare.nobody_moved": ("Từ {day} thứ hạng không đổi.", "Since {day} no rank has changed."),
    # --- the units of another day
    "recast.title": ("Địa giới", "Boundaries"),
    "recast.own": ("Đang dùng", "In use"),
    "recast.of_day": ("Từ {day}", "From {day} on"),
    "recast.heading": ("{unit} theo địa giới từ {day}", "{unit} by the boundaries from {day} on"),
    "recast.unit": (
        "Tỷ lệ trên đối tượng đích, %; người theo nơi ở, cộng lại bằng tổng theo địa giới cũ",
        "Share of the target population, %; residents, who add up to the total by the old boundaries",
    ),
    "recast.made": ("Gồm", "Made of"),
    "recast.population": ("Đối tượng đích", "Target population"),
    "recast.same": (
        "{units} đơn vị mới; cộng lại {people} người {stage}, bằng đúng tổng theo địa giới cũ.",
        "{units} new {units:unit|units}; together {people} {people:person|people} {stage}, "
        "the same as by the old boundaries.",
    ),
    "recast.differs": (
        "Chưa khớp: cộng lại {people} người {stage}, theo địa giới cũ là {old}; cần đếm lại (verify).",
        "It does not add up: {people} {people:person|people} {stage} against {old} by the old boundaries; "
        "count again (verify).",
    ),
}
