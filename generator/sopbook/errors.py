"""What stops a command before anything else."""


class HandbookNotFound(Exception):
    """The folder holds no handbook (no ``sop/handbook.yml``)."""
