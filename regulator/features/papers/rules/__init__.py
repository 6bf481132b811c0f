"""The law and the office's order for matters and papers, as functions of facts. Pure."""
