"""Live delivery: the hub reads the journal, consumers follow it, cohorts share its evaluation."""
