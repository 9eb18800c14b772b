"""One reader for each kind of document: from its outline to its typed parts."""
