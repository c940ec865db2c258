"""Parts that pages are made of: a `View` in, components or a figure out. They ask the questions."""
