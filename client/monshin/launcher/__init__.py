"""Runs the services of one machine: start in order, watch, restart, drain."""
