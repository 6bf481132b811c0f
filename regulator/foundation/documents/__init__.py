"""Documents for paper: content in, bytes of PDF or docx out; no numbers, approval, seals or words of the field."""

from regulator.foundation.documents.blocks import Block as Block
from regulator.foundation.documents.blocks import Column as Column
from regulator.foundation.documents.blocks import Heading as Heading
from regulator.foundation.documents.blocks import Paragraph as Paragraph
from regulator.foundation.documents.blocks import Picture as Picture
from regulator.foundation.documents.blocks import Report as Report
from regulator.foundation.documents.blocks import Table as Table
from regulator.foundation.documents.confined import OutOfBounds as OutOfBounds
from regulator.foundation.documents.confined import confined_pdf as confined_pdf
from regulator.foundation.documents.pdf import DocumentFailed as DocumentFailed
from regulator.foundation.documents.pdf import report_pdf as report_pdf
from regulator.foundation.documents.pdf import typeset_pages as typeset_pages
from regulator.foundation.documents.pdf import typeset_pdf as typeset_pdf
from regulator.foundation.documents.pdf import typst_pdf as typst_pdf
from regulator.foundation.documents.word import docx_document as docx_document
