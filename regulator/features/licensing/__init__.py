"""Qualifications and grades of companies: rule sets, evaluation, certificates. No pages, no words for people."""
