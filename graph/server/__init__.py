"""Uvicorn: one server process, or several workers at one port."""
