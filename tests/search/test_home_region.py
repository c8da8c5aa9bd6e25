from __future__ import annotations

from pathlib import Path

from kb.config import load_settings
from kb.library import Library
from kb.types import Filters, Question


def test_ones_own_region_is_left_out_and_that_is_said(sample_home: Path) -> None:
    settings = load_settings(sample_home, environ={"KB_HOME_REGION": "云岚市/青禾区"})
    with Library.open(settings) as library:
        answer = library.search(Question("其他区怎么解决社区办公用房经费"))
        assert any(note.about == "青禾区" for note in answer.notes)
        assert all("青禾区" not in hit.citation.document.region for hit in answer.hits)
        plain = library.search(Question("怎么解决社区办公用房经费", top_k=40))
        assert any("青禾区" in hit.citation.document.region for hit in plain.hits)
        asked = library.search(Question("其他区怎么做", filters=Filters(regions=("青禾区",))))
        assert asked.hits, "a region that is asked for outweighs the setting"
