"""Tables of matters and papers; no queries, no permissions, no addresses."""

from regulator.features.papers.models.delivery import Delivery as Delivery
from regulator.features.papers.models.delivery import PortalConsent as PortalConsent
from regulator.features.papers.models.duty import DutyShift as DutyShift
from regulator.features.papers.models.duty import Handover as Handover
from regulator.features.papers.models.duty import HandoverItem as HandoverItem
from regulator.features.papers.models.matter import Attachment as Attachment
from regulator.features.papers.models.matter import CaseFile as CaseFile
from regulator.features.papers.models.matter import CaseFileCounter as CaseFileCounter
from regulator.features.papers.models.matter import CaseFilePrint as CaseFilePrint
from regulator.features.papers.models.matter import CaseFileSearch as CaseFileSearch
from regulator.features.papers.models.matter import Matter as Matter
from regulator.features.papers.models.matter import MatterCounter as MatterCounter
from regulator.features.papers.models.matter import MatterEntry as MatterEntry
from regulator.features.papers.models.matter import Reminder as Reminder
from regulator.features.papers.models.moves import MatterMove as MatterMove
from regulator.features.papers.models.paper import Approval as Approval
from regulator.features.papers.models.paper import Paper as Paper
from regulator.features.papers.models.settings import PaperChain as PaperChain
from regulator.features.papers.models.settings import PaperCounter as PaperCounter
from regulator.features.papers.models.settings import PaperSeries as PaperSeries
from regulator.features.papers.models.settings import PaperTemplate as PaperTemplate
from regulator.features.papers.models.settings import PaperTemplateTrial as PaperTemplateTrial
