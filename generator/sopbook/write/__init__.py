"""The inverse of ``read``: sources from prose and documents, and edits that leave the rest of a source as it is."""
