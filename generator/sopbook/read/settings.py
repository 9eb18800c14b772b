"""The settings of a handbook (``handbook.yml``)."""

from __future__ import annotations

from sopbook.model import Figure, Settings, Thresholds, Training
from sopbook.places import Finding, Place
from sopbook.read import frontmatter, quantities, source, yaml_tree
from sopbook.read.collect import Collector
from sopbook.read.tree import SETTINGS


def read_settings(data: bytes) -> tuple[Settings, tuple[Finding, ...]]:
    """The settings, and what is wrong with them; then they are those of an empty file."""
    collector = Collector()
    settings = _settings(data, collector)
    return settings, tuple(collector.findings)


def _settings(data: bytes, collector: Collector) -> Settings:
    """The settings; with mistakes in them (reported), those of an empty file."""
    text = source.decode(SETTINGS, data, collector)
    tree = yaml_tree.parse(text, SETTINGS, 1, collector) if text is not None else None
    matter = frontmatter.validate_settings(tree, SETTINGS, collector) if tree else None
    if tree is None or matter is None:
        return Settings("-", "-", "zh", "", (), (), ())
    figures = tuple(
        Figure(
            name=name,
            value=figure.value,
            duration=quantities.duration(figure.value),
            group=figure.group,
            basis=figure.basis,
            place=tree.places.get(("figures", name), Place(SETTINGS)),
        )
        for name, figure in matter.figures.items()
    )
    return Settings(
        organisation=matter.organisation,
        title=matter.title,
        language=matter.language,
        base_url=matter.base_url,
        departments=tuple(matter.departments.items()),
        figures=figures,
        rules=tuple(matter.rules.items()),
        training=Training(
            **matter.training.model_dump(exclude={"coverage"}),
            coverage=Thresholds(**matter.training.coverage.model_dump()),
        ),
    )
