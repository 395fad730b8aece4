"""The face workload: learn five faces, forget one, add a sixth."""
