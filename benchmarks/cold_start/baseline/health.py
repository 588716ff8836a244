"""GET /health on FastAPI and Mangum; like ours without queries."""
# mypy: disable-error-code="import-not-found,untyped-decorator"

from typing import Any

from fastapi import FastAPI, Request
from mangum import Mangum

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


@app.get("/health")
def health(request: Request) -> dict[str, Any]:
    """Report that this function runs, and the headers that reached it."""
    arrived = {name: name in request.headers for name in ("authorization", "cookie")}
    return {"success": True, "data": {"status": "ok", "dependencies": [], "arrived": arrived}}


handler = Mangum(app, lifespan="off")
