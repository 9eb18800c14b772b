"""One file a rule or rule family; each has a tuple ``RULES``. A new file needs no registration."""
