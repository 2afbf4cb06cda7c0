"""Live delivery: the hub reads the journal, consumers follow it, cohorts share the evaluation of its events."""
