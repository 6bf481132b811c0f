"""Templates of papers: what each must be told, whether it was told, and how it is printed. No tables, no numbers."""

from regulator.features.papers.templating.checking import check as check
from regulator.features.papers.templating.checking import trials as trials
from regulator.features.papers.templating.declaring import parse as parse
from regulator.features.papers.templating.declaring import shipped as shipped
from regulator.features.papers.templating.judging import judge_facts as judge_facts
from regulator.features.papers.templating.printing import check_code as check_code
from regulator.features.papers.templating.printing import content_digest as content_digest
from regulator.features.papers.templating.printing import render as render
from regulator.features.papers.templating.printing import with_digest as with_digest
from regulator.features.papers.templating.samples import longest_facts as longest_facts
from regulator.features.papers.templating.samples import sample_facts as sample_facts
from regulator.features.papers.templating.terms import FactColumn as FactColumn
from regulator.features.papers.templating.terms import FactField as FactField
from regulator.features.papers.templating.terms import FactKind as FactKind
from regulator.features.papers.templating.terms import Facts as Facts
from regulator.features.papers.templating.terms import Frame as Frame
from regulator.features.papers.templating.terms import Template as Template
