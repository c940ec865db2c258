"""Why there are no figures yet, or no verdicts: what is the matter, and what to do."""

TEXTS: dict[str, tuple[str, str]] = {
    # --- the first load
    "loading.title": ("Đang nạp dữ liệu lần đầu", "First load under way"),
    "loading.title_held": ("Chưa đủ các nguồn số liệu", "Not every source is in"),
    "loading.line": ("{source}: đã nhận {received} bản ghi", "{source}: {received} {received:record|records} received"),
    "loading.line_of": (
        "{source}: đã nhận {received} / {expected} bản ghi ({share})",
        "{source}: {received} of {expected} records received ({share})",
    ),
    "loading.newest": ("mới nhất đến ngày {day}", "the newest of {day}"),
    "loading.left_minute": ("còn chưa đến 1 phút", "less than a minute left"),
    "loading.left_minutes": ("còn khoảng {n} phút", "about {n} {n:minute|minutes} left"),
    "loading.left_hours": ("còn khoảng {n} giờ", "about {n} {n:hour|hours} left"),
    "loading.what": (
        "Số liệu trên trang này mới tính {received} bản ghi đầu tiên, chỉ là một phần của nguồn, nên chưa so với chỉ tiêu, "
        "chưa nói nhanh hay chậm, chưa xếp hạng, chưa dự kiến. Trang tự hiện đủ khi nạp xong, không cần tải lại.",
        "The figures on this page are of the first {received} {received:record|records}, only a part of the source: "
        "nothing is held against a target, ranked or projected yet. "
        "The page completes itself when the load is in; no need to reload.",
    ),
    "loading.held_back": (
        "Nguồn {names} chưa đọc được lần nào, nên số liệu của các nguồn khác cũng chưa được so với chỉ tiêu, xếp hạng hay dự kiến. "
        "Hãy xử lý nguồn này; nếu không dùng đến, xóa khỏi mục sources của tệp cấu hình rồi khởi động lại: "
        "trang sẽ hiện đủ theo các nguồn còn lại.",
        "Never read: {names}. So nothing of the other sources is held against a target, ranked or projected, either. "
        "Mend what is never read or, if it is not needed, take it out of sources in the settings and start again: "
        "the page then completes itself by the sources that are left.",
    ),
    "loading.frozen": (
        "Lúc này của số liệu, lần nạp đầu tiên chưa xong: mới có {received} bản ghi, là một phần của nguồn. "
        "Chưa có đủ để so với chỉ tiêu, xếp hạng hay dự kiến. Hãy chọn một lúc muộn hơn.",
        "At this moment the first load was not in yet: {received} {received:record|records}, a part of the source. "
        "Not enough to hold against a target, to rank or to project. Choose a later moment.",
    ),
    "loading.quiet": ("Hiện ra khi nạp xong lần đầu mọi nguồn", "Appears when the first load of every source is in"),
    "loading.credit": (
        "Đang nạp lần đầu: số liệu mới là một phần của nguồn",
        "First load under way: figures are only a part of the source",
    ),
    "loading.no_file": (
        "Đang nạp dữ liệu lần đầu: số liệu mới là một phần của nguồn, bảng này chưa lấy về được. Hãy thử lại khi nạp xong.",
        "First load under way: figures are only a part of the source, and this table cannot be taken away yet. "
        "Try again when the load is in.",
    ),
    "loading.tile": ("Chưa đủ số liệu", "Not complete yet"),
    # --- nothing to show yet
    "waiting.title": ("Chưa có số liệu", "No figures yet"),
    "waiting.do": ("Cần làm: ", "To do: "),
    "waiting.itself": (
        "Số liệu tự hiện khi có bản ghi đầu tiên, không cần tải lại trang.",
        "Figures appear by themselves with the first record; no need to reload.",
    ),
    "waiting.frozen": (
        "Lúc ấy chưa có bản ghi nào được nạp. Hãy chọn một lúc muộn hơn.",
        "No record had been loaded by that moment. Choose a later one.",
    ),
    "waiting.etl": ("Chương trình nạp chưa làm việc.", "The loading program (ETL) has not started its work."),
    "waiting.etl_do": (
        "đợi một phút; nếu vẫn vậy, khởi động lại bằng ./run hoặc python -m etl run và xem nhật ký etl.log.",
        "wait a minute; if it stays so, start it again with ./run or python -m etl run, and look into etl.log.",
    ),
    "waiting.reference": (
        "Bảng danh mục (đơn vị hành chính, điểm tiêm, vắc xin, dân số…) chưa dùng được, nên chưa nguồn nào được đọc.",
        "A reference table (units, sites, vaccines, populations…) cannot be used, so no source is read.",
    ),
    "waiting.reference_do": (
        "sửa tệp hoặc truy vấn nêu dưới đây (mục reference của tệp cấu hình). Chương trình tự đọc lại sau vài giây.",
        "mend the file or query named below (reference in the settings). It is read again within seconds.",
    ),
    "waiting.sample": (
        "Đang tạo dữ liệu minh họa: khoảng nửa phút nữa có số liệu đầu tiên.",
        "Sample data is being made: the first figures come in about half a minute.",
    ),
    "waiting.no_source": ("Chưa khai báo nguồn số liệu nào.", "No source of records is configured."),
    "waiting.no_source_do": (
        "thêm nguồn vào mục sources của tệp cấu hình (xem README), rồi khởi động lại.",
        "name a source under sources in the settings (see the README), then start again.",
    ),
    # --- what is the matter with a source
    "source.failed": ("Nguồn {name} không đọc được.", "Source {name} cannot be read."),
    "source.failed_do": (
        "xem lý do dưới đây, sửa nguồn hoặc mục sources.{name} của tệp cấu hình. Chương trình tự thử lại.",
        "see the reason below; mend the source, or sources.{name} in the settings. It is tried again by itself.",
    ),
    "source.braked": (
        "Nguồn {name} bị dừng vì số liệu nhận được trông bất thường; đợt bị dừng chưa được tính.",
        "Source {name} was stopped because what it delivered looks wrong; nothing of that batch is counted.",
    ),
    "source.braked_do": (
        "xem lý do dưới đây và các bản ghi ví dụ ở cuối trang; nếu số liệu đúng, cho chạy tiếp bằng: ./run release {name}",
        "see the reason below and the examples at the foot of the page; if the records are right, let it go on with: "
        "./run release {name}",
    ),
    "source.renamed_do": (
        "nếu đúng là nguồn {before} dưới tên mới: ./run source rename {before} {name}; nếu là nguồn khác và cần tính cả hai: "
        "./run release {name}",
        "if it is {before} under a new name: ./run source rename {before} {name}; if it is another and both are to be counted: "
        "./run release {name}",
    ),
    "source.unasked": ("Nguồn {name} chưa được đọc lần nào.", "Source {name} has not been read yet."),
    "source.unasked_do": (
        "đợi vài giây; nếu vẫn vậy, kiểm tra chương trình nạp có đang chạy không: ./run status",
        "wait a few seconds; if it stays so, see whether the ETL runs: ./run status",
    ),
    "source.all_faulty": (
        "Nguồn {name}: đã nhận {n} bản ghi, nhưng bản ghi nào cũng lỗi và đang chờ xử lý.",
        "Source {name}: {n} {n:record|records} received, every one of them faulty and waiting to be mended.",
    ),
    "source.all_faulty_do": (
        "xem lỗi gì, ở trường nào, giá trị nào bằng: ./run quarantine list; sửa bảng danh mục hoặc mục sources.{name}.fields, "
        "bản ghi được thử lại tự động (muốn ngay: ./run retry)",
        "see which faults, in which fields, with which values: ./run quarantine list; mend the reference tables or "
        "sources.{name}.fields, and the records are tried again by themselves (at once: ./run retry)",
    ),
    "source.no_files": (
        "Nguồn {name}: không có tệp nào khớp mẫu {pattern} trong thư mục {folder}.",
        "Source {name}: no file in {folder} matches the pattern {pattern}.",
    ),
    "source.no_files_do": (
        "kiểm tra folder và pattern ở mục sources.{name} của tệp cấu hình, hoặc chép tệp vào thư mục.",
        "check folder and pattern of sources.{name} in the settings, or put files into the folder.",
    ),
    "source.empty": (
        "Nguồn {name} đọc được, nhưng chưa có bản ghi nào.",
        "Source {name} can be read and has no record yet.",
    ),
    "source.empty_do": (
        "nếu lẽ ra phải có, kiểm tra table hoặc query ở mục sources.{name} của tệp cấu hình.",
        "if it should have some, check table or query of sources.{name} in the settings.",
    ),
    "reason.no_answer": (
        "Máy chủ cơ sở dữ liệu của nguồn không trả lời: kiểm tra máy chủ, mạng và địa chỉ (url).",
        "The source's database server does not answer: check the server, the network and the url.",
    ),
    "reason.no_permission": (
        "Tài khoản đọc nguồn thiếu quyền: nhờ quản trị nguồn cấp quyền SELECT.",
        "The account that reads the source lacks a permission: have SELECT granted.",
    ),
    "reason.no_login": ("Sai tên đăng nhập hoặc mật khẩu của nguồn.", "The source's user name or password is wrong."),
    "reason.no_column": ("Nguồn không có cột {what}.", "The source has no column {what}."),
    "reason.no_table": ("Nguồn không có bảng {what}.", "The source has no table {what}."),
    "reason.no_database": ("Máy chủ nguồn không có cơ sở dữ liệu {what}.", "The source's server has no database {what}."),
    "reason.no_folder": (
        "Thư mục {what} không có hoặc không đọc được.",
        "The folder {what} is not there or cannot be read.",
    ),
    "reason.bad_pattern": ("Mẫu tên tệp {what} viết sai.", "The pattern {what} cannot be understood."),
    "reason.bad_field": (
        "Trường {what} của nguồn khai báo chưa đúng hoặc có giá trị không đọc được.",
        "The field {what} is not mapped right, or has values that cannot be read.",
    ),
    "reason.bad_file": (
        "Tệp {what} không đọc được; các tệp khác vẫn được nạp.",
        "The file {what} cannot be read; the others are loaded.",
    ),
}
