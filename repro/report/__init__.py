"""Reading what runs left behind, and turning it into the book: records → fragments, figures, chapters.

Nothing here trains or measures; every number shown comes from a record or from an executed notebook.
"""
