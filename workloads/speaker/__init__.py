"""The speaker workload: learn five speakers, forget one, add a sixth."""
