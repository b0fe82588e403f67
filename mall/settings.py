"""What the environment says about this installation."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Where things are and which variants are switched on.

    `app_database_url` is the address of the application's role; it is empty until the
    installation has found or started a database. `seal_algorithm` is sha256 or sm3.
    """

    data_dir: Path
    port: int
    database_url: str
    app_database_url: str
    migrate_database_url: str
    search_kind: str
    meili_url: str
    meili_key: str
    secret_key: str
    demo: bool
    demo_password: str
    https: bool
    auditor_database_url: str = ""
    seal_algorithm: str = "sha256"
    early_release: bool = False


def read_settings(environ: dict[str, str] | None = None) -> Settings:
    """Read SUNMALL_* from `environ` (default: the process environment)."""
    env = os.environ if environ is None else environ
    data_dir = Path(env.get("SUNMALL_DATA_DIR") or CHECKOUT / "var").resolve()
    return Settings(
        data_dir=data_dir,
        port=int(env.get("SUNMALL_PORT") or 8000),
        database_url=env.get("SUNMALL_DATABASE_URL", ""),
        app_database_url=env.get("SUNMALL_APP_DATABASE_URL", ""),
        migrate_database_url=env.get("SUNMALL_MIGRATE_DATABASE_URL", ""),
        search_kind=env.get("SUNMALL_SEARCH") or "tantivy",
        meili_url=env.get("SUNMALL_MEILI_URL", ""),
        meili_key=env.get("SUNMALL_MEILI_KEY", ""),
        secret_key=env.get("SUNMALL_SECRET_KEY") or _kept_secret(data_dir),
        demo=env.get("SUNMALL_DEMO", "0") == "1",
        demo_password=env.get("SUNMALL_DEMO_PASSWORD") or "Sunmall-2026",
        https=env.get("SUNMALL_HTTPS", "0") == "1",
        auditor_database_url=env.get("SUNMALL_AUDITOR_DATABASE_URL", ""),
        seal_algorithm=env.get("SUNMALL_SEAL_ALGORITHM") or "sha256",
        early_release=env.get("SUNMALL_EARLY_RELEASE", "0") == "1",
    )


def _kept_secret(data_dir: Path) -> str:
    """One random key per installation, so that restarts and both web workers agree on it."""
    path = data_dir / "secret_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text().strip()
