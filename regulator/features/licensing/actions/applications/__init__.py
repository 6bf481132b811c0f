"""Acts on applications: a draft is written, one step of the table is taken, what is due comes about by itself."""
