"""GET /health on FastAPI and Mangum; like ours it asks nothing else."""
# mypy: disable-error-code="import-not-found,untyped-decorator"

from typing import Any

from fastapi import FastAPI
from mangum import Mangum

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


@app.get("/health")
def health() -> dict[str, Any]:
    """Say that this function runs."""
    return {"success": True, "data": {"status": "ok", "dependencies": []}}


handler = Mangum(app, lifespan="off")
