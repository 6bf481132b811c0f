"""Every question about matters, papers, deliveries, files, duty and hand-over. Never writes."""
