"""What is taken away: menus, and the lines that go with a figure."""

TEXTS: dict[str, tuple[str, str]] = {
    "take.title": ("Tải về", "Download"),
    "take.hint": ("Tải hình hoặc bảng số liệu này về máy", "Download this picture or table"),
    "take.png": ("Hình PNG", "Picture (PNG)"),
    "take.svg": ("Hình SVG", "Picture (SVG)"),
    "take.xlsx": ("Bảng Excel (XLSX)", "Table for Excel (XLSX)"),
    "take.csv": ("Bảng CSV", "Table (CSV)"),
    "credit.as_of": ("Số liệu tính đến {time}, đợt {batch}", "Data as of {time}, batch {batch}"),
    "credit.source": ("Nguồn: {names}", "Source: {names}"),
    "export.nothing": ("Không có bảng này.", "There is no such table."),
    "ranking.code": ("Mã", "Code"),
    "ranking.population": ("Đối tượng đích", "Target population"),
    "ranking.target": ("Chỉ tiêu", "Target"),
    "ranking.due": ("Hạn", "Due"),
    "ranking.pace_now": ("Tốc độ 7 ngày", "Pace of 7 days"),
    "ranking.pace_needed": ("Tốc độ cần đạt", "Pace needed"),
    "ranking.projected_from": ("Dự kiến đạt, sớm nhất", "Projected, earliest"),
    "ranking.projected_to": ("Dự kiến đạt, muộn nhất", "Projected, latest"),
}
