"""Files as they were sent, and cells as they came: kept encrypted while needed, since they name people."""

import base64
import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path

from regulator.foundation import crypto
from regulator.foundation.files import file_room
from regulator.foundation.tables import Cell, CellError, Limits, Table, open_table
from regulator.foundation.tables.guards import FileProblem, UnusableFile

PIECE = 1 << 20
MARK = b"regulator import 1\n"


def keep_file(path: Path) -> tuple[str, str]:
    """Keep an encrypted copy; gives its name in the file room and the SHA-256 of the content as sent."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    limit = Limits().file_size
    if path.stat().st_size > limit:
        raise UnusableFile(FileProblem.FILE_TOO_LARGE, maximum=limit)
    return file_room().keep(_encrypted(path), maximum=limit * 2), digest.hexdigest()


def _encrypted(path: Path) -> Iterator[bytes]:
    """Piece by piece: the key's name, then each piece's length and cipher."""
    yield MARK + crypto.key_id().encode() + b"\n"
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            cipher = crypto.encrypt(base64.b64encode(piece).decode())
            yield len(cipher).to_bytes(4, "big") + cipher


@contextmanager
def opened(stored: str) -> Iterator[Path]:
    """The file as it was sent, in a temporary place readable by this user only, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="regulator-") as directory:
        target = Path(directory) / "file"
        with file_room().opened(stored) as source, target.open("wb") as file:
            if source.readline() != MARK:
                raise UnusableFile(FileProblem.FILE_DAMAGED)
            key_id = source.readline().strip().decode()
            while size := source.read(4):
                piece = crypto.decrypt(source.read(int.from_bytes(size, "big")), key_id)
                file.write(base64.b64decode(piece))
        yield target


@contextmanager
def opened_table(stored: str) -> Iterator[Table]:
    """The file as a table: as this process still has it at hand, else read anew."""
    with ExitStack() as held:
        at_hand = _at_hand.pop(stored, None)
        if at_hand is not None:
            table, closing = at_hand
            held.enter_context(closing)
        else:
            table = held.enter_context(open_table(held.enter_context(opened(stored))))
        yield table


def keep_at_hand(stored: str, table: Table, closing: ExitStack) -> None:
    """Leave a table open for its judge, who will come in this very process: a big workbook takes seconds to read."""
    _at_hand[stored] = table, closing


_at_hand: dict[str, tuple[Table, ExitStack]] = {}


def forget_file(stored: str | None) -> None:
    """Remove the copy of a file that is no longer needed; one that is gone already is no reason to stop."""
    if stored is not None:
        file_room().forget(stored)


# --- cells ----------------------------------------------------------------------------------------------------------


def cells_to_json(cells: Sequence[Cell]) -> list[object]:
    """Cells as JSON values; days and moments are marked as such."""
    return [_said(cell) for cell in cells]


def cells_from_json(said: Sequence[object]) -> list[Cell]:
    """The cells again."""
    return [_cell(value) for value in said]


def seal_cells(cells: Sequence[Cell]) -> bytes:
    """Cells encrypted under today's key."""
    return crypto.encrypt(json.dumps(cells_to_json(cells), ensure_ascii=False, separators=(",", ":")))


def unseal_cells(cipher: bytes, key_id: str) -> list[Cell]:
    """The cells of a cipher; raises CipherUnreadable."""
    return cells_from_json(json.loads(crypto.decrypt(cipher, key_id)))


def _said(cell: Cell) -> object:
    match cell:
        case CellError():
            return {"e": str(cell)}
        case datetime():
            return {"t": cell.isoformat()}
        case date():
            return {"d": cell.isoformat()}
        case time() | timedelta():
            return str(cell)
    return cell


def _cell(value: object) -> Cell:
    if isinstance(value, dict):
        if "e" in value:
            return CellError(value["e"])
        return datetime.fromisoformat(value["t"]) if "t" in value else date.fromisoformat(value["d"])
    return value  # type: ignore[return-value]  # JSON's own scalars
