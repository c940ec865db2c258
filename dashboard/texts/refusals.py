"""Why a reference table is refused: the sentences of etl/refusal.py, by their codes."""

_SAVE = ("hãy lưu lại dạng CSV UTF-8 (dấu phẩy ngăn cột)", "save it as CSV UTF-8 (comma delimited)")

TEXTS: dict[str, tuple[str, str]] = {
    "refusal.unreadable": ("{place}: không đọc được tệp ({why}).", "{place} cannot be read: {why}."),
    "refusal.other_kind": (f"{{place}} không phải tệp CSV UTF-8: {_SAVE[0]}.", f"{{place}} is no CSV in UTF-8: {_SAVE[1]}."),
    "refusal.other_encoding": (
        f"{{place}} dòng {{line}} không phải mã UTF-8 (byte 0x{{byte}}): {_SAVE[0]}.",
        f"{{place}} line {{line}} is not in UTF-8 (the byte 0x{{byte}} is none of it): {_SAVE[1]}.",
    ),
    "refusal.too_many_cells": (
        '{place} dòng {line} có {cells} ô, dòng tiêu đề có {columns}: ô có dấu phẩy phải đặt trong "…".',
        '{place} line {line} has {cells} cells, the header has {columns}: a cell that holds a comma stands in "…".',
    ),
    "refusal.open_quote": (
        '{place} dòng {line}: dấu " chưa đóng hoặc nằm giữa ô.',
        '{place} line {line}: a " is not closed, or stands within a cell.',
    ),
    "refusal.empty": ("{place} trống: dòng đầu phải là tên các cột.", "{place} is empty: its first line names the columns."),
    "refusal.divided": (
        f"{{place}} ngăn cột bằng {{sign}}, không phải dấu phẩy: {_SAVE[0]}.",
        f"{{place}} is divided by {{sign}}, not by commas: {_SAVE[1]}.",
    ),
    "refusal.column_twice": (
        "{place} dòng 1: cột {column} có hai lần.",
        "{place} line 1: the column {column} is there twice.",
    ),
    "refusal.no_address": (
        "{place}.url không phải địa chỉ như postgresql://…",
        "{place}.url is not an address such as postgresql://…",
    ),
    "refusal.query_failed": ("{place}: truy vấn bị lỗi: {why}", "{place}: the query failed: {why}"),
    "refusal.no_column": (
        "{place}: thiếu cột {column}; đang có: {columns}.",
        "{place}: column {column} is not there; it has: {columns}.",
    ),
    "refusal.empty_cell": ("{place} dòng {line}: ô {column} trống.", "{place} line {line}: {column} is empty."),
    "refusal.bad_cell": (
        "{place} dòng {line}: {column} phải là {asked} (đang là {found}).",
        "{place} line {line}: {column} must be {asked} (found {found}).",
    ),
    "refusal.ends_before": (
        "{place} dòng {line}: valid_to trước valid_from.",
        "{place} line {line}: valid_to is before valid_from.",
    ),
    "refusal.closes_before": (
        "{place} dòng {line}: to_hour phải sau from_hour.",
        "{place} line {line}: to_hour must be after from_hour.",
    ),
    "refusal.no_place": (
        "{place} dòng {line}: phải có unit_code hoặc site_code.",
        "{place} line {line}: unit_code or site_code must be there.",
    ),
    "refusal.either": (
        "{place} dòng {line}: chỉ được ghi một trong các cột {columns}, hoặc để trống.",
        "{place} line {line}: {columns} are both filled; a row is of one of them, or of neither.",
    ),
    "refusal.no_row": ("{place}: không có dòng nào.", "{place}: there is no row in it."),
    "refusal.no_table": ("{place}: các dòng không phải của một bảng.", "{place}: its rows are no rows of a table."),
    "refusal.said_twice": (
        "{place} dòng {line}: {found} đã có ở dòng {first} với giá trị khác.",
        "{place} line {line}: {found} is there already, with other values, on line {first}.",
    ),
    "refusal.two_units": (
        "{place}: mã {found} là của hai đơn vị cùng lúc: một có hiệu lực từ {first}, một từ {since}.",
        "{place}: {found} is two units at a time: one valid from {first}, one valid from {since}.",
    ),
    "refusal.fewer_bands": (
        "{place}: ít nhóm tuổi hơn kho số liệu, thiếu {found}; muốn đổi phải dựng lại kho bằng --fresh.",
        "{place}: fewer bands than the warehouse holds, missing {found}; rebuild it with --fresh.",
    ),
    "refusal.no_parent": (
        "{place}: không có đơn vị cấp trên nào có hiệu lực khi đó cho {found}.",
        "{place}: no unit is valid at that time for the parent of {found}.",
    ),
    "refusal.needed_units": (
        "{place}: không còn trong bảng nhưng vẫn có bản ghi, điểm tiêm, dân số hoặc chỉ tiêu: {found}. Giữ lại dòng đó (ghi valid_to "
        "nếu đơn vị đã thôi tồn tại), hoặc dựng lại kho bằng --fresh.",
        "{place}: no longer in the table, but records, sites, populations or targets are there: {found}. Keep the line (with valid_to, "
        "when the unit ended), or begin anew with --fresh.",
    ),
    "refusal.any_is_taken": (
        "{place}: mã any nghĩa là mọi vắc xin trong dose_rules; hãy đặt mã khác.",
        "{place}: the code any stands for every vaccine in dose_rules; name this one otherwise.",
    ),
    "refusal.no_vaccine": (
        "{place}: không có trong bảng vắc xin: {found}.",
        "{place}: not a vaccine of the vaccines table: {found}.",
    ),
    "refusal.no_site": (
        "{place}: không có trong bảng điểm tiêm: {found}.",
        "{place}: not a site of the sites table: {found}.",
    ),
    "refusal.no_unit": (
        "{place}: không có trong bảng đơn vị hành chính: {found}.",
        "{place}: not a unit of the units table: {found}.",
    ),
    "refusal.no_unit_then": (
        "{place}: không phải đơn vị có hiệu lực vào ngày valid_from: {found}.",
        "{place}: not a unit that is valid at valid_from: {found}.",
    ),
    "refusal.no_unit_on_day": (
        "{place}: không phải đơn vị có hiệu lực vào ngày đó: {found}.",
        "{place}: not a unit that is valid on the day: {found}.",
    ),
    "refusal.no_root": (
        "{place}: {found} không có trong bảng đơn vị hành chính.",
        "{place}: {found} is not a unit of the units table.",
    ),
    "refusal.alias_is_site": (
        "{place}: đã là một điểm tiêm trong bảng điểm tiêm: {found}.",
        "{place}: a site of its own in the sites table: {found}.",
    ),
    "refusal.other_band": (
        "{place}: nhóm tuổi {found} không có trong age_bands của cấu hình ({bands}).",
        "{place}: age_band {found} is not one of the settings' age_bands ({bands}).",
    ),
    "refusal.emptied_stock": (
        "{place}: không có dòng nào, trong khi đang áp dụng tồn kho của {found} (muốn bỏ hẳn thì xóa mục này khỏi cấu hình).",
        "{place}: there is no row in it, but in force is the stock of {found} (to do without, take it out of the settings).",
    ),
    "refusal.not_taken": ("{place}: kho số liệu từ chối: {why}", "{place}: the warehouse refuses it: {why}"),
    # --- what a cell must be
    "refusal.asked.whole": ("số nguyên từ 0", "a whole number from 0"),
    "refusal.asked.share": ("tỷ lệ lớn hơn 0, không quá 1", "a share above 0, at most 1"),
    "refusal.asked.is": ("true hoặc false", "true or false"),
    "refusal.asked.day": ("ngày như 2021-12-31", "a date such as 2021-12-31"),
    "refusal.asked.text": ("chữ không quá {most} ký tự", "text of at most {most} characters"),
    "refusal.asked.one_of": ("một trong: {choices}", "one of {choices}"),
    "refusal.asked.between": ("số nguyên từ {low} đến {high}", "a whole number from {low} to {high}"),
    # --- where figures stand, by the tables of before
    "refusal.notice": (
        "Một bảng danh mục bị từ chối; số liệu tính theo bảng cũ. ",
        "A reference table is refused; figures are by the tables of before. ",
    ),
    "refusal.notice_first": ("Một bảng danh mục bị từ chối. ", "A reference table is refused. "),
}
