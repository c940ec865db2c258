"""Warehouse to screen: pages, figures, the stream of events and the interface for machines."""
