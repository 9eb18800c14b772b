"""Writing Word files (ECMA-376, transitional): packages, the house template, and what stands in them.

Forms use it, and whatever else goes out as Word. XML is built as text: every value passes
``markup.text`` or ``markup.attribute``, so none can become markup.
"""
