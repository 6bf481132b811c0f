"""Files people send, made harmless before they are kept; no meaning of what they say, and nothing is stored here."""

from regulator.foundation.cleaners.kinds import UploadKind as UploadKind
from regulator.foundation.cleaners.kinds import UploadNote as UploadNote
from regulator.foundation.cleaners.limits import DEFAULT_LIMITS as DEFAULT_LIMITS
from regulator.foundation.cleaners.limits import Limits as Limits
from regulator.foundation.uploads.cleaning import CleanUpload as CleanUpload
from regulator.foundation.uploads.cleaning import clean_upload as clean_upload
