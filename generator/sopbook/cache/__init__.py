"""What a build remembers for the next one: readings of sources, findings, and what made each output.

Everything in the cache can be made anew: it may be deleted at any time, shared between branches
and builds, and is never trusted when it is damaged. It holds data only, in a format that cannot
run anything when it is read.
"""
