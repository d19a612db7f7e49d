"""A node's home: the folder with its keys, its node file, its ledger and its agreements. Made whole or not at all.

    node.toml  identity.key  tls.key  tls.crt  age.key  own.identity  api.token  lock  ledger.db
    counterparts/NAME.identity, NAME.FINGERPRINT.former  agreements/ID/*.age  plots/
    members.toml (optional, written by people)

Folders are 0700 and files 0600, whatever the umask. docs/home.md says what each is for, and what a backup needs.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import shutil
import tempfile
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from armslength.agreement.identity import Identity, check_name, read_identity, seal_identity
from armslength.errors import HomeError, StoreError
from armslength.node.config import Config, parse_config
from armslength.node.lock import Lock, take_lock, try_lock
from armslength.node.node_file import node_file
from armslength.node.private_files import FILE, FOLDER, make_folder, read_private, sync_folder, write_private
from armslength.node.textfile import read_text

if TYPE_CHECKING:
    from armslength.adapters.vault import Vault
    from armslength.crypto.keys import SigningKey

__all__ = ["Home", "home_path", "make_home", "open_home"]

FOLDERS = ("counterparts", "agreements", "plots")


class Home:
    """The home at `path`: paths at once, keys when they are asked for.

    Attributes:
        path: the folder.
        config: its node file.
    """

    def __init__(self, path: Path, config: Config) -> None:
        self.path, self.config = path, config

    @cached_property
    def key(self) -> SigningKey:
        """The identity key, which signs everything. HomeError where it cannot be read."""
        from armslength.crypto.keys import SigningKey

        path = self.path / "identity.key"
        text = read_private(path).decode("ascii", "replace").strip()
        try:
            return SigningKey(bytes.fromhex(text))
        except Exception:  # whatever it says, it must not quote a damaged key
            remedy = "Bring it back from the backup of the home."
            raise HomeError("It is not an identity key.", where=str(path), remedy=remedy) from None

    @cached_property
    def vault(self) -> Vault:
        """What encrypts and decrypts the files of the home. HomeError where the key cannot be read."""
        from armslength.adapters.vault import Vault

        path = self.path / "age.key"
        return Vault(read_private(path).decode("ascii", "replace"), str(path))

    @cached_property
    def identity(self) -> Identity:
        """The public half, as it is handed to the other side."""
        return read_identity(self.own_identity, str(self.path / "own.identity"))

    @property
    def own_identity(self) -> bytes:
        """The identity file to hand over."""
        return read_private(self.path / "own.identity")

    @property
    def token(self) -> str:
        """What a caller of the local API must show."""
        return read_private(self.path / "api.token").decode("ascii", "replace").strip()

    @property
    def salt_secret(self) -> bytes:
        """32 bytes from which the salts of ledger entries are drawn."""
        return hmac.digest(self.key.seed, b"armslength ledger salts", hashlib.sha256)

    @property
    def tls_files(self) -> tuple[Path, Path]:
        """(certificate, key) of the ground line, PEM."""
        return self.path / "tls.crt", self.path / "tls.key"

    @property
    def ledger(self) -> Path:
        """The ledger: an SQLite file."""
        return self.path / "ledger.db"

    @property
    def plots(self) -> Path:
        """The folder of the plot store."""
        return self.path / "plots"

    @property
    def agreements(self) -> Path:
        """The folder of the agreements, encrypted."""
        return self.path / "agreements"

    @property
    def members(self) -> Path | None:
        """The membership file, where there is one."""
        path = self.path / "members.toml"
        return path if path.exists() else None

    def counterparts(self) -> dict[str, Identity]:
        """Return the identities that were accepted, by party, in the order of their names.

        Raises:
            HomeError: one of the files cannot be read.
            AgreementError: one of them is damaged.
        """
        found = self._identities("*.identity").values()
        return {one.party: one for one in sorted(found, key=lambda one: one.party)}

    def former(self) -> dict[str, Identity]:
        """Return the identities that were replaced while a version named their certificate, by path in the home.

        Raises:
            HomeError, AgreementError: as `counterparts`.
        """
        return self._identities("*.former")

    def _identities(self, pattern: str) -> dict[str, Identity]:
        files = sorted((self.path / "counterparts").glob(pattern))
        return {f"counterparts/{path.name}": read_identity(read_private(path), str(path)) for path in files}

    def lock(self) -> Lock:
        """Return the lock of the home. HomeError where another process holds it."""
        return take_lock(self.path / "lock")

    def try_lock(self) -> Lock | None:
        """Return the lock of the home, or None where another process holds it."""
        return try_lock(self.path / "lock")


def home_path(named: Path | None) -> Path:
    """Return the home that is meant: `named`, else $ARMSLENGTH_HOME, else ./armslength-home."""
    return named or Path(os.environ.get("ARMSLENGTH_HOME") or "armslength-home")


def open_home(path: Path) -> Home:
    """Return the home at `path`.

    Raises:
        HomeError: there is none, or its node file cannot be understood.
    """
    file = path / "node.toml"
    if not file.is_file():
        remedy = 'Make one: armslength init --home HOME --party NAME --post "NAME POST"; or name another with --home.'
        raise HomeError("There is no home here.", where=str(path), remedy=remedy)
    return Home(path, parse_config(read_text(file, HomeError), str(file)))


def make_home(path: Path, party: str, post: str) -> Home:
    """Make a new home: keys, certificate, node file, empty ledger. It is there whole afterwards, or not at all.

    Args:
        path: where; nothing, or an empty folder, may stand there.
        party, post: what the node calls itself, and the duty post that answers for it.

    Raises:
        HomeError: something stands there, a name cannot be used, or the system refuses.
    """
    try:
        party, post = check_name(party, "The name of a party"), check_name(post, "The name of a post")
    except ValueError as wrong:
        raise HomeError(str(wrong), remedy='Write for example --party North --post "NORTH POST".') from None
    path = Path(os.path.abspath(path))  # noqa: PTH100 (resolve would follow a link that stands in the way)
    _must_be_free(path)
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    except OSError as wrong:
        remedy = "Make the folder around it first, or choose another place."
        raise HomeError(f"It cannot be made ({wrong.strerror}).", where=str(path), remedy=remedy) from None
    try:
        _fill(made, party, post)
        made.rename(path)
        sync_folder(path.parent)
    except (OSError, StoreError) as wrong:
        _must_be_free(path)
        what = wrong.strerror if isinstance(wrong, OSError) else str(wrong)
        remedy = "Nothing was made. Make room, or choose another place."
        raise HomeError(f"It cannot be made ({what}).", where=str(path), remedy=remedy) from None
    finally:
        shutil.rmtree(made, ignore_errors=True)  # the rename has taken it away, or it must not stay
    return open_home(path)


def _must_be_free(path: Path) -> None:
    if os.path.lexists(path) and (path.is_symlink() or not path.is_dir() or any(path.iterdir())):
        remedy = "A home is never overwritten. Name another with --home, or move this one away yourself."
        raise HomeError("Something stands there already.", where=str(path), remedy=remedy)


def _fill(made: Path, party: str, post: str) -> None:
    from armslength.adapters.certificates import make_certificate, to_der
    from armslength.adapters.store import Store
    from armslength.adapters.vault import make_age_key
    from armslength.crypto.keys import SigningKey

    made.chmod(FOLDER)
    for name in FOLDERS:
        make_folder(made / name)
    key = SigningKey(secrets.token_bytes(32))
    tls_key, certificate = make_certificate()
    age_secret, recipient = make_age_key()
    identity = Identity(party, post, key.public, to_der(certificate), recipient, time.time_ns())
    for name, data in {
        "identity.key": f"{key.seed.hex()}\n".encode(),
        "tls.key": tls_key,
        "tls.crt": certificate,
        "age.key": f"{age_secret}\n".encode(),
        "own.identity": seal_identity(identity, key),
        "api.token": f"{secrets.token_urlsafe(32)}\n".encode(),
        "node.toml": node_file(party, post).encode(),
        "lock": b"",
    }.items():
        write_private(made / name, data)
    Store(made / "ledger.db").close()
    for left in made.glob("ledger.db*"):
        left.chmod(FILE)
