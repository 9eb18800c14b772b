"""Fillable forms: what can be filled in, values, and the Word files that hold them.

Shared by the targets and commands that deal with forms. ``fillable`` says what there is to fill
in; ``values`` reads and shows values; ``layout`` arranges it on paper; ``document`` makes Word files;
``rows`` reads spreadsheets to merge; ``reading`` reads filled forms back; ``export`` writes them out.
"""
