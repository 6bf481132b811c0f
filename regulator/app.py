"""The composition root: the only file that knows everyone and wires them together."""

import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Lock
from wsgiref.headers import Headers

import click
from flask import Flask
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from regulator import portals, web
from regulator.commands import cli
from regulator.commands.context import sentence_about
from regulator.config import Settings
from regulator.features.accounts import actions as accounts
from regulator.features.accounts.signals import account_closed, powers_widened
from regulator.features.audit import actions as audit
from regulator.features.calendar.signals import working_days_changed
from regulator.features.coverage import metrics as coverage_metrics
from regulator.features.coverage.actions import bulletins, surveys, tallies
from regulator.features.coverage.actions.sweeping import close_month_in_time
from regulator.features.divisions.queries import list_cities
from regulator.features.licensing.actions import certificates, filing, granting, watching
from regulator.features.licensing.actions.applications import drafting as applications
from regulator.features.licensing.actions.applications import following as application_matters
from regulator.features.licensing.actions.applications import sweeping as applications_due
from regulator.features.licensing.actions.endings import following as endings
from regulator.features.licensing.actions.endings import sweeping as endings_due
from regulator.features.licensing.actions.reviews import following as review_matters
from regulator.features.licensing.actions.reviews import sweeping as reviews_due
from regulator.features.licensing.signals import application_approved
from regulator.features.maps import actions as maps
from regulator.features.maps import following, shading, shelf
from regulator.features.maps.basemap import chosen
from regulator.features.maps.basemap.tiles import Unusable
from regulator.features.maps.geofiles import batches as geofiles
from regulator.features.maps.geofiles import exporting, work
from regulator.features.metrics.catalogue import register_levels, register_metric
from regulator.features.papers.actions import attachments, case_files, deliveries, handing_out, issuing, trying
from regulator.features.papers.actions import moves as matter_moves
from regulator.features.papers.signals import contents_asked, matter_reassigned, paper_served
from regulator.features.registry import signals
from regulator.features.registry.actions import matters, moves
from regulator.features.registry.imports import batches
from regulator.features.registry.imports.applying import apply_batch
from regulator.features.registry.imports.staging import judge_batch
from regulator.features.registry.imports.taking_back import undo_batch
from regulator.features.registry.queries.records import register_info
from regulator.features.zones.actions import following as zones
from regulator.features.zones.actions import proposing
from regulator.foundation import clock, crypto, files, i18n, jobs, logs, signing
from regulator.foundation.database import prepare_engine
from regulator.foundation.errors import Unavailable
from regulator.foundation.extensions import compress, csrf, db
from regulator.foundation.files.objects import Bucket
from regulator.foundation.pinyin import LOCAL_READINGS
from regulator.resources import resource_dir
from regulator.web.headers import headers_of_all
from regulator.web.pages import Site
from regulator.web.templates import Application

MAX_UPLOAD_BYTES = 64 * 1024 * 1024
STATIC = Path(__file__).parent / "static"
COMPRESSED = [
    *("text/html", "text/css", "text/csv", "text/javascript", "text/plain", "image/svg+xml"),
    *("application/json", "application/geo+json", "application/problem+json"),
]
SITE_SECONDS = 5.0
JOBS_KEPT = timedelta(days=90)
DRAFTS_KEPT = timedelta(days=1)


def create_app(settings: Settings | None = None) -> Application:
    """The whole application on these settings (read from the environment when not given)."""
    settings = settings or Settings.load()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    _prepare_process(settings)
    app = Application("regulator", template_folder=str(resource_dir("templates")), static_folder=str(STATIC))
    _configure(app, settings)
    _extend(app)
    web.install(app, _site_of(settings))
    portals.install(app)
    _register_work()
    _register_figures()
    _register_followers()
    _wrap(app, settings)
    return app


def _prepare_process(settings: Settings) -> None:
    logs.configure(as_json=settings.is_production)
    clock.fix_today(settings.fixed_today)
    previous = settings.previous_data_keys.get_secret_value()
    crypto.configure(settings.data_key.get_secret_value(), tuple(filter(None, previous.split(","))))
    files.configure(settings.data_dir / "files", _bucket_of(settings))
    signing.configure(
        settings.signing_key,
        settings.signing_password.get_secret_value(),
        directory=settings.data_dir / "signing",
        may_demonstrate=not settings.is_production,
    )
    shelf.configure(settings.data_dir / "map")
    issuing.configure(settings.public_address or f"http://{settings.bind}")
    filing.configure(settings.public_address or f"http://{settings.bind}")
    key = settings.tianditu_key.get_secret_value()
    chosen.configure(settings.base_map, key=key, address=settings.tianditu_address)


def _bucket_of(settings: Settings) -> Bucket | None:
    """Where files are kept when not in the data directory."""
    if not settings.file_store:
        return None
    return Bucket(
        endpoint=settings.s3_endpoint,
        name=settings.s3_bucket,
        region=settings.s3_region,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key.get_secret_value(),
        in_host_name=settings.s3_bucket_in == "host",
    )


def _configure(app: Flask, settings: Settings) -> None:
    url = settings.effective_database_url
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key.get_secret_value(),
        SQLALCHEMY_DATABASE_URI=url,
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True},
        MAX_CONTENT_LENGTH=MAX_UPLOAD_BYTES,
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        COMPRESS_REGISTER=settings.compress,
        COMPRESS_MIMETYPES=COMPRESSED,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # keys stand in the order of the contract
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Chinese stays readable


def _extend(app: Flask) -> None:
    db.init_app(app)
    compress.init_app(app)
    csrf.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


def _site_of(settings: Settings) -> Callable[[], Site]:
    """Whose register this is, asked of the database at most once in a few seconds."""
    kept: list[tuple[float, Site]] = []
    asking = Lock()

    def site() -> Site:
        if kept and time.monotonic() - kept[0][0] <= SITE_SECONDS:
            return kept[0][1]
        if not asking.acquire(blocking=not kept):
            return kept[0][1]  # one asks anew, the others need not wait for it
        try:
            kept[:] = [(time.monotonic(), _read_site(settings))]
        finally:
            asking.release()
        return kept[0][1]

    return site


def _read_site(settings: Settings) -> Site:
    state = register_info()
    cities = list_cities()
    city = settings.city_name or (cities[0].name if cities else "")
    return Site(
        city=city,
        city_en=_in_letters(city),
        nature=state.nature.value,
        data_as_of=state.changed_at,
        authority=f"{city}住房和城乡建设局",
        site_id=settings.site_id,
    )


def _in_letters(city: str) -> str:
    """The city's name for English readers where its reading is known, else nothing (then the Chinese name stands)."""
    return LOCAL_READINGS.get(city.removesuffix("市"), "").replace(" ", "").capitalize()


def _register_work() -> None:
    """Say who does which long work and who looks after what is due."""
    jobs.register_handler(batches.JUDGE_JOB, judge_batch, batches.give_up)
    jobs.register_handler(batches.APPLY_JOB, apply_batch, batches.give_up)
    jobs.register_handler(batches.UNDO_JOB, undo_batch, batches.give_up)
    jobs.register_handler(bulletins.BULLETIN_JOB, bulletins.make_bulletin)
    jobs.register_handler(maps.SHELL_JOB, maps.draw_shell)
    jobs.register_handler(shading.SHADING_JOB, shading.shade)
    jobs.register_handler(geofiles.JUDGE_JOB, work.judge_batch, geofiles.give_up)
    jobs.register_handler(geofiles.APPLY_JOB, work.apply_batch, geofiles.give_up)
    jobs.register_handler(geofiles.UNDO_JOB, work.undo_batch, geofiles.give_up)
    jobs.register_handler(exporting.EXPORT_JOB, work.make_export, exporting.give_up)
    jobs.register_handler(issuing.ISSUE_JOB, issuing.issue_paper)
    jobs.register_handler(trying.TRY_JOB, trying.try_template, trying.give_up)
    jobs.register_handler(filing.FILE_JOB, filing.file_certificate)
    jobs.register_handler(proposing.PROPOSE_JOB, proposing.propose_district)
    jobs.register_handler(case_files.PRINT_JOB, case_files.print_file)
    jobs.register_sweeper("accounts.forget_old", accounts.forget_old)
    jobs.register_sweeper("jobs.forget_finished", lambda now: jobs.forget_finished(now - JOBS_KEPT))
    jobs.register_sweeper("files.forget_drafts", lambda now: files.file_room().forget_drafts(now - DRAFTS_KEPT))
    jobs.register_sweeper("maps.keep_shell_fresh", maps.keep_shell_fresh)
    jobs.register_sweeper("maps.trim_tiles", chosen.trim_kept)
    jobs.register_sweeper("coverage.forget_left_files", bulletins.forget_left_files)
    jobs.register_sweeper("coverage.roll_over", tallies.roll_over)
    jobs.register_sweeper("maps.roll_over", following.roll_over)
    jobs.register_sweeper("maps.keep_shading_fresh", shading.keep_shading_fresh)  # after the day has been counted
    jobs.register_sweeper("coverage.close_month", close_month_in_time)  # after the day has been counted
    jobs.register_sweeper("zones.follow_days", zones.follow_days)
    jobs.register_sweeper("registry.keep_matters", matters.keep_matters)
    jobs.register_sweeper("coverage.keep_matters", surveys.keep_matters)
    jobs.register_sweeper("licensing.look_after_applications", applications_due.look_after_applications)
    jobs.register_sweeper("licensing.keep_matters", application_matters.keep_matters)
    jobs.register_sweeper("licensing.look_after_reviews", reviews_due.look_after_reviews)
    jobs.register_sweeper("licensing.keep_review_matters", review_matters.keep_matters)
    jobs.register_sweeper("licensing.look_after_endings", endings_due.look_after_endings)
    jobs.register_sweeper("licensing.keep_ending_matters", endings.keep_ending_matters)
    jobs.register_sweeper("papers.hand_out", handing_out.hand_out)
    jobs.register_sweeper("papers.issue_left", issuing.issue_left)
    jobs.register_sweeper("papers.serve_notices", deliveries.serve_notices)
    jobs.register_sweeper("papers.forget_left_contents", attachments.forget_left_contents)
    jobs.register_sweeper("papers.forget_left_prints", case_files.forget_left_prints)
    jobs.register_sweeper("papers.forget_trials", trying.forget_trials)
    jobs.register_sweeper("licensing.file_left", filing.file_left)
    jobs.register_handler(watching.WATCH_JOB, watching.watch)
    jobs.register_sweeper("licensing.keep_watch", watching.keep_watch)
    jobs.register_sweeper("licensing.lapse_provisional", certificates.lapse_provisional)
    jobs.register_sweeper("audit.seal", audit.seal_all)  # last, so that it covers what the others recorded


def _register_figures() -> None:
    """Fill the catalogue of figures, and have what is kept follow what it rests on."""
    for metric, reckoner in coverage_metrics.list_coverage_metrics():
        register_metric(metric, reckoner)
    register_levels("coverage", coverage_metrics.reckon_level, coverage_metrics.mark)
    signals.estates_touched.connect(tallies.count_changes)
    signals.estates_touched.connect(surveys.follow_places)
    signals.estates_touched.connect(following.follow_changes)
    working_days_changed.connect(moves.follow_calendar)
    signals.estates_touched.connect(zones.follow_estates)


def _register_followers() -> None:
    """Have what waits for a person follow who may act."""
    account_closed.connect(handing_out.follow_closed)
    powers_widened.connect(handing_out.follow_powers)
    contents_asked.connect(applications.name_contents)
    application_approved.connect(granting.follow_approved)
    matter_reassigned.connect(application_matters.follow_reassigned)
    matter_reassigned.connect(endings.follow_reassigned_endings)
    paper_served.connect(endings.follow_served)
    working_days_changed.connect(matter_moves.follow_calendar_notices)
    working_days_changed.connect(application_matters.follow_calendar)
    working_days_changed.connect(review_matters.follow_calendar)
    working_days_changed.connect(endings.follow_calendar_endings)


def _wrap(app: Flask, settings: Settings) -> None:
    """What stands before the application: proxies that are trusted, and static files served without Flask."""

    def add_headers(headers: Headers, _path: str, _url: str) -> None:
        for name, value in headers_of_all(settings).items():
            headers[name] = value

    static = WhiteNoise(app.wsgi_app, root=str(STATIC), prefix="static", max_age=3600, add_headers_function=add_headers)
    app.wsgi_app = static  # type: ignore[method-assign]
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def main() -> None:
    """The entry point of `regulator`: what the operator can mend is a sentence on standard error and exit 2."""
    try:
        cli.main(prog_name="regulator", obj=create_app)
    except ValidationError as error:
        for problem in error.errors():
            variable = "".join(f"REGULATOR_{str(name).upper()}: " for name in problem["loc"])
            click.echo(f"{variable}{problem['msg']}", err=True)
        sys.exit(2)
    except Unusable as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except Unavailable as error:
        click.echo(i18n.sentence(error.code, error.params, "en"), err=True)
        sys.exit(2)
    except DBAPIError as error:
        sentence = sentence_about(error)
        if sentence is None:
            raise
        click.echo(sentence, err=True)
        sys.exit(2)
