"""What each indicator of entry, the directive, faults, stock and trust is. The others: indicators.py."""

TEXTS: dict[str, tuple[str, str]] = {
    # --- entry
    "indicator.entry-lag.name": ("Độ trễ nhập liệu", "Entry lag"),
    "indicator.entry-lag.what": (
        "Thời gian từ lúc tiêm đến lúc nhập lên Nền tảng.",
        "The time from the injection to its entry on the Platform.",
    ),
    "indicator.entry-lag.formula": (
        "giờ nhập − giờ tiêm: trung vị, P90, tỷ lệ nhập trong ngày, tỷ lệ ≤ 72 giờ",
        "time of entry − time of injection: median, P90, share on the same day, share ≤ 72 h",
    ),
    "indicator.entry-lag.limits": (
        "Nguồn không ghi giờ nhập thì lấy lúc kho thấy lần đầu và đánh dấu là suy ra.",
        "Where the source does not say when, the moment it was first seen stands, marked as inferred.",
    ),
    "indicator.completeness.name": ("Ngày gần đây chưa đủ số liệu", "Incomplete recent days"),
    "indicator.completeness.what": (
        "Tỷ lệ số mũi cuối cùng của một ngày đã có mặt sau j ngày; dưới 95% thì ngày đó được tô nhạt.",
        "The share of a day's final doses that is present j days later; below 95% the day is shown pale.",
    ),
    "indicator.completeness.formula": (
        "F(j) = mũi đã nhập sau j ngày ÷ mũi cuối cùng, trên 28 ngày đã khép",
        "F(j) = doses entered within j days ÷ final doses, over 28 closed days",
    ),
    "indicator.completeness.limits": (
        "Không bao giờ nhân bù số liệu. Giả định nhịp nhập liệu giống 28 ngày đó.",
        "Nothing is ever scaled up. Assumes that entry goes on as in those 28 days.",
    ),
    "indicator.site-use.name": ("Điểm tiêm hoạt động, điểm tiêm im lặng", "Site use, silent sites"),
    "indicator.site-use.what": (
        "Điểm tiêm có bản ghi hôm nay so với điểm có buổi tiêm theo kế hoạch; im lặng là đang mở mà quá lâu không "
        "có bản ghi.",
        "Sites with a record today against sites with a session planned; silent is open and long without a record.",
    ),
    "indicator.site-use.formula": (
        "điểm có ≥ 1 bản ghi hôm nay ÷ điểm có buổi tiêm hôm nay",
        "sites with ≥ 1 record today ÷ sites with a session today",
    ),
    "indicator.site-use.limits": (
        "Cần lịch buổi tiêm; không có lịch thì dùng kế hoạch ngày của điểm tiêm. Số phút im lặng là thiết lập.",
        "Needs the plan of sessions; without it the site's daily plan stands. The minutes of silence are a setting.",
    ),
    "indicator.platform-completeness.name": ("Đầy đủ trên Nền tảng so với thống kê tay", "Platform completeness"),
    "indicator.platform-completeness.what": (
        "Số mũi trên Nền tảng so với số mũi báo cáo bằng tay, theo điểm tiêm và ngày, kèm chênh lệch.",
        "Doses on the Platform against doses reported by hand, by site and day, with the difference.",
    ),
    "indicator.platform-completeness.formula": (
        "mũi trên Nền tảng ÷ mũi báo cáo tay",
        "doses on the Platform ÷ doses reported by hand",
    ),
    "indicator.platform-completeness.limits": (
        "Chưa hiển thị: cần số mũi báo cáo tay theo từng điểm tiêm và ngày; chưa nguồn nào gửi và chưa có chỗ nạp.",
        "Not shown yet: it needs the doses reported by hand, by site and day; no source sends them, and there is no place "
        "to hand them in.",
    ),
    # --- directive
    "indicator.identity-funnel.name": ("Phễu xác thực nhân thân", "Identity funnel"),
    "indicator.identity-funnel.what": (
        "Từ số mũi đã gửi xác thực đến số đúng, sai, chưa xác thực, với người phải xử lý tiếp theo.",
        "From doses sent for checking to those found correct, wrong or still unchecked, with who acts next.",
    ),
    "indicator.identity-funnel.formula": (
        "đã gửi = có số giấy tờ hợp lệ + không có/sai định dạng; hợp lệ = đúng + sai + chưa xác thực",
        "sent = with a valid ID + without or badly formed; valid = correct + wrong + not yet checked",
    ),
    "indicator.identity-funnel.limits": (
        "Người nước ngoài (hộ chiếu) không được đối chiếu và đứng riêng; mũi mà nguồn không cung cấp xác thực cũng vậy.",
        "Foreigners (passport) are not checked and stand apart, and so do doses whose source tells no check.",
    ),
    "indicator.identity-before.name": ("Xác thực trước khi tiêm", "Authenticated before injection"),
    "indicator.identity-before.what": (
        "Số mũi mà nhân thân được xác thực đúng không muộn hơn lúc tiêm, chia cho số mũi.",
        "Doses whose identity was found correct no later than the injection, over all doses.",
    ),
    "indicator.identity-before.formula": (
        "xác thực đúng, giờ xác thực ≤ giờ tiêm ÷ số mũi",
        "correct, checked at ≤ injected at ÷ doses",
    ),
    "indicator.identity-before.limits": (
        "Phụ thuộc giờ xác thực mà nguồn ghi. Mũi mà nguồn không cung cấp xác thực đứng ngoài mẫu số.",
        "Depends on the time of checking that the source gives. Doses whose source tells no check are in no denominator.",
    ),
    "indicator.certificates.name": (
        "Giấy xác nhận in từ Nền tảng; thấy trên ứng dụng",
        "Certificates from the Platform; app confirmed",
    ),
    "indicator.certificates.what": (
        "Số mũi có giấy xác nhận in từ Nền tảng (hoặc đã hiện trên Sổ sức khỏe điện tử), chia cho số mũi.",
        "Doses whose certificate was printed from the Platform (or that were seen in the app), over all doses.",
    ),
    "indicator.certificates.formula": (
        "mũi có giờ in (giờ thấy trên ứng dụng) ÷ số mũi",
        "doses with a time of printing (of the app) ÷ doses",
    ),
    "indicator.certificates.limits": (
        "Giấy viết tay không được tính. Mũi mà nguồn không cung cấp giờ in (giờ thấy trên ứng dụng) đứng ngoài mẫu số.",
        "Certificates written by hand do not count. Doses whose source tells no printing (no app) are in no denominator.",
    ),
    # --- faults
    "indicator.interval.name": ("Khoảng cách giữa các mũi hợp lệ", "Interval validity"),
    "indicator.interval.what": (
        "Mũi hợp lệ khi cách mũi trước ít nhất bằng khoảng cách tối thiểu; tiêm muộn không bao giờ là sai.",
        "A dose is valid when it comes at least the minimum interval after the one before; too late is never invalid.",
    ),
    "indicator.interval.formula": ("khoảng cách ≥ tối thiểu − số ngày ân hạn", "interval ≥ minimum − days of grace"),
    "indicator.interval.limits": (
        "Ân hạn mặc định 0 ngày, là thiết lập. Tính từ mũi ngay trước, dù mũi đó có hợp lệ hay không.",
        "Grace is 0 days by default, a setting. Counted from the dose before, valid or not.",
    ),
    "indicator.duplicates.name": ("Trùng lặp", "Duplicates"),
    "indicator.duplicates.what": (
        "Cùng người và cùng ngày; cùng người và cùng số mũi; một giấy tờ có hai ngày sinh hoặc hai giới tính.",
        "The same person and day; the same person and dose number; one ID with two birth dates or sexes.",
    ),
    "indicator.duplicates.formula": (
        "hai mũi một ngày của một người = một mũi; mũi sau được nêu là trùng",
        "two doses of one person on one day = one dose; the later is shown as a duplicate",
    ),
    "indicator.duplicates.limits": (
        "Một người đếm một lần; bản ghi trùng luôn được nêu, không bỏ trong im lặng. Giấy tờ ghi khác nhau thì "
        "không nhận ra là một người.",
        "A person counts once; duplicates are shown, never dropped in silence. Different IDs are not recognised "
        "as one person.",
    ),
    "indicator.sequence.name": ("Sai thứ tự mũi", "Sequence faults"),
    "indicator.sequence.what": (
        "Mũi 2 không có mũi 1, mũi 2 trước mũi 1, trộn ngoài bảng, trước ngày cấp phép, dưới tuổi của nhãn.",
        "Dose 2 without dose 1, 2 before 1, a mix not in the table, before approval, under the label's age.",
    ),
    "indicator.sequence.formula": ("đếm theo từng lỗi", "counted fault by fault"),
    "indicator.sequence.limits": (
        "Thường do nhập sai số mũi hoặc thiếu mũi tiêm ở nơi khác.",
        "Mostly a mistyped dose number, or a dose given elsewhere that is missing.",
    ),
    # --- stock
    "indicator.wastage.name": ("Hao phí lọ đã mở", "Wastage, open vial"),
    "indicator.wastage.what": (
        "Phần liều trong các lọ đã mở mà không tiêm cho ai.",
        "The share of the doses in opened vials that was given to nobody.",
    ),
    "indicator.wastage.formula": (
        "(lọ mở × liều mỗi lọ − mũi đã tiêm) ÷ (lọ mở × liều mỗi lọ)",
        "(vials opened × doses a vial − doses given) ÷ (vials opened × doses a vial)",
    ),
    "indicator.wastage.limits": (
        "Chỉ có khi nguồn báo kho; không báo, hoặc báo mở ít hơn số đã tiêm, thì không có số liệu, không phải 0.",
        "Only where the source reports stock; without it, or with fewer doses opened than given, no figure, not zero.",
    ),
    "indicator.cover-days.name": ("Số ngày đủ vắc xin", "Stock cover days"),
    "indicator.cover-days.what": (
        "Số ngày mà vắc xin còn dùng được đủ cho mức dùng hiện nay.",
        "How many days usable stock lasts at the present use.",
    ),
    "indicator.cover-days.formula": ("tồn kho dùng được ÷ mức dùng trung bình ngày", "usable stock ÷ mean daily use"),
    "indicator.cover-days.limits": (
        "Không kể lượng sắp nhận. Lô không rõ hạn dùng được coi là còn dùng được.",
        "What is still to arrive does not count. A lot of unknown expiry counts as usable.",
    ),
    # --- trust
    "indicator.denominator-checks.name": ("Kiểm tra mẫu số", "Denominator checks"),
    "indicator.denominator-checks.what": (
        "Báo khi hai nguồn dân số lệch nhau từ 10% hoặc các đơn vị con không cộng thành đơn vị cha.",
        "Says when two sources of a population differ by 10% or more, or children do not add up to their parent.",
    ),
    "indicator.denominator-checks.formula": (
        "|P1 − P2| ÷ P1 ≥ 10%; Σ P(con) ≠ P(cha)",
        "|P1 − P2| ÷ P1 ≥ 10%; Σ P(children) ≠ P(parent)",
    ),
    "indicator.denominator-checks.limits": (
        "Không nói nguồn nào đúng.",
        "Does not say which source is right.",
    ),
    "indicator.suppression.name": ("Che số nhỏ trong tệp gửi đi", "Suppression in files that leave"),
    "indicator.suppression.what": (
        "Trong tệp rời khỏi cơ quan, số từ 1 đến 5 ghi là “<6”, và che thêm để không suy ra được từ tổng.",
        "In files that leave the house, counts of 1 to 5 become “<6”, and more is hidden so that totals do not "
        "give them away.",
    ),
    "indicator.suppression.formula": ("1 ≤ n ≤ 5 → “<6”", "1 ≤ n ≤ 5 → “<6”"),
    "indicator.suppression.limits": (
        "Trên màn hình nội bộ số vẫn đầy đủ.",
        "On the screens of the house numbers stay whole.",
    ),
    "indicator.restatement.name": ("Điều chỉnh số liệu", "Restatement"),
    "indicator.restatement.what": (
        "Phần thay đổi của một con số giữa hai thời điểm, tách theo nguyên nhân.",
        "How a figure changed between two moments, split by cause.",
    ),
    "indicator.restatement.formula": (
        "giá trị(ngày x, lúc t1) − giá trị(ngày x, lúc t0) = nhập muộn + sửa + hủy + không còn trong nguồn + trùng + "
        "phân loại lại + đổi mẫu số",
        "value(day x, as of t1) − value(day x, as of t0) = late + corrected + voided + no longer in the source + "
        "duplicate + reclassified + denominator",
    ),
    "indicator.restatement.limits": (
        "Chỉ có từ đợt số liệu đầu tiên của kho.",
        "Known from the first batch of the warehouse on.",
    ),
    "indicator.counter.name": ("Bộ đếm luôn khép", "Counter that always closes"),
    "indicator.counter.what": (
        "Mọi bản ghi đã nhận đều ở một trong ba nơi: đã nạp, không đổi, lỗi chờ xử lý.",
        "Every record received is in one of three places: loaded, unchanged, faulty and waiting to be mended (quarantined).",
    ),
    "indicator.counter.formula": (
        "nhận = nạp + không đổi + bản ghi lỗi chờ xử lý",
        "received = loaded + unchanged + faulty, waiting",
    ),
    "indicator.counter.limits": (
        "Đếm bản ghi, không phải mũi tiêm hay người. Bản ghi mà nguồn không còn giữ vẫn được lưu nhưng không tính vào số "
        "liệu; số bản ghi này được nêu riêng bên cạnh.",
        "Counts records, not doses or people. Records that their source no longer holds are kept and counted in no figure; "
        "how many they are is said beside it.",
    ),
}
