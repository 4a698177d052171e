"""The HTTP API: FastAPI under `/api/v1`, thin over the use cases in `app`."""
