"""The page of vaccines: stock, what falls due, doses over time, lots."""

TEXTS: dict[str, tuple[str, str]] = {
    "menu.vaccines": ("Vắc xin", "Vaccines"),
    # --- the sentence
    "supply.lead_move": (
        "{vaccine} ở {unit} hết {when}: chuyển {moved} liều từ {giver} ngay hôm nay.",
        "{vaccine} in {unit} runs out {when}: move {moved} {moved:dose|doses} from {giver} today.",
    ),
    "supply.lead_both": (
        "{vaccine} ở {unit} hết {when}: chuyển {moved} liều từ {giver} và đề nghị cấp thêm {ordered} liều ngay hôm nay.",
        "{vaccine} in {unit} runs out {when}: move {moved} {moved:dose|doses} from {giver} and order {ordered} more today.",
    ),
    "supply.lead_order": (
        "{vaccine} ở {unit} hết {when}: đề nghị cấp {ordered} liều ngay hôm nay.",
        "{vaccine} in {unit} runs out {when}: order {ordered} {ordered:dose|doses} today.",
    ),
    "supply.lead_calm": (
        "Không kho nào của {unit} hết vắc xin trong {days} ngày tới; sớm nhất là {vaccine} ở {store}, ngày {day}.",
        "No store of {unit} runs out within {days} days; the first will be {vaccine} in {store}, on {day}.",
    ),
    "supply.lead_unused": (
        "Các kho của {unit} không xuất vắc xin trong 14 ngày qua nên không có ngày hết.",
        "Nothing was used from the stores of {unit} in the last 14 days: none runs out.",
    ),
    "supply.today": ("hôm nay", "today"),
    "supply.on": ("ngày {day} (còn {days} ngày)", "on {day} (in {days} {days:day|days})"),
    "supply.others": (
        "Còn {n} mục tồn kho khác hết trong {days} ngày: {listed}{more}.",
        "{n} other {n:stock runs|stocks run} out within {days} days: {listed}{more}.",
    ),
    "supply.other": ("{vaccine} ở {unit}", "{vaccine} in {unit}"),
    "supply.others_left": (" và {n} mục nữa", " and {n} more"),
    "supply.in_all": (
        "{unit} còn {usable} liều; {due} người đến hạn mũi 2 trong 28 ngày tới.",
        "{unit} has {usable} {usable:dose|doses} left; {due} {due:person|people} due for dose 2 within 28 days.",
    ),
    "supply.of_another": (
        "{asked} không có kho riêng: đây là số liệu kho của {unit}.",
        "{asked} has no store of its own: this is the stock of {unit}.",
    ),
    "supply.none": ("Không có số liệu tồn kho của {unit}.", "No stock data for {unit}."),
    "supply.none_more": (
        "Vì vậy không tính được ngày hết, hao phí và số ngày đủ dùng; số mũi đã tiêm và số lô vẫn có ở dưới.",
        "So no run-out day, wastage or cover can be given; doses and lots are below.",
    ),
    "supply.no_table": (
        "Không có số liệu tồn kho: chưa nguồn nào gửi phân bổ, tiếp nhận hay kiểm kê.",
        "No stock data: no source has sent an allocation, a receipt or a stock-take.",
    ),
    # --- tiles
    "supply.tile.usable": ("Tồn kho dùng được", "Usable stock"),
    "supply.tile.due": ("Đến hạn mũi 2 trong 28 ngày", "Second doses due within 28 days"),
    "supply.tile.wastage": ("Hao phí lọ đã mở", "Open-vial wastage"),
    "supply.tile.received": ("Đã tiếp nhận", "Received"),
    "supply.tile.daily": (
        "Dùng {rate} mũi/ngày, trung bình 14 ngày qua.",
        "{rate} doses used a day, mean of the last 14 days.",
    ),
    "supply.tile.none_soon": ("Không kho nào hết trong {days} ngày tới.", "No stock runs out within {days} days."),
    "supply.tile.soon": ("{n} mục tồn kho hết trong {days} ngày", "{n} {n:stock runs|stocks run} out within {days} days"),
    "supply.tile.due_line": ("Người đã tiêm mũi 1, tính theo nơi ở.", "People with dose 1, by residence."),
    "supply.tile.enough": ("Tồn kho từng loại đủ cho mũi 2.", "Each store has enough of each vaccine for them."),
    "supply.tile.short": (
        "Thiếu {doses} liều ở {n} mục tồn kho",
        "{doses} {doses:dose|doses} short in {n} {n:stock|stocks}",
    ),
    "supply.tile.of_opened": ("liều trong lọ đã mở", "of opened doses"),
    "supply.tile.opened": (
        "Mở {opened} liều, tiêm {given} mũi.",
        "{opened} {opened:dose|doses} opened, {given} given.",
    ),
    "supply.tile.worst": ("Cao nhất: {vaccine}, {share}.", "Highest: {vaccine}, {share}."),
    "supply.tile.not_opened": ("Các kho chưa báo đủ số lọ đã mở.", "Stores do not report all the vials that they open."),
    "supply.tile.allocated": ("{share} của {allocated} liều được phân bổ.", "{share} of {allocated} doses allocated."),
    "supply.tile.given": ("Đã tiêm {given} mũi.", "{given} {given:dose|doses} given."),
    # --- tables of stock
    "supply.unit": ("liều", "doses"),
    "supply.days": ("ngày", "days"),
    "supply.a_day": ("mũi/ngày", "doses a day"),
    "supply.store": ("Kho", "Store"),
    "supply.own_store": ("Kho {unit}", "{unit}’s own store"),
    "supply.in_own_store": ("kho {unit}", "{unit}’s own store"),
    "supply.if_shared": ("Nếu dùng chung toàn địa bàn", "If all of it were shared"),
    "supply.vaccine": ("Vắc xin", "Vaccine"),
    "supply.allocated": ("Phân bổ", "Allocated"),
    "supply.received": ("Tiếp nhận", "Received"),
    "supply.opened": ("Đã mở", "Opened"),
    "supply.given": ("Đã tiêm", "Given"),
    "supply.wastage": ("Hao phí", "Wastage"),
    "supply.usable": ("Tồn kho", "In stock"),
    "supply.daily": ("Dùng", "Used"),
    "supply.cover": ("Đủ dùng", "Cover"),
    "supply.runs_out": ("Ngày hết", "Runs out"),
    "supply.due_soon": ("Mũi 2 đến hạn", "Dose 2 due"),
    "supply.alert": ("Cảnh báo", "Alert"),
    "supply.alert_soon": ("Sắp hết", "Runs out soon"),
    "supply.alert_short": ("Thiếu {n} cho mũi 2", "{n} short for dose 2"),
    "supply.actions": ("Việc cần làm hôm nay", "What to do today"),
    "supply.actions_unit": ("Liều vắc xin cần chuyển hoặc cấp", "Doses to move or to order"),
    "supply.actions_both": (
        "Kho hết trong {soon} ngày được bù để đủ dùng {hold} ngày: chuyển {moved} liều giữa các kho, "
        "đề nghị cấp {ordered} liều. Kho chuyển đi vẫn giữ đủ {hold} ngày và đủ mũi 2 của 28 ngày tới.",
        "Stores that run out within {soon} days are filled for {hold} days: {moved} {moved:dose|doses} moved, "
        "{ordered} ordered. A giving store keeps enough for {hold} days and for its own second doses of 28 days.",
    ),
    "supply.actions_move": (
        "Kho hết trong {soon} ngày được bù để đủ dùng {hold} ngày: chuyển {moved} liều giữa các kho. "
        "Kho chuyển đi vẫn giữ đủ {hold} ngày và đủ mũi 2 của 28 ngày tới.",
        "Stores that run out within {soon} days are filled for {hold} days: {moved} {moved:dose|doses} moved. "
        "A giving store keeps enough for {hold} days and for its own second doses of 28 days.",
    ),
    "supply.actions_order": (
        "Kho hết trong {soon} ngày được bù để đủ dùng {hold} ngày: đề nghị cấp {ordered} liều; không kho nào khác có dư.",
        "Stores that run out within {soon} days are filled for {hold} days: {ordered} {ordered:dose|doses} to order; "
        "no other store has any to spare.",
    ),
    "supply.move": ("Chuyển đến", "Move"),
    "supply.giver": ("Từ kho", "From"),
    "supply.order": ("Đề nghị cấp", "Order"),
    "supply.owner": ("Người xử lý", "Who acts"),
    "supply.owner_root_move": ("Sở Y tế điều chuyển", "Department of Health moves"),
    "supply.owner_root_order": ("Sở Y tế phân bổ", "Department of Health allocates"),
    "supply.owner_below_move": ("Trung tâm Y tế điều chuyển", "District health centre moves"),
    "supply.owner_below_order": ("Trung tâm Y tế đề nghị Sở Y tế", "District health centre asks the Department"),
    "supply.outlook": ("Kho nào hết khi nào", "Which store runs out when"),
    "supply.outlook_unit": (
        "Ngày hết với tốc độ dùng 14 ngày qua. –: không có số liệu tồn kho; ô trống: 14 ngày qua không dùng",
        "Day on which it runs out at the use of the last 14 days. –: no stock data; empty: not used in 14 days",
    ),
    "supply.outlook_said": (
        "{n} mục tồn kho (kho và loại vắc xin) hết trong {days} ngày tới, có gạch dưới.",
        "{n} {n:stock runs|stocks run} out within {days} days (underlined).",
    ),
    "supply.outlook_calm": ("Không kho nào hết trong {days} ngày tới.", "No stock runs out within {days} days."),
    "supply.due": ("Mũi 2 đến hạn trong bốn tuần tới", "Second doses due in the coming four weeks"),
    "supply.due_unit": (
        "Người đến hạn mỗi 7 ngày kể từ hôm nay, theo vắc xin mũi 1 và nơi ở",
        "People falling due, by 7 days from today, by vaccine of dose 1 and residence",
    ),
    "supply.due_said": (
        "{people} người đến hạn; nhiều nhất 7 ngày từ {day}: {most} người. {vaccine} chiếm {share}.",
        "{people} {people:person|people} fall due; most in the 7 days from {day}: {most}. {vaccine} makes {share}.",
    ),
    "supply.due_none": (
        "Không có ai đến hạn mũi 2 trong bốn tuần tới.",
        "Nobody falls due for dose 2 in the coming four weeks.",
    ),
    "supply.due_table": ("Mũi 2 đến hạn so với tồn kho", "Second doses due against stock"),
    "supply.due_table_unit": (
        "Liều cần trong 28 ngày tới và liều trong kho; thiếu tính riêng từng loại vắc xin",
        "Doses needed within 28 days and in stock; what is lacking is counted by vaccine",
    ),
    "supply.lacking": ("Còn thiếu", "Lacking"),
    "supply.lacking_of": ("Thiếu loại", "Of which"),
    "supply.lacking_said": (
        "{n} trên {all} kho không đủ mũi 2 cho 28 ngày tới, thiếu tổng cộng {doses} liều.",
        "{n} of {all} stores cannot meet the second doses of 28 days: {doses} {doses:dose|doses} lacking in all.",
    ),
    "supply.lacking_none": (
        "Kho nào cũng đủ mũi 2 cho 28 ngày tới.",
        "Every store can meet the second doses of 28 days.",
    ),
    "supply.account": ("Phân bổ, tiếp nhận, sử dụng, tồn kho", "Allocated, received, used, in stock"),
    "supply.account_unit": (
        "Liều từ đầu chiến dịch đến nay; kho sắp hết ở trên",
        "Doses since the campaign began; what runs out first on top",
    ),
    "supply.account_said": (
        "Hao phí = (liều trong lọ đã mở − mũi đã tiêm) ÷ liều trong lọ đã mở. "
        "Đủ dùng = tồn kho ÷ mũi mỗi ngày của 14 ngày qua.",
        "Wastage = (doses in opened vials − doses given) ÷ doses in opened vials. "
        "Cover = stock ÷ daily use of the last 14 days.",
    ),
    # --- doses over time
    "stacked.title_vaccine": ("Mũi tiêm theo loại vắc xin", "Doses by vaccine"),
    "stacked.title_dose": ("Mũi tiêm theo thứ tự mũi", "Doses by dose number"),
    "stacked.title_lot": ("Mũi tiêm theo số lô, bốn tuần gần nhất", "Doses by lot, last four weeks"),
    "stacked.unit_week": ("Mũi mỗi tuần, theo nơi tiêm", "Doses a week, by place of injection"),
    "stacked.unit_day": ("Mũi mỗi ngày, theo nơi tiêm", "Doses a day, by place of injection"),
    "stacked.week": ("Từ ngày", "From"),
    "stacked.day": ("Ngày", "Day"),
    "stacked.total": ("Tổng", "Total"),
    "stacked.other_vaccines": ("Loại khác", "Others"),
    "stacked.other_lots": ("Lô khác", "Other lots"),
    "stacked.unfinished": ("tuần chưa hết", "week not over"),
    "stacked.sentence": (
        "7 ngày đến {day}: {doses} mũi; nhiều nhất là {name}, {share}.",
        "7 days to {day}: {doses} {doses:dose|doses}; most are {name}, {share}.",
    ),
    # --- lots
    "lot.look_up": ("Tra cứu một lô vắc xin", "Look up a lot"),
    "lot.look_up_unit": ("Nơi đã dùng, trên toàn địa bàn của hệ thống", "Where it was used, in the whole system"),
    "lot.field": ("Số lô", "Lot number"),
    "lot.find": ("Tìm", "Find"),
    "lot.hint": (
        "Nhập số lô ghi trên lọ để biết lô đã đến điểm tiêm nào, ngày nào, bao nhiêu mũi; tải danh sách để thu hồi.",
        "Type the number on the vial to see which sites used it, on which days and how often; take the list for a recall.",
    ),
    "lot.not_found": ("Không có mũi tiêm nào ghi lô {lot}.", "No injection was recorded with lot {lot}."),
    "lot.near": ("Gần giống:", "Similar:"),
    "lot.title": ("Lô {lot}", "Lot {lot}"),
    "lot.unit": ("Mũi tiêm đã ghi số lô này", "Doses recorded with the number"),
    "lot.said": (
        "{vaccines}: {doses} mũi tại {sites} điểm tiêm thuộc {districts} {level}, {span}.",
        "{vaccines}: {doses} {doses:dose|doses} at {sites} {sites:site|sites} "
        "in {districts} {districts:area|areas} ({level}), {span}.",
    ),
    "lot.disagrees": (
        "Lô này được ghi dưới {n} loại vắc xin: {parts}. Kiểm tra nhãn lọ và sửa trên Nền tảng.",
        "This lot is recorded under {n} vaccines: {parts}. Check the vial's label and correct it on the Platform.",
    ),
    "lot.part": ("{vaccine} {doses} mũi", "{vaccine} {doses}"),
    "lot.site": ("Điểm tiêm", "Site"),
    "lot.site_code": ("Mã điểm tiêm", "Site code"),
    "lot.area": ("Địa bàn", "Area"),
    "lot.district": ("Địa bàn cấp trên", "District"),
    "lot.day": ("Ngày tiêm", "Day"),
    "lot.vaccine": ("Vắc xin", "Vaccine"),
    "lot.spelled": ("Cách ghi", "Written as"),
    "lot.doses": ("Đã tiêm", "Given"),
    "lot.days": ("Số ngày", "Days"),
    "lot.days_unit": ("ngày", "days"),
    "lot.first": ("Mũi đầu", "First"),
    "lot.last": ("Mũi cuối", "Last"),
    "lot.sites": ("Điểm tiêm", "Sites"),
    "lot.by_day": ("Theo ngày", "By day"),
    "lot.number": ("Số lô", "Lot"),
    "lot.all": ("Các lô đã dùng", "Lots used"),
    "lot.all_unit": ("Mũi tiêm; {n} lô dùng gần đây nhất", "Doses; the {n} lots used last"),
    "lot.all_said": (
        "{n} lô, {doses} mũi; {share} số mũi không ghi số lô.",
        "{n} {n:lot|lots}, {doses} {doses:dose|doses}; {share} of doses have no lot recorded.",
    ),
    "lot.agree": ("Không lô nào bị ghi dưới nhiều loại vắc xin.", "No lot is recorded under more than one vaccine."),
    "lot.others": ("{n} lô khác", "{n} other {n:lot|lots}"),
    "lot.unrecorded": ("Không ghi số lô", "No lot recorded"),
    "lot.untold": ("Nguồn không cung cấp số lô", "Not told by the source"),
    "lot.disputed": ("Lô ghi dưới nhiều loại vắc xin", "Lots recorded under more than one vaccine"),
    "lot.disputed_said": (
        "{n} lô mâu thuẫn; {doses} mũi ghi theo loại ít gặp hơn cần kiểm tra.",
        "{n} {n:lot disagrees|lots disagree}; {doses} {doses:dose|doses} under the rarer vaccine should be checked.",
    ),
    "lot.check": ("Kiểm tra", "Check"),
    "lot.check_few": ("Nghi ghi nhầm", "Likely mistaken"),
    # --- mixed series
    "pairs.title": ("Phối hợp vắc xin chưa có quy tắc", "Mixed series without a rule"),
    "pairs.unit": (
        "Mũi tiêm sau không được tính vào liều cơ bản, đến lần cập nhật cuối",
        "The later dose does not count towards the series; as of the last batch",
    ),
    "pairs.before": ("Mũi trước", "Dose before"),
    "pairs.vaccine": ("Mũi sau", "Later dose"),
    "pairs.people": ("Số người", "People"),
    "pairs.doses": ("Số mũi không được tính", "Doses that do not count"),
    "pairs.sentence": (
        "{n} mũi không được tính vì bảng quy tắc không nói gì về hai loại vắc xin; nhiều nhất {before} rồi {vaccine}: {people} người.",
        "{n} {n:dose does|doses do} not count, for the rules say nothing of the two vaccines; most {before} and then {vaccine}: {people} {people:person|people}.",
    ),
}
