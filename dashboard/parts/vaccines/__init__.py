"""The page of vaccines: what is in stock, what was given, where a lot went."""
