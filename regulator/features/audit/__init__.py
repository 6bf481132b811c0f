"""The trail of official acts: who did what to which record, sealed. No rule of any subject lives here."""
