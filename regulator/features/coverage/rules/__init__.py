"""Rules of coverage: counting and explaining, custodians, the baseline survey. Pure."""
