"""The overview: its sentence and its tiles."""

TEXTS: dict[str, tuple[str, str]] = {
    # --- the sentence
    "overview.title": ("Tổng quan", "Overview"),
    "lead.short": (
        "{unit} còn thiếu {people} người để đạt chỉ tiêu {target} {stage}, hạn {due}.",
        "{unit} is {people} {people:person|people} short of the target of {target} {stage} by {due}.",
    ),
    "lead.reached": (
        "{unit} đã đạt chỉ tiêu {target} {stage}: hiện {coverage}, vượt {people} người.",
        "{unit} has reached the target of {target} {stage}: now {coverage}, {people} {people:person|people} above it.",
    ),
    "lead.no_target": (
        "{unit} có {people} người {stage}, bằng {coverage} đối tượng đích; chưa có chỉ tiêu cho lựa chọn này.",
        "{unit} has {people} {people:person|people} {stage}, {coverage} of the target population; "
        "no target is set for this selection.",
    ),
    "lead.no_population": (
        "{unit} có {people} người {stage}; chưa có đối tượng đích nên không tính tỷ lệ.",
        "{unit} has {people} {people:person|people} {stage}; without a target population there is no coverage.",
    ),
    "lead.place": (
        "Các điểm tiêm tại {unit} đã tiêm {today} mũi hôm nay, bằng {share} kế hoạch {plan} mũi.",
        "Sites in {unit} have given {today} {today:dose|doses} today, {share} of the {plan} planned.",
    ),
    "lead.place_no_plan": (
        "Các điểm tiêm tại {unit} đã tiêm {today} mũi hôm nay; chưa có kế hoạch trong ngày.",
        "Sites in {unit} have given {today} {today:dose|doses} today; no plan is known for today.",
    ),
    "lead.place_some": (
        "Các điểm tiêm tại {unit} đã tiêm {today} mũi hôm nay; kế hoạch là của mọi mũi, không tách theo lựa chọn này.",
        "Sites in {unit} have given {today} {today:dose|doses} today; a plan is of all doses, not of this selection.",
    ),
    "lead.place_note": (
        "Theo nơi tiêm chỉ đếm số mũi, không tính tỷ lệ bao phủ, vì người nơi khác cũng được tiêm tại đây.",
        "By place of injection doses are counted and no coverage is worked out: "
        "people from elsewhere are injected here too.",
    ),
    "sentence.pace.on": (
        "Cần {needed}, 7 ngày qua đạt {pace}: đúng tiến độ, dự kiến đạt {projected}.",
        "{needed} needed, {pace} over the last 7 days: on pace, projected to get there {projected}.",
    ),
    "sentence.pace.behind": (
        "Cần {needed} nhưng 7 ngày qua chỉ đạt {pace}; với tốc độ này dự kiến {projected} mới đạt.",
        "{needed} needed but only {pace} over the last 7 days; at this pace it gets there {projected}.",
    ),
    "sentence.pace.never": (
        "Cần {needed} nhưng 7 ngày qua chỉ đạt {pace}; với tốc độ này không đạt được chỉ tiêu.",
        "{needed} needed but only {pace} over the last 7 days; at this pace the target is not reached.",
    ),
    "sentence.pace.on_open": (
        "Cần {needed}, 7 ngày qua đạt {pace}: đúng tiến độ, nhưng tốc độ 4 tuần qua chưa đủ đều để dự kiến ngày đạt.",
        "{needed} needed, {pace} over the last 7 days: on pace, though the last 4 weeks are too uneven to project a date.",
    ),
    "sentence.pace.overdue": (
        "Đã quá hạn {due}; 7 ngày qua đạt {pace}.",
        "The due date of {due} has passed; {pace} over the last 7 days.",
    ),
    "projected.between": ("trong khoảng {span}", "between {span}"),
    "projected.earliest": ("sớm nhất {span}", "on {span} at the earliest"),
    "projected.on": ("ngày {span}", "on {span}"),
    "sentence.who": (
        "Thiếu nhiều nhất: {units}, chiếm {share} số còn thiếu.",
        "Most are missing in {units}: {share} of all who are missing.",
    ),
    "sentence.who_slow": (
        "Chậm nhất so với tốc độ cần: {unit} (cần {needed}, đạt {pace}).",
        "Slowest against the pace it needs: {unit} ({needed} needed, {pace} reached).",
    ),
    "sentence.unit_people": ("{unit} ({people} người)", "{unit} ({people} {people:person|people})"),
    # --- tiles
    "tile.doses_today": ("Mũi tiêm hôm nay", "Doses today"),
    "tile.doses_total": ("Tổng số mũi", "Doses in total"),
    "tile.doses_yesterday": ("Mũi tiêm hôm qua", "Doses yesterday"),
    "tile.doses_week": ("Trung bình 7 ngày", "7-day mean"),
    "tile.target": ("Chỉ tiêu {target} · hạn {due}", "Target {target} · due {due}"),
    "tile.no_target": ("Chưa có chỉ tiêu", "No target"),
    "tile.of_population": ("{people} / {population} người", "{people} / {population} people"),
    "tile.people_only": ("{people} người · không có mẫu số", "{people} people · no denominator"),
    "tile.gained": ("{points} · +{people} người hôm nay", "{points} · +{people} {people:person|people} today"),
    "tile.gained_people": ("+{people} người hôm nay", "+{people} {people:person|people} today"),
    "tile.yesterday_same": ("Hôm qua cả ngày: {n} mũi", "Yesterday, all day: {n} {n:dose|doses}"),
    "tile.week_ago": ("Cùng ngày tuần trước: {n} mũi", "The same day last week: {n} {n:dose|doses}"),
    "tile.week_before": ("7 ngày trước đó: {n} mũi/ngày", "The 7 days before: {n} {n:dose|doses} a day"),
    "tile.not_all_in": ("Chưa nhập đủ", "Not all entered yet"),
    "tile.visitors": ("Người nơi khác: {share} số mũi đã rõ nơi ở", "Non-residents: {share} of doses of known residence"),
    "tile.visitors_unknown": ("Chưa biết nơi ở của mũi tiêm nào", "Of no dose the residence is known"),
    "tile.plan_share": ("{share} kế hoạch {plan} mũi", "{share} of {plan} planned"),
    "tile.no_plan": ("Chưa có kế hoạch hôm nay", "No plan for today"),
    "tile.plan_of_all": ("Kế hoạch là của mọi mũi", "The plan is of all doses"),
    "tile.spark_today": (
        "{days} ngày gần đây, số {what} mỗi ngày: ít nhất {low}, nhiều nhất {high}, hôm nay {now}.",
        "Last {days} days, {what} a day: lowest {low}, highest {high}, today {now}.",
    ),
    "tile.spark_range": (
        "{days} ngày cuối đang chọn, số {what} mỗi ngày: ít nhất {low}, nhiều nhất {high}, ngày cuối {now}.",
        "Last {days} days chosen, {what} a day: lowest {low}, highest {high}, last day {now}.",
    ),
    "tile.spark_yesterday": (
        "{days} ngày đến hôm qua, số {what} mỗi ngày: ít nhất {low}, nhiều nhất {high}, hôm qua {now}.",
        "{days} days up to yesterday, {what} a day: lowest {low}, highest {high}, yesterday {now}.",
    ),
    "tile.spark_week": (
        "Trung bình 7 ngày của {days} ngày gần đây, số {what} mỗi ngày: ít nhất {low}, nhiều nhất {high}, nay {now}.",
        "7-day mean over {days} days, {what} a day: lowest {low}, highest {high}, now {now}.",
    ),
    "tile.bullet": ("{value}, chỉ tiêu {target}", "{value}, target {target}"),
    "tile.over": ("Trên 100%: kiểm tra mẫu số", "Over 100%: check the denominator"),
    "tile.as_of": ("Tính đến {time}", "As of {time}"),
    "denominator": ("Mẫu số: {source}, ngày {on}.", "Denominator: {source}, dated {on}."),
}
