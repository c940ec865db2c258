"""The wall screen."""

TEXTS: dict[str, tuple[str, str]] = {
    "wall.page_standing": ("Hiện trạng", "Where it stands"),
    "wall.page_ranking": ("Xếp hạng", "Ranking"),
    "wall.page_map": ("Bản đồ", "Map"),
    "wall.page_trend": ("Tiến độ và tốc độ", "Progress and pace"),
    "wall.page_today": ("Hôm nay", "Today"),
    "wall.ticker": ("Mũi tiêm vừa nhập", "Doses just entered"),
    "wall.today": ("Hôm nay, {basis}", "Today, {basis}"),
    "wall.minute": ("Phút vừa qua", "Last minute"),
    "wall.batches": ("Các đợt số liệu gần nhất", "The last batches"),
    "wall.others": ("{n} địa bàn xếp trên", "{n} {n:area|areas} ahead"),
    "wall.ranking_unit": (
        "tỷ lệ % trên đối tượng đích; người; người/ngày",
        "share of the target population, %; people; people a day",
    ),
    "wall.stale": ("SỐ LIỆU CŨ", "STALE FIGURES"),
    "wall.broken": ("MẤT KẾT NỐI", "CONNECTION LOST"),
    "wall.since": ("chưa có tin mới từ {clock} ({ago})", "nothing new since {clock} ({ago})"),
    "wall.before": ("◂ Trước (←)", "◂ Back (←)"),
    "wall.pause": ("Dừng / chạy (phím cách)", "Pause / go on (space)"),
    "wall.next": ("Sau (→) ▸", "Next (→) ▸"),
    "wall.leave": ("Thoát (Esc)", "Leave (Esc)"),
    "wall.paused": ("đang dừng", "paused"),
}
