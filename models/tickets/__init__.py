"""Tickets, their activities and counters: tables, reads, and the rows that actions write."""
