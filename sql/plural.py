"""Numbers with a noun: `1 row`, `1,234 rows`."""


def plural(n: int, one: str, many: str | None = None) -> str:
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"
