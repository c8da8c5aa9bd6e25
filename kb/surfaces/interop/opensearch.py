"""An OpenSearch description: browsers offer the page's search in their address bar.

Contract: dewitt/opensearch, OpenSearch 1.1 draft 6.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from fastapi import APIRouter, Request
from starlette.responses import Response

from kb.surfaces.deps import PrefsDep

router = APIRouter(include_in_schema=False)

MEDIA_TYPE = "application/opensearchdescription+xml"
_DESCRIPTION = """<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
  <ShortName>{name}</ShortName>
  <Description>{description}</Description>
  <InputEncoding>UTF-8</InputEncoding>
  <Image width="16" height="16" type="image/svg+xml">{base}/static/icon.svg</Image>
  <Url type="text/html" template="{base}/search?q={{searchTerms}}"/>
  <Url type="application/opensearchdescription+xml" rel="self" template="{base}/opensearch.xml"/>
</OpenSearchDescription>
"""


@router.get("/opensearch.xml")
def description(request: Request, prefs: PrefsDep) -> Response:
    """The description, with the address that it was asked at."""
    words = prefs.words
    text = _DESCRIPTION.format(
        name=escape(words("site.name")),
        description=escape(words("home.lede")),
        base=escape(str(request.base_url).rstrip("/"), {'"': "&quot;"}),
    )
    return Response(text, media_type=MEDIA_TYPE)
