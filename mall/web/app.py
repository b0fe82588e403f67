"""Puts the mall's web application together: finds its pages, and lets nothing start that nobody guards."""

from __future__ import annotations

from typing import Any

from flask_openapi3 import Info, OpenAPI
from pydantic import ValidationError
from werkzeug.routing import IntegerConverter

from mall.database import connect
from mall.errors import Refusal
from mall.field_words import field_errors
from mall.settings import CHECKOUT, Settings
from mall.shelf import modules_below
from mall.web.cross_site import install_cross_site_guard
from mall.web.default_deny import declare_open, install_default_deny, require_declarations
from mall.web.error_pages import install_error_pages, log_bug
from mall.web.identify import API_PREFIX, install_identity
from mall.web.layout import install_layout
from mall.web.proxies import TrustLocalProxy
from mall.web.request_frame import install_request_frame
from mall.web.security_headers import install_security_headers
from mall.web.sessions import MallSessions
from mall.web.static_files import install_static_files
from mall.web.structured_logs import configure_logs
from mall.web.translation import install_translation

UPLOAD_MAX_BYTES = 25 * 1024 * 1024
FORM_MAX_BYTES = 2 * 1024 * 1024
#: modules that subscribe to events are found by how their names begin or end
SUBSCRIBER_ENDINGS = ("_notices", "_index", "_subscriber")


class IdConverter(IntegerConverter):
    """<int:...> in an address: what no id can be is no address, instead of an error of the database."""

    def __init__(self, url_map: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(url_map, *args, **{"max": 2**63 - 1, **kwargs})


class MallApp(OpenAPI):
    """The application; a bug is logged as one JSON line with its request's id."""

    def log_exception(self, exc_info: Any) -> None:
        log_bug(exc_info[1])


def build_app(settings: Settings) -> MallApp:
    """The mall's application without the rooms above it; `finish` it when they are in.

    Connects to `settings.app_database_url` unless that is empty (the caller has connected already).
    """
    configure_logs()
    if settings.app_database_url:
        connect(settings.app_database_url, early_release=settings.early_release)
    app = MallApp(
        "mall",
        info=Info(
            title="阳光商城 Sunmall", version="1", description="政府采购网上商城接口 / Government procurement mall"
        ),
        security_schemes={"bearer": {"type": "http", "scheme": "bearer"}},
        doc_ui=False,
        validation_error_status=422,
        validation_error_callback=_refuse_body,
        template_folder=str(CHECKOUT / "templates"),
        static_folder=str(CHECKOUT / "mall" / "static"),
    )
    _configure(app, settings)
    # Order matters: the frame first, then who it is, then what he may, then where it comes from.
    install_request_frame(app)
    install_identity(app)
    install_default_deny(app)
    install_security_headers(app, https=settings.https)
    app.extensions["sunmall_csrf"] = install_cross_site_guard(app)
    install_error_pages(app)
    install_translation(app)
    install_layout(app)
    install_static_files(app)
    declare_open(app, "static", "style, script and fonts; no data")
    add_rooms(app, "mall")
    for ending in SUBSCRIBER_ENDINGS:
        modules_below("mall", ending=ending)
    require_declarations(app)
    return app


def add_rooms(app: MallApp, package: str) -> None:
    """Register what every *_pages.py and *_api.py below the package offers."""
    for module in modules_below(package, ending="_pages"):
        # error_pages has no addresses of its own.
        if hasattr(module, "pages"):
            app.register_blueprint(module.pages)
    for module in modules_below(package, ending="_api"):
        add_api(app, module.api)


def add_api(app: MallApp, api: Any) -> None:
    """Serve the views of an API blueprint, of the mall or of a room above it."""
    if not (api.url_prefix or "").startswith(API_PREFIX):
        # Exempt from the form token because no cookie counts there: so it must stay where none does.
        raise RuntimeError(f"the API blueprint {api.name} must live below {API_PREFIX}")
    app.extensions["sunmall_csrf"].exempt(api)
    app.register_api(api)


def _configure(app: MallApp, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=UPLOAD_MAX_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_MAX_BYTES,
        MAX_FORM_PARTS=5_000,
        TEMPLATES_AUTO_RELOAD=False,
        SEND_FILE_MAX_AGE_DEFAULT=86_400,
        SUNMALL=settings,
    )
    app.url_map.converters["int"] = IdConverter
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.session_interface = MallSessions(https=settings.https, secret_key=settings.secret_key)
    if settings.https:
        app.wsgi_app = TrustLocalProxy(app.wsgi_app)  # type: ignore[method-assign]


def _refuse_body(error: ValidationError) -> Any:
    """A body or a query that does not fit its shape."""
    raise Refusal("request.invalid", errors=field_errors(error))
