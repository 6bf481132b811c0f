"""Every act on matters and papers; a feature opens, assigns and closes its own matters by the three named here."""

from regulator.features.papers.actions.matters import assign_matter as assign_matter
from regulator.features.papers.actions.matters import close_matter as close_matter
from regulator.features.papers.actions.matters import open_matter as open_matter
