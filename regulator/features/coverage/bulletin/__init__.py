"""The monthly bulletin as content for paper: sentences, tables and charts from figures. Asks no database."""
