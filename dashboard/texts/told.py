"""What the sources do not tell, and what therefore cannot be said."""

TEXTS: dict[str, tuple[str, str]] = {
    "told.records": (
        "Nguồn không cung cấp số giấy tờ hay họ tên: mỗi bản ghi được đếm như một người, theo số mũi đã ghi. Số liệu là số "
        "bản ghi, không phải số người; không biết ai đến hạn hay quá hạn mũi 2.",
        "The source gives neither ID numbers nor names: each record is counted as if it were a person, by its dose number. "
        "These are numbers of records, not of people; nobody knows who is due or overdue for dose 2.",
    ),
    "told.records_of": (
        "Nguồn {sources} không cung cấp số giấy tờ hay họ tên: mỗi bản ghi của nguồn này được đếm như một người, theo số mũi đã ghi.",
        "{sources} gives neither ID numbers nor names: each of its records is counted as if it were a person, by its dose number.",
    ),
    "told.records_short": ("Đếm bản ghi, không phải người", "Counts records, not people"),
    "told.no_stage": (
        "Nguồn không cung cấp số giấy tờ hay họ tên, cũng không cho biết mũi thứ mấy: không biết bao nhiêu người đã tiêm mũi 1, tiêm đủ "
        "liều hay nhắc lại. Số mũi tiêm theo nơi tiêm vẫn đủ.",
        "The source gives neither ID numbers nor names nor dose numbers: nobody knows how many people had a first dose, a full series or "
        "a booster. Doses by place of injection are whole.",
    ),
    "told.no_stage_of": (
        "Nguồn {sources} không cung cấp số giấy tờ hay họ tên, cũng không cho biết mũi thứ mấy: bản ghi của nguồn này không nằm trong số "
        "người đã tiêm, chỉ nằm trong số mũi tiêm.",
        "{sources} gives neither ID numbers nor names nor dose numbers: its records are among the doses, not among the people reached.",
    ),
    "told.no_reach": (
        "Không biết bao nhiêu người ở đây đã đạt từng mức tiêm: nguồn không cho biết.",
        "How many residents reached each stage is not known: the source does not tell.",
    ),
    "told.no_residence": (
        "Nguồn không cung cấp nơi ở: không tính được bao phủ theo nơi ở; mũi tiêm theo nơi tiêm vẫn đủ.",
        "The source does not tell where people live: there is no coverage by residence; doses by place of injection are whole.",
    ),
    "told.no_residence_of": (
        "Nguồn {sources} không cung cấp nơi ở: người của nguồn này đứng ở dòng “chưa rõ nơi ở”.",
        "{sources} does not tell where people live: they stand in the row of unknown residence.",
    ),
    "told.no_number": ("Nguồn không cho biết mũi thứ mấy", "Dose number not told"),
    "told.untold": ("nguồn không cung cấp", "not told by the source"),
    "told.no_second": (
        "Nguồn không cung cấp số giấy tờ hay họ tên nên không biết ai đến hạn hay quá hạn mũi 2.",
        "The source gives neither ID numbers nor names: nobody knows who is due or overdue for dose 2.",
    ),
    "told.second_unknown": ("Không biết: nguồn không cho biết ai là ai", "Not known: the source does not tell who is who"),
    "told.no_lots": ("Nguồn không cung cấp số lô.", "The source does not tell lots."),
    "told.no_entry": (
        "Nguồn không cung cấp thời điểm nhập nên không biết mũi nào nhập bù.",
        "The source does not tell when doses were entered, so none is known to be late.",
    ),
    # --- units without a population
    "lacking.said": (
        "Chưa có đối tượng đích của {units}: tỷ lệ tính trên các địa bàn còn lại.",
        "No target population of {units}: the coverage is of the other areas.",
    ),
    "lacking.rows": ("Chưa có đối tượng đích: {units}.", "Without a target population: {units}."),
    "lacking.others": ("{units} và {n} địa bàn khác", "{units} and {n} {n:other area|other areas}"),
    "lacking.tile": (
        "Không kể {n} địa bàn chưa có đối tượng đích",
        "Without {n} {n:area|areas} of no known target population",
    ),
}
