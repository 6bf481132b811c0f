"""Tables that people keep in files: read safely, written safely; what a column means is the features' business."""

from regulator.foundation.tables.cells import Cell as Cell
from regulator.foundation.tables.cells import CellError as CellError
from regulator.foundation.tables.cells import as_shown as as_shown
from regulator.foundation.tables.guards import FileProblem as FileProblem
from regulator.foundation.tables.guards import FileType as FileType
from regulator.foundation.tables.guards import Limits as Limits
from regulator.foundation.tables.guards import UnusableFile as UnusableFile
from regulator.foundation.tables.reading import Row as Row
from regulator.foundation.tables.reading import Sheet as Sheet
from regulator.foundation.tables.reading import Table as Table
from regulator.foundation.tables.reading import open_table as open_table
from regulator.foundation.tables.writing import Mark as Mark
from regulator.foundation.tables.writing import ReturnedRow as ReturnedRow
from regulator.foundation.tables.writing import write_csv as write_csv
from regulator.foundation.tables.writing import write_returned as write_returned
from regulator.foundation.tables.writing import write_xlsx as write_xlsx
