"""A cache of the keys that this process committed recently: a look-back need not query the warehouse for them."""

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

_KEY = ["record_id", "updated_at"]


class RecentlyCommitted:
    """(record_id, updated_at) of the versions that were committed, quarantined ones included."""

    def __init__(self):
        self._keys: pa.Table | None = None

    def add(self, records: pa.Table) -> None:
        keys = records.select(_KEY)
        self._keys = keys if self._keys is None else pa.concat_tables([self._keys, keys])

    def forget_before(self, moment: datetime) -> None:
        if self._keys is not None:
            self._keys = self._keys.filter(pc.field("updated_at") >= pa.scalar(moment)).combine_chunks()

    def missing_from(self, keys: pa.Table) -> pa.Table:
        """Those of `keys` (record_id, updated_at) that were not committed here."""
        return keys if self._keys is None else keys.join(self._keys, _KEY, join_type="left anti")
