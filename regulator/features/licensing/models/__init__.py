"""Tables of qualifications; no queries, no permissions, no addresses."""

from regulator.features.licensing.models.certificates import Certificate as Certificate
from regulator.features.licensing.models.certificates import CertificateCounter as CertificateCounter
from regulator.features.licensing.models.rulesets import OutsideFact as OutsideFact
from regulator.features.licensing.models.rulesets import OwnRuleSet as OwnRuleSet
