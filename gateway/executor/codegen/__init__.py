"""Python code made for one plan, so that nothing is decided per object that the plan decides."""
