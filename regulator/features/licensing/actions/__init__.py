"""Acts on qualifications: judge, change, record."""
