"""Tables of qualifications; no queries, no permissions, no addresses."""

from regulator.features.licensing.models.applications import Application as Application
from regulator.features.licensing.models.applications import ApplicationCounter as ApplicationCounter
from regulator.features.licensing.models.applications import ApplicationEvent as ApplicationEvent
from regulator.features.licensing.models.applications import ApplicationFile as ApplicationFile
from regulator.features.licensing.models.applications import ApplicationPause as ApplicationPause
from regulator.features.licensing.models.certificates import Certificate as Certificate
from regulator.features.licensing.models.certificates import CertificateCounter as CertificateCounter
from regulator.features.licensing.models.endings import CertificateEnding as CertificateEnding
from regulator.features.licensing.models.endings import CertificateEndingCounter as CertificateEndingCounter
from regulator.features.licensing.models.endings import CertificateEndingEvent as CertificateEndingEvent
from regulator.features.licensing.models.reviews import ReviewEntry as ReviewEntry
from regulator.features.licensing.models.reviews import ReviewEvent as ReviewEvent
from regulator.features.licensing.models.reviews import ReviewRound as ReviewRound
from regulator.features.licensing.models.rulesets import OutsideFact as OutsideFact
from regulator.features.licensing.models.rulesets import OwnRuleSet as OwnRuleSet
from regulator.features.licensing.models.watching import CertificateWatch as CertificateWatch
