"""A simulated national Platform: a database of its own, in which fictional sites enter generated injections.

It simulates the source only: the ETL reads it like the real one. All persons are fictional; names
begin with "Minh Họa" and IDs are in ranges that no authority issues.
"""
