"""Whether the process lives, whether it can serve, and its figures for monitoring. Nothing for people."""

from ipaddress import ip_address

from flask import Response, abort, request
from flask.typing import ResponseReturnValue

from regulator.features.registry.queries import public as register
from regulator.foundation import jobs
from regulator.portals.public import blueprint as public
from regulator.web.access import open_to_public

TEXT = "text/plain; version=0.0.4; charset=utf-8"


@public.get("/healthz")
@open_to_public
def healthz() -> ResponseReturnValue:
    """The process answers; asks nobody else."""
    return {"status": "ok"}, 200, {"Cache-Control": "no-store"}


@public.get("/readyz")
@open_to_public
def readyz() -> ResponseReturnValue:
    """200 when the database answers and stands at this code's migration, else 503 with the reason."""
    missing = register.not_ready_because()
    body = {"status": "not ready", "reason": missing} if missing else {"status": "ready"}
    return body, 503 if missing else 200, {"Cache-Control": "no-store"}


@public.get("/metrics")
@open_to_public
def metrics() -> ResponseReturnValue:
    """Figures for Prometheus, the same whichever worker answers; only for this machine itself."""
    if not _asked_from_here():
        abort(404)
    return Response(_exposition(), content_type=TEXT, headers={"Cache-Control": "no-store"})


def _asked_from_here() -> bool:
    """Whether the asker is on this machine and no proxy has passed the question on."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _exposition() -> bytes:
    from prometheus_client import CollectorRegistry, Gauge, generate_latest  # noqa: PLC0415  # rarely asked for

    registry = CollectorRegistry()
    Gauge("regulator_data_version", "Acts on the register so far", registry=registry).set(register.data_version())
    waiting = Gauge("regulator_jobs", "Long work by state", ["state"], registry=registry)
    for state, number in jobs.count_by_state().items():
        waiting.labels(state=state).set(number)
    return generate_latest(registry)
