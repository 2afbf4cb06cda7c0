"""The inbox: tabs, filters, and the lists that agents work in."""
