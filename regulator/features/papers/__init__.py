"""Matters, the papers that decide them, their approval, numbers and delivery; case files, duty and hand-over."""
