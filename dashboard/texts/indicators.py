"""What each indicator is: of people, pace and doses here, the others in indicators_of_records.py.

The page of definitions, the tiles and the API say it from here (dashboard/definitions.py).
"""

TEXTS: dict[str, tuple[str, str]] = {
    "indicator.group_people": ("Con người: đã tới đâu", "People: how far they are"),
    "indicator.group_pace": ("Tốc độ và dự kiến", "Pace and projection"),
    "indicator.group_doses": ("Số mũi tiêm", "Doses"),
    "indicator.group_entry": ("Nhập liệu và điểm tiêm", "Entry and sites"),
    "indicator.group_directive": ("Xác thực, giấy xác nhận, ứng dụng", "Identity, certificates, app"),
    "indicator.group_faults": ("Mũi tiêm có lỗi", "Faulty doses"),
    "indicator.group_stock": ("Vắc xin trong kho", "Stock"),
    "indicator.group_trust": ("Độ tin cậy của số liệu", "Trust in the figures"),
    # --- what a share is of
    "indicator.under_population": (
        "Đối tượng đích của địa bàn, đúng nhóm tuổi và nhóm ưu tiên đang chọn, theo phiên bản dân số đang có hiệu "
        "lực (ghi nguồn và ngày).",
        "Target population of the area, of the age and priority groups chosen, in the version in force (its "
        "source and date are shown).",
    ),
    "indicator.under_first_doses": ("Số mũi 1 trong cùng kỳ.", "First doses of the same period."),
    "indicator.under_second_due": (
        "Người đã tiêm mũi 1 mà khoảng cách khuyến cáo dài nhất đã qua.",
        "People with dose 1 whose longest recommended interval has passed.",
    ),
    "indicator.under_seven_days": ("7 ngày.", "7 days."),
    "indicator.under_days_left": ("Số ngày còn lại đến hạn chỉ tiêu.", "Days left until the target is due."),
    "indicator.under_never_population": (
        "Không chia cho dân số; theo nơi tiêm chỉ so với kế hoạch của điểm tiêm.",
        "Never divided by a population; by place of injection only against the site's plan.",
    ),
    "indicator.under_known_entry": (
        "Số mũi có ghi giờ nhập; mũi không rõ giờ nhập được nêu riêng.",
        "Doses whose time of entry is known; the others are named beside.",
    ),
    "indicator.under_final_doses": (
        "Số mũi cuối cùng của ngày, đo trên 28 ngày đã khép.",
        "The day's final doses, measured on 28 closed days.",
    ),
    "indicator.under_planned_sites": (
        "Số điểm tiêm có buổi tiêm theo kế hoạch trong ngày.",
        "Sites with a session planned that day.",
    ),
    "indicator.under_by_hand": (
        "Số mũi mà điểm tiêm báo cáo bằng tay trong cùng ngày.",
        "Doses that the site reported by hand for the same day.",
    ),
    "indicator.under_doses": ("Số mũi tiêm tại địa bàn.", "Doses injected in the area."),
    "indicator.under_opened": ("Số lọ đã mở × số liều mỗi lọ.", "Vials opened × doses in each."),
    "indicator.under_daily_use": ("Số mũi dùng trung bình mỗi ngày.", "Mean doses used a day."),
    "indicator.under_none": ("Không có mẫu số.", "There is no denominator."),
    # --- people
    "indicator.coverage-first.name": ("Bao phủ ít nhất 1 mũi", "Coverage, at least one dose"),
    "indicator.coverage-first.what": (
        "Số người (không phải số mũi) có ít nhất 1 mũi hợp lệ, theo nơi ở, chia cho đối tượng đích.",
        "Distinct persons with at least one valid dose, by residence, over the target population.",
    ),
    "indicator.coverage-first.formula": (
        "số người có ≥ 1 mũi hợp lệ ÷ đối tượng đích P(địa bàn, nhóm, phiên bản)",
        "persons with ≥ 1 valid dose ÷ target population P(area, group, version)",
    ),
    "indicator.coverage-first.limits": (
        "Người chưa rõ nơi ở, có mã không nhận ra và người ngoài địa bàn có dòng riêng, không làm tăng tỷ lệ. Có thể vượt 100% khi mẫu "
        "số cũ hoặc thiếu. Địa bàn chưa có đối tượng đích được nêu tên và đứng ngoài cả tử số lẫn mẫu số.",
        "People whose residence is unknown or not recognised, and visitors, have rows of their own and do not lift the share. It may exceed "
        "100% where the denominator is old or too small. Areas without a target population are named, and are in neither number.",
    ),
    "indicator.coverage-complete.name": ("Bao phủ đủ liều cơ bản", "Coverage, primary series complete"),
    "indicator.coverage-complete.what": (
        "Số người có đủ số mũi hợp lệ mà vắc xin yêu cầu (đa số 2; Janssen 1; Abdala 3), theo nơi ở, chia cho đối "
        "tượng đích.",
        "Distinct persons whose valid doses reach the number their vaccine asks (mostly 2; Janssen 1; Abdala 3), "
        "by residence, over the target population.",
    ),
    "indicator.coverage-complete.formula": (
        "số người có số mũi hợp lệ ≥ số mũi cơ bản của vắc xin ÷ đối tượng đích; tiêm trộn theo bảng quy tắc có "
        "ngày hiệu lực",
        "persons whose valid doses ≥ the vaccine's primary doses ÷ target population; mixed series by a dated "
        "table of rules",
    ),
    "indicator.coverage-complete.limits": (
        "Mũi tiêm sớm hơn khoảng cách tối thiểu hoặc trộn ngoài quy tắc không được tính. Mức đạt lấy theo thứ tự "
        "các mũi, không theo số mũi ghi trên phiếu; riêng nguồn không cung cấp số giấy tờ hay họ tên thì mỗi bản ghi là một "
        "người, theo số mũi đã ghi.",
        "A dose before its minimum interval, or a mix outside the rules, does not count. Stages follow the order "
        "of a person's doses, not the number recorded; where a source gives neither ID numbers nor names, each record is a "
        "person, by the number recorded.",
    ),
    "indicator.booster.name": ("Mũi nhắc lại lần k", "Booster k"),
    "indicator.booster.what": (
        "Số người đã tiêm mũi nhắc lại lần {k} đúng khoảng cách, theo nơi ở, chia cho đối tượng đích.",
        "Distinct persons with booster {k} at the right interval, by residence, over the target population.",
    ),
    "indicator.booster.formula": (
        "số người có mũi nhắc lại lần k ÷ đối tượng đích; và ÷ số người đã đến hạn nhắc",
        "persons with booster k ÷ target population; and ÷ persons due for it",
    ),
    "indicator.booster.limits": (
        "Khoảng cách tối thiểu thay đổi theo thời gian (6 tháng, từ 12/2021 là 3 tháng): lấy quy tắc có hiệu lực "
        "vào ngày tiêm.",
        "The minimum interval changed (6 months; 3 months from 12/2021): the rule in force on the day of the "
        "injection decides.",
    ),
    "indicator.dropout.name": ("Tỷ lệ bỏ mũi 1→2", "Dropout 1→2"),
    "indicator.dropout.what": (
        "Phần chênh giữa số mũi 1 và số mũi 2 của kỳ, chia cho số mũi 1.",
        "First doses of a period less its second doses, over the first doses.",
    ),
    "indicator.dropout.formula": ("(M1 − M2) ÷ M1", "(D1 − D2) ÷ D1"),
    "indicator.dropout.limits": (
        "Không phải cùng những người: khi mũi 2 tăng nhanh có thể âm, vẫn nêu và đánh dấu. Muốn biết ai bỏ mũi, "
        "xem Quá hạn mũi 2.",
        "Not of the same people: it may be negative while second doses catch up, and is shown so. For who drops "
        "out, see overdue.",
    ),
    "indicator.overdue.name": ("Quá hạn mũi 2", "Overdue for dose 2"),
    "indicator.overdue.what": (
        "Người đã tiêm mũi 1, đã qua khoảng cách khuyến cáo dài nhất mà chưa có mũi 2, chia cho người đã qua "
        "khoảng cách đó.",
        "Persons with dose 1 whose longest recommended interval has passed and who have no dose 2, over those "
        "whose interval has passed.",
    ),
    "indicator.overdue.formula": (
        "người có mũi 1, quá khoảng cách dài nhất, chưa có mũi 2 ÷ người có mũi 1 đã quá khoảng cách dài nhất",
        "with dose 1, past the longest interval, without dose 2 ÷ with dose 1, past the longest interval",
    ),
    "indicator.overdue.limits": (
        "Người tiêm mũi 2 ở tỉnh khác mà chưa nhập lên hệ thống vẫn bị tính là quá hạn. Không áp dụng cho vắc xin một mũi. "
        "Người đến hạn: chưa có mũi 2, ngày cuối của khoảng cách nằm trong 28 ngày tới. Bản ghi mà nguồn không cho biết là "
        "của ai thì không tính.",
        "A person whose dose 2 was given elsewhere and never entered counts as overdue. Does not apply to "
        "one-dose vaccines. Due: no dose 2 yet, and the last day of the interval is one of the coming 28. Records whose "
        "source does not say whose they are, are left out.",
    ),
    "indicator.red.name": ("Nhóm RED", "RED category"),
    "indicator.red.what": (
        "Xếp địa bàn vào nhóm 1–4 theo bao phủ và tỷ lệ bỏ mũi.",
        "Puts an area into category 1 to 4 by its coverage and dropout.",
    ),
    "indicator.red.formula": (
        "bao phủ ≥ c0 và bỏ mũi trong [0%, 10%) → 1; ≥ c0, ngoài khoảng → 2; < c0, trong khoảng → 3; < c0, ngoài khoảng → 4",
        "coverage ≥ c0 and dropout in [0%, 10%) → 1; ≥ c0, outside → 2; < c0, inside → 3; < c0, outside → 4",
    ),
    "indicator.red.limits": (
        "c0 là thiết lập (mặc định 90%). Không có mẫu số thì không xếp nhóm.",
        "c0 is a setting (90% by default). Without a denominator there is no category.",
    ),
    "indicator.over-100.name": ("Bao phủ trên 100%", "Coverage over 100%"),
    "indicator.over-100.what": (
        "Bao phủ vượt 100% được nêu nguyên, đánh dấu, kèm nguyên nhân có thể và kết quả theo mẫu số khác.",
        "Coverage over 100% is shown uncapped and flagged, with likely causes and what other denominators would give.",
    ),
    "indicator.over-100.formula": ("bao phủ > 1", "coverage > 1"),
    "indicator.over-100.limits": (
        "Nguyên nhân thường gặp: mẫu số cũ, dân nhập cư chưa đăng ký, nơi ở ghi sai. Chương trình không tự sửa số.",
        "Usual causes: an old denominator, newcomers not registered, residence written wrongly. Nothing is "
        "corrected in silence.",
    ),
    # --- pace
    "indicator.pace.name": ("Tốc độ", "Pace"),
    "indicator.pace.what": (
        "Số người đạt mức tiêm trong 7 ngày đã qua trọn vẹn, chia cho 7.",
        "Persons who reached the stage in the last 7 whole days, over 7.",
    ),
    "indicator.pace.formula": ("số người của 7 ngày trước hôm nay ÷ 7", "people of the 7 days before today ÷ 7"),
    "indicator.pace.limits": (
        "Hôm nay chưa trọn nên không tính. Nhập muộn làm tốc độ mấy ngày gần nhất thấp hơn thực tế.",
        "Today is not over and does not count. Late entry makes the latest days look slower than they were.",
    ),
    "indicator.pace-needed.name": ("Tốc độ cần đạt", "Pace needed"),
    "indicator.pace-needed.what": (
        "Số người mỗi ngày cần tiêm từ nay để đạt chỉ tiêu đúng hạn.",
        "Persons a day from now on that reach the target when it is due.",
    ),
    "indicator.pace-needed.formula": (
        "max(0, chỉ tiêu × P − đã đạt) ÷ số ngày còn lại; áp lực = tốc độ cần đạt ÷ tốc độ",
        "max(0, target × P − reached) ÷ days left; pressure = pace needed ÷ pace",
    ),
    "indicator.pace-needed.limits": (
        "Chia đều cho mọi ngày, kể cả ngày nghỉ. Quá hạn thì không còn tốc độ cần đạt.",
        "Spread evenly over all days, holidays included. Past the due date there is none.",
    ),
    "indicator.projection.name": ("Dự kiến đạt chỉ tiêu", "Projected to reach"),
    "indicator.projection.what": (
        "Khoảng ngày đạt chỉ tiêu nếu giữ tốc độ của tuần nhanh nhất và tuần chậm nhất trong 4 tuần qua.",
        "The range of days on which the target is reached at the pace of the fastest and of the slowest of the "
        "last 4 weeks.",
    ),
    "indicator.projection.formula": ("(chỉ tiêu − bao phủ) ÷ tốc độ tuần", "(target − coverage) ÷ weekly rate"),
    "indicator.projection.limits": (
        "Tốc độ ≤ 0 hoặc lâu hơn 25 tuần: không đạt với tốc độ này. Là phép kéo dài, không phải dự báo.",
        "A rate ≤ 0, or more than 25 weeks: not at this pace. It is an extension, not a forecast.",
    ),
    # --- doses
    "indicator.bases.name": ("Hai cách tính: nơi ở và nơi tiêm", "Two bases: residence and place of injection"),
    "indicator.bases.what": (
        "Theo nơi ở đếm người của địa bàn và chia cho dân số; theo nơi tiêm đếm mũi tại điểm tiêm và không bao "
        "giờ chia cho dân số.",
        "By residence an area's people are counted, over its population; by place of injection the doses of its "
        "sites, never over a population.",
    ),
    "indicator.bases.formula": (
        "tiêm tại nhà + tiêm nơi khác + người ngoài địa bàn + chưa rõ nơi ở + mã không nhận ra = tổng",
        "residents at home + residents elsewhere + non-residents here + unknown residence + not recognised = total",
    ),
    "indicator.bases.limits": (
        "Nơi ở lấy theo lần ghi gần nhất; sai mã xã làm người bị tính ở nơi khác.",
        "Residence is the one last recorded; a wrong commune code counts the person elsewhere.",
    ),
    "indicator.doses-today.name": ("Mũi tiêm hôm nay", "Doses today"),
    "indicator.doses-today.what": (
        "Số mũi tiêm có ngày tiêm là hôm nay và đã được nhập.",
        "Doses injected today and entered so far.",
    ),
    "indicator.doses-today.formula": ("số mũi có ngày tiêm = hôm nay", "doses whose day of injection = today"),
    "indicator.doses-today.limits": (
        "Mũi chưa nhập thì chưa thấy: con số còn tăng cả sau khi hết ngày.",
        "What is not entered is not seen: the number still grows after the day is over.",
    ),
    "indicator.doses-yesterday.name": ("Mũi tiêm hôm qua", "Doses yesterday"),
    "indicator.doses-yesterday.what": (
        "Số mũi tiêm có ngày tiêm là hôm qua, kể cả mũi nhập muộn.",
        "Doses injected yesterday, those entered late included.",
    ),
    "indicator.doses-yesterday.formula": ("số mũi có ngày tiêm = hôm qua", "doses whose day of injection = yesterday"),
    "indicator.doses-yesterday.limits": ("Còn tăng khi nhập muộn.", "Still grows as late entries come in."),
    "indicator.doses-week.name": ("Trung bình 7 ngày", "7-day mean"),
    "indicator.doses-week.what": (
        "Trung bình số mũi mỗi ngày của 7 ngày gần nhất đã đủ số liệu.",
        "Mean doses a day over the last 7 days that are complete.",
    ),
    "indicator.doses-week.formula": ("số mũi của 7 ngày đủ số liệu ÷ 7", "doses of 7 complete days ÷ 7"),
    "indicator.doses-week.limits": ("Ngày chưa đủ số liệu không tính.", "Incomplete days do not count."),
    "indicator.doses-total.name": ("Tổng số mũi", "Doses in total"),
    "indicator.doses-total.what": (
        "Số mũi đã tiêm tại các điểm tiêm của địa bàn, trong khoảng ngày đang chọn; không chia cho dân số.",
        "Doses given at the area's sites over the days chosen; never divided by a population.",
    ),
    "indicator.doses-total.formula": ("tổng số mũi, không kể mũi trùng", "all doses, duplicates left out"),
    "indicator.doses-total.limits": (
        "Kể cả mũi của người nơi khác và mũi không hợp lệ.",
        "Includes doses of people from elsewhere, and doses that are not valid.",
    ),
}
