"""Search: one definition of relevance for the command line, the browser and the tests.

``entries`` says what is searched; ``relevance.json`` with which weights; ``query`` how a query is
understood; ``rank`` what answers it. ``disk`` keeps the index for the command line (Whoosh),
``shards`` for the browser. docs/search.md tells the whole story.
"""
