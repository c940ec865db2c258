"""Why did it change: causes, then and now, late entries; and the choice of an earlier moment."""

TEXTS: dict[str, tuple[str, str]] = {
    "menu.changes": ("Vì sao thay đổi?", "Why did it change?"),
    "changes.title": ("Vì sao số liệu thay đổi?", "Why did the figures change?"),
    # --- the earlier moment
    "since.title": ("So với", "Compared with"),
    "since.hour": ("1 giờ trước", "1 hour before"),
    "since.day": ("Hôm qua cùng giờ", "Yesterday, same time"),
    "since.week": ("Một tuần trước", "A week before"),
    "since.month": ("30 ngày trước", "30 days before"),
    "since.other": ("Lúc khác", "Another moment"),
    "since.batch": ("đợt {batch}", "batch {batch}"),
    "since.number": ("Số của đợt nạp (1–{last})", "Number of a batch (1–{last})"),
    "since.missed": (
        "Lúc {time} kho chưa nạp xong lần đầu, nên so với lúc nạp xong (đợt {batch}).",
        "At {time} the first load was not in yet: compared with its end (batch {batch}).",
    ),
    # --- causes
    "cause.new": ("Mới", "New"),
    "cause.late": ("Nhập muộn", "Entered late"),
    "cause.corrected": ("Điều chỉnh", "Corrected"),
    "cause.voided": ("Hủy", "Voided"),
    "cause.vanished": ("Không còn trong nguồn", "No longer in the source"),
    "cause.duplicate": ("Trùng", "Duplicate"),
    "cause.reclassified": ("Xếp lại", "Reclassified"),
    "cause.denominator": ("Đổi mẫu số", "Denominator"),
    "cause.new.means": (
        "Nhập đúng ngày tiêm, hoặc nguồn không cho biết ngày nhập",
        "Entered on the day of injection, or the source does not say when",
    ),
    "cause.late.means": ("Nhập sau ngày tiêm", "Entered after the day of injection"),
    # --- the sentence
    "changes.what_people": ("người {stage}", "people {stage}"),
    "changes.what_doses": ("mũi tiêm tại địa bàn", "doses injected in the area"),
    "changes.lead": (
        "{unit}, từ {since} đến {until}: {change} {what}, trong đó {parts}.",
        "{unit}, from {since} to {until}: {change} {what}, of which {parts}.",
    ),
    "changes.lead_one": (
        "{unit}, từ {since} đến {until}: {change} {what}, đều là {cause}.",
        "{unit}, from {since} to {until}: {change} {what}, all {cause}.",
    ),
    "changes.lead_none": (
        "{unit}, từ {since} đến {until}: số {what} không thay đổi.",
        "{unit}, from {since} to {until}: the number of {what} did not change.",
    ),
    "changes.adds_up": (
        "Đã đối chiếu: {before} cộng các phần trên đúng bằng {after} {unit}.",
        "Checked: {before} and the parts above make exactly {after} {unit}.",
    ),
    "changes.other_ages": (
        "Từ {before} đến {after} {unit} còn có {n} do mẫu số mới tính các nhóm tuổi khác.",
        "Between {before} and {after} {unit}, {n} come from other ages being counted under the new denominator.",
    ),
    "changes.unexplained": (
        "Chưa khớp: từ {before} đến {after} {unit} còn {n} mà sổ ghi không giải thích; cần đếm lại (verify).",
        "It does not add up: between {before} and {after} {unit}, {n} are not in the ledger; count again (verify).",
    ),
    "changes.late": (
        "Nhập muộn {n} {unit}, cũ nhất của ngày {day}.",
        "{n} {unit} {n:was|were} entered late, the oldest of {day}.",
    ),
    "changes.late_places": ("Nhiều nhất ở {names}.", "Most in {names}."),
    "changes.late_sites": ("Điểm tiêm nhập muộn nhiều nhất: {names}.", "Sites with most late entries: {names}."),
    # --- tiles
    "changes.difference": ("Chênh lệch", "Difference"),
    "changes.from_to": ("{before} → {after} {unit}", "{before} → {after} {unit}"),
    "changes.coverage": (
        "Bao phủ {before} → {after}: do số người {records}, do mẫu số {other} điểm %",
        "Coverage {before} → {after}: by records {records}, by the denominator {other} pts",
    ),
    "changes.no_population": (
        "Chưa có đối tượng đích nên không tính tỷ lệ",
        "No target population, so no coverage",
    ),
    "changes.no_share": ("Theo nơi tiêm không tính tỷ lệ", "No coverage by place of injection"),
    "changes.late_share": ("Chiếm {share} số nhập thêm", "{share} of what was added"),
    "changes.others": (
        "Điều chỉnh, hủy, không còn trong nguồn, trùng, xếp lại",
        "Corrected, voided, no longer in the source, duplicate, reclassified",
    ),
    "changes.no_others": ("Không có", "None"),
    # --- from before to after
    "changes.bridge": ("Từ trước đến sau", "From before to after"),
    "changes.bridge_unit": ("Số {what}; trục không bắt đầu từ 0", "Number of {what}; the axis does not begin at 0"),
    "changes.bridge_said": (
        "Nguyên nhân lớn nhất: {cause}, {n} {unit}.",
        "The largest cause: {cause}, {n} {unit}.",
    ),
    "changes.step": ("Bước", "Step"),
    "changes.sum": ("Cộng dồn", "Running sum"),
    "changes.nothing": ("Không có thay đổi nào.", "Nothing changed."),
    # --- tables
    "changes.unit": (
        "Chênh lệch theo nguyên nhân, {unit}; các dòng cộng lại bằng tổng",
        "Difference by cause, {unit}; the rows add up to the total",
    ),
    "changes.by_day": ("Theo ngày tiêm", "By day of injection"),
    "changes.by_day_people": ("Theo ngày tiêm đạt mức", "By day of the injection that reached the stage"),
    "changes.by_day_said": (
        "Thay đổi chạm đến {days} ngày; {old} {unit} là của những ngày trước hôm nay.",
        "The changes touch {days} {days:day|days}; {old} {unit} are of days before today.",
    ),
    "changes.earlier": ("Trước {day}", "Before {day}"),
    "changes.by_unit": ("Theo {level}", "By {level}"),
    "changes.most": ("Thay đổi nhiều nhất: {name}, {n} {unit}.", "Most changed: {name}, {n} {unit}."),
    "changes.by_site": ("Theo điểm tiêm", "By vaccination site"),
    "changes.by_site_residents": (
        "Theo điểm tiêm: mũi tiêm của người dân địa bàn",
        "By vaccination site: doses of the area's residents",
    ),
    "changes.by_site_unit": (
        "Chênh lệch theo nguyên nhân, mũi; nhập muộn nhiều nhất ở trên",
        "Difference by cause, doses; most late entries first",
    ),
    "changes.site": ("Điểm tiêm", "Site"),
    "changes.sites_late": (
        "{sites} điểm tiêm nhập muộn tổng cộng {doses} mũi. Việc tiếp theo: điểm tiêm, Sở Y tế đôn đốc.",
        "{sites} {sites:site|sites} entered {doses} {doses:dose|doses} late. "
        "Next move: the sites, followed up by the Department of Health.",
    ),
    # --- the late-entry triangle
    "triangle.title": ("Nhập liệu muộn bao nhiêu ngày", "How many days until entry"),
    "triangle.unit": ("Mũi, theo ngày tiêm và số ngày đến khi nhập", "Doses, by day of injection and days until entry"),
    "triangle.day": ("Ngày tiêm", "Day of injection"),
    "triangle.same": ("cùng ngày", "same day"),
    "triangle.days": ("{n} ngày", "{n} {n:day|days}"),
    "triangle.span": ("{first}–{last} ngày", "{first}–{last} days"),
    "triangle.from": ("từ {n} ngày", "{n}+ days"),
    "triangle.to_come": ("chưa đến", "to come"),
    "triangle.unsaid": ("không rõ", "not said"),
    "triangle.all_same": ("{share} được nhập ngay trong ngày tiêm.", "{share} were entered on the day of injection."),
    "triangle.sentence": (
        "{share} được nhập ngay trong ngày tiêm; {late} mũi nhập muộn, nhiều nhất của ngày {day} ({most} mũi).",
        "{share} were entered on the day of injection; {late} {late:dose|doses} late, most of {day} ({most}).",
    ),
    # --- completeness of the last days
    "complete.title": ("Các ngày gần đây đã đủ số liệu chưa", "How complete are the last days"),
    "complete.unit": (
        "% số mũi cuối cùng dự kiến đã nhập, theo 28 ngày đã khép; vạch: 95%",
        "% of the final doses likely to be in, by 28 closed days; mark: 95%",
    ),
    "complete.share": ("Dự kiến đã nhập", "Likely in"),
    "complete.doses": ("Đã nhập", "Entered"),
    "complete.unknown": (
        "Chưa có ngày đã khép nào cho biết số liệu về đủ sau bao lâu.",
        "No closed day tells yet how long entries take.",
    ),
    "complete.all": ("Mọi ngày đều đã có từ {share} số mũi.", "All days have {share} of their doses or more."),
    "complete.one": (
        "{day} chưa đủ số liệu: mới có khoảng {share}. Không tự nhân thêm số còn thiếu.",
        "{day} is incomplete: about {share} is in. What is missing is never added by itself.",
    ),
    "complete.sentence": (
        "{days} ngày từ {since} chưa đủ số liệu; riêng {day} mới có khoảng {share}. Không tự nhân thêm số còn thiếu.",
        "{days} {days:day|days} from {since} on {days:is|are} incomplete; {day} has about {share}. "
        "What is missing is never added by itself.",
    ),
}
