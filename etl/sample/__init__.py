"""A sample of the national Platform: a database of its own, in which invented sites enter invented injections.

It plays the source and nothing else: the ETL reads it as it would read the real one. Everybody in it is
made up; names begin with "Minh Họa" and IDs lie in ranges that no authority gives out.
"""
