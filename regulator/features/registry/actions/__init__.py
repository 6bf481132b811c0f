"""Every write to the register, one function per official act; reads and pages do not belong here."""
