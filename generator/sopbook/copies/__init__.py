"""Controlled copies: documents, and the whole handbook, as Word files on paper's terms; and what changed between two.

``compose`` turns a document into an outline of paragraphs and tables; ``word`` writes an outline as
WordprocessingML; ``compare`` makes one outline out of two, with what was inserted and deleted marked.
"""
