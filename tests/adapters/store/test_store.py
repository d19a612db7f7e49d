"""The store: all or nothing, what is damaged is found, and looking changes nothing."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from armslength.adapters.store import Store, read_only
from armslength.crypto.checkpoint import checkpoint, kept_key, own_space
from armslength.crypto.envelope import to_json
from armslength.crypto.ledger import Book, Sealed
from armslength.errors import LedgerError, LocalProtocolError, StoreError
from armslength.protocol.writes import Delete, Put
from crypto.books import NORTH, OTHER, START, leaves, more


def kept(path: Path, count: int = 20) -> tuple[Book, list[Sealed]]:
    """Make a store with a book of `count` entries, a checkpoint at every fifth, some values; return the book."""
    book = Book("deal-1")
    written: list[Sealed] = []
    store = Store(path)
    for _ in range(count // 5):
        now = more(book, 5)
        envelope = checkpoint(book, "deal-1", START, NORTH)
        put = Put(own_space("deal-1"), kept_key(envelope), to_json(envelope))
        store.commit([("deal-1", sealed) for sealed in now], [put, Put("out/deal-1", f"{book.size:04d}", b"value")])
        written += now
    store.close()
    return book, written


def tampered(path: Path, *statements: str) -> None:
    """Change a ledger as somebody would who has it in his hands, and knows to put its triggers back."""
    with closing(sqlite3.connect(path)) as db:
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement)
        for _, text in triggers:
            db.execute(text)
        db.commit()


def test_what_was_committed_is_there_after_closing(tmp_path: Path) -> None:
    book, written = kept(tmp_path / "ledger.db")
    store = Store(tmp_path / "ledger.db", make=False)
    store.check(NORTH.public)
    assert list(store.entries("deal-1")) == written
    assert list(store.entries("deal-1", 7)) == written[7:]
    assert store.books() == ["deal-1"] and store.spaces() == ["checkpoint/own/deal-1", "out/deal-1"]
    assert store.scan("out/deal-1") == [(f"{n:04d}", b"value") for n in (5, 10, 15, 20)]
    again = Book.restore("deal-1", store.leaves("deal-1"))
    assert (again.size, again.head, again.root()) == (book.size, book.head, book.root())


def test_writes_are_done_in_order_after_each_other(tmp_path: Path) -> None:
    store = Store(tmp_path / "ledger.db")
    store.commit([], [Put("a", "2", b"x"), Put("a", "1", b"y"), Put("a", "2", b"z"), Put("b", "1", b"w")])
    assert store.scan("a") == [("1", b"y"), ("2", b"z")]
    store.commit([], [Delete("a", "1"), Delete("a", "never there"), Put("a", "3", b""), Delete("b", "1")])
    assert (store.scan("a"), store.scan("b")) == ([("2", b"z"), ("3", b"")], [])


def test_an_entry_that_does_not_continue_its_book_takes_the_commit_with_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "ledger.db")
    book = Book("deal-1")
    entries = more(book, 4)
    other = more(Book("deal-1"), 3, "told otherwise")
    store.commit([("deal-1", entries[0])], [])
    for wrong in ([entries[2]], [entries[1], entries[3]], [other[0]], [other[1]], [more(Book("deal-2"), 2)[1]]):
        with pytest.raises(LocalProtocolError):
            store.commit([("deal-1", sealed) for sealed in wrong], [Put("a", "1", b"x")])
        assert list(store.entries("deal-1")) == entries[:1] and store.scan("a") == []
    store.commit([("deal-1", sealed) for sealed in entries[1:]], [])
    assert list(store.entries("deal-1")) == entries


def test_a_commit_can_be_repeated(tmp_path: Path) -> None:
    store = Store(tmp_path / "ledger.db")
    entries = [("deal-1", sealed) for sealed in more(Book("deal-1"), 6)]
    store.commit(entries[:3], [])
    store.commit(entries[:5], [Put("a", "1", b"x")])
    store.commit(entries, [])
    assert [sealed.entry.sequence for sealed in store.entries("deal-1")] == list(range(6))
    store.check()


def test_a_value_of_a_wrong_kind_leaves_nothing_half(tmp_path: Path) -> None:
    store = Store(tmp_path / "ledger.db")
    entry = more(Book("deal-1"), 1)[0]
    with pytest.raises(TypeError):
        store.commit([("deal-1", entry)], [Put("a", "1", "no bytes")])  # type: ignore[arg-type]
    assert store.books() == []
    store.commit([("deal-1", entry)], [])


def test_others_are_kept_out(tmp_path: Path) -> None:
    store = Store(tmp_path / "ledger.db")
    store.commit([], [Put("a", "1", b"x")])
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_a_ledger_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="not there"):
        Store(tmp_path / "ledger.db", make=False)
    (tmp_path / "ledger.db").touch()
    with pytest.raises(LedgerError, match="empty"):
        Store(tmp_path / "ledger.db", make=False)


def test_what_is_no_ledger_is_refused(tmp_path: Path) -> None:
    text, other, later = tmp_path / "text", tmp_path / "other.db", tmp_path / "later.db"
    text.write_bytes(b"not a database at all, " * 100)
    sqlite3.connect(other).execute("CREATE TABLE t (x)").connection.close()
    Store(later).close()
    tampered(later, "PRAGMA user_version = 2")
    for path in (text, other, later):
        before = path.read_bytes()
        with pytest.raises(LedgerError), read_only(path):
            pass
        with pytest.raises(LedgerError):
            Store(path)
        assert path.read_bytes() == before
    with pytest.raises(LedgerError), read_only(tmp_path / "absent"):
        pass
    with pytest.raises(StoreError):
        Store(tmp_path / "absent" / "ledger.db")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW more AS SELECT 1",
        "CREATE TABLE more (x)",
        "DROP TRIGGER entries_stay",
        "CREATE TRIGGER more AFTER INSERT ON kv BEGIN DELETE FROM kv; END",
        "CREATE INDEX more ON kv (value)",
        "ALTER TABLE kv ADD COLUMN more",
        "DROP TABLE kv",
    ],
)
def test_tables_that_are_not_ours_are_refused(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "ledger.db"
    kept(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute(statement)
    with pytest.raises(LedgerError, match="tables"):
        Store(path)
    with pytest.raises(LedgerError, match="tables"), read_only(path):
        pass


def test_entries_cannot_be_changed_or_deleted_by_a_slip(tmp_path: Path) -> None:
    kept(tmp_path / "ledger.db")
    db = sqlite3.connect(tmp_path / "ledger.db")
    for statement in ("DELETE FROM entries", "UPDATE entries SET salt = x'00' WHERE sequence = 3"):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            db.execute(statement)


REWRITTEN = "rewritten"
DAMAGE = {
    "payload": ("UPDATE entries SET payload = replace(payload, 'told', 'lied') WHERE sequence = 7", "entry 7"),
    "salt": ("UPDATE entries SET salt = zeroblob(16) WHERE sequence = 7", "entry 7"),
    "header": ("UPDATE entries SET header = replace(header, 'officer', 'nobody') WHERE sequence = 7", "entry 7"),
    "hash": ("UPDATE entries SET hash = zeroblob(32) WHERE sequence = 7", "entry 7"),
    "kind of a column": ("UPDATE entries SET payload = 'text' WHERE sequence = 7", "entry 7"),
    "deleted": ("DELETE FROM entries WHERE sequence = 7", "entry 7"),
    "deleted first": ("DELETE FROM entries WHERE sequence = 0", "entry 0"),
    "deleted last": ("DELETE FROM entries WHERE sequence = 19", "entry 19"),
    "deleted all": ("DELETE FROM entries", "entry 0"),
    "renumbered": ("UPDATE entries SET sequence = 100 WHERE sequence = 7", "entry 7"),
    "moved": ("UPDATE entries SET book = 'deal-2' WHERE sequence = 19", "entry"),
    "value": ("UPDATE kv SET value = x'00' WHERE space = 'out/deal-1' AND key = '0010'", "out/deal-1/0010"),
    "value's key": ("UPDATE kv SET key = '0011' WHERE space = 'out/deal-1' AND key = '0010'", "out/deal-1/0011"),
    "value's sum": ("UPDATE kv SET sum = x'00' WHERE space = 'out/deal-1' AND key = '0010'", "out/deal-1/0010"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_found_and_named_and_not_repaired(tmp_path: Path, name: str) -> None:
    path = tmp_path / "ledger.db"
    kept(path)
    with read_only(path) as snapshot:
        snapshot.check(NORTH.public)
    statement, where = DAMAGE[name]
    tampered(path, statement)
    before = path.read_bytes()
    store = Store(path)
    for check in (store.check, store.check):
        with pytest.raises(LedgerError, match=where):
            check(NORTH.public)
    store.close()
    with read_only(path) as snapshot, pytest.raises(LedgerError, match=where):
        snapshot.check()
    assert path.read_bytes() == before


def test_a_past_rewritten_with_all_its_hashes_is_found_by_the_own_checkpoints(tmp_path: Path) -> None:
    honest, other = tmp_path / "honest.db", tmp_path / "other.db"
    kept(honest)
    story = more(Book("deal-1"), 20, "told otherwise")
    store = Store(other)
    store.commit([("deal-1", sealed) for sealed in story], [])
    store.check(NORTH.public)
    points = Store(honest).scan(own_space("deal-1"))
    store.commit([], [Put(own_space("deal-1"), key, value) for key, value in points])
    with pytest.raises(LedgerError, match="checkpoint at 5 entries"):
        store.check(NORTH.public)


def test_checkpoints_by_another_key_are_found(tmp_path: Path) -> None:
    kept(tmp_path / "ledger.db")
    store = Store(tmp_path / "ledger.db")
    store.check()
    store.check(OTHER.public, NORTH.public)
    with pytest.raises(LedgerError, match="not signed by this node"):
        store.check(OTHER.public)


def test_every_flipped_byte_of_the_file_is_found_or_changes_nothing(tmp_path: Path) -> None:
    """SQLite's own free bytes may be anything; what is read must be what was written, or an error."""
    path = tmp_path / "ledger.db"
    _, written = kept(path, 10)
    data = path.read_bytes()
    for at in range(0, len(data), 97):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :])
        try:
            with read_only(path) as snapshot:
                snapshot.check(NORTH.public)
                assert [row[4] for row in snapshot.rows("deal-1")] == [sealed.payload for sealed in written]
                assert [key for key, _ in snapshot.scan("out/deal-1")] == ["0005", "0010"]
        except LedgerError:
            pass


def test_looking_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    _, written = kept(path)

    def state() -> dict[str, tuple[bytes, int]]:
        return {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in tmp_path.iterdir()}

    before = state()
    with read_only(path) as snapshot:
        snapshot.check()
        assert len(list(snapshot.rows("deal-1"))) == len(written)
    assert state() == before and list(before) == ["ledger.db"]
    store = Store(path)  # open, and with something that is not in the file itself
    store.commit([], [Put("a", "1", b"only in the log")])
    before = state()
    assert "ledger.db-wal" in before
    with read_only(path) as snapshot:
        snapshot.check()
        assert snapshot.scan("a") == [("1", b"only in the log")]
    assert state() == before


def test_looking_at_a_ledger_that_is_being_written_shows_whole_commits(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    store, book = Store(path), Book("deal-1")
    for n in range(60):
        pair = more(book, 2)
        store.commit([("deal-1", sealed) for sealed in pair], [Put("a", "size", str(book.size).encode())])
        if n % 20 == 0:
            with read_only(path) as snapshot:
                snapshot.check()
                size = len(list(snapshot.rows("deal-1")))
                assert size % 2 == 0 and snapshot.scan("a") == [("size", str(size).encode())]


def test_a_long_book_is_read_page_by_page(tmp_path: Path) -> None:
    store, book = Store(tmp_path / "ledger.db"), Book("deal-1")
    written = more(book, 600)
    store.commit([("deal-1", sealed) for sealed in written], [])
    assert list(store.leaves("deal-1")) == leaves(written)
    assert list(store.entries("deal-1", 511)) == written[511:]
    store.check()
