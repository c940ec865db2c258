"""The page of a unit: what to order, the units below, the second dose, groups, sites, flows, changes."""

TEXTS: dict[str, tuple[str, str]] = {
    "menu.district": ("Địa bàn", "Areas"),
    "district.title": ("Địa bàn: việc cần chỉ đạo", "Area: what to order"),
    "district.within": ("{unit} ({above})", "{unit} ({above})"),
    "district.lead_overdue": (
        "{people} người đã quá hạn mũi 2 ({share} số người đến hạn).",
        "{people} {people:person is|people are} overdue for dose 2 ({share} of those whose interval has passed).",
    ),
    # --- what to order today
    "district.orders": ("Việc cần chỉ đạo hôm nay", "What to order today"),
    "district.orders_unit": ("Số người, theo nơi ở", "People, by residence"),
    "district.nothing_to_do": (
        "Không có người quá hạn mũi 2, không có người đến hạn trong 7 ngày tới, không thiếu người so với chỉ tiêu.",
        "Nobody is overdue for dose 2, nobody falls due within 7 days, nobody is missing to the target.",
    ),
    "district.owner": ("Thực hiện:", "By:"),
    "district.owner_station": ("Trạm Y tế cấp xã", "commune health stations"),
    "district.owner_sites": ("các điểm tiêm", "vaccination sites"),
    "district.owner_committee": ("Ban Chỉ đạo phòng, chống dịch", "steering committee"),
    "district.call": (
        "Mời {people} người quá hạn mũi 2 đi tiêm.",
        "Call in {people} {people:person|people} overdue for dose 2.",
    ),
    "district.call_share": (
        "Bằng {share} trong {passed} người đã hết khoảng cách khuyến cáo dài nhất.",
        "{share} of the {passed} whose longest recommended interval has passed.",
    ),
    "district.most": ("Nhiều nhất:", "Most:"),
    "district.prepare": (
        "Bố trí mũi 2 cho {people} người đến hạn trong 7 ngày tới.",
        "Arrange dose 2 for {people} {people:person|people} due within 7 days.",
    ),
    "district.prepare_most": (
        "Đông nhất ngày {day}: {people} người; mũi 1 nhiều nhất là {vaccine}: {n} người.",
        "Most on {day}: {people} {people:person|people}; the first dose was mostly {vaccine}: {n} {n:person|people}.",
    ),
    "district.speed_behind": ("Nâng tốc độ từ {pace} lên {needed}.", "Raise the pace from {pace} to {needed}."),
    "district.speed_on": (
        "Giữ tốc độ {pace}, mức cần là {needed}.",
        "Keep the pace of {pace}; {needed} needed.",
    ),
    "district.speed_overdue": (
        "Đã quá hạn {due}, còn thiếu {people} người: đặt hạn mới.",
        "The due date of {due} has passed with {people} {people:person|people} missing: set a new one.",
    ),
    "district.speed_reached": (
        "Dồn sức cho địa bàn còn xa chỉ tiêu.",
        "Turn to the areas that are still far from the target.",
    ),
    "district.furthest_is": ("Xa chỉ tiêu nhất:", "Furthest from the target:"),
    "district.furthest": (
        " – {coverage}, thiếu {people} người, cần {needed}, hiện {pace}.",
        " – {coverage}, {people} {people:person|people} missing, {needed} needed, now {pace}.",
    ),
    "district.furthest_no_pace": (
        " – {coverage}, thiếu {people} người.",
        " – {coverage}, {people} {people:person|people} missing.",
    ),
    # --- the tile
    "tile.overdue": ("Quá hạn mũi 2", "Overdue for dose 2"),
    "tile.overdue_share": ("{share} số người đến hạn", "{share} of those due"),
    "tile.overdue_passed": ("Đã đến hạn mũi 2: {passed} người", "Due for dose 2: {passed} {passed:person|people}"),
    "tile.due_soon": ("Đến hạn trong 28 ngày tới: {people} người", "Due within 28 days: {people} {people:person|people}"),
    # --- the units below
    "district.needed": ("Cần", "Needed"),
    "district.pace": ("Hiện đạt", "Now"),
    "district.earliest": ("Dự kiến sớm nhất", "Projected earliest"),
    "district.latest": ("Dự kiến muộn nhất", "Projected latest"),
    "district.overdue": ("Quá hạn mũi 2", "Overdue dose 2"),
    "district.place": (
        "{unit} đứng thứ {rank} trên {all}.",
        "{unit} ranks {rank} of {all}.",
    ),
    "district.define_overdue": ("Định nghĩa quá hạn", "Definition of overdue"),
    "district.define_red": ("Định nghĩa RED", "Definition of RED"),
    "district.last": (
        "Xa chỉ tiêu nhất: {unit}, {coverage}, thiếu {people} người; cần {needed}, hiện {pace}.",
        "Furthest from the target: {unit}, {coverage}, {people} {people:person|people} missing; "
        "{needed} needed, now {pace}.",
    ),
    "district.last_no_pace": (
        "Xa chỉ tiêu nhất: {unit}, {coverage}, thiếu {people} người.",
        "Furthest from the target: {unit}, {coverage}, {people} {people:person|people} missing.",
    ),
    "district.all_reached": ("Tất cả đã đạt chỉ tiêu hoặc chưa có chỉ tiêu.", "All have reached the target, or have none."),
    # --- who falls due
    "due.title": ("Người đến hạn mũi 2 trong 28 ngày tới", "People due for dose 2 in the coming 28 days"),
    "due.unit": ("Người mỗi ngày, theo vắc xin mũi 1", "People a day, by vaccine of dose 1"),
    "due.sentence": (
        "{people} người đến hạn trong 28 ngày tới, trong đó {week} người trong 7 ngày tới; "
        "đông nhất ngày {day}: {most} người.",
        "{people} {people:person falls|people fall} due within 28 days, {week} of them within 7; "
        "most on {day}: {most} {most:person|people}.",
    ),
    "due.none": (
        "Không có ai đến hạn mũi 2 trong 28 ngày tới.",
        "Nobody falls due for dose 2 in the coming 28 days.",
    ),
    "due.nobody": ("Không có người đến hạn", "Nobody falls due"),
    "district.other_vaccines": ("Vắc xin khác", "Other vaccines"),
    # --- overdue, dropout, RED
    "district.second": ("Quá hạn, bỏ mũi và phân loại RED – {unit}", "Overdue, dropout and RED category – {unit}"),
    "district.second_unit": (
        "Người theo nơi ở; mũi 1, mũi 2 của vắc xin cần từ 2 mũi",
        "People by residence; doses 1 and 2 of vaccines that ask for two or more",
    ),
    "district.passed": ("Đã đến hạn", "Interval passed"),
    "district.overdue_share": ("Tỷ lệ quá hạn", "Share overdue"),
    "district.due_soon": ("Đến hạn 28 ngày", "Due in 28 days"),
    "district.first_doses": ("Mũi 1", "Dose 1"),
    "district.second_doses": ("Mũi 2", "Dose 2"),
    "district.dropout": ("Bỏ mũi 1→2", "Dropout 1→2"),
    "district.red": ("Nhóm RED", "RED category"),
    "district.no_second": (
        "Chưa có mũi 1 nào của vắc xin cần từ 2 mũi.",
        "No first dose yet of a vaccine that asks for two or more.",
    ),
    "district.dropout_said": (
        "Bỏ mũi {share}, kể cả người chưa đến hạn: {first} mũi 1, {second} mũi 2.",
        "Dropout {share}, those not yet due included: {first} first and {second} second doses.",
    ),
    "district.dropout_negative": (
        "Bỏ mũi âm {share}: {second} mũi 2 nhiều hơn {first} mũi 1, cần kiểm tra số liệu.",
        "Dropout is negative by {share}: {second} second doses exceed {first} first ones; check the data.",
    ),
    "district.red_1": (
        "RED nhóm 1: tiếp cận tốt ({coverage} ít nhất 1 mũi, ngưỡng {goal}), ít bỏ mũi.",
        "RED category 1: good access ({coverage} with a dose, threshold {goal}), little dropout.",
    ),
    "district.red_2": (
        "RED nhóm 2: tiếp cận tốt ({coverage} ít nhất 1 mũi, ngưỡng {goal}), bỏ mũi ngoài 0–10%.",
        "RED category 2: good access ({coverage} with a dose, threshold {goal}), dropout outside 0–10%.",
    ),
    "district.red_3": (
        "RED nhóm 3: tiếp cận thấp ({coverage} ít nhất 1 mũi, ngưỡng {goal}), ít bỏ mũi.",
        "RED category 3: poor access ({coverage} with a dose, threshold {goal}), little dropout.",
    ),
    "district.red_4": (
        "RED nhóm 4: tiếp cận thấp ({coverage} ít nhất 1 mũi, ngưỡng {goal}), bỏ mũi ngoài 0–10%.",
        "RED category 4: poor access ({coverage} with a dose, threshold {goal}), dropout outside 0–10%.",
    ),
    # --- by age band and by priority group
    "district.age_title": ("Theo nhóm tuổi", "By age band"),
    "district.group_title": ("Theo nhóm ưu tiên", "By priority group"),
    "district.by_age": ("Nhóm tuổi", "Age band"),
    "district.by_group": ("Nhóm ưu tiên", "Priority group"),
    "district.group_unknown": ("Chưa rõ nhóm", "Group unknown"),
    "district.part_unit": (
        "số người đã tiêm và còn thiếu; cột: tỷ lệ trên đối tượng đích, %",
        "people reached and missing; bars: share of the target population, %",
    ),
    "district.part_short": (
        "Thiếu nhiều nhất: {part}, {people} người (hiện {coverage}).",
        "Most are missing in {part}: {people} {people:person|people} (now {coverage}).",
    ),
    "district.part_reached": ("Tất cả các nhóm đã đạt chỉ tiêu.", "All groups have reached their target."),
    # --- sites
    "district.sites": ("Điểm tiêm trên địa bàn: {n}", "Vaccination sites in the area: {n}"),
    "district.sites_unit": ("Mũi tiêm theo nơi tiêm", "Doses by place of injection"),
    "district.site": ("Điểm tiêm", "Site"),
    "district.late_today": ("Nhập bù hôm nay", "Entered late today"),
    "district.other_sites": ("{n} điểm khác", "{n} other {n:site|sites}"),
    "district.sites_said": (
        "Hôm nay {busy}/{all} điểm đã có mũi tiêm.",
        "{busy} of {all} sites have doses today.",
    ),
    "district.sites_silent": (
        "{n} điểm có kế hoạch mà chưa có mũi nào, gọi trước tiên: {site}.",
        "{n} {n:site has|sites have} a plan and no dose yet; call first: {site}.",
    ),
    "district.sites_closed": ("Lúc này không điểm nào trong giờ tiêm.", "No site is open now."),
    "district.no_sites": ("Không có điểm tiêm nào trên địa bàn.", "There is no vaccination site in the area."),
    # --- residents elsewhere, people from elsewhere
    "district.flow": ("Nơi ở và nơi tiêm", "Where people live and where they are injected"),
    "district.direction": ("Chiều", "Direction"),
    "district.leaving": ("Người trong địa bàn tiêm nơi khác", "Residents injected elsewhere"),
    "district.coming": ("Người nơi khác tiêm tại đây", "People from elsewhere injected here"),
    "district.leaving_title": ("Đi tiêm nơi khác: {n} mũi", "Injected elsewhere: {n} {n:dose|doses}"),
    "district.coming_title": ("Từ nơi khác đến: {n} mũi", "From elsewhere: {n} {n:dose|doses}"),
    "district.no_leaving": ("Không có mũi nào.", "None."),
    "district.no_coming": ("Không có mũi nào.", "None."),
    "district.outside": ("Ngoài {unit}", "Outside {unit}"),
    "district.other_places": ("{n} nơi khác", "{n} other {n:place|places}"),
    "district.leaving_said": (
        "{share} mũi tiêm của người trong địa bàn được tiêm nơi khác, nhiều nhất tại {unit}.",
        "{share} of the residents' doses were given elsewhere, most in {unit}.",
    ),
    "district.coming_said": (
        "{share} mũi tiêm tại đây (đã rõ nơi ở) là của người nơi khác.",
        "{share} of the doses given here (of known residence) were for people from elsewhere.",
    ),
    "district.no_flow": (
        "Không có mũi tiêm nào giữa địa bàn này và nơi khác.",
        "No doses between this area and others.",
    ),
    # --- what changed
    "district.changes": ("Thay đổi từ hôm qua và tuần trước", "What changed since yesterday and last week"),
    "district.changes_unit": ("Người đạt từng mức, theo ngày tiêm", "People reaching each stage, by day of injection"),
    "district.now": ("Hiện có", "Now"),
    "district.today": ("Hôm nay", "Today"),
    "district.yesterday": ("Hôm qua", "Yesterday"),
    "district.week": ("7 ngày qua", "Last 7 days"),
    "district.week_before": ("7 ngày trước đó", "The 7 before"),
    "district.week_points": ("Điểm %, 7 ngày", "Points, 7 days"),
    "district.changed": (
        "Thêm {today} người {stage} hôm nay, {week} người trong 7 ngày qua (7 ngày trước đó: {before}).",
        "{today} more {today:person|people} {stage} today, {week} over the last 7 days (the 7 before: {before}).",
    ),
    "district.moves": ("Số liệu thay đổi vì sao: {stage}", "Why the figure changed: {stage}"),
    "district.cause": ("Nguyên nhân", "Cause"),
    "district.cause_new": ("Mới", "New"),
    "district.cause_late": ("Nhập muộn", "Entered late"),
    "district.cause_corrected": ("Sửa", "Corrected"),
    "district.cause_voided": ("Hủy", "Voided"),
    "district.cause_vanished": ("Không còn trong nguồn", "No longer in the source"),
    "district.cause_duplicate": ("Trùng", "Duplicate"),
    "district.cause_reclassified": ("Xếp lại", "Reclassified"),
    "district.since_day": ("24 giờ qua", "Last 24 hours"),
    "district.since_week": ("7 ngày qua", "Last 7 days"),
    "district.no_earlier_batch": (
        "Kho chưa có đợt số liệu nào từ 24 giờ trước để so sánh.",
        "The warehouse has no batch from 24 hours ago to compare with.",
    ),
    "district.moved_day": ("Trong 24 giờ qua số liệu thay đổi {n} người.", "The figure moved by {n} people in 24 hours."),
    "district.moved_week": ("Trong 7 ngày qua số liệu thay đổi {n} người.", "The figure moved by {n} people in 7 days."),
}
