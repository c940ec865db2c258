"""What the brake stopped: why, which rules and changes, in which fields."""

_SHARE_VI, _SHARE_EN = "({share}; cho phép đến {allowed})", "({share}; up to {allowed} is let pass)"

TEXTS: dict[str, tuple[str, str]] = {
    "stop.title": ("{source}: đã dừng lúc {moment}", "{source}: stopped at {moment}"),
    "stop.kept": (
        "Chưa thay đổi gì trong số liệu. Hãy xem các bản ghi dưới đây; nếu đúng thì cho đi tiếp: ./run release {source}",
        "Nothing of it is in the figures. Look at the records below; if they are right, let it pass: ./run release {source}",
    ),
    "stop.kept.renamed": (
        "Chưa thay đổi gì trong số liệu. Nếu đúng là nguồn ấy: ./run source rename {before} {source}; nếu là nguồn khác và cần "
        "tính cả hai: ./run release {source}",
        "Nothing of it is in the figures. If it is that source: ./run source rename {before} {source}; if it is another and both "
        "are to be counted: ./run release {source}",
    ),
    "stop.released": (
        "Đã cho đi tiếp lúc {moment}: chỉ đúng lần gửi đã xem được qua, và lần gửi ấy chưa đến lại.",
        "Released at {moment}: only the delivery that was looked at may pass, and it has not come again yet.",
    ),
    # --- why
    "stop.broken": (
        f"{{found}} trong {{received}} bản ghi mới vi phạm quy tắc {_SHARE_VI}",
        f"{{found}} of {{received}} new records broke a rule {_SHARE_EN}",
    ),
    "stop.unmapped": (
        f"{{found}} trong {{received}} bản ghi mới có vắc xin hoặc điểm tiêm không có trong danh mục {_SHARE_VI}",
        f"{{found}} of {{received}} new records have a vaccine or site that the tables do not know {_SHARE_EN}",
    ),
    "stop.unrecognised": (
        f"{{found}} trong {{received}} bản ghi mới có mã nơi ở không nhận ra {_SHARE_VI}",
        f"{{found}} of {{received}} new records have a residence that is not recognised {_SHARE_EN}",
    ),
    "stop.outside": (
        f"{{found}} trong {{received}} bản ghi mới là của người ở ngoài địa bàn {_SHARE_VI}",
        f"{{found}} of {{received}} new records are of people who live outside {_SHARE_EN}",
    ),
    "stop.moved": (
        f"{{found}} trong {{received}} bản ghi được sửa đã chuyển sang người khác {_SHARE_VI}: mã bản ghi có thể đã bị đánh lại",
        f"{{found}} of {{received}} changed records changed their person {_SHARE_EN}: the source may have numbered anew",
    ),
    "stop.voided": (
        f"{{found}} trong {{received}} bản ghi hủy bản ghi đã nạp {_SHARE_VI}",
        f"{{found}} of {{received}} records void what was loaded {_SHARE_EN}",
    ),
    "stop.changed": (
        f"{{found}} trong {{received}} bản ghi sửa bản ghi đã nạp {_SHARE_VI}",
        f"{{found}} of {{received}} records change what was loaded {_SHARE_EN}",
    ),
    "stop.fewer_bytes": (
        "tệp {unit} có {found} byte, tệp {before} được nhận trước đó có {received}: tệp có thể bị cắt cụt",
        "{unit} has {found} bytes, {before}, accepted before it, had {received}: it may be cut off",
    ),
    "stop.fewer_records": (
        "tệp {unit} có {found} bản ghi, tệp {before} được nhận trước đó có {received}: tệp có thể bị cắt cụt",
        "{unit} has {found} records, {before}, accepted before it, had {received}: it may be cut off",
    ),
    "stop.empty": ("tệp {unit} không có bản ghi nào", "{unit} has no records"),
    "stop.emptied": (
        "nguồn không còn bản ghi đọc sau cùng: có thể đã bị xóa trắng hoặc cắt cụt",
        "the source no longer has the record that was read last: it may have been emptied or cut off",
    ),
    "stop.lost": (
        f"{{found}} trong {{received}} bản ghi đã nạp không còn trong nguồn {_SHARE_VI}",
        f"{{found}} of {{received}} records held are no longer at the source {_SHARE_EN}",
    ),
    "stop.renamed": (
        "{found} trong {received} bản ghi đầu tiên đã có trong nguồn {before}: có thể là nguồn ấy dưới tên mới",
        "{found} of the first {received} records are in source {before} already: it may be that source under a new name",
    ),
    # --- what is to be seen
    "stop.rule": ("Quy tắc", "Rule"),
    "stop.field": ("Trường", "Field"),
    "stop.records": ("Số bản ghi", "Records"),
    "stop.examples": ("Ví dụ: mã bản ghi, giá trị (số bản ghi)", "Examples: record number, value (records)"),
    "stop.nothing": ("(trống)", "(nothing)"),
    "stop.is.missing_record_id": ("thiếu mã bản ghi", "no record number"),
    "stop.is.missing_updated_at": ("thiếu thời điểm thay đổi", "no time of change"),
    "stop.is.missing_status": ("thiếu trạng thái", "no status"),
    "stop.is.unreadable_field": ("giá trị không đọc được", "value cannot be read"),
    "stop.is.missing_vaccine": ("thiếu vắc xin", "no vaccine"),
    "stop.is.unknown_vaccine": ("vắc xin không có trong danh mục", "vaccine not in the tables"),
    "stop.is.missing_site": ("thiếu điểm tiêm", "no site"),
    "stop.is.unknown_site": ("điểm tiêm không có trong danh mục", "site not in the tables"),
    "stop.is.missing_injected_at": ("thiếu ngày tiêm", "no time of injection"),
    "stop.is.future_date": ("ngày tiêm ở tương lai", "injected in the future"),
    "stop.is.before_birth": ("tiêm trước khi sinh", "injected before birth"),
    "stop.is.before_approval": ("tiêm trước khi vắc xin được cấp phép", "injected before the vaccine was approved"),
    "stop.is.under_age": ("dưới tuổi được tiêm", "below the age of the vaccine"),
    "stop.is.bad_dose_number": ("số mũi không hợp lệ", "impossible dose number"),
    "stop.is.ragged_line": ("dòng thừa hoặc thiếu trường", "line with too many or too few fields"),
    "stop.is.undecodable_line": ("dòng sai bảng mã", "line not in the encoding"),
    "stop.is.refused_record": ("kho số liệu không nhận một giá trị", "a value that the warehouse refuses"),
    "stop.is.moved": ("chuyển sang người khác", "another person"),
    "stop.is.voided": ("bị hủy", "voided"),
    "stop.is.changed": ("bị sửa", "changed"),
    "stop.is.unrecognised": ("mã nơi ở không nhận ra", "residence not recognised"),
    "stop.is.renamed": ("đã có trong nguồn khác", "in another source already"),
    "stop.is.lost": ("không còn trong nguồn", "no longer at the source"),
    "stop.is.outside": ("ở ngoài địa bàn", "lives outside"),
}
