"""Shared by tests: servers, databases, clients and replacements of services, all with real processes and sockets."""
